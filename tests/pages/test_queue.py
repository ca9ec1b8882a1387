"""What waits for translation stands in one queue: pages and decisions, oldest first, one click."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from openpyxl import load_workbook
from wagtail.models import Page

from coalition.accounts.models import User
from coalition.pages.models import PageLanguage, State
from coalition.pages.queue import filled, waiting_rows
from coalition.website.models import HomePage
from monitoring.core import todo
from monitoring.decisions.models import Decision, Edition
from tests.factories import record
from tests.factories import registry as make
from tests.factories.pages import MAKERS, make_page, make_site

pytestmark = pytest.mark.django_db

QUEUE = "/admin/reports/translations-waiting/"


@pytest.fixture(autouse=True)
def home() -> HomePage:
    return make_site()


def signed_in(role: str) -> Client:
    client = Client()
    client.force_login(make.make_person(role))
    return client


def keys(**wanted: Any) -> set[tuple[str, int, str, str]]:
    return {(r["thing"], r["pk"], r["target"], r["progress"]) for r in waiting_rows(**wanted)}


@pytest.mark.parametrize("state", ["none", "partial", "complete", "outdated"])
def test_a_page_waits_in_each_language_in_which_readers_do_not_see_it_whole(state: str) -> None:
    russian = MAKERS[state]()
    original = Page.objects.get(translation_key=russian.translation_key, locale__language_code="kk")
    expected = {("page", original.pk, "en", "none")}
    if state != "complete":
        expected.add(("page", original.pk, "ru", state))
    assert keys() == expected
    assert keys(languages=["en"]) == {("page", original.pk, "en", "none")}


def test_drafts_and_pages_that_not_everybody_may_see_wait_for_nobody() -> None:
    page = make_page()
    page.unpublish()
    assert keys() == set()


def test_a_decision_waits_in_the_languages_without_a_published_text() -> None:
    decision = record.make_decision()
    Edition.objects.create(decision=decision, language="ru", title="Черновик", live=False)
    assert keys() == {
        ("edition", decision.pk, "ru", "none"),
        ("edition", decision.pk, "en", "none"),
    }
    rows = {row["target"]: row for row in filled(list(waiting_rows()), "kk")}
    draft = Edition.objects.get(language="ru")
    assert rows["ru"]["url"] == f"/admin/snippets/decisions/edition/edit/{draft.pk}/"
    assert rows["en"]["url"].endswith(f"/add/?decision={decision.pk}&language=en")
    assert rows["en"]["source_language"] == "kk"


def test_one_click_leads_to_the_copy_or_to_where_a_copy_is_made() -> None:
    copied, fresh = MAKERS["partial"](), make_page(title="Әкім кім", slug="akim-kim")
    rows = {(row["title"], row["target"]): row for row in filled(list(waiting_rows()), "kk")}
    assert rows["Жиын деген не", "ru"]["url"] == f"/admin/pages/{copied.pk}/edit/"
    assert rows["Әкім кім", "ru"]["url"] == f"/admin/localize/submit/page/{fresh.pk}/"


@pytest.mark.parametrize("role", ["translator", "secretariat", "editor"])
def test_those_who_translate_see_the_queue(role: str) -> None:
    make_page()
    text = signed_in(role).get(QUEUE).content.decode()
    assert text.count("Жиын деген не") >= 2


def test_others_are_refused_and_not_shown_the_way() -> None:
    client = signed_in("moderator")
    assert client.get(QUEUE).status_code == 302
    assert QUEUE not in client.get("/admin/").content.decode()


def test_the_queue_waits_on_the_translators_first_page() -> None:
    make_page()
    person = make.make_person("translator")
    items = todo.waiting_for([person], "en")[person.pk]
    assert [(item.name, item.count, item.url) for item in items] == [("translations", 2, QUEUE)]


def test_the_queue_is_exported_as_it_is_filtered() -> None:
    make_page()
    record.make_decision()
    client = signed_in("translator")
    answer = client.get(QUEUE, {"export": "csv", "target": "en"})
    rows = list(csv.reader(io.StringIO(answer.getvalue().decode())))
    assert len(rows) == 3
    assert {row[3] for row in rows[1:]} == {"en"}
    answer = client.get(QUEUE, {"export": "xlsx", "kind": "edition"})
    sheet = load_workbook(io.BytesIO(answer.getvalue())).active
    assert sheet is not None
    assert sheet.max_row == 3


def test_ten_thousand_pages_and_decisions_cost_no_more_queries_than_ten(
    django_assert_max_num_queries: Any,
) -> None:
    first = make_page()
    many = 5000
    home = first.get_parent()
    Page.objects.bulk_create(
        Page(
            path=f"{home.path}{number:04d}"[:255],
            depth=home.depth + 1,
            title=f"Бет {number}",
            draft_title=f"Бет {number}",
            slug=f"bet-{number}",
            url_path=f"{home.url_path}bet-{number}/",
            content_type=first.content_type,
            locale=first.locale,
            first_published_at=first.first_published_at,
            live=True,
        )
        for number in range(1001, 1001 + many)
    )
    made = list(Page.objects.filter(slug__startswith="bet-"))
    PageLanguage.objects.bulk_create(
        PageLanguage(page=page, is_original=True, state=State.COMPLETE) for page in made
    )
    kind = record.make_kind()
    Decision.objects.bulk_create(
        Decision(kind=kind, date=dt.date(2024, 5, 31), year=2024, is_public=True)
        for _ in range(many)
    )
    if connection.vendor == "postgresql":
        # What the server does by itself within a minute of such a change. Planned on statistics
        # of the empty tables, this query joins all pages anew for each page.
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    assert waiting_rows().count() == 2 * many + 2 + 3 * many
    client = signed_in("translator")
    client.get(QUEUE)  # Wagtail's own caches
    with django_assert_max_num_queries(45):
        assert client.get(QUEUE, {"p": "40"}).status_code == 200


def test_the_titles_of_a_page_of_the_queue_cost_a_fixed_number_of_queries(
    django_assert_max_num_queries: Any,
) -> None:
    for number in range(3):
        make_page(title=f"Бет {number}", slug=f"bet-{number}")
        record.make_decision(number=str(number))
    rows = list(waiting_rows())
    with django_assert_max_num_queries(9):
        filled(rows, "kk")
    assert len(rows) == 12


def test_a_person_is_asked_once_for_rights(django_assert_max_num_queries: Any) -> None:
    person = User.objects.get(pk=make.make_person("secretariat").pk)
    with django_assert_max_num_queries(30):
        todo.waiting_for([person], "kk")
