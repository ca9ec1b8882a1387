"""The forms by which Wagtail stores pictures and documents: its own, with our judgement of files.

Every way into the library uses them: lists, choosers, the uploader of many files, the API.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.documents.fields import WagtailDocumentField
from wagtail.documents.forms import BaseDocumentForm
from wagtail.images.fields import WagtailImageField
from wagtail.images.forms import BaseImageForm

from coalition.pages import uploads


class PictureField(WagtailImageField):
    """A field for a picture: what it gives back is safe to store. For any form of the site."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.help_text = format_lazy(
            "JPEG, PNG, WebP, ≤ {size}. {why}",
            size=filesizeformat(uploads.MAX_IMAGE_BYTES),
            why=gettext_lazy("Place and time of the shot are removed."),
        )

    def to_python(self, data: Any) -> Any:
        """Judged and written anew, then checked by Wagtail too."""
        return super().to_python(uploads.clean_image(data) if data else data)


class DocumentField(WagtailDocumentField):
    """A field for a document: what it gives back is what its name says."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = ", ".join(uploads.DOCUMENT_EXTENSIONS).upper()
        self.help_text = f"{kinds}, ≤ {filesizeformat(uploads.MAX_DOCUMENT_BYTES)}"

    def to_python(self, data: Any) -> Any:
        """Judged by its bytes, under a safe name."""
        file = super().to_python(data)
        return uploads.clean_document(file) if file else file


def _judged(form: forms.ModelForm[Any], field: type[forms.FileField]) -> None:
    """Put our field in the place of Wagtail's, which the form factory has made."""
    stock = form.fields.get("file")
    if stock is not None:
        form.fields["file"] = field(
            label=stock.label, required=stock.required, widget=stock.widget, max_length=100
        )


def _ask_again(form: forms.ModelForm[Any]) -> None:
    """Say that the file is to be chosen again when another field is wrong.

    A browser forgets it. And the uploader of many files would keep the file as it came, not as we
    cleaned it, and store that once the other field is mended.
    """
    if form.errors and isinstance(form.cleaned_data.get("file"), UploadedFile):
        form.add_error("file", _("Mend the other fields and choose the file again."))


class PictureForm(BaseImageForm):
    """A picture of the library."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _judged(self, PictureField)

    def clean(self) -> Any:
        """Nothing of a refused form is kept."""
        cleaned = super().clean()
        _ask_again(self)
        return cleaned


class DocumentForm(BaseDocumentForm):
    """A document of the library."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _judged(self, DocumentField)

    def clean(self) -> Any:
        """Nothing of a refused form is kept."""
        cleaned = super().clean()
        _ask_again(self)
        return cleaned
