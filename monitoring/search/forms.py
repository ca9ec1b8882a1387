"""The form by which editors keep synonyms, and the one that builds a query field by field."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _
from wagtail.admin.forms.models import WagtailAdminModelForm

from monitoring.core.text import kazakh_key, slugify
from monitoring.search import kinds
from monitoring.search.models import Synonym
from monitoring.search.query import FACET_TITLES, LANGUAGE_NAMES, SORTS, Query, params_of

FIELDS = ("terms_kk", "terms_ru", "terms_en")


class SynonymForm(WagtailAdminModelForm):
    """Terms one a line; the key is made from the first of them and stays."""

    def clean(self) -> dict[str, Any]:
        """Ask for a term, and take out empty lines and doubles."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for name in FIELDS:
            lines = (line.strip() for line in data.get(name, "").splitlines())
            data[name] = "\n".join(dict.fromkeys(line for line in lines if line))
        terms = [term for name in FIELDS for term in data[name].split("\n") if term]
        if not terms:
            self.add_error("terms_kk", _("Write at least one term."))
        elif not self.instance.key:
            base = slugify(terms[0], 100)
            taken = set(Synonym.objects.filter(key__startswith=base).values_list("key", flat=True))
            numbered = (f"{base}-{number}" for number in range(2, len(taken) + 3))
            self.instance.key = next(key for key in (base, *numbered) if key not in taken)
        return data


CHOSEN = ("kind", "document", "body", "topic", "region", "status")
"""Filters that are chosen from the names of their values."""
WRITTEN = ("year", "number", "from", "to")


class AdvancedForm(forms.Form):
    """A query field by field, for who does not know its signs. Everything may stay empty."""

    q = forms.CharField(label=gettext_lazy("Any of these words"), required=False)
    phrase = forms.CharField(label=gettext_lazy("These words one after another"), required=False)
    without = forms.CharField(label=gettext_lazy("Without these words"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Three queries a filter that has names: the list is that of the whole record."""
        super().__init__(*args, **kwargs)
        language = (get_language() or "kk")[:2]
        for name in CHOSEN:
            labels = kinds.value_labels(name, list(kinds.value_names(name)), language)
            rows = sorted(labels.items(), key=lambda row: kazakh_key(row[1]))
            self._add(name, [("", _("any")), *rows])
        self._add("lang", [("", _("any")), *LANGUAGE_NAMES.items()])
        for name in WRITTEN:
            hint = _("A year, or a day as 2024-05-31.") if name in {"from", "to"} else ""
            self.fields[name] = forms.CharField(
                label=FACET_TITLES[name], required=False, help_text=hint
            )
        orders = [(SORTS[0], _("best match first")), (SORTS[1], _("newest first"))]
        self.fields["sort"] = forms.ChoiceField(
            label=pgettext_lazy("search", "Order"), choices=orders, required=False
        )

    def _add(self, name: str, choices: list[tuple[str, Any]]) -> None:
        if len(choices) > 2:  # a list of one leaves nothing to choose
            self.fields[name] = forms.ChoiceField(
                label=FACET_TITLES[name], choices=choices, required=False
            )

    def query(self) -> Query:
        """The query that the filled fields make; what is no choice counts as not chosen."""
        pairs = []
        for name in self.fields:
            typed = str(self.data.get(name, "")).strip()
            if name == "phrase":
                typed = " ".join(typed.replace('"', " ").split())
                pairs.append(("q", f'"{typed}"' if typed else ""))
            elif name == "without":
                pairs.append(("q", " ".join(f"-{word}" for word in typed.split())))
            else:
                pairs.append((name, typed))
        text = " ".join(value for name, value in pairs if name == "q" and value)
        rest = [(name, value) for name, value in pairs if name != "q" and value]
        return Query.from_params(params_of([("q", text), *rest]))
