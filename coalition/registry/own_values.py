"""What an organisation says of itself, as one flat table of fields: read from wherever it stands.

Names ending in a language stand once a language; the rest serve all three. Names and place belong
to the Organisation, the sentence and the contacts to its pages.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from coalition.registry.models import ExperienceField, Organisation, OrganisationPage
from monitoring.core.models import LANGUAGES

Values = dict[str, Any]

NAMES = ("short_name", "place")
"""Fields of the Organisation, once a language."""
CONTACTS = ("phone", "email", "website")
"""Fields of the pages; entered once, they serve all three."""
PER_LANGUAGE = ("short_name", "sentence", "place")
TEXTS = (*(f"{name}_{code}" for name in PER_LANGUAGE for code in LANGUAGES), *CONTACTS)
FIELDS = (*TEXTS, "experience", "logo")


def public_values(organisation: Organisation) -> Values:
    """What readers see now. Three queries."""
    pages = organisation.pages.filter(live=True).select_related("locale").order_by("pk")
    return _values(organisation, list(pages))


def draft_values(organisation: Organisation) -> Values:
    """What the newest drafts of the pages say, whoever wrote them."""
    return _values(organisation, newest_pages(organisation))


def newest_pages(organisation: Organisation) -> list[OrganisationPage]:
    """The pages as their newest drafts have them, Kazakh first."""
    pages = organisation.pages.select_related("locale", "latest_revision").order_by("pk")
    return [page.get_latest_revision_as_object() for page in pages]


def _values(organisation: Organisation, pages: Iterable[OrganisationPage]) -> Values:
    found: Values = dict.fromkeys(FIELDS, "")
    for name in NAMES:
        for code in LANGUAGES:
            found[f"{name}_{code}"] = getattr(organisation, f"{name}_{code}")
    found["logo"] = None
    for page in pages:
        found[f"sentence_{page.locale.language_code}"] = page.lead
        for name in CONTACTS:
            found[name] = found[name] or getattr(page, name)
        found["logo"] = found["logo"] or page.logo_id
    found["experience"] = [field.key for field in organisation.experience.all()]
    return found


def of_page(values: Mapping[str, Any], language: str) -> dict[str, Any]:
    """What the page of a language is to hold."""
    return {
        "lead": values[f"sentence_{language}"],
        "logo_id": values["logo"],
        **{name: values[name] for name in CONTACTS},
    }


def differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """Names of the fields in which two tables differ, in the order of the form."""
    return [name for name in FIELDS if _plain(one.get(name)) != _plain(other.get(name))]


def _plain(value: Any) -> Any:
    """White space and the order of checked boxes make no difference."""
    if isinstance(value, list):
        return sorted(value)
    return " ".join(str(value or "").split())


def label_of(name: str) -> str:
    """What a field is called, without its language."""
    return {
        "short_name": _("Short name"),
        "sentence": _("What do you do? One sentence"),
        "place": pgettext("of an organisation", "Place"),
        "phone": _("Public telephone or WhatsApp"),
        "email": _("Public e-mail"),
        "website": _("Website"),
        "experience": _("Your experience"),
        "logo": _("Logo"),
    }[split(name)[0]]


def split(name: str) -> tuple[str, str]:
    """A field's name and its language, "" for those that serve all three."""
    head, _sep, tail = name.rpartition("_")
    return (head, tail) if head and tail in LANGUAGES else (name, "")


def spoken(name: str, value: Any, language: str) -> str:
    """A value as a person reads it; "" for none."""
    if name == "experience":
        fields = ExperienceField.objects.filter(key__in=value or [])
        return "; ".join(field.short(language) for field in fields)
    return str(value or "")


def shown(organisation: Organisation, language: str) -> list[tuple[str, str]]:
    """Label and value of what readers of a language see now, for "is this still right?"."""
    values = public_values(organisation)
    with translation.override(language):
        names = [
            *(f"{name}_{language}" for name in PER_LANGUAGE),
            *CONTACTS,
            "experience",
        ]
        return [
            (label_of(name), spoken(name, values[name], language) or _("not given"))
            for name in names
        ]
