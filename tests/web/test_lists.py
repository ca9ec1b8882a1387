"""The list of decisions: one query behind the page and its files, whatever the address says."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from monitoring.core import clock
from monitoring.core.models import LANGUAGES
from monitoring.decisions import listing
from monitoring.decisions.models import Deadline, Decision
from monitoring.decisions.services import add_stage_event, update_decision
from monitoring.vocabulary.models import Topic
from tests.factories.record import (
    make_body,
    make_deadline,
    make_decision,
    make_kind,
    make_stage,
    make_topic,
)
from tests.web.test_pages import address, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def known() -> list[Decision]:
    """Five decisions; of three there is a deadline."""
    today = clock.today()
    made = [
        make_decision(
            f"=HYPERLINK(шешім {n})",
            number=f"-{n}",
            date=dt.date(2020 + n, 1, 1),
            topics=[make_topic("finance" if n < 3 else "elections")],
            bodies=[make_body("senate" if n % 2 else "government")],
            kind=make_kind("law" if n < 4 else "decree"),
        )
        for n in range(5)
    ]
    for n, days in ((0, 30), (2, 5), (4, -5)):
        make_deadline(made[n], today + dt.timedelta(days=days))
    add_stage_event(decision=made[1], stage=make_stage(), date=dt.date(2021, 1, 1), by=None)
    return made


def body_of(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def on_the_page(client: Client, query: str, language: str = "kk") -> list[int]:
    html = text(client, f"{address('decision_list', language)}?{query}")
    rows = html[html.index('class="results-head"') :].partition("</ol>")[0]
    return [int(pk) for pk in re.findall(r'row-title" href="/\w\w/\w+/(\d+)-', rows)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "query",
    ["", "topic=finance", "kind=law&body=senate", "year=2022&year=2024", "sort=changed",
     "stage=adopted", "topic=nothing-like-it", "kind=decree&year=2020"],
)  # fmt: skip
def test_page_csv_json_atom_and_calendar_hold_the_same_decisions(
    client: Client, known: list[Decision], query: str, language: str
) -> None:
    page = on_the_page(client, query, language)
    table = body_of(client.get(f"{address('decisions_csv', language)}?{query}"))
    rows = list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"))))
    assert [int(row["id"]) for row in rows] == page
    data = json.loads(body_of(client.get(f"{address('decisions_json', language)}?{query}")))
    assert [row["id"] for row in data["decisions"]] == page
    assert data["total"] == len(page)
    feed = body_of(client.get(f"{address('decisions_atom', language)}?{query}")).decode()
    assert {int(pk) for pk in re.findall(r"decision/(\d+)/", feed)} == set(page)
    events = Calendar.from_ical(
        body_of(client.get(f"{address('deadlines_calendar', language)}?{query}"))
    ).walk("VEVENT")
    listed = Decision.objects.filter(pk__in=page, deadlines__isnull=False)
    assert len(events) == listed.count()
    if query == "":
        assert set(page) == {one.pk for one in known}


def test_no_cell_of_the_csv_is_a_formula_and_json_holds_the_plain_words(
    client: Client, known: list[Decision]
) -> None:
    answer = client.get(address("decisions_csv"))
    table = body_of(answer)
    assert table.startswith(b"\xef\xbb\xbf")
    for row in csv.reader(io.StringIO(table.decode("utf-8-sig"))):
        assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t"))]
    data = json.loads(body_of(client.get(address("decisions_json"))))
    first = data["decisions"][0]
    assert (first["number"], first["title_kk"]) == ("-4", "=HYPERLINK(шешім 4)")
    assert list(first) == data["columns"]
    assert "6-I" in data["terms"]


def test_a_date_is_given_as_exactly_as_it_is_known(client: Client) -> None:
    for date, precision, said in (
        (dt.date(1996, 1, 1), "year", "1996"),
        (dt.date(1993, 12, 1), "month", "1993-12"),
        (None, "unknown", None),
    ):
        one = make_decision("Ескі", number=precision, date=date, precision=precision)
        data = json.loads(body_of(client.get(address("decisions_json"))))
        found = {row["id"]: row for row in data["decisions"]}[one.pk]
        assert (found["date"], found["date_precision"]) == (said, precision)


def test_a_file_that_did_not_change_is_not_sent_again_and_a_flood_of_them_is_refused(
    client: Client, known: list[Decision], monkeypatch: pytest.MonkeyPatch
) -> None:
    url = address("decisions_csv")
    mark = client.get(url)["ETag"]
    assert client.get(url, HTTP_IF_NONE_MATCH=mark).status_code == 304
    assert client.head(url)["ETag"] == mark
    monkeypatch.setattr("monitoring.web.open_data.take_token", lambda **_: False)
    refused = client.get(url)
    assert refused.status_code == 429
    assert refused["Retry-After"]


BROKEN = [
    "topic=%00&kind=%ff%fe", "year=20244&year=-1&year=0000&year=9999", "page=0", "page=-7",
    "page=999999999999999999999999", "page=abc", "page=1e3", "page=" + "9" * 5000,
    "sort=secret", "sort=relevance", "q=%22%22%22", "q=-", "q=topic:", "q=" + "a" * 5000,
    "region=KZ-71&district=nowhere", "stage=gone&status=gone&body=gone&topic=gone&kind=gone",
    "&".join(f"topic=t{n}" for n in range(300)), "district=", "q=%00", "unknown=1", "=&&==",
    "page=1000000000", "page=1&page=2&page=x", "sort=date&sort=secret", "q=a&q=%00b",
    *(f"{name}={'%D3%99' * 10_000}" for name in ("topic", "district", "year", "q", "sort")),
    "year=%D9%A2%D9%A0%D9%A2%D9%A4", "page=%D9%A2", "month=0000-00", "month=2026-11%00",
    "topic=finance%00&topic=finance&topic=finance", "kind=law'%20OR%20'1'='1", "topic[]=x",
]  # fmt: skip
FILES = ("decisions_csv", "decisions_json", "decisions_atom", "deadlines_calendar")


@pytest.mark.parametrize("query", BROKEN, ids=range(len(BROKEN)))
def test_no_address_of_the_list_breaks(client: Client, known: list[Decision], query: str) -> None:
    for n, name in enumerate(("decision_list", "charts", "timeline", "calendar", *FILES)):
        language = LANGUAGES[(n + len(query)) % 3]  # each page and file in each language
        answer = client.get(f"{address(name, language)}?{query}")
        assert answer.status_code == 200, name
        body_of(answer)


LEFT_OUT = {
    "kk": "«gone» (Тақырыбы) тізілімде жоқ",
    "ru": "«gone» (Тема): такого в реестре нет",
    "en": "“gone” (Topic) is not in the record",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_bookmark_names_and_is_no_more_is_said_and_left_out(
    client: Client, known: list[Decision], language: str
) -> None:
    query = "topic=gone&kind=law"
    html = text(client, f"{address('decision_list', language)}?{query}&page=50")
    assert LEFT_OUT[language] in html
    assert "50" in re.findall(r'class="notice" role="status">([^<]*)', html)[-1]
    assert on_the_page(client, query, language) == on_the_page(client, "kind=law", language)


def test_words_filters_and_order_go_together(
    client: Client, known: list[Decision], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the engine finds is its own room's promise; here it finds three, nearest first."""
    nearest = [known[2].pk, known[0].pk, known[4].pk, 10**9]
    monkeypatch.setattr(listing, "nearest", lambda *_: (nearest, ("Said by the search.",)))
    assert on_the_page(client, "q=шешім") == nearest[:3]
    assert on_the_page(client, "q=шешім&sort=date") == [known[4].pk, known[2].pk, known[0].pk]
    assert on_the_page(client, "q=шешім&topic=finance") == nearest[:2]
    html = text(client, f"{address('decision_list')}?q=шешім&topic=finance")
    assert html.count('name="q"') == 2  # the box, and what goes along with the filters
    assert "Said by the search." in html
    counts = re.findall(r'name="topic"\s+value="(\w+)".*?class="count">(\d+)', html, re.DOTALL)
    assert counts == [("finance", "2"), ("elections", "1")]
    data = json.loads(body_of(client.get(f"{address('decisions_json')}?q=шешім")))
    assert [row["id"] for row in data["decisions"]] == nearest[:3]


def test_orders_by_change_and_by_the_nearest_open_deadline(
    client: Client, known: list[Decision]
) -> None:
    update_decision(decision=known[0], adoption_number="A-0", by=None)
    assert on_the_page(client, "sort=changed")[0] == known[0].pk
    changed = Decision.objects.get(pk=known[3].pk).changed_at
    update_decision(decision=known[3], note="of editors alone", by=None)
    assert Decision.objects.get(pk=known[3].pk).changed_at == changed
    first, second, *rest = on_the_page(client, "sort=deadline")
    assert (first, second) == (known[2].pk, known[0].pk)  # in five days, in thirty
    assert rest == [known[4].pk, known[3].pk, known[1].pk]  # over or without: by date


def test_ids_of_two_parts_are_sliced_as_one() -> None:
    for n in range(7):
        make_decision(f"Шешім {n}", number=str(n), date=dt.date(2000 + n, 1, 1))
    rows = list(Decision.objects.newest_first().values_list("pk", flat=True))
    ids = listing.Ids(rows[4:], Decision.objects.exclude(pk__in=rows[4:]).newest_first())
    whole = rows[4:] + rows[:4]
    assert ids[0:] == whole
    assert [ids[a : a + 2] for a in range(0, 9, 2)] == [whole[a : a + 2] for a in range(0, 9, 2)]


def test_the_stage_that_is_kept_is_the_last_step(known: list[Decision]) -> None:
    signed, gone = make_stage("signed", 20), make_stage("withdrawn", 30, ends=True)
    event = add_stage_event(decision=known[1], stage=signed, date=dt.date(2021, 5, 1), by=None)
    assert Decision.objects.get(pk=known[1].pk).stage == signed
    add_stage_event(decision=known[1], stage=gone, date=None, precision="unknown", by=None)
    assert Decision.objects.get(pk=known[1].pk).stage == gone
    assert event.stage == signed


MISSING = {
    "kk": "Мұнда «1000000000» деген бет жоқ",
    "ru": "Страницы «1000000000» здесь нет",
    "en": "There is no page “1000000000” here",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_cannot_be_shown_is_said_and_what_was_chosen_stays(
    client: Client, known: list[Decision], language: str
) -> None:
    Topic.objects.filter(slug="finance").update(slug="money")
    query = "topic=finance&kind=law&kind=law&page=1000000000"
    html = text(client, f"{address('decision_list', language)}?{query}")
    assert MISSING[language] in html
    assert "finance" in html
    assert len(re.findall(r'name="kind"\s+value="law"\s+checked', html)) == 1
    data = json.loads(body_of(client.get(f"{address('decisions_json', language)}?{query}")))
    assert data["left_out"] == [{"name": "topic", "value": "finance"}]
    assert data["total"] == len(on_the_page(client, "kind=law", language))


def test_the_calendar_takes_the_filters_of_the_list(client: Client, known: list[Decision]) -> None:
    url = address("calendar")
    month = f"{Deadline.objects.order_by('date').first().date:%Y-%m}"  # type: ignore[union-attr]
    every = client.get(f"{url}?month={month}").context
    narrow = client.get(f"{url}?kind=decree&month={month}")
    ours = client.get(f"{url}?topic=finance&month={month}").context
    assert [day["date"] for day in every["days"]]
    shown = {
        entry["deadline"]["deadline"].decision_id
        for day in ours["days"]
        for entry in day["entries"]
    }
    assert shown <= set(on_the_page(client, "topic=finance"))
    assert "kind=decree&amp;month=" in narrow.content.decode()
    assert f"{address('deadlines_calendar')}?kind=decree" in narrow.content.decode()
    listed = text(client, f"{address('decision_list')}?kind=decree")
    assert f"{url}?kind=decree" in listed


HOT = {
    "": "decision_public_newest",
    "sort=changed": "decision_public_changed",
}


@pytest.mark.parametrize("query", HOT)
def test_no_hot_list_is_read_by_a_full_scan(known: list[Decision], query: str) -> None:
    """The plan of the page's ids is a walk along an index, however far back the page is."""
    asked = listing.read(QueryDict(query))
    tail = listing.answer(asked, "kk").ids.tail
    assert tail is not None
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # A handful of rows is always scanned: say what it would do with many.
            for way in ("seqscan", "bitmapscan", "sort"):
                cursor.execute(f"SET LOCAL enable_{way} = off")
        for rows in (tail.values_list("pk", flat=True)[:20], tail.values_list("pk")[90_000:90_020]):
            plan = rows.explain()
            assert HOT[query] in plan, plan
            assert "Seq Scan" not in plan
            assert "TEMP B-TREE" not in plan
            assert "Sort" not in plan


PLANNED = ("decisions_decision", "decisions_edition", "decisions_decision_bodies",
           "decisions_taggeddecision", "decisions_deadline", "decisions_stageevent",
           "decisions_relation", "decisions_link", "decisions_code")  # fmt: skip


@pytest.mark.parametrize(
    "query",
    ["kind=law", "topic=finance", "body=senate&year=2024", "stage=adopted&page=9", "decision",
     "body", "decisions_atom"],
)  # fmt: skip
def test_no_hot_page_reads_a_whole_table(client: Client, known: list[Decision], query: str) -> None:
    """Every statement that a page asks goes to the big tables by an index of theirs."""
    urls = {"decision": known[0].address_in("kk"), "body": address("body", "kk", "senate"),
            "decisions_atom": address("decisions_atom")}  # fmt: skip
    url = urls.get(query) or f"{address('decision_list')}?{query}"
    client.get(url)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")  # it costs more than any other way
        for one in asked.captured_queries:
            statement = one["sql"]
            if not statement.startswith(("SELECT", "(SELECT")):
                continue
            named = re.findall(r'"(\w+)" ([A-Z]\d+)\b', statement)  # aliases of inner queries
            names = "|".join([*PLANNED, *(short for table, short in named if table in PLANNED)])
            how = "QUERY PLAN " if connection.vendor == "sqlite" else ""
            cursor.execute(f"EXPLAIN {how}{statement}")
            for line in (str(row[-1]) for row in cursor.fetchall()):
                whole = re.search(rf"(SCAN|Seq Scan on) ({names})( |$)", line)
                assert not whole or "INDEX" in line, (line, statement[:300])


@pytest.mark.parametrize("name", ["decision_list", "charts", "timeline", "calendar"])
def test_a_page_takes_no_more_queries_for_more_rows(
    client: Client, known: list[Decision], name: str
) -> None:
    url = (
        f"{address(name)}?topic=finance&sort=deadline&q=шешім&district="
        if (name == "decision_list")
        else address(name)
    )
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        client.get(url)
    assert len(queries) <= 15, [one["sql"][:90] for one in queries.captured_queries]
