"""The library: four fields of experience, files, filters, and an empty state that asks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import feedparser
import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import translation
from wagtail.documents.models import Document

from coalition.library.models import LibraryEntryPage, LibraryIndexPage
from coalition.library.seeds import seed_library
from coalition.registry.models import ExperienceField, Organisation
from monitoring.core.seeds import Report
from monitoring.search.kinds import documents, get
from monitoring.vocabulary.models import Region
from tests.factories import files
from tests.factories.news import index_of, make_list, publish, translate
from tests.factories.pages import make_site
from tests.factories.record import make_topic
from tests.factories.registry import make_organisation

pytestmark = pytest.mark.django_db

URLS = {"kk": "/kk/kitapkhana/", "ru": "/ru/biblioteka/", "en": "/en/library/"}
EMPTY = {
    "kk": "Кітапхана әзірге бос: тәжірибесін ешкім әлі жазған жоқ.",
    "ru": "Библиотека пока пуста: никто ещё не описал свой опыт.",
    "en": "The library is empty: nobody has written of their experience yet.",
}


@pytest.fixture
def library() -> LibraryIndexPage:
    made: LibraryIndexPage = make_list(LibraryIndexPage, make_site())
    return made


def make_field(key: str = "budget", position: int = 90) -> ExperienceField:
    names = {f"{kind}_{code}": f"{key} {code}" for kind in ("name", "short") for code in URLS}
    return ExperienceField.objects.get_or_create(key=key, defaults={"position": position, **names})[
        0
    ]


def make_entry(title: str = "Бюджетті бірге оқу", language: str = "kk", **values: Any) -> Any:
    topics = values.pop("topics", [])
    page = LibraryEntryPage(
        title=title, **{"experience": make_field(), "lead": "Қысқаша.", **values}
    )
    page.topics = topics
    index_of(LibraryIndexPage, language).add_child(instance=page)
    return publish(page)


def text_of(url: str) -> str:
    response = Client().get(url)
    assert response.status_code == 200
    return str(response.content.decode())


@pytest.mark.parametrize("language", URLS)
@pytest.mark.parametrize("address", ["", "office@example.org"])
@pytest.mark.usefixtures("library")
def test_an_empty_library_asks_for_experience(settings: Any, language: str, address: str) -> None:
    settings.SECRETARIAT_EMAIL = address
    text = text_of(URLS[language])
    assert EMPTY[language] in text
    assert ("mailto:" in text) is bool(address)
    assert 'class="facets"' not in text


def test_the_seed_makes_the_list_and_no_entry() -> None:
    make_site()
    seed_library(Report())
    assert "Кітапхана" in text_of(URLS["kk"])
    assert "Библиотека" in text_of(URLS["ru"])
    assert not LibraryEntryPage.objects.exists()


@pytest.mark.usefixtures("library")
def test_field_organisation_region_year_and_kind_filter_the_list() -> None:
    owner: Organisation = make_organisation("Ардагер")
    region = Region.objects.first()
    make_entry("Бірінші", organisation=owner, region=region, year=2020, topics=[make_topic("law")])
    make_entry("Екінші", experience=make_field("training", 91), kind="training", year=2021)
    for tick in (
        "field=budget",
        f"organisation={owner.pk}",
        f"region={region.code if region else ''}",
        "year=2020",
        "kind=experience",
        "topic=law",
    ):
        text = text_of(f"{URLS['kk']}?{tick}")
        assert "Бірінші" in text, tick
        assert "Екінші" not in text, tick
        assert 'content="noindex"' in text
    assert "budget ru" in text_of(URLS["ru"]), "labels are in the reader's language"
    assert "Мұның бәріне бірдей сай келетін" in text_of(URLS["kk"] + "?field=budget&year=2021")
    for wrong in ("field=none", "organisation=x", "year=" + "9" * 5000, "p=99"):
        text_of(f"{URLS['kk']}?{wrong}")


@pytest.mark.usefixtures("library")
def test_an_entry_shows_its_files_with_kind_and_size(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    document = Document(title="esep", file=ContentFile(files.pdf(), name="esep.pdf"))
    document.file_size = len(files.pdf())
    document.save()
    entry = make_entry(files=[("file", {"document": document, "label": "Есеп, орысша"})])
    text = text_of(entry.url)
    assert "Есеп, орысша" in text
    assert "PDF, " in text
    assert f'href="/documents/{document.pk}/esep.pdf"' in text
    document.delete()
    assert "файл алып тасталған" in text_of(entry.url)


@pytest.mark.usefixtures("library")
def test_an_entry_of_one_language_is_named_in_the_lists_of_the_others() -> None:
    entry = make_entry("Қазақша ғана")
    text = text_of(URLS["ru"])
    assert "На русском пока нет, есть текст на казахском." in text
    assert f'href="{entry.url}" lang="kk"' in text
    translate(entry, "ru")
    text = text_of(URLS["ru"])
    assert "ru: Қазақша ғана" in text
    assert "На русском пока нет" not in text


@pytest.mark.usefixtures("library")
def test_the_feed_holds_what_is_real_in_its_language() -> None:
    entry = make_entry("Қазақша ғана")
    read = feedparser.parse(Client().get(URLS["kk"] + "feed.xml").content)
    assert not read.bozo
    assert [one.title for one in read.entries] == ["Қазақша ғана"]
    assert feedparser.parse(Client().get(URLS["ru"] + "feed.xml").content).entries == []
    first = Client().get(URLS["kk"] + "feed.xml")
    asked = {"If-None-Match": first["ETag"]}
    assert Client().get(URLS["kk"] + "feed.xml", headers=asked).status_code == 304
    publish(entry, title="Түзетілген")
    assert Client().get(URLS["kk"] + "feed.xml", headers=asked).status_code == 200
    assert f'href="{URLS["kk"]}feed.xml"' in text_of(URLS["kk"])


@pytest.mark.usefixtures("library")
def test_list_and_entry_take_at_most_fifteen_queries(django_assert_max_num_queries: Any) -> None:
    owner = make_organisation("Ардагер")
    region = Region.objects.first()
    for number in range(25):
        entry = make_entry(
            f"Материал {number}",
            organisation=owner,
            region=region,
            year=2020,
            topics=[make_topic("law"), make_topic(f"t{number}")],
        )
    for url in (*URLS.values(), URLS["kk"] + "?topic=law&p=2", entry.url):
        with django_assert_max_num_queries(15):
            text_of(url)


@pytest.mark.usefixtures("library")
def test_an_organisation_shows_its_entries() -> None:
    from coalition.library.selectors import of_organisations

    owner = make_organisation("Ардагер")
    make_entry("Ұйымның материалы", organisation=owner)
    shown = of_organisations([owner.pk], "kk")
    assert [one["title"] for one in shown[owner.pk].data["entries"]] == ["Ұйымның материалы"]
    assert of_organisations([owner.pk], "ru") == {}


@pytest.mark.usefixtures("library")
def test_the_search_knows_the_library() -> None:
    entry = make_entry(topics=[make_topic("law")], year=2020)
    kind = get("library")
    assert kind is not None
    (document,) = documents(kind, [entry.pk])
    assert document.facets["topic"] == ("law",)
    assert document.date is not None
    assert document.date.year == 2020


YEAR = {
    "kk": "Жыл 1900 мен {last} аралығында болуы керек, қазір {typed} тұр.",
    "ru": "Год должен быть между 1900 и {last}, сейчас здесь {typed}.",
    "en": "The year is between 1900 and {last}; here stands {typed}.",
}


@pytest.mark.parametrize("typed", [1066, 2999])
@pytest.mark.parametrize("language", URLS)
@pytest.mark.usefixtures("library")
def test_a_year_that_cannot_be_is_refused_at_its_field(language: str, typed: int) -> None:
    from monitoring.core import clock

    entry = make_entry()
    entry.year = typed
    with translation.override(language):
        with pytest.raises(ValidationError) as refused:
            entry.full_clean()
        said = YEAR[language].format(last=clock.today().year, typed=typed)
        assert refused.value.message_dict == {"year": [said]}


@pytest.mark.usefixtures("library")
def test_the_database_refuses_an_unknown_kind() -> None:
    entry = make_entry()
    with pytest.raises(IntegrityError), transaction.atomic():
        LibraryEntryPage.objects.filter(pk=entry.pk).update(kind="other")
