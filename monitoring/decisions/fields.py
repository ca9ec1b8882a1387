"""Form fields of the record."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from monitoring.core.dates import Precision, parse_partial, short_date
from monitoring.decisions.models import Decision
from monitoring.decisions.references import decisions_meant

_COLLECTION = re.compile(r"[\w-]{1,20}", re.ASCII)
PartialDate = tuple[Any, str]
"""A date or None, and its precision."""


class PartialDateField(forms.CharField):
    """A date as exact as it is known, in one box: 2015, 12.1993, 24.11.2026; empty if not found."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        kwargs.setdefault(
            "help_text",
            gettext_lazy(
                "24.11.2026, or 12.1993, or 2015: as much as the source says. "
                "Empty: the date was not found."
            ),
        )
        super().__init__(max_length=10, **kwargs)

    def to_python(self, value: Any) -> Any:
        """The pair (date, precision)."""
        text = super().to_python(value)
        if not text:
            return None, Precision.UNKNOWN
        try:
            return parse_partial(text)
        except ValueError:
            raise ValidationError(
                _("“%(text)s” is not a date. Write 24.11.2026, 12.1993 or 2015.") % {"text": text},
                code="invalid",
            )

    def prepare_value(self, value: Any) -> Any:
        """What stands in the box."""
        return short_date(*value) if isinstance(value, tuple) else value


class LinksField(forms.CharField):
    """Sources, one address a line; words after the address are kept as its label."""

    widget = forms.Textarea(attrs={"rows": 3})

    def to_python(self, value: Any) -> Any:
        """Rows for `services`: [{"url", "label_kk", …}]."""
        rows = []
        check = URLValidator(schemes=["http", "https"])
        for number, line in enumerate((super().to_python(value) or "").splitlines(), 1):
            url, _space, words = line.strip().partition(" ")
            if not url:
                continue
            if "://" not in url:
                rows.append({"url": "", **_labels(line.strip())})
                continue
            try:
                check(url)
            except ValidationError:
                raise ValidationError(
                    _("Line %(number)s: “%(text)s” is not an address of a page.")
                    % {"number": number, "text": url},
                    code="invalid",
                )
            rows.append({"url": url, **_labels(words.strip())})
        return rows

    def prepare_value(self, value: Any) -> Any:
        """What stands in the box."""
        if not isinstance(value, list):
            return value
        return "\n".join(" ".join(filter(None, (row["url"], _joined(row)))) for row in value)


def _labels(words: str) -> dict[str, str]:
    """«қазақша | по-русски | in English», or the same words for every language."""
    parts = [part.strip() for part in words.split("|")]
    kk, ru, en = [*parts, "", "", ""][:3]
    return {"label_kk": kk[:300], "label_ru": ru[:300], "label_en": en[:300]}


def _joined(row: dict[str, str]) -> str:
    parts = [row.get(f"label_{code}", "") for code in ("kk", "ru", "en")]
    while parts and not parts[-1]:
        parts.pop()
    return " | ".join(parts)


class CodesField(forms.CharField):
    """Codes in official collections, one a line: «adilet Z2100000060»."""

    widget = forms.Textarea(attrs={"rows": 2})

    def to_python(self, value: Any) -> Any:
        """Pairs (collection, code) for `services`."""
        pairs = []
        for number, line in enumerate((super().to_python(value) or "").splitlines(), 1):
            collection, _space, code = line.strip().partition(" ")
            if not collection:
                continue
            if not code.strip() or len(code.strip()) > 60 or not _COLLECTION.fullmatch(collection):
                raise ValidationError(
                    _("Line %(number)s: write the collection and the code, as adilet Z2100000060.")
                    % {"number": number},
                    code="invalid",
                )
            pairs.append((collection.lower(), code.strip()))
        return list(dict.fromkeys(pairs))

    def prepare_value(self, value: Any) -> Any:
        """What stands in the box."""
        if not isinstance(value, list):
            return value
        return "\n".join(" ".join(pair) for pair in value)


class DecisionField(forms.CharField):
    """Another decision, named by its address, code, number or id; exactly one must fit."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 1000)
        kwargs.setdefault(
            "help_text",
            gettext_lazy(
                "Paste its address (here, on adilet or zan), or its number, as 60-VII, or its code."
            ),
        )
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Any:
        """The decision, or None for an empty box."""
        text = super().clean(value)
        if not text:
            return None
        found = decisions_meant(text)
        if not found:
            raise ValidationError(
                _("No document of the record is found by “%(text)s”.") % {"text": text},
                code="unknown",
            )
        if len(found) > 1:
            raise ValidationError(
                format_html(
                    "{} {}",
                    _("Several documents fit “%(text)s”; paste the address of one:")
                    % {"text": text},
                    in_links(found),
                ),
                code="several",
            )
        return found[0]


def in_links(decisions: Iterable[Decision]) -> SafeString:
    """Decisions as links to their admin pages, for a sentence."""
    rows = [(reverse("decisions:edit", args=[one.pk]), str(one), one.pk) for one in decisions]
    return format_html_join(", ", '<a href="{}">{} ({})</a>', rows)
