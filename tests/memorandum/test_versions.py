"""Versions of the memorandum: each at its address, any two compared, each on paper."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import re
from typing import Any

import pytest
from django.test import Client
from pypdf import PdfReader

from coalition.memorandum import papers, selectors
from coalition.memorandum.models import Accession, Provision, Section, Version
from coalition.registry.models import Organisation
from monitoring.core import clock
from tests import kept

pytestmark = pytest.mark.django_db
MOST_QUERIES = 15


@pytest.fixture(scope="module", autouse=True)
def seeded(rows_of_the_file: None) -> None:
    kept.seed()


@pytest.fixture
def second() -> Version:
    """A made-up second version: one word more in M2, M8 gone, a new one at the end."""
    first = Version.objects.get(number=1)
    texts = list(first.provisions.order_by("number").select_related("section"))
    first.pk, first.number = None, 2
    first._state.adding = True
    first.adopted_from = first.adopted_to = dt.date(2026, 2, 3)
    first.save()
    section = Section.objects.create(
        version=first, position=1, name_kk="Бәрі", name_ru="Всё", name_en="All"
    )
    kept = [one for one in texts if one.number != 8]
    for number, one in enumerate(kept, start=1):
        one.pk, one.version, one.section, one.number = None, first, section, number
        one._state.adding = True
        if number == 2:
            for code in ("kk", "ru", "en"):
                setattr(one, f"text_{code}", f"{getattr(one, f'text_{code}')} Қосымша.")
        one.save()
    Provision.objects.create(
        version=first, section=section, number=16,
        text_kk="Мүлдем жаңа норма осы жерде тұрады.", text_ru="Совсем новая норма стоит тут.",
        text_en="A wholly new provision stands here.",
    )  # fmt: skip
    return first


def _main(answer: Any) -> str:
    text: str = answer.content.decode()
    return text.partition("<main")[2].partition("</main>")[0]


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_every_provision_has_its_number_and_its_link(
    client: Client, language: str, django_assert_max_num_queries: Any
) -> None:
    address = f"/{language}/memorandum/"
    client.get(address)
    with django_assert_max_num_queries(MOST_QUERIES):
        text = _main(client.get(address))
    for number in range(1, 17):
        assert f'id="m{number}"' in text
        assert re.search(rf'href="#m{number}"[^>]*>M{number}</a>', text)
    assert text.count("<h2>") >= 3


SINCE = {
    "kk": ("26 қатысушы қол қойды (2005)", "әзірге бірде-бір ұйым қосылған жоқ"),
    "ru": ("Подписали 26 участников (2005)", "пока никто не присоединился"),
    "en": ("26 participants signed (2005)", "No organisation has acceded since 2005 yet."),
}


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_what_the_source_says_of_2005_stands_apart_from_who_acceded_since(
    client: Client, language: str, second: Version
) -> None:
    text = _main(client.get(f"/{language}/memorandum/"))
    for sentence in SINCE[language]:
        assert sentence in text.replace("&nbsp;", " ").replace("\N{NO-BREAK SPACE}", " ")
    organisation = Organisation.objects.founders()[3]
    Accession.objects.create(
        version=second, organisation=organisation, acceded_on=dt.date(2026, 5, 6), source="№ 17"
    )
    text = _main(client.get(f"/{language}/memorandum/"))
    acceded = text.partition('id="acceded"')[2].partition("</section>")[0]
    listed = text.partition('id="founders"')[2].partition("</section>")[0]
    assert organisation.label_in(language) in acceded
    assert "2026-05-06" in acceded
    assert acceded.count("<li") == 1
    assert listed.count("<li") == 26
    assert "№ 17" not in text


def test_the_page_shows_the_newest_version_and_each_has_its_own_address(
    client: Client, second: Version
) -> None:
    assert "2026" in _main(client.get("/en/memorandum/")).partition("</h1>")[2][:600]
    old = client.get("/en/memorandum/v1/")
    assert old.status_code == 200
    assert "This is an old version" in _main(old)
    assert "This is an old version" not in _main(client.get("/en/memorandum/v2/"))
    assert client.get("/en/memorandum/v3/").status_code == 404


def test_a_version_whose_day_has_not_come_is_not_shown(client: Client, second: Version) -> None:
    tomorrow = clock.today() + dt.timedelta(1)
    Version.objects.filter(number=2).update(adopted_from=tomorrow, adopted_to=tomorrow)
    for address in ("v2/", "v2.pdf"):
        assert client.get(f"/kk/memorandum/{address}").status_code == 404
    assert selectors.memorandum_context("kk")["version"].number == 1
    assert "compare" not in _main(client.get("/kk/memorandum/"))


COUNTS = {
    "kk": ("8 сөз", "Мұндай норма болған жоқ"),
    "ru": ("Добавлено", "Такой нормы не было"),
    "en": ("words added", "No such provision before"),
}


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_two_versions_are_compared_by_what_they_say(
    client: Client, language: str, second: Version, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(MOST_QUERIES):
        answer = client.get(f"/{language}/memorandum/compare/?from=1&to=2")
    assert answer.status_code == 200
    shown = answer.context["provisions"]
    flat = [one for row in shown for one in row.get("folded", [row])]
    states = {one["title"]: one["state"] for one in flat}
    assert states["M2"] == "changed"
    assert states["M8"] == "removed"
    assert states["M9 → M8"] == "same", "a number alone is no change"
    assert states["M16"] == "new"
    assert [len(row["folded"]) for row in shown if "folded" in row] == [1, 5, 8]
    text = _main(answer)
    assert "<ins>Қосымша" in text
    assert "<del>" in text
    for sentence in COUNTS[language][1:]:
        assert sentence in text
    turned = client.get(f"/{language}/memorandum/compare/?from=2&to=1")
    assert turned.context["older"].number == 1


def test_letters_of_another_alphabet_are_no_change_and_are_shown_as_written(
    client: Client, second: Version
) -> None:
    one = second.provisions.get(number=3)
    one.text_kk = one.text_kk.replace("і", "i")
    one.save()
    answer = client.get("/kk/memorandum/compare/?from=1&to=2")
    flat = [one for row in answer.context["provisions"] for one in row.get("folded", [row])]
    third = next(one for one in flat if one["title"] == "M3")
    assert third["state"] == "same"
    assert "i" in third["runs"][0][1]
    assert "i" not in third["before_runs"][0][1]


ONE = {
    "kk": "Әзірге бір ғана нұсқа бар",
    "ru": "Пока есть одна версия",
    "en": "There is one version so far",
}


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_with_one_version_there_is_nothing_to_compare_and_the_page_says_so(
    client: Client, language: str
) -> None:
    answer = client.get(f"/{language}/memorandum/compare/?from=x&to=99")
    assert answer.status_code == 200
    assert ONE[language] in _main(answer)


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_the_paper_is_tagged_named_and_in_its_language(client: Client, language: str) -> None:
    answer = client.get(f"/{language}/memorandum/v1.pdf")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/pdf"
    paper = PdfReader(io.BytesIO(answer.content))
    root: Any = paper.trailer["/Root"]
    assert root["/Lang"] == language
    assert root["/MarkInfo"]["/Marked"] == True  # noqa: E712 # pypdf has its own kind of true
    assert "/StructTreeRoot" in root
    assert b"pdfuaid" in paper.xmp_metadata.stream.get_data()  # type: ignore[union-attr] # is there
    version = Version.objects.get()
    assert paper.metadata is not None
    assert str(paper.metadata.title).startswith(version.label_in(language))
    text = _letters("".join(page.extract_text() for page in paper.pages))
    for provision in version.provisions.all():
        assert _letters(getattr(provision, f"text_{language}")) in text
    for organisation in Organisation.objects.founders():
        assert _letters(organisation.label_in(language)) in text
    if language == "kk":
        assert set("әғқңөұүіӘҒҚҢӨҰҮІ") - set(text) <= set("ҒІ"), "Kazakh letters are read back"


def _letters(text: str) -> str:
    """Text without what a line break adds or takes."""
    return re.sub(r"[\s\u2060-]+", "", text)


def test_every_kazakh_letter_stands_in_the_font_and_is_read_back() -> None:
    letters = "ӘәҒғҚқҢңӨөҰұҮүҺһІі№₸–«»"
    words = papers.contents(Version.objects.get(), "kk")
    words["title"] = letters

    made = papers.make_pdf(json.dumps(words, ensure_ascii=False))
    paper = PdfReader(io.BytesIO(made))
    assert letters in "".join(page.extract_text() for page in paper.pages)
    fonts = {str(font.get_object()["/BaseFont"]) for page in paper.pages for font in _fonts(page)}
    assert fonts
    assert all("Onest" in name for name in fonts), "no other font filled a gap"


def _fonts(page: Any) -> list[Any]:
    return list(page["/Resources"]["/Font"].values())


def test_the_same_words_make_the_same_bytes_and_a_changed_word_another_paper(
    client: Client,
) -> None:
    version = Version.objects.get()
    made, fingerprint = papers.paper_of(version, "ru")
    again, same = papers.paper_of(version, "ru")
    assert (again, same) == (made, fingerprint)

    words = json.dumps(papers.contents(version, "ru"), ensure_ascii=False, sort_keys=True)
    digests = {hashlib.sha256(papers.make_pdf(words)).hexdigest() for _ in range(2)}
    assert digests == {hashlib.sha256(made).hexdigest()}
    tag = client.get("/ru/memorandum/v1.pdf")["ETag"]
    assert client.get("/ru/memorandum/v1.pdf", headers={"If-None-Match": tag}).status_code == 304
    version.provisions.filter(number=1).update(text_ru="Иначе.")
    changed, other = papers.paper_of(Version.objects.get(), "ru")
    assert other != fingerprint
    assert changed != made


def test_an_organisation_shows_what_it_signed() -> None:
    organisation = Organisation.objects.founders()[0]
    version = Version.objects.get()
    Accession.objects.create(
        version=version, organisation=organisation, acceded_on=dt.date(2026, 5, 6), source="x"
    )
    found = selectors.signed([organisation.pk, 99_999], "kk")
    assert set(found) == {organisation.pk}
    assert [row["number"] for row in found[organisation.pk].data["rows"]] == [1]
