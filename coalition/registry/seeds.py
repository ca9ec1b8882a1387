"""What the registry is seeded with: the 26 founding organisations of 2005, as their list has them.

No accession, no confirmation: since 2005 none has confirmed itself.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

from django.conf import settings
from wagtail.models import Page, Site

from coalition.accounts.models import User
from coalition.accounts.services import sync_groups
from coalition.pages.services import confirm_language
from coalition.registry.models import (
    ExperienceField,
    LegalForm,
    Organisation,
    OrganisationIndexPage,
)
from coalition.registry.services import (
    MEMBER_ROLE,
    appoint_representative,
    create_organisation,
    ensure_pages,
    set_standing,
)
from monitoring.core.seeds import Report, apply, apply_rows
from monitoring.search.services import touch
from monitoring.vocabulary.models import Region

FILE = Path(__file__).parent / "seeds" / "organisations.json"
DEMO_EDITOR = "member-editor@example.org"
DEMO_VOLUNTEER = "volunteer@example.org"
EXAMPLE = {
    "name_kk": "Мысал ұйым (көрсетуге арналған)",
    "name_ru": "Организация-пример (для показа)",
    "name_en": "Example organisation (for demonstration)",
    "short_name_kk": "Мысал ұйым",
    "short_name_ru": "Организация-пример",
    "short_name_en": "Example organisation",
    "place_kk": "Мысал: ойдан алынған орын",
    "place_ru": "Пример: вымышленное место",
    "place_en": "Example: an invented place",
    "settlement": Organisation.Settlement.VILLAGE,
    "note": "Made with the demo logins; stands in no list of the coalition.",
}
"""An organisation that there is not, for the demo login of a volunteer; all its names say so.

It has neither a number of 2005 nor a standing, so that no list and no count holds it, and its
pages are published only by whoever tries out the whole way of a correction.
"""

INDEX = {
    "kk": {
        "title": "Мүше ұйымдар",
        "lead": "Мүшелік қайта расталып жатыр. Алдымен өзін растаған ұйымдар, одан кейін "
        "2005 жылғы тізімде аталған құрылтайшы ұйымдар көрсетілген.",
    },
    "ru": {
        "title": "Организации-участники",
        "lead": "Участие подтверждается заново. Сначала показаны организации, которые "
        "подтвердили себя, затем организации-учредители из списка 2005 года.",
    },
    "en": {
        "title": "Member organisations",
        "lead": "Membership is being confirmed anew. Organisations that have confirmed themselves "
        "come first, then the founding organisations listed in 2005.",
    },
}


def seed_organisations(report: Report) -> None:
    """Legal forms, fields of experience, organisations and the one standing of the list of 2005."""
    data = json.loads(FILE.read_text(encoding="utf-8"))
    for form in data["legal_forms"]:
        _apply_form(report, form)
    apply_rows(report, "registry.experience", ExperienceField, "key", data["experience"])

    regions = dict(Region.objects.values_list("code", "pk"))
    forms = dict(LegalForm.objects.values_list("code", "pk"))
    for row in data["organisations"]:
        wanted = {
            **{name: value for name, value in row.items() if name not in ("region", "legal_form")},
            "lat": float(row["lat"]),
            "lon": float(row["lon"]),
            "region_id": regions[row["region"]],
            "legal_form_id": forms.get(row["legal_form"]),
        }
        _apply_organisation(report, wanted, data["standing"])


def _apply_form(report: Report, wanted: dict[str, str]) -> None:
    code = wanted["code"]

    def current() -> dict[str, Any] | None:
        row: dict[str, Any] | None = LegalForm.objects.filter(code=code).values(*wanted).first()
        return row

    def write() -> None:
        LegalForm.objects.update_or_create(code=code, defaults=wanted)

    apply(report, f"registry.form:{code}", wanted, current, write)


def _apply_organisation(report: Report, wanted: dict[str, Any], standing: dict[str, str]) -> None:
    number = wanted["number"]

    def current() -> dict[str, Any] | None:
        row: dict[str, Any] | None = (
            Organisation.objects.filter(number=number).values(*wanted).first()
        )
        return row

    def write() -> None:
        organisation, made = Organisation.objects.update_or_create(number=number, defaults=wanted)
        if made:
            set_standing(
                organisation=organisation,
                kind=standing["kind"],
                since=dt.date.fromisoformat(standing["since"]),
                precision=standing["precision"],
                source=standing["source"],
            )
        touch("organisation", [organisation.pk])

    apply(report, f"registry.organisation:{number}", wanted, current, write)


def seed_pages(report: Report) -> None:
    """The list of organisations under each home page, and a page an organisation and language.

    Pages that exist are left as they are, and so is the whole list once a person removed it.
    """
    home = Site.objects.select_related("root_page").filter(is_default_site=True).first()
    if home is None or home.root_page.specific_class is Page:
        return  # the site's own home pages are not there yet
    homes = {page.locale.language_code: page for page in _versions(home.root_page)}
    key = None
    for language, words in INDEX.items():
        if language in homes:
            key = _apply_index(report, homes[language], language, words, key) or key
    for organisation in Organisation.objects.filter(number__isnull=False).order_by("number"):
        for page in ensure_pages(organisation=organisation, live=True):
            report.wrote(f"registry.page:{page.pk}")
    sync_groups()
    if settings.DEMO_LOGINS:
        _demo_editor()
        _demo_volunteer(report)


def _versions(page: Page) -> list[Page]:
    return list(page.get_translations(inclusive=True).select_related("locale"))


def _apply_index(report: Report, home: Page, language: str, words: dict[str, str], key: Any) -> Any:
    """Make one language's list; returns the key that joins the languages."""
    found: list[OrganisationIndexPage] = []

    def current() -> dict[str, str] | None:
        found[:] = OrganisationIndexPage.objects.child_of(home)[:1]
        return {name: getattr(found[0], name) for name in words} if found else None

    def write() -> None:
        if found:
            page = found[0]
            for name, value in words.items():
                setattr(page, name, value)
        else:
            page = OrganisationIndexPage(**words, locale=home.locale, live=False)
            if key is not None:
                page.translation_key = key
            home.add_child(instance=page)
        page.save_revision().publish()
        if language != "kk":
            confirm_language(page=page, by=None)

    apply(report, f"registry.index:{language}", words, current, write)
    return found[0].translation_key if found else None


def _demo_editor() -> None:
    """The demo login of a member-editor writes for the first of the list."""
    user = User.objects.filter(email=DEMO_EDITOR).first()
    organisation = Organisation.objects.filter(number=1).first()
    if user is not None and organisation is not None and not user.representations.exists():
        appoint_representative(organisation=organisation, user=user)


def _demo_volunteer(report: Report) -> None:
    """The demo login of a volunteer corrects the data of an example, never of a real one."""
    user = User.objects.filter(email=DEMO_VOLUNTEER).first()
    region = Region.objects.order_by("code").first()
    if user is None or region is None or user.representations.exists():
        return
    example = create_organisation(values={**EXAMPLE, "region": region})
    appoint_representative(organisation=example, user=user, role=MEMBER_ROLE)
    report.wrote("registry.example")
