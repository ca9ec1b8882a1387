"""The form that asks for mail: errors say what is wrong and what stands there."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from monitoring.core.forms import PublicForm
from monitoring.digests.models import Frequency
from monitoring.digests.queries import describe, query_of
from monitoring.digests.selectors import Choice, choices
from monitoring.mailing.addresses import normalise
from monitoring.search.plans import plan_of
from monitoring.search.query import Query


class SubscribeForm(PublicForm):
    """Address, what about, how often. `query` carries the parameters of a search."""

    address = forms.CharField(label=gettext_lazy("Your e-mail address"), max_length=320, strip=True)
    about = forms.CharField(label=pgettext_lazy("mail", "What about?"), max_length=200)
    query = forms.CharField(required=False, max_length=8000, strip=True)
    frequency = forms.ChoiceField(
        label=gettext_lazy("How often?"),
        choices=Frequency.choices,
        initial=Frequency.WEEKLY,
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=gettext_lazy("Note for yourself: why you follow this"), max_length=200, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["address"].error_messages["required"] = _("Enter your e-mail address.")
        self.fields["address"].error_messages["max_length"] = _(
            "The address is too long: at most 254 characters, now %(show_value)d."
        )
        self.fields["frequency"].error_messages["invalid_choice"] = _("Choose how often to write.")
        self.fields["frequency"].error_messages["required"] = _("Choose how often to write.")
        self.fields["about"].error_messages["required"] = _("Choose what the mail should be about.")

    @property
    def about_choices(self) -> list[Choice]:
        """What can be chosen; the search from which the reader came stands first."""
        language = get_language() or "kk"
        params = str(self["query"].value() or "")
        found = choices(language)
        if params:
            asked = query_of("search", params) or Query()
            found.insert(0, Choice("search", describe(asked, language), _("This search")))
        return found

    def clean_address(self) -> str:
        """The address as it is stored."""
        typed = str(self.cleaned_data["address"])
        if "@" not in typed:
            raise ValidationError(
                _("An e-mail address has an @ in it; “%(typed)s” has none."),
                params={"typed": typed},
            )
        try:
            address = normalise(typed)
            validate_email(address)
        except (ValueError, ValidationError):
            raise ValidationError(
                _("“%(typed)s” is not an e-mail address. Write it like name@example.org."),
                params={"typed": typed},
            ) from None
        if len(address) > 254:
            raise ValidationError(
                _("The address is too long: at most 254 characters, now %(show_value)d."),
                params={"show_value": len(address)},
            )
        return address

    def clean(self) -> dict[str, Any]:
        """The choice becomes a query that can find something."""
        data = super().clean() or {}
        about = str(data.get("about", ""))
        if not about:
            return data
        asked = query_of(about, str(data.get("query", "")))
        known = about in {"all", "search"} or about in {one.value for one in self.about_choices}
        if asked is None or not known or not plan_of(asked).can_match:
            self.add_error("about", _("This search can find nothing, so it cannot be followed."))
        data["asked"] = asked
        return data
