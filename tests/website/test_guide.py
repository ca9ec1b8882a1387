"""The guide: pages that say on which norm they rest, and mark themselves when it changes."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.test import Client

from coalition.accounts.models import User
from coalition.pages.seeding import seed_page
from coalition.website import guide
from coalition.website.models import GuidePage, StandardPage
from monitoring.core import todo
from monitoring.core.seeds import Report
from monitoring.decisions.models import Decision
from monitoring.decisions.services import add_stage_event, update_decision, withdraw_decision
from monitoring.journal.models import Change
from tests.factories.pages import make_site
from tests.factories.record import make_decision, make_stage, make_status

LANGUAGES = ("kk", "ru", "en")
CHECKED = dt.date(2026, 11, 21)
LATER = dt.datetime(2026, 12, 3, 12, tzinfo=dt.UTC)
MARKED = {
    "kk": "Норманың өзгерген күні: 2026\u00a0ж. 3\u00a0желтоқсан; бұл беттің тексерілген күні: "
    "2026\u00a0ж. 21\u00a0қараша.",
    "ru": "Норма изменилась 3\u00a0декабря 2026\u00a0г.; страница проверена "
    "21\u00a0ноября 2026\u00a0г.",
    "en": "The norm changed on 3\u00a0December 2026; this page was checked on "
    "21\u00a0November 2026.",
}
UNREAD = {"kk": "расталмаған", "ru": "не подтверждено", "en": "not confirmed"}


def norm(key: str, article: str = "", read: str = "official", url: str = "") -> dict[str, Any]:
    return {"type": "norm", "value": {"key": key, "article": article, "read": read, "url": url}}


def make_guide(**norms: list[dict[str, Any]]) -> GuidePage:
    """A guide page in three languages that rests on the decision `law-x`, article 91."""
    home = make_site()
    titles = {language: {"title": f"Нұсқаулық {language}"} for language in LANGUAGES}
    parent = seed_page(Report(), key="test.top", model=StandardPage, parent=home, texts=titles)
    assert parent is not None
    texts = {
        language: {
            "title": {"kk": "Жиын", "ru": "Сход", "en": "Gathering"}[language],
            "norms": norms.get(language)
            or [norm("law-x", {"kk": "91-бап", "ru": "статья 91", "en": "article 91"}[language])],
        }
        for language in LANGUAGES
    }
    made = seed_page(
        Report(),
        key="test.guide",
        model=GuidePage,
        parent=parent,
        texts=texts,
        facts={"topic": "gathering", "checked_on": CHECKED, "checked_by": "editor"},
    )
    assert made is not None
    return made


def in_words(client: Client, page: GuidePage, language: str) -> str:
    version = GuidePage.objects.get(
        translation_key=page.translation_key, locale__language_code=language
    )
    answer = client.get(version.get_url())
    assert answer.status_code == 200
    return " ".join(answer.content.decode().replace("\u00a0", "~").split()).replace("~", "\u00a0")


@pytest.fixture
def page(db: None) -> GuidePage:
    with time_machine.travel(dt.datetime(2026, 11, 21, 9, tzinfo=dt.UTC), tick=False):
        make_decision("Сынақ заңы", key="law-x")
        return make_guide()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_shows_its_norm_with_a_link_to_the_record_and_the_day_it_was_checked(
    client: Client, page: GuidePage, language: str
) -> None:
    text = in_words(client, page, language)
    decision = Decision.objects.get(key="law-x")
    assert f'href="{decision.address_in(language)}"' in text
    assert ("91-бап" if language == "kk" else "91") in text
    assert MARKED[language] not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_marks_itself_in_every_language_when_its_norm_changes(
    client: Client, page: GuidePage, language: str
) -> None:
    decision = Decision.objects.get(key="law-x")
    with time_machine.travel(LATER, tick=False):
        add_stage_event(
            decision=decision, stage=make_stage("repealed", ends=True), date=LATER.date()
        )
        assert MARKED[language] in in_words(client, page, language)


def test_checking_a_page_again_takes_the_mark_away_in_every_language(
    client: Client, page: GuidePage
) -> None:
    decision = Decision.objects.get(key="law-x")
    with time_machine.travel(LATER, tick=False):
        add_stage_event(
            decision=decision, stage=make_stage("repealed", ends=True), date=LATER.date()
        )
    with time_machine.travel(LATER + dt.timedelta(days=1), tick=False):
        page.checked_on = LATER.date() + dt.timedelta(days=1)
        page.save_revision().publish()
        for language in LANGUAGES:
            assert MARKED[language] not in in_words(client, page, language)
        assert guide.outdated() == []


def test_what_says_nothing_of_the_norm_does_not_mark_a_page(page: GuidePage) -> None:
    decision = Decision.objects.get(key="law-x")
    with time_machine.travel(LATER, tick=False):
        edition = decision.editions.get(language="kk")
        edition.summary = "Бір сөйлем."
        edition.save_revision().publish()
        assert Change.objects.announced().filter(at__gte=LATER).exists()
        assert guide.outdated() == []


def test_a_changed_official_title_or_status_marks_the_page(page: GuidePage) -> None:
    decision = Decision.objects.get(key="law-x")
    with time_machine.travel(LATER, tick=False):
        update_decision(decision=decision, status=make_status("repealed"))
        assert [(one.pk, day) for one, day in guide.outdated()] == [(page.pk, LATER.date())]


def test_a_seeded_or_back_filled_change_marks_nothing(page: GuidePage) -> None:
    Change.objects.create(
        at=LATER, kind="stage", subject="decision", announce=False, fingerprint="x",
        subject_id=Decision.objects.get(key="law-x").pk, titles={}, addresses={},
    )  # fmt: skip
    assert guide.outdated() == []


def test_only_those_who_may_change_the_page_have_it_among_their_work(page: GuidePage) -> None:
    from django.core.management import call_command

    call_command("sync_groups")
    editor = User.objects.create_user("e@example.org", password=None)
    editor.groups.add(Group.objects.get(name="editor"))
    member = User.objects.create_user("m@example.org", password=None)
    member.groups.add(Group.objects.get(name="member"))
    with time_machine.travel(LATER, tick=False):
        add_stage_event(
            decision=Decision.objects.get(key="law-x"),
            stage=make_stage("repealed", ends=True),
            date=LATER.date(),
        )
        found = todo.waiting_for([editor, member], "ru")
    (item,) = [one for one in found[editor.pk] if one.name.startswith("guide:")]
    assert item.url == f"/admin/pages/{page.pk}/edit/"
    assert "3\u00a0декабря 2026" in item.note
    assert not [one for one in found[member.pk] if one.name.startswith("guide:")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_norm_that_was_not_read_or_is_not_in_the_record_says_so(
    client: Client, db: None, language: str
) -> None:
    rows = [norm("no-such-law", "5", "no"), norm("999999", "", "older")]
    page = make_guide(**dict.fromkeys(LANGUAGES, rows))
    text = in_words(client, page, language)
    assert UNREAD[language] in text


def test_a_withdrawn_norm_loses_its_link_and_marks_the_page(
    client: Client, page: GuidePage
) -> None:
    decision = Decision.objects.get(key="law-x")
    with time_machine.travel(LATER, tick=False):
        withdraw_decision(decision=decision, by=None)
        text = in_words(client, page, "kk")
    assert MARKED["kk"] in text
    assert decision.address_in("kk") not in text


def test_the_pages_ask_the_record_at_most_five_times(
    page: GuidePage, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(5):
        guide.context_of(page)
