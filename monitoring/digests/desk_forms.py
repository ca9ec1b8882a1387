"""Forms of the editors' desk: the lead of an issue, and a letter."""

from __future__ import annotations

from typing import Any

from django import forms

from monitoring.digests.models import Editorial, Letter
from monitoring.vocabulary.models import Region, Topic


class EditorialForm(forms.ModelForm[Editorial]):
    """Lead and news item in three languages; `version` is what the editor had before them."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Editorial
        fields = (
            "lead_kk", "lead_ru", "lead_en", "elsewhere",
            "news_kk", "news_ru", "news_en", "news_link",
        )  # fmt: skip
        widgets = {f"lead_{code}": forms.Textarea({"rows": 3}) for code in ("kk", "ru", "en")}

    def _post_clean(self) -> None:
        """The service checks the row; the form's own instance is never stored."""


class LetterForm(forms.ModelForm[Letter]):
    """A letter's words and its audience."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    value = forms.ChoiceField(required=False)

    class Meta:
        model = Letter
        fields = (
            "subject_kk", "text_kk", "subject_ru", "text_ru", "subject_en", "text_en",
            "audience", "value", "is_public",
        )  # fmt: skip
        widgets = {f"text_{code}": forms.Textarea({"rows": 8}) for code in ("kk", "ru", "en")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["value"]
        assert isinstance(field, forms.ChoiceField)
        field.label = Letter._meta.get_field("value").verbose_name
        topics = [(row.slug, row.label) for row in Topic.objects.all()]
        regions = [(row.code, row.label) for row in Region.objects.all()]
        field.choices = [
            ("", "–"),
            (Letter.Audience.TOPIC.label, topics),
            (Letter.Audience.REGION.label, regions),
        ]

    def _post_clean(self) -> None:
        """The service checks the row; the form's own instance is never stored."""
