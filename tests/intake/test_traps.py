"""The traps of real sources, each with the test that holds it; what had none is tested here."""

from __future__ import annotations

import datetime as dt
import io
import resource
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.urls import reverse

from monitoring.core import clock
from monitoring.decisions.models import Decision, DecisionKind
from monitoring.evidence import http, kinds, services
from monitoring.evidence.chain import verify
from monitoring.evidence.entries import Reading, UnreadableError
from monitoring.evidence.models import Fetch, Snapshot, Source
from monitoring.evidence.reasons import FetchError
from monitoring.evidence.sandbox import MEMORY, read_apart
from monitoring.evidence.services import fetch_due, take_in_waiting
from monitoring.intake.connectors import adilet, feed
from monitoring.intake.connectors.requisites import requisites_in
from monitoring.intake.connectors.texts import date_in
from monitoring.intake.models import Candidate, Revision
from monitoring.intake.relevance import Rule, Scorer, Text
from monitoring.intake.sameness import normal
from monitoring.intake.services import accept_candidate
from tests.evidence.server import Handler, Site, answer
from tests.factories.evidence import source, stored
from tests.intake.conftest import SignIn
from tests.intake.feeds import LAUGHS, item, rss

ROOT = Path(__file__).resolve().parents[2]
PAGES = Path(__file__).parent / "pages"
HERE = "intake/test_traps.py"
CONNECTORS = "intake/test_connectors.py"

TRAPS = {
    "Latin ə for ә": (HERE, "test_latin_letters_among_kazakh_ones_hide_nothing"),
    "i for і": (HERE, "test_latin_letters_among_kazakh_ones_hide_nothing"),
    "1\\) with a stroke": (
        "decisions/test_parse.py", "test_markdown_loses_its_signs_and_plain_text_keeps_them",
    ),
    "RU and KK cite different numbers and dates": (
        CONNECTORS, "test_what_two_languages_say_differently_is_kept_side_by_side",
    ),
    "they stand side by side for a reader": (
        "web/test_texts.py", "test_kazakh_and_russian_stand_side_by_side_with_their_conflict",
    ),
    "metadata a day off": (HERE, "test_a_day_that_metadata_tell_otherwise_is_kept_beside"),
    "missing titles": (
        CONNECTORS, "test_a_messy_list_gives_its_items_and_says_what_it_left_out_and_why",
    ),
    "spam in a page": (
        CONNECTORS, "test_a_messy_list_gives_its_items_and_says_what_it_left_out_and_why",
    ),
    "a status in prose alone": (HERE, "test_a_status_that_stands_in_prose_alone_is_read"),
    "a feed on which feedparser raises AssertionError": (
        HERE, "test_a_feed_on_which_the_library_raises_an_assertion_is_refused_with_a_reason",
    ),
    "a date in the future": (
        "intake/test_changes.py",
        "test_a_date_in_the_future_is_not_kept_and_one_that_moves_with_us_says_nothing",
    ),
    "an empty 200": ("intake/test_feed.py", "test_what_is_no_feed_has_its_reason"),
    "CAPTCHA with 200": (
        "evidence/test_services.py",
        "test_a_page_with_captcha_keeps_the_good_copy_and_is_not_taken_for_news",
    ),
    "badge and footnote disagree": (
        CONNECTORS, "test_badge_and_footnote_that_disagree_are_both_kept",
    ),
    "a table inside a paragraph": (
        CONNECTORS, "test_a_messy_list_gives_its_items_and_says_what_it_left_out_and_why",
    ),
    "a Russian page that says kk": (
        CONNECTORS, "test_a_messy_list_gives_its_items_and_says_what_it_left_out_and_why",
    ),
    "names of private commenters": (
        CONNECTORS, "test_a_draft_comes_with_its_status_kind_day_and_deadline_and_nobodys_name",
    ),
    "codes of adilet": (CONNECTORS, "test_new_acts_come_from_the_feed_and_each_is_opened"),
    "an incomplete chain of certificates": (
        "evidence/test_admin.py", "test_a_file_of_certificates_is_taken_by_its_name",
    ),
    "an item edited in silence": (
        HERE, "test_a_page_edited_in_silence_is_read_again_and_told_once",
    ),
    "bombs": (HERE, "test_a_bomb_ends_its_own_reader_and_no_other"),
    "others go on beside a bomb": (
        HERE, "test_sources_beside_a_bomb_are_read_and_nothing_of_it_is_kept",
    ),
    "an attribute of a gigabyte": (
        HERE, "test_an_attribute_of_a_gigabyte_is_cut_off_at_the_door",
    ),
    "a gzip bomb": (
        "evidence/test_http.py", "test_a_compression_bomb_stops_early_and_memory_stays_flat",
    ),
    "a zip bomb in a workbook": (
        HERE, "test_a_workbook_that_unpacks_to_a_gigabyte_dies_alone",
    ),
}  # fmt: skip
"""A trap, the file of its test, the test."""


@pytest.mark.parametrize("trap", sorted(TRAPS))
def test_every_trap_has_its_test(trap: str) -> None:
    file, name = TRAPS[trap]
    assert f"def {name}(" in (ROOT / "tests" / file).read_text()


# -- letters, days, words ----------------------------------------------------------------

TITLE = "Жергілікті өзін-өзі басқару мәселелері туралы"


@pytest.mark.parametrize(
    ("own", "strange"),
    [("ә", "ə"), ("і", "i"), ("а", "a"), ("е", "e")],
    ids=["schwa", "i", "a", "e"],
)
def test_latin_letters_among_kazakh_ones_hide_nothing(own: str, strange: str) -> None:
    other = TITLE.replace(own, strange)
    assert other != TITLE
    assert normal(other) == normal(TITLE), "another letter is no event"
    rule = Rule(1, phrases={"kk": ("жергілікті өзін-өзі басқару мәселелері",)}, points=60)
    assert Scorer([rule]).score(Text(other)).points == 60
    day = "2026 жылғы 8 мамырдағы № 29-5 шешімі".replace(own, strange)
    assert date_in(day) == "2026-05-08"


def test_a_day_that_metadata_tell_otherwise_is_kept_beside() -> None:
    raw = (PAGES / "adilet.html").read_text()
    table = (
        "<table id=ethernatable><tr><td>Дата принятия</td><td>24.07.2025</td></tr></table></body>"
    )
    (act,) = adilet.parse(
        raw.replace("</body>", table).encode(),
        "https://adilet.kz/rus/docs/V11SK000214",
        kinds.get("adilet").filled({}),
    ).entries
    assert act.date == "2025-07-25", "the line under the title is the act's own"
    assert act.said["Дата принятия"] == "24.07.2025"


@pytest.mark.parametrize(
    "line",
    [
        "Решение маслихата от 25 июля 2011 года N 273. Утратило силу решением от 1 мая 2020 года",
        "Мәслихаттың 2011 жылғы 25 шілдедегі № 273 шешімі. Күшi жойылды - 2020 жылғы 1 мамырдағы",
    ],
)
def test_a_status_that_stands_in_prose_alone_is_read(line: str) -> None:
    read = requisites_in(line)
    assert (read.ended, read.date, read.number) == (True, "2011-07-25", "273")
    words = " ".join(f"сөз{n}" for n in range(40))
    page = f"""<div class="container_alpha slogan"><h1>О тарифах</h1><p>{line}</p></div>
    <article><p id="z1">{words}</p></article>"""
    settings = kinds.get("adilet").filled({})
    (act,) = adilet.parse(page.encode(), "https://adilet.kz/rus/docs/V11SK000214", settings).entries
    assert act.status == settings["statuses"]["ended"], "no badge says it"


def test_a_feed_on_which_the_library_raises_an_assertion_is_refused_with_a_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Which bytes do it differs between versions of Python; what comes of it does not."""

    def broken(*_: object, **__: object) -> None:
        raise AssertionError("unexpected call to parse_declaration()")

    monkeypatch.setattr("feedparser.parse", broken)
    with pytest.raises(UnreadableError) as caught:
        feed.parse(rss(GOOD), "http://example.kz/")
    assert caught.value.code == "not_feed"


# -- silent edits -------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_page_edited_in_silence_is_read_again_and_told_once(
    site: Site, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list says nothing: its bytes stay the same for days, the document's own page does not."""
    day = 0
    start = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
    monkeypatch.setattr(clock, "now", lambda: start + dt.timedelta(days=day))
    law = "/rus/docs/V11SK000214"
    page = (PAGES / "adilet.html").read_bytes()
    site.routes["/kaz/docs/rss"] = answer(
        rss(item(1, link=site.url(law), title="О бюджете района")), ETag='"the same"'
    )
    site.routes[law] = answer(page)
    one = source(site.url(""), kind="adilet", next_due=start, every_minutes=60)

    def look() -> None:
        Source.objects.update(next_due=clock.now())
        fetch_due()

    look()
    kind = DecisionKind.objects.create(key="act", name_kk="Акт", name_ru="Акт", name_en="Act")
    act = Candidate.objects.get()
    decision = accept_candidate(candidate=act, by=None, kind=kind, titles={"ru": act.title})
    assert site.asked(law) == 1
    look()
    assert site.asked(law) == 1, "a guest does not ask for it twice in a day"

    day = 2
    look()
    assert site.asked(law) == 2, "it is looked at again although the list has nothing new"
    assert Revision.objects.count() == 0, "the same words are no event"

    day = 4
    edited = page.replace(b"N 273", b"N 274").replace("объёмах".encode(), "размерах".encode())
    site.routes[law] = answer(edited)
    look()
    assert site.asked(law) == 3
    (revision,) = Revision.objects.waiting()
    assert (revision.before["number"], revision.after["number"]) == ("273", "274")
    assert set(revision.after) == {"number", "mark"}, "the words of the act changed too"
    assert Decision.objects.get(pk=decision.pk).editions.get(language="ru").short_title == act.title
    person = sign_in(language="en").get(reverse("revisions")).content.decode()
    assert "<del>273</del>" in " ".join(person.split()).replace("> ", ">").replace(" <", "<")
    assert "compare the saved copies" in person
    day = 6
    look()
    assert (site.asked(law), Revision.objects.count()) == (4, 1), "it is told once"

    day = 30
    look()
    assert site.asked(law) == 4, "after fourteen days a page is left alone"
    assert one.fetches.filter(reason="new").exists()
    assert list(verify()) == []


# -- bombs --------------------------------------------------------------------------------

DEEP = 100_000
GOOD = item(1)
QUADRATIC = (
    b'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "%s">]><rss version="2.0"><channel><item>'
    b"<guid>1</guid><title>%s</title></item></channel></rss>" % (b"x" * 100_000, b"&a;" * 50_000)
)
LIST = {"item": "li", "title": "a", "link": "a"}


def page(inside: bytes) -> bytes:
    return b"<html><body><article><p id='z1'>" + inside + b"</article></body></html>"


def attribute() -> bytes:
    """A mark with an attribute of 19 MB: more is cut off by the door (20 MB)."""
    return b"<li a='" + b"x" * 19_000_000 + b"'><a href='/1'>t</a></li>"


BOMBS: dict[str, tuple[str, Callable[[], bytes], set[str]]] = {
    "billion laughs": ("feed", lambda: LAUGHS, {"entities"}),
    "quadratic blow-up": ("feed", lambda: QUADRATIC, {"entities"}),
    "deep XML": (
        "feed",
        lambda: rss(GOOD).replace(b"<item>", b"<a>" * DEEP + b"<item>"),
        {"read", "parser_slow", "parser_died"},
    ),
    "attributes without number": (
        "feed",
        lambda: rss(GOOD).replace(
            b"<item>", b"<item " + b"".join(b'a%d="1" ' % n for n in range(200_000)) + b">"
        ),
        {"parser_slow", "parser_died"},
    ),
    "attribute in XML": (
        "feed",
        lambda: rss(GOOD).replace(b"<item>", b'<item a="' + b"x" * 19_000_000 + b'">'),
        {"read", "parser_slow", "parser_died"},
    ),
    "attribute in HTML": (
        "html_list", lambda: page(attribute()), {"read", "parser_slow", "parser_died"},
    ),
    "deep HTML in a list": (
        "html_list", lambda: page(b"<div>" * DEEP + b"<li><a href='/1'>x</a></li>"),
        {"parser_slow", "parser_died"},
    ),
    "deep HTML in a document": (
        "adilet", lambda: page(b"<div>" * DEEP), {"parser_slow", "parser_died"},
    ),
    "deep HTML in cards": (
        "open_npa", lambda: page(b"<div>" * DEEP), {"parser_slow", "parser_died"},
    ),
    "memory": (
        "html_list", lambda: b"<ul>" + b"<li><a href=/1>x</a></li>" * 700_000,
        {"parser_died", "parser_slow"},
    ),
    "deep JSON": ("zan", lambda: b'{"list":' * DEEP, {"not_json"}),
    "a number of five million digits": (
        "zan", lambda: b'{"list":[{"id":' + b"9" * 5_000_000 + b"}]}", {"not_json"},
    ),
}  # fmt: skip
SECONDS = 5


def outcome(kind: str, raw: bytes, url: str = "https://adilet.kz/rus/docs/V11SK000214") -> str:
    """`read`, or the reason why not."""
    found = kinds.get(kind)
    settings = {**found.filled(LIST if kind == "html_list" else {}), "step": 1}
    try:
        reading = read_apart(found.parser, raw, url, settings, seconds=SECONDS, memory=MEMORY)
    except UnreadableError as error:
        return error.code
    assert isinstance(reading, Reading)
    assert all(len(one.title) <= 2000 for one in reading.entries)
    return "read"


@pytest.mark.parametrize("name", sorted(BOMBS))
def test_a_bomb_ends_its_own_reader_and_no_other(name: str) -> None:
    kind, make, allowed = BOMBS[name]
    began = time.monotonic()
    assert outcome(kind, make()) in allowed
    assert time.monotonic() - began < SECONDS + 20, "it is ended, not waited for"


@pytest.mark.django_db
def test_sources_beside_a_bomb_are_read_and_nothing_of_it_is_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def quick(*given: object) -> Reading:
        return read_apart(*given, seconds=SECONDS)  # type: ignore[arg-type] # as `read_apart`

    monkeypatch.setattr(services, "read_apart", quick)
    names = ("memory", "deep HTML in cards", "billion laughs", "deep JSON")
    bad = []
    for number, name in enumerate(names):
        kind, make, _ = BOMBS[name]
        settings = LIST if kind == "html_list" else {}
        one = source(f"https://b{number}.kz/", kind=kind, settings=settings)
        bad.append(stored(one, make()))
    good = stored(source("https://good.kz/feed"), rss(GOOD))
    assert take_in_waiting() == len(names) + 1
    good.refresh_from_db()
    assert (good.reason, good.new_entries) == ("new", 1)
    for fetch, name in zip(bad, names, strict=True):
        fetch.refresh_from_db()
        assert fetch.reason in BOMBS[name][2]
        assert fetch.source.failures == 1
    assert Candidate.objects.count() == 1
    assert Snapshot.objects.count() == len(names) + 1, "the bytes stay as evidence"
    assert not Fetch.objects.filter(taken_in=False).exists()


def test_a_workbook_that_unpacks_to_a_gigabyte_dies_alone() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target:
        target.writestr("[Content_Types].xml", b"<Types/>")
        target.writestr("xl/workbook.xml", b"<workbook/>")
        with target.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for _ in range(1024):
                part.write(bytes(1024 * 1024))
    assert made.tell() < 5_000_000, "small enough to be brought"
    with pytest.raises(UnreadableError) as caught:
        read_apart("monitoring.evidence.sheets.reading:read", made.getvalue(), "a.xlsx", {})
    assert caught.value.code == "sheet_bomb"


@pytest.mark.django_db
def test_an_attribute_of_a_gigabyte_is_cut_off_at_the_door(site: Site) -> None:
    def endless(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.wfile.write(b"<rss><item a='")
        for _ in range(1024):
            handler.wfile.write(b"x" * 1024 * 1024)

    site.routes["/feed"] = endless
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(FetchError) as caught:
        http.fetch(site.url(), limits=http.Limits(pause=0))
    assert caught.value.code == "too_big"
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 80 * 1024  # KB; 20 MB are taken, in pieces and then whole
