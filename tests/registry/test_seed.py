"""The founding organisations of 2005 are seeded as the list has them, and nothing more."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from coalition.accounts.demo import ensure_demo_users
from coalition.accounts.models import User
from coalition.accounts.services import sync_groups
from coalition.registry import seeds
from coalition.registry.directory import entries
from coalition.registry.models import (
    ExperienceField,
    LegalForm,
    Organisation,
    OrganisationPage,
    Standing,
)
from coalition.registry.reports import to_confirm
from coalition.registry.seeds import FILE, seed_organisations, seed_pages
from coalition.registry.services import set_standing
from coalition.website.selectors import _facts
from monitoring.core import clock
from monitoring.core.seeds import Report
from monitoring.vocabulary.seeds import seed as seed_vocabulary
from tests.factories import registry as make

MOST_QUERIES = 15
FEW = (1, 2, 7, 20, 26)


def _seed() -> Report:
    report = Report()
    seed_organisations(report)
    seed_pages(report)
    return report


@pytest.fixture
def ground(db: None) -> None:
    make.make_tree(directory=False)
    seed_vocabulary(Report())


@pytest.fixture
def seeded(ground: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Report:
    """A few of the list, since 78 pages take their time."""
    data = json.loads(FILE.read_text(encoding="utf-8"))
    data["organisations"] = [row for row in data["organisations"] if row["number"] in FEW]
    short = tmp_path / "organisations.json"
    short.write_text(json.dumps(data), encoding="utf-8")
    monkeypatch.setattr(seeds, "FILE", short)
    return _seed()


def test_the_whole_list_of_2005_is_seeded_once_and_no_more_than_it(
    ground: None, client: Client, django_assert_max_num_queries: Any
) -> None:
    _seed()
    _the_list_is_kept_letter_by_letter()
    _nothing_is_confirmed()
    _each_has_a_page_in_three_languages_under_one_latin_address()
    for language, (word, _sentence) in NO_MEMBERS.items():
        client.get(f"/{language}/{word}/")  # Wagtail keeps site roots in the cache
        with django_assert_max_num_queries(MOST_QUERIES):
            text = client.get(f"/{language}/{word}/").content.decode()
        members = text.partition('id="list-confirmed"')[2].partition("</section>")[0]
        assert members
        assert "26" not in members
    again = _seed()
    assert again.counts["written"] == 0
    assert again.left_alone == []


def _the_list_is_kept_letter_by_letter() -> None:
    rows = json.loads(FILE.read_text(encoding="utf-8"))["organisations"]
    assert [row["number"] for row in rows] == list(range(1, 27))
    for row in rows:
        organisation = Organisation.objects.get(number=row["number"])
        assert organisation.name_as_in_source == row["name_as_in_source"]
        assert organisation.place_as_in_source == row["place_as_in_source"]
        assert organisation.region.code == row["region"]


def _nothing_is_confirmed() -> None:
    assert set(Standing.objects.values_list("kind", flat=True)) == {"founder"}
    assert Standing.objects.count() == 26
    assert not Organisation.objects.confirmed().exists()
    for language in ("kk", "ru", "en"):
        assert not Organisation.objects.filter(**{f"name_{language}_confirmed": True}).exists()


def _each_has_a_page_in_three_languages_under_one_latin_address() -> None:
    for organisation in Organisation.objects.all():
        pages = OrganisationPage.objects.live().filter(organisation=organisation)
        assert {page.locale.language_code for page in pages} == {"kk", "ru", "en"}
        assert len({page.slug for page in pages}) == 1
        assert len({page.translation_key for page in pages}) == 1
    first = OrganisationPage.objects.filter(organisation__number=1).first()
    assert first is not None
    assert first.slug == "kogamdyk-sayasatty-zertteu-ortalygy"


def test_seeding_twice_changes_nothing_and_leaves_a_persons_work_alone(seeded: Report) -> None:
    organisation = Organisation.objects.get(number=2)
    organisation.short_name_en = "Bison"
    organisation.save()
    before = list(OrganisationPage.objects.order_by("pk").values_list("pk", "latest_revision"))
    report = _seed()
    assert report.counts["written"] == 0
    assert report.left_alone == ["registry.organisation:2"]
    organisation.refresh_from_db()
    assert organisation.short_name_en == "Bison"
    after = list(OrganisationPage.objects.order_by("pk").values_list("pk", "latest_revision"))
    assert after == before


def test_a_removed_organisation_stays_removed(seeded: Report) -> None:
    OrganisationPage.objects.filter(organisation__number=26).delete()
    Organisation.objects.filter(number=26).delete()
    assert _seed().left_alone == ["registry.organisation:26"]
    assert not Organisation.objects.filter(number=26).exists()


NO_MEMBERS = {
    "kk": ("mushe-uiymdar", "Әзірге расталған ұйым жоқ."),
    "ru": ("organizatsii", "Пока ни одна организация не подтвердила участие."),
    "en": ("organisations", "No organisation has confirmed its membership yet."),
}


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_the_list_says_that_nobody_confirmed_and_names_the_founders_apart(
    seeded: Report, client: Client, django_assert_max_num_queries: Any, language: str
) -> None:
    word, sentence = NO_MEMBERS[language]
    client.get(f"/{language}/{word}/")  # Wagtail keeps site roots in the cache
    with django_assert_max_num_queries(MOST_QUERIES):
        answer = client.get(f"/{language}/{word}/")
    text = answer.content.decode()
    assert answer.status_code == 200
    assert sentence in text
    for organisation in Organisation.objects.founders():
        assert organisation.short_name(language).replace("'", "&#x27;") in text.replace(
            '<span class="nb">', ""
        ).replace("</span>", "")


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_a_confirmed_founder_is_a_member_and_no_longer_in_the_quiet_list(
    seeded: Report, client: Client, language: str
) -> None:
    organisation = Organisation.objects.get(number=7)
    set_standing(organisation=organisation, kind="confirmed", since=clock.today())
    word, sentence = NO_MEMBERS[language]
    text = client.get(f"/{language}/{word}/").content.decode()
    assert sentence not in text
    assert text.count(f">{organisation.short_name(language)}</a>") == 1
    assert text.index(organisation.short_name(language)) < text.index('id="list-founder"')


UNCONFIRMED = {
    "kk": ("Қазіргі мүшелігі расталмаған", "атауын ұйым растамаған", "2005 жылғы 20–21 маусым"),
    "ru": (
        "Нынешнее участие не подтверждено",
        "название не подтверждено организацией",
        "20–21 июня 2005 года",
    ),
    "en": (
        "Membership today is not confirmed",
        "name not confirmed by the organisation",
        "20–21 June 2005",
    ),
}


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_an_organisations_page_says_where_it_stands_and_how_sure_its_names_are(
    seeded: Report, client: Client, django_assert_max_num_queries: Any, language: str
) -> None:
    page = OrganisationPage.objects.get(organisation__number=20, locale__language_code=language)
    client.get(page.url)
    with django_assert_max_num_queries(MOST_QUERIES):
        answer = client.get(page.url)
    text = answer.content.decode()
    assert answer.status_code == 200
    for sentence in UNCONFIRMED[language]:
        assert sentence in text
    assert page.organisation.name_as_in_source in text
    assert page.organisation.place(language) in text
    assert "worldbank.org.kz" in text


def test_legal_forms_and_fields_of_experience_are_seeded_in_three_languages(
    seeded: Report,
) -> None:
    data = json.loads(FILE.read_text(encoding="utf-8"))
    for model, rows in ((LegalForm, data["legal_forms"]), (ExperienceField, data["experience"])):
        assert model._default_manager.count() == len(rows) == 4
        for row in rows:
            key = {name: row[name] for name in ("code", "key") if name in row}
            found = model._default_manager.values(*row).get(**key)
            assert found == row
            assert all(found[f"name_{language}"] for language in ("kk", "ru", "en"))
    foundation = Organisation.objects.get(number=1).legal_form
    assert foundation is not None
    assert foundation.code == "foundation"


def test_the_volunteer_of_a_demonstration_has_an_example_that_no_list_or_count_holds(
    seeded: Report, settings: Any, tmp_path: Path, client: Client
) -> None:
    assert not Organisation.objects.filter(number=None).exists(), "production never gets it"
    settings.DEMO_LOGINS, settings.VAR_DIR = True, tmp_path
    sync_groups()
    ensure_demo_users()
    before = [to_confirm().count(), _facts(), *(len(entries(code)) for code in ("kk", "ru", "en"))]
    assert _seed().counts["written"] == 1
    assert _seed().counts["written"] == 0
    example = Organisation.objects.get(number=None)
    after = [to_confirm().count(), _facts(), *(len(entries(c)) for c in ("kk", "ru", "en"))]
    assert after == before
    assert not example.standings.exists()
    assert not example.pages.filter(live=True).exists()
    client.force_login(User.objects.get(email=seeds.DEMO_VOLUNTEER))
    for path, word in OWN.items():
        answer = client.get(path, follow=True)
        assert answer.status_code == 200
        assert word in answer.content.decode()
    assert client.get("/admin/").status_code == 302


OWN = {
    "/kk/bizdin-uiym/": "Мысал ұйым",
    "/ru/nasha-organizatsiya/": "Организация-пример",
    "/en/our-organisation/": "Example organisation",
}
