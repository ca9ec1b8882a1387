"""Lists of pages, zan, adilet and Open NPA, as their pages are written down and as they come."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.decisions.text.markup import read
from monitoring.decisions.text.parse import parse as provisions
from monitoring.evidence import kinds
from monitoring.evidence.entries import Ask, Reading, UnreadableError
from monitoring.evidence.models import Fetch, Source
from monitoring.evidence.sandbox import read_apart
from monitoring.evidence.services import fetch_due
from monitoring.intake import connectors
from monitoring.intake.connectors import adilet, html_list, open_npa, zan
from monitoring.intake.connectors.requisites import code_in, requisites_in
from monitoring.intake.connectors.texts import date_in, decoded, language_by
from monitoring.intake.models import Candidate
from monitoring.intake.services import take_in_entries
from tests.evidence.server import Site, answer
from tests.factories.evidence import source
from tests.intake.feeds import CAPTCHA, item, rss

PAGES = Path(__file__).parent / "pages"
LIST = {"item": "ul.acts > li", "date": ".d", "skip": ["Joomla"]}


def filled(kind: str, **given_: Any) -> dict[str, Any]:
    return {**kinds.get(kind).filled(given_), "step": 1}


def listed(raw: bytes | str = "", **given_: Any) -> Reading:
    page = raw or (PAGES / "maslikhat.html").read_text()
    body = page.encode() if isinstance(page, str) else page
    return html_list.parse(body, "https://m.kz/ru/acts", filled("html_list", **{**LIST, **given_}))


# -- lists ------------------------------------------------------------------------------


def test_a_messy_list_gives_its_items_and_says_what_it_left_out_and_why() -> None:
    read_ = listed(language_rule="letters", number=".no")
    assert [(one.title, one.link, one.date, one.language) for one in read_.entries] == [
        ("О бюджете сельского округа", "https://m.kz/ru/acts/57", "", "ru"),
        ("Ауылдық округтің бюджеті туралы", "https://m.kz/kk/acts/58", "2026-11-19", "kk"),
        ("", "https://m.kz/ru/acts/59", "2026-11-18", ""),
        ("кеше Жиын өтеді, сілтемесіз", "", "", "kk"),
        ("Приказ № 508-н/қ о тарифах на воду", "", "", "ru"),
    ]
    assert read_.entries[0].number == "№ 57-1"
    assert read_.entries[1].published == "2026-11-18T19:00:00+00:00"
    left_out = sorted(note.code for note in read_.notes if not note.taken)
    assert left_out == ["no_title_no_link", "twice", "unwanted"]
    assert {note.code for note in read_.notes if note.taken} == {"no_title", "no_link", "no_date"}


def test_an_attribute_is_taken_and_an_item_may_be_the_link_itself() -> None:
    (first, *_) = listed(item="ul.acts > li:first-child", date="time@datetime").entries
    assert first.date == "2026-11-20"
    (one, *_) = listed(item="ul.acts a[href*='acts/58']", date="").entries
    assert (one.title, one.link) == ("Ауылдық округтің бюджеті туралы", "https://m.kz/kk/acts/58")


@pytest.mark.parametrize(
    ("changes", "code", "setting"),
    [
        ({"item": "div >"}, "bad_selector", "item"),
        ({"item": ""}, "bad_selector", "item"),
        ({"date": "[["}, "bad_selector", "date"),
        ({"item": ".gone li"}, "nothing_matched", "item"),
        ({"title": "h2"}, "no_titles", "title"),
        ({"link": "h2 a"}, "no_links", "link"),
        ({"date": "h2"}, "no_dates", "date"),
        ({"date": "a"}, "dates_unreadable", "date"),
        ({"skip": ["а", "e", "i", "і"], "item": "li:nth-child(1)"}, "all_skipped", ""),
    ],
)
def test_a_selector_that_finds_nothing_is_named(
    changes: dict[str, Any], code: str, setting: str
) -> None:
    with pytest.raises(UnreadableError) as caught:
        listed(**changes)
    assert (caught.value.code, caught.value.setting) == (code, setting)


def test_further_pages_are_named_as_far_as_the_settings_go() -> None:
    assert listed(next="a.next").follow == []
    assert listed(next="a.next", pages=2).follow == [Ask("https://m.kz/ru/acts?page=2")]
    assert listed(page_parameter="p", pages=9).follow == [Ask("https://m.kz/ru/acts?p=2")]
    deeper = {**filled("html_list", **LIST, page_parameter="p", pages=2), "step": 2}
    page = (PAGES / "maslikhat.html").read_bytes()
    assert html_list.parse(page, "https://m.kz/ru/acts?p=2", deeper).follow == []


@pytest.mark.parametrize("charset", ["windows-1251", "utf-8"])
@pytest.mark.parametrize("said", ["utf-8", "windows-1251", "nonsense", ""])
def test_letters_are_right_whatever_a_page_says_of_its_encoding(charset: str, said: str) -> None:
    text = f'<meta charset="{said}"><ul class="acts"><li><a href="/1">О бюджете района</a></ul>'
    assert listed(text.encode(charset), date="").entries[0].title == "О бюджете района"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2025 жылғы 8 мамырдағы № 29-5 шешімі", "2025-05-08"),
        ("от 25 июля 2011 года N 273", "2011-07-25"),
        ("24 November 2026", "2026-11-24"),
        ("November 24, 2026", "2026-11-24"),
        ("2026-11-24T10:00:00", "2026-11-24"),
        ("11/09/2026", "2026-09-11"),
        ("31.02.2026", ""),
        ("2026", ""),
        ("2026 жылғы 24 қaрaшa", "2026-11-24"),
    ],
)
def test_dates_are_read_as_three_languages_write_them(text: str, day: str) -> None:
    assert date_in(text) == day
    assert date_in("12/31/2026", "mdy") == "2026-12-31"


@given(st.text(max_size=60))
def test_any_text_is_no_date_or_a_date_and_has_one_language(text: str) -> None:
    assert len(date_in(text)) in {0, 10}
    assert language_by("letters", text, "") in {"kk", "ru", "en", ""}
    assert decoded(text.encode("utf-8", "ignore")) is not None


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 900))
def test_any_bytes_are_read_or_refused_by_every_connector(noise: bytes, place: int) -> None:
    for kind, reader, page, url in (
        ("html_list", html_list, "maslikhat.html", "https://m.kz/"),
        ("open_npa", open_npa, "open_npa.html", "https://npa.kz/list?page=1"),
        ("adilet", adilet, "adilet.html", "https://a.kz/rus/docs/V11SK000214"),
    ):
        whole = (PAGES / page).read_bytes()
        given_ = filled(kind, **(LIST if kind == "html_list" else {}))
        for raw in (noise, whole[:place] + noise + whole[place:]):
            try:
                reader.parse(raw, url, given_)
            except UnreadableError:
                continue
    with contextlib.suppress(UnreadableError):
        zan.parse(noise, "https://z.kz/api", filled("zan"))


# -- Open NPA ---------------------------------------------------------------------------


def npa(**given_: Any) -> Reading:
    raw = (PAGES / "open_npa.html").read_bytes()
    return open_npa.parse(raw, "https://npa.kz/list?page=1", filled("open_npa", **given_))


def test_a_draft_comes_with_its_status_kind_day_and_deadline_and_nobodys_name() -> None:
    read_ = npa(statuses={"Публичное обсуждение": "Талқыланып жатыр"})
    first, second = read_.entries
    assert (first.status, first.kind, first.deadline) == (
        "Талқыланып жатыр", "Решение", "2026-12-04",
    )  # fmt: skip
    assert (first.body, first.published[:10]) == ("Карасайский район", "2026-11-18")
    assert (second.status, second.kind, second.deadline) == ("Мұрағат", "Шешім", "2026-12-03")
    assert (first.language, second.language) == ("ru", "kk")
    assert "Иванов" not in str(read_.entries)
    assert [note.code for note in read_.notes] == ["no_code"]
    assert read_.follow == [Ask("https://npa.kz/list?page=2")]
    assert npa(pages=1).follow == []
    first_ask = open_npa.first("https://npa.kz/", filled("open_npa", status="IN_ARCHIVE"))
    assert first_ask.url == "https://npa.kz/list?page=1&status=IN_ARCHIVE"


def test_real_cards_are_read(shared: Path) -> None:
    raw = (shared / "samples/html/legalacts_list_cards_fragment.html").read_bytes()
    url = "https://legalacts.egov.kz/list?page=1"
    found = open_npa.parse(raw, url, filled("open_npa")).entries
    assert [(one.key, one.kind, one.status, one.deadline, one.language) for one in found] == [
        ("15907944", "Решение", "Архив", "2026-09-11", "ru"),
        ("15906353", "Приказ", "Архив", "2026-09-14", "ru"),
        ("15902831", "Приказ", "Архив", "2026-09-06", "ru"),
    ]
    assert found[0].body == "Карасайский район Алматинской области"


# -- adilet -----------------------------------------------------------------------------

DOCUMENT = "https://adilet.kz/rus/docs/V11SK000214/compare"


def test_badge_and_footnote_that_disagree_are_both_kept() -> None:
    raw = (PAGES / "adilet.html").read_bytes()
    read_ = adilet.parse(raw, DOCUMENT, filled("adilet"))
    (act,) = read_.entries
    assert (act.code, act.number, act.date) == ("V11SK000214", "273", "2025-07-25")
    assert act.link == "https://adilet.kz/rus/docs/V11SK000214"
    assert (act.status, act.said["badge"]) == ("Жаңа", "Новый")
    assert act.said["status_in_text"] == "Күшін жойған"
    assert act.said["footnote"].startswith("Сноска. Утратило силу")
    assert act.said["register_number"] == "13-11-214"
    assert [note.code for note in read_.notes] == ["disagree"]
    assert [piece for piece in provisions(read(raw.decode())).pieces if "бюджет" in piece.text]


@pytest.mark.parametrize("code", ["captcha", "not_document", "blank"])
def test_what_is_no_document_is_never_taken_for_one(code: str) -> None:
    wide = CAPTCHA.replace(b"</body>", b"<script>" + b"x" * 20_000 + b"</script></body>")
    raw = {"captcha": wide, "not_document": b"<article><p id='z1'>x</p></article>", "blank": b" "}
    with pytest.raises(UnreadableError) as caught:
        read_apart(
            "monitoring.intake.connectors.adilet:parse", raw[code], DOCUMENT, filled("adilet")
        )
    assert caught.value.code == code


def test_new_acts_come_from_the_feed_and_each_is_opened() -> None:
    links = [f"https://adilet.kz/kaz/docs/{code}" for code in ("Z2600000001", "G25SE00295M")]
    raw = rss(item(1, link=links[0]), item(2, link=links[1] + "#z1"), item(3, link="https://x.kz"))
    read_ = adilet.parse(raw, "https://adilet.kz/kaz/docs/rss", filled("adilet"))
    assert [one.key for one in read_.entries] == ["Z2600000001", "G25SE00295M"]
    assert [ask.url for ask in read_.follow] == links
    assert [note.code for note in read_.notes] == ["no_code"]
    assert (
        adilet.first("https://adilet.kz", filled("adilet")).url == "https://adilet.kz/kaz/docs/rss"
    )
    assert adilet.first(links[0], filled("adilet")).url == links[0]


def test_a_real_page_of_the_collection_is_read(shared: Path) -> None:
    raw = (shared / "samples/html/adilet_V2300032783_rus_page_fragment.html").read_bytes()
    (act,) = adilet.parse(
        raw, "https://adilet.zan.kz/rus/docs/V2300032783", filled("adilet")
    ).entries
    assert (act.number, act.date, act.status) == ("435", "2023-06-09", "Жаңартылған")
    assert (act.said["register_number"], act.said["registered"]) == ("32783", "2023-06-14")
    assert act.title.startswith("Об утверждении Технического регламента")


UNDER_NO_LINE = {"V18LF006643", "V20NE008964", "G24DB32117M", "Z2200000156", "egov-8544261", "None"}
"""Excerpts of the samples that begin below the requisites."""


def test_requisites_of_real_acts_are_read_in_both_languages(shared: Path) -> None:
    lines = (shared / "samples/maslikhat/adilet_page_excerpts.jsonl").read_text().splitlines()
    right = 0
    for act in map(json.loads, lines):
        if str(act["doc_id"]) in UNDER_NO_LINE or act["lang"] == "eng":
            continue
        under = next(part for part in act["text"].split("\n\n")[1:] if "№" in part or " N " in part)
        found = requisites_in(under)
        assert (found.date, found.number) == (act["date"], act["number"]), act["doc_id"]
        assert code_in(act["url"]) == act["doc_id"]
        right += 1
    assert right == 13


# -- zan --------------------------------------------------------------------------------

ACT = {
    "id": 7966,
    "code": "7966",
    "actTypes": ["ЗАК"],
    "requisites": {
        "rus": "Закон Республики Казахстан от 23 января 2001 года № 148",
        "kaz": "Қазақстан Республикасының 2001 жылғы 24 қаңтардағы № 148 Заңы",
    },
    "summary": {
        "rus": "О местном государственном управлении и самоуправлении",
        "kaz": "Жергілікті мемлекеттік басқару және өзін-өзі басқару туралы",
    },
    "status": {"rus": "upd", "kaz": "yts"},
    "stateAgencyApprovalDate": "2001-01-23T00:00:00",
    "actionDate": 981590400000,
}


def search(*acts: dict[str, Any], pages: int = 3) -> bytes:
    said = {"page": 1, "pageCount": pages, "documentsFound": len(acts), "list": acts}
    return json.dumps(said, ensure_ascii=False).encode()


def test_what_two_languages_say_differently_is_kept_side_by_side() -> None:
    given_ = filled("zan", documents=1)
    asked = zan.first("https://zan.kz", given_)
    assert json.loads(asked.post)["sortBy"]["field"] == "stateAgencyApprovalDate"
    url = f"{asked.url}#{quote(asked.post)}"
    read_ = zan.parse(search(ACT, {"id": ""}), url, given_)
    (law,) = read_.entries
    assert (law.key, law.number, law.date, law.kind) == ("7966", "148", "2001-01-23", "ЗАК")
    assert (law.said["status.kk"], law.said["status.ru"]) == ("Күшін жойған", "Жаңартылған")
    assert (law.said["date.kk"], law.said["date.ru"]) == ("2001-01-24", "2001-01-23")
    assert law.said["in_force"] == "2001-02-08"
    assert law.link == "https://zan.kz/client/#!/doc/7966/kaz/23.01.2001"
    assert sorted(law.titles) == ["kk", "ru"]
    assert [(note.code, note.what) for note in read_.notes if note.taken] == [
        ("disagree", "7966: status, date, adopted")
    ]
    assert json.loads(read_.follow[0].post)["page"] == 2
    assert [ask.url for ask in read_.follow[1:]] == [
        "https://zan.kz/api/documents/7966/kaz",
        "https://zan.kz/api/documents/7966/rus",
    ]


def test_a_document_says_its_status_in_its_language() -> None:
    said = {"title": "О местном управлении", "legalValidity": "yts", "region": [],
            "requisites": ACT["requisites"], "content": [{"text": "Статья 1"}]}  # fmt: skip
    url = "https://zan.kz/api/documents/7966/rus"
    (law,) = zan.parse(json.dumps(said).encode(), url, filled("zan")).entries
    assert (law.key, law.language, law.number) == ("7966", "ru", "148")
    assert law.said["status.ru"] == "Күшін жойған"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "blank"),
        (CAPTCHA, "captcha"),
        (b"<html>", "not_json"),
        (b"[1]", "not_json"),
        (b'{"list": []}', "empty"),
        (b"{}", "not_document"),
        (b"[" * 100_000, "not_json"),
    ],
)
def test_what_is_not_its_json_has_its_reason(raw: bytes, code: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        zan.parse(raw, "https://zan.kz/api/documents/search", filled("zan"))
    assert caught.value.code == code


# -- from the site to the queue ---------------------------------------------------------


@pytest.mark.django_db
def test_pages_ahead_are_asked_and_fill_what_the_list_left_open(site: Site) -> None:
    law = "/kaz/docs/Z2600000001"
    site.routes["/kaz/docs/rss"] = answer(
        rss(item(1, link=site.url(law), title="О бюджете района"))
    )
    site.routes[law] = answer((PAGES / "adilet.html").read_bytes())
    one = source(site.url(""), kind="adilet")
    assert fetch_due() == 2
    (act,) = Candidate.objects.all()
    assert (act.title, act.facts["number"], act.facts["said"]["badge"]) == (
        "О бюджете района", "273", "Новый",
    )  # fmt: skip
    one.refresh_from_db()
    assert (one.ahead, one.failures) == ([], 0)
    assert one.last_success_at is not None


@pytest.mark.django_db
def test_a_check_against_robots_on_a_further_page_is_told_and_nothing_is_lost(site: Site) -> None:
    law = "/kaz/docs/Z2600000001"
    site.routes["/kaz/docs/rss"] = answer(rss(item(1, link=site.url(law))), ETag='"a"')
    site.routes[law] = answer(CAPTCHA)
    one = source(site.url(""), kind="adilet")
    fetch_due()
    one.refresh_from_db()
    assert Fetch.objects.latest("pk").reason == "captcha"
    assert (one.failures, one.etag, one.last_success_at) == (1, "", None)
    assert Candidate.objects.get().facts == {"code": "Z2600000001"}
    site.routes[law] = answer((PAGES / "adilet.html").read_bytes())
    Source.objects.update(next_due=one.last_fetch_at)
    fetch_due()
    one.refresh_from_db()
    assert one.failures == 0
    assert Candidate.objects.get().facts["number"] == "273"


@pytest.mark.django_db
def test_a_killed_worker_leaves_the_pages_ahead_to_the_next(site: Site) -> None:
    law = "/kaz/docs/Z2600000001"
    site.routes[law] = answer((PAGES / "adilet.html").read_bytes())
    one = source(site.url(""), kind="adilet", ahead=[[2, site.url(law), ""]])
    assert fetch_due() == 1
    assert site.asked("/kaz/docs/rss") == 0
    one.refresh_from_db()
    assert one.ahead == []
    assert Candidate.objects.get().facts["code"] == "Z2600000001"


# -- a folder is enough -----------------------------------------------------------------


@pytest.fixture
def a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A package with one connector in it, which nothing else knows of."""
    name = "connectors_of_a_test"
    folder = tmp_path / name / "gazette"
    folder.mkdir(parents=True)
    (folder.parent / "__init__.py").touch()
    (folder / "__init__.py").write_text(
        "from monitoring.evidence.entries import Entry\n"
        "def parse(raw, url, settings):\n    return [Entry(key=url, title=raw.decode())]\n"
    )
    (folder / "about.py").write_text("LABEL = 'газеттер'\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield name
    kinds.forget("gazette")
    for module in [one for one in sys.modules if one.startswith(name)]:
        del sys.modules[module]


@pytest.mark.django_db
def test_a_connector_is_a_folder_and_stands_in_the_form_of_sources(
    a_folder: str, client: Any
) -> None:
    from tests.intake.conftest import analyst

    package = __import__(a_folder)
    assert connectors.register_all(a_folder, package.__path__, take_in_entries) == ["gazette"]
    client.force_login(analyst(language="kk"))
    assert "газеттер" in client.get("/admin/sources/add/").content.decode()
    assert kinds.get("gazette").parser == f"{a_folder}.gazette:parse"


def test_every_folder_of_the_room_is_known() -> None:
    names = {"adilet", "feed", "html_list", "open_npa", "zan"}
    assert names <= {kind.name for kind in kinds.all_kinds()}
