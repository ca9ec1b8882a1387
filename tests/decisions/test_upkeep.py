"""What nobody compared with its source for fourteen days is found, and noted by one click."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any

import pytest
from django.test import Client
from wagtail.models import ModelLogEntry

from monitoring.core import clock, todo
from monitoring.decisions import upkeep
from monitoring.decisions.models import Decision
from monitoring.decisions.services import note_checked, update_decision
from monitoring.evidence.models import Source
from monitoring.journal.models import Change
from tests.factories import record
from tests.factories import registry as make

pytestmark = pytest.mark.django_db

REPORT = "/admin/reports/unchecked/"
LONG_AGO = dt.date(2026, 1, 1)
URL = "https://example.org/zan"


def make_old(title: str = "Ауыл бюджеті туралы", **values: Any) -> Decision:
    """A public decision made and last compared long ago."""
    decision = record.make_decision(title, links=[{"url": URL, "checked": LONG_AGO}], **values)
    Decision.objects.filter(pk=decision.pk).update(
        created_at=dt.datetime(2025, 12, 1, tzinfo=dt.UTC)
    )
    return decision


def make_silent_source() -> Source:
    return Source.objects.create(
        name="Silent",
        url="https://example.org/feed",
        last_success_at=clock.now() - dt.timedelta(days=20),
    )


def found() -> list[tuple[str, int]]:
    return [(row["thing"], row["pk"]) for row in upkeep.unchecked_rows()]


def signed_in(role: str = "analyst") -> Client:
    client = Client()
    client.force_login(make.make_person(role))
    return client


def test_what_was_compared_lately_or_is_done_with_is_left_out() -> None:
    old = make_old()
    make_old(number="8", status=record.make_status("repealed", ends=True))
    fresh = record.make_decision(number="9")
    silent = make_silent_source()
    Source.objects.create(name="Fresh", url="https://example.org/b", last_success_at=clock.now())
    Source.objects.create(name="New", url="https://example.org/c")
    assert found() == [("decision", old.pk), ("source", silent.pk)]
    assert ("decision", fresh.pk) not in found()


def test_one_click_notes_the_comparison_and_announces_nothing() -> None:
    decision = make_old()
    changes = Change.objects.count()
    answer = signed_in().post(f"/admin/decisions/{decision.pk}/checked/", follow=True)
    assert answer.status_code == 200
    assert decision.links.get().checked == clock.today()
    assert found() == []
    assert Change.objects.count() == changes
    assert ModelLogEntry.objects.filter(action="decisions.checked").exists()


def test_a_decision_without_a_source_cannot_have_been_compared() -> None:
    decision = record.make_decision()
    assert note_checked(decision=decision, by=None) == 0
    answer = signed_in().post(f"/admin/decisions/{decision.pk}/checked/", follow=True)
    text = answer.content.decode()
    assert "Добавьте" in text


def test_editing_a_decision_keeps_the_day_of_the_comparison() -> None:
    decision = make_old()
    update_decision(
        decision=decision,
        version=decision.version,
        links=[{"url": URL}, {"url": "https://example.org/other"}],
        by=None,
    )
    assert dict(decision.links.values_list("url", "checked")) == {
        URL: LONG_AGO,
        "https://example.org/other": None,
    }


def test_looking_by_get_notes_nothing_and_who_may_not_is_refused() -> None:
    decision = make_old()
    assert signed_in().get(f"/admin/decisions/{decision.pk}/checked/").status_code == 405
    editor = signed_in("editor")
    editor.post(f"/admin/decisions/{decision.pk}/checked/")
    assert decision.links.get().checked == LONG_AGO
    assert editor.get(REPORT).status_code == 302


@pytest.mark.parametrize(
    ("language", "word"), [("kk", "Бүгін тексерілді"), ("ru", "Проверено сегодня")]
)
def test_the_report_offers_the_click_in_the_persons_language(language: str, word: str) -> None:
    from wagtail.users.models import UserProfile

    make_old()
    make_silent_source()
    client = signed_in()
    UserProfile.objects.update(preferred_language=language)
    text = client.get(REPORT).content.decode()
    assert word in text
    assert "Silent" in text
    assert "01.01.2026" in text


def test_the_report_is_exported() -> None:
    make_old("=1+1")
    make_silent_source()
    answer = signed_in().get(REPORT, {"export": "csv"})
    rows = list(csv.reader(io.StringIO(answer.getvalue().decode())))
    assert rows[0][1:3] == ["что это", "проверено в последний раз"]
    assert [row[3] for row in rows[1:]] == [URL, "https://example.org/feed"]
    assert rows[1][0] == "'=1+1", "a title is no formula"


def test_the_analysts_first_page_counts_them() -> None:
    decision = make_old()
    make_silent_source()
    person = make.make_person("analyst")
    items = {item.name: item for item in todo.waiting_for([person], "en")[person.pk]}
    assert (items["unchecked"].count, items["unchecked"].url) == (1, REPORT)
    assert (items["summaries"].count, items["sources"].count) == (1, 1)
    assert "1\u00a0January 2026" in items["unchecked"].note
    edition = decision.editions.get()
    assert items["summaries"].url == f"/admin/snippets/decisions/edition/edit/{edition.pk}/"
    other = make.make_person("translator")
    names = {item.name for item in todo.waiting_for([other], "en")[other.pk]}
    assert names.isdisjoint(items)


def test_deadlines_within_ten_days_stand_first_each_with_its_day() -> None:
    decision = record.make_decision()
    today = clock.today()
    near = record.make_deadline(decision, date=today + dt.timedelta(days=3))
    record.make_deadline(decision, date=today + dt.timedelta(days=30))
    record.make_deadline(decision, date=today - dt.timedelta(days=1))
    person = make.make_person("analyst")
    first, *rest = todo.waiting_for([person], "kk")[person.pk]
    assert (first.name, first.due) == (f"deadline:{near.pk}", near.date)
    assert first.url == f"/admin/decisions/edit/{decision.pk}/"
    assert not [item for item in rest if item.due]


def test_ten_thousand_decisions_cost_no_more_queries_than_ten(
    django_assert_max_num_queries: Any,
) -> None:
    kind = record.make_kind()
    old = dt.datetime(2025, 12, 1, tzinfo=dt.UTC)
    Decision.objects.bulk_create(
        Decision(kind=kind, date=dt.date(2024, 5, 31), year=2024, is_public=True, created_at=old)
        for _ in range(10_000)
    )
    client = signed_in()
    client.get(REPORT)  # Wagtail's own caches
    with django_assert_max_num_queries(40):
        assert client.get(REPORT, {"p": "100"}).status_code == 200
