"""The form by which editors keep synonyms."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from wagtail.admin.forms.models import WagtailAdminModelForm

from monitoring.core.text import slugify
from monitoring.search.models import Synonym

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
