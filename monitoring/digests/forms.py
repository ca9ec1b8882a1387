"""The forms of the mails: errors say what is wrong at their field, and keep what was typed."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext_lazy
from django.utils.translation import gettext as _

from monitoring.core import clock
from monitoring.core.forms import PublicForm
from monitoring.digests.models import ESSENTIAL, KEY_ONLY, REMIND_DAYS, Aspect, Frequency
from monitoring.digests.queries import DECISION, FACETS, decision_of, describe, query_of
from monitoring.digests.selectors import Choice, choices
from monitoring.journal.models import Change
from monitoring.mailing.addresses import normalise
from monitoring.search import kinds
from monitoring.search.query import Query
from monitoring.search.saved import never_matches

LONGEST_SILENCE = dt.timedelta(days=366)
KEY_LABEL = pgettext_lazy("kind of change", "only of key documents")


def aspects_offered() -> list[tuple[str, str]]:
    """Kinds of change that can be chosen: those that the journal tells of by now."""
    told = [one for one in Aspect if one != Aspect.POSITION or "position" in Change.Kind.values]
    return [(one.value, str(one.label)) for one in told]


def stored_kinds(chosen: list[str]) -> str:
    """As a subscription keeps them: in their order; empty when all are wanted."""
    offered = [value for value, _label in aspects_offered()]
    return "" if set(offered) <= set(chosen) else ",".join(v for v in offered if v in chosen)


def with_key(stored: str, key_only: bool) -> str:
    """Stored kinds that ask for key documents alone, if wanted."""
    if not key_only:
        return stored
    return f"{stored or ','.join(value for value, _label in aspects_offered())},{KEY_ONLY}"


def reminders_offered() -> list[tuple[str, str]]:
    """Days before a deadline, and none."""
    days = [
        (str(n), ngettext("%(days)d day before", "%(days)d days before", n) % {"days": n})
        for n in REMIND_DAYS
    ]
    return [("", _("no reminder")), *days]


class AddressForm(PublicForm):
    """An e-mail address, in the one form in which it is stored."""

    address = forms.CharField(label=gettext_lazy("Your e-mail address"), max_length=320, strip=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["address"].error_messages["required"] = _("Enter your e-mail address.")
        self.fields["address"].error_messages["max_length"] = _(
            "The address is too long: at most 254 characters, now %(show_value)d."
        )

    def clean_address(self) -> str:
        """The address as it is stored."""
        typed = str(self.cleaned_data["address"])
        if "@" not in typed:
            raise ValidationError(
                _("An e-mail address has an @ in it; “%(typed)s” has none."),
                params={"typed": typed},
            )
        local = typed.rpartition("@")[0]
        if local and not local.isascii() and " " not in typed:
            raise ValidationError(
                _(
                    "Our mail cannot reach addresses with letters like “%(letter)s” before the @. "
                    "Give an address in Latin letters."
                ),
                params={"letter": next(one for one in local if not one.isascii())},
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


class SubscribeForm(AddressForm):
    """Address, what about, how often, which changes. `query` carries the parameters of a search.

    `kinds` that were not shown (the short form beside content) mean the essential ones.
    """

    about = forms.CharField(label=pgettext_lazy("mail", "What about?"), max_length=200)
    query = forms.CharField(required=False, max_length=8000, strip=True)
    frequency = forms.ChoiceField(
        label=gettext_lazy("How often?"),
        choices=Frequency.choices,
        initial=Frequency.WEEKLY,
        widget=forms.RadioSelect,
    )
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Which changes?"),
        choices=aspects_offered,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        initial=ESSENTIAL.split(","),
    )
    kinds_shown = forms.CharField(required=False, max_length=1)
    key_only = forms.BooleanField(label=KEY_LABEL, required=False)
    remind = forms.ChoiceField(
        label=gettext_lazy("Remind of deadlines by a mail of its own"),
        choices=reminders_offered,
        required=False,
    )
    quiet_month = forms.BooleanField(
        label=gettext_lazy("Once a month also when nothing changed: “We looked, nothing changed”"),
        required=False,
    )
    letters = forms.BooleanField(
        label=gettext_lazy("Letters of the coalition, a few times a year"), required=False
    )
    note = forms.CharField(
        label=gettext_lazy("Note for yourself: why you follow this"), max_length=200, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("invalid_choice", "required"):
            self.fields["frequency"].error_messages[name] = _("Choose how often to write.")
        self.fields["about"].error_messages["required"] = _("Choose what the mail should be about.")
        self.fields["note"].error_messages["max_length"] = _note_too_long()

    @property
    def about_choices(self) -> list[Choice]:
        """What can be chosen; what the reader came from stands first."""
        language = get_language() or "kk"
        params, about = str(self["query"].value() or ""), str(self["about"].value() or "")
        found = choices(language)
        known = {one.value for one in found}
        if params:
            asked = query_of("search", params) or Query()
            found.insert(0, Choice("search", describe(asked, language), _("This search")))
        elif about not in known and (query := query_of(about)) is not None and _exists(query):
            group = _("This document") if about.startswith(f"{DECISION}:") else ""
            found.insert(0, Choice(about, describe(query, language), group))
        return found

    @property
    def asked(self) -> Query | None:
        """What the form asks for as it stands now, checked or not."""
        return query_of(str(self["about"].value() or ""), str(self["query"].value() or ""))

    def clean_kinds(self) -> str:
        """As a subscription keeps them."""
        return stored_kinds(self.cleaned_data["kinds"])

    def clean_remind(self) -> int | None:
        """Days, or None."""
        return int(self.cleaned_data["remind"]) if self.cleaned_data["remind"] else None

    def clean(self) -> dict[str, Any]:
        """The choice becomes a query that can find something."""
        data = super().clean() or {}
        if data.get("kinds") == "" and not self["kinds"].data:
            if data.get("kinds_shown"):
                self.add_error("kinds", _("Choose at least one kind of change."))
            data["kinds"] = ESSENTIAL
        about = str(data.get("about", ""))
        if not about:
            return data
        asked = query_of(about, str(data.get("query", "")))
        known = about in {"all", "search"} or about in {one.value for one in self.about_choices}
        problems = never_matches(asked) if asked is not None else []
        if asked is None or not known or not _exists(asked):
            self.add_error("about", _("This search can find nothing, so it cannot be followed."))
        for problem in problems:
            self.add_error("about", problem.sentence)
        data["asked"] = asked
        if asked is not None and decision_of(asked) is None and "kinds" in data:
            data["kinds"] = with_key(data["kinds"], data.get("key_only", False))
        return data


class WishesForm(forms.Form):
    """All that a reader can change of one subscription, on the manage page."""

    use_required_attribute = False

    frequency = forms.ChoiceField(label=gettext_lazy("How often?"), choices=Frequency.choices)
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Which changes?"),
        choices=aspects_offered,
        widget=forms.CheckboxSelectMultiple,
    )
    key_only = forms.BooleanField(label=KEY_LABEL, required=False)
    remind = forms.ChoiceField(
        label=gettext_lazy("Remind of deadlines by a mail of its own"),
        choices=reminders_offered,
        required=False,
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=[("kk", "Қазақша"), ("ru", "Русский"), ("en", "English")],
    )
    muted_until = forms.DateField(
        label=gettext_lazy("Write nothing until"),
        required=False,
        input_formats=["%Y-%m-%d", "%d.%m.%Y"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=gettext_lazy("What changes meanwhile comes in the first mail after that day."),
    )
    note = forms.CharField(
        label=gettext_lazy("Note for yourself: why you follow this"), max_length=200, required=False
    )

    def __init__(self, *args: Any, wide: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not wide:  # who follows one document hears of it, key or not
            del self.fields["key_only"]
        self.fields["kinds"].error_messages["required"] = _("Choose at least one kind of change.")
        self.fields["muted_until"].error_messages["invalid"] = _(
            "Write the day like 2027-01-31 or 31.01.2027."
        )
        self.fields["note"].error_messages["max_length"] = _note_too_long()

    def clean_kinds(self) -> str:
        """As a subscription keeps them."""
        return stored_kinds(self.cleaned_data["kinds"])

    def clean_remind(self) -> int | None:
        """Days, or None."""
        return int(self.cleaned_data["remind"]) if self.cleaned_data["remind"] else None

    def clean_muted_until(self) -> dt.date | None:
        """A day of the coming year; a past one means no silence."""
        return silence_until(self.cleaned_data["muted_until"])

    @property
    def wishes(self) -> dict[str, Any]:
        """What `change_subscription` takes."""
        data = dict(self.cleaned_data)
        data["remind_days"] = data.pop("remind")
        data["kinds"] = with_key(data["kinds"], data.pop("key_only", False))
        return data


class PauseForm(forms.Form):
    """Silence for everything until a day."""

    use_required_attribute = False
    until = WishesForm.base_fields["muted_until"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until"].error_messages["invalid"] = _(
            "Write the day like 2027-01-31 or 31.01.2027."
        )

    def clean_until(self) -> dt.date | None:
        """A day of the coming year; a past one, or none, ends the silence."""
        return silence_until(self.cleaned_data["until"])


def silence_until(day: dt.date | None) -> dt.date | None:
    """The day if it lies ahead, None if it does not. Raises ValidationError beyond a year."""
    today = clock.today()
    if day is not None and day > today + LONGEST_SILENCE:
        raise ValidationError(_("Choose a day within a year, or unsubscribe."))
    return day if day is not None and day > today else None


def _exists(query: Query) -> bool:
    """Whether a decision that a query follows is public, a named filter names something."""
    pk, kind = decision_of(query), kinds.get(DECISION)
    if pk is not None:
        return kind is not None and pk in kind.visible([pk])
    if query.text or len(query.filters) != 1 or query.filters[0][0] not in FACETS:
        return True
    name, values = query.filters[0]
    labels = kinds.value_labels(name, values, "kk")
    return all(labels[value] != value for value in values)


def _note_too_long() -> str:
    return _("The note is too long: at most 200 characters, now %(show_value)d.")
