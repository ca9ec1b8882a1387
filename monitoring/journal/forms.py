"""The form with which anybody reports an error, and the one with which an editor answers."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from monitoring.core.forms import PublicForm
from monitoring.journal.models import ErrorReport
from monitoring.mailing.addresses import normalise


class ReportForm(PublicForm):
    """Which page, what is wrong there, and where to answer if an answer is wanted."""

    page = forms.CharField(
        label=gettext_lazy("On which page?"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("The address of the page, or where on the site you saw it."),
    )
    text = forms.CharField(
        label=gettext_lazy("What is wrong?"),
        max_length=3000,
        help_text=gettext_lazy(
            "What stands there, what should stand there, and where you know it from."
        ),
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    address = forms.CharField(
        label=gettext_lazy("Your e-mail address, if you want an answer"),
        max_length=320,
        required=False,
        help_text=gettext_lazy("Only for the answer. We erase it 30 days after we have answered."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    field_order = ("page", "text", "address")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].error_messages["required"] = _("Write what is wrong.")
        for name in ("text", "page"):
            self.fields[name].error_messages["max_length"] = _(
                "Too long: at most %(limit_value)d characters, now %(show_value)d."
            )

    def clean_page(self) -> str:
        """A path of this site where the address of a page was given; other words as they are."""
        typed = str(self.cleaned_data["page"])
        parts = urlsplit(typed) if typed.startswith(("http://", "https://")) else None
        return parts.path if parts else typed

    def clean_address(self) -> str:
        """The address as it is stored; none is an answer too."""
        typed = str(self.cleaned_data["address"])
        if not typed:
            return ""
        try:
            address = normalise(typed)
            validate_email(address)
        except (ValueError, ValidationError):
            raise ValidationError(
                _("“%(typed)s” is not an e-mail address; it looks like name@example.kz."),
                params={"typed": typed},
            )
        return address


class AnswerForm(forms.Form):
    """What became of a report, what the reporter is told, what the public list tells."""

    state = forms.ChoiceField(
        label=gettext_lazy("What became of it"),
        choices=[one for one in ErrorReport.State.choices if one[0] != ErrorReport.State.NEW],
        widget=forms.RadioSelect,
    )
    answer = forms.CharField(
        label=gettext_lazy("Answer to the reporter, in the language of the report"),
        required=False,
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    said_kk = forms.CharField(
        label=gettext_lazy("what was corrected, in Kazakh"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy(
            "For the public list of corrections: what stood there, what stands now."
        ),
    )
    said_ru = forms.CharField(
        label=gettext_lazy("what was corrected, in Russian"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    said_en = forms.CharField(
        label=gettext_lazy("what was corrected, in English"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, instance: ErrorReport, **kwargs: Any) -> None:
        self.instance = instance
        kwargs.pop("for_user", None)
        super().__init__(*args, **kwargs)
