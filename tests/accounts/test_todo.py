"""The admin's first page says what waits for a person, each with one click, and nothing else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pytest
from django.test import Client
from wagtail.models import WorkflowState
from wagtail.users.models import UserProfile

from coalition.accounts.models import User
from coalition.news.models import NewsIndexPage, NewsPage
from coalition.registry.services import appoint_representative
from monitoring.core import sections, todo
from monitoring.core.sections import Section
from tests.factories import registry as make

pytestmark = pytest.mark.django_db

NOTHING = {
    "kk": "Қазір сізді ештеңе күтіп тұрған жоқ.",
    "ru": "Сейчас вас ничего не ждёт.",
    "en": "Nothing waits for you.",
}


def home_of(user: User, language: str = "en") -> str:
    UserProfile.objects.update_or_create(user=user, defaults={"preferred_language": language})
    client = Client()
    client.force_login(user)
    answer = client.get("/admin/")
    assert answer.status_code == 200
    return str(answer.content.decode())


def send_news(owner: User, title: str = "Жиын өтті") -> NewsPage:
    """News handed in for review."""
    index = NewsIndexPage.objects.get(locale__language_code="kk")
    news = NewsPage(title=title, live=False, owner=owner)
    index.add_child(instance=news)
    news.save_revision(user=owner)
    news.get_workflow().start(news, owner)
    return news


def names_for(user: User) -> list[str]:
    fresh = User.objects.get(pk=user.pk)
    return [item.name for item in todo.waiting_for([fresh], "en")[user.pk]]


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_who_has_nothing_to_do_reads_so(language: str) -> None:
    assert NOTHING[language] in home_of(make.make_person("moderator"), language)


def test_a_text_sent_for_review_waits_for_the_secretariat_one_click_away() -> None:
    make.make_tree()
    news = send_news(make.make_person("editor"))
    secretariat = make.make_person("secretariat")
    text = home_of(secretariat)
    assert "Texts sent for review" in text
    assert f'href="/admin/pages/{news.pk}/edit/"' in text
    assert NOTHING["en"] not in text
    send_news(secretariat, "Тағы бір жиын")
    items = todo.waiting_for([secretariat], "en")[secretariat.pk]
    assert (items[0].count, items[0].url) == (2, "/admin/reports/workflow/?reviewable=true")


def test_a_text_sent_back_waits_for_its_author_with_the_remark() -> None:
    make.make_tree()
    editor = make.make_person("editor")
    news = send_news(editor)
    state = WorkflowState.objects.get()
    secretariat = make.make_person("secretariat")
    state.current_task_state.reject(user=secretariat, comment="Күнін тексеріңіз")
    assert names_for(editor) == [f"returned:{state.pk}"]
    text = home_of(editor)
    assert "Күнін тексеріңіз" in text
    assert f'href="/admin/pages/{news.pk}/edit/"' in text
    assert names_for(secretariat) == []
    state.refresh_from_db()
    state.resume(user=editor)
    assert names_for(editor) == []
    assert names_for(secretariat) == ["reviews"]


def test_a_draft_waits_for_who_wrote_it_until_it_is_sent() -> None:
    make.make_tree()
    editor = make.make_person("editor")
    index = NewsIndexPage.objects.get(locale__language_code="kk")
    news = NewsPage(title="Жиын", live=False, owner=editor)
    index.add_child(instance=news)
    news.save_revision(user=editor)
    assert names_for(editor) == ["drafts"]
    assert names_for(make.make_person("secretariat")) == []
    news.get_workflow().start(news, editor)
    assert names_for(editor) == []


def test_a_member_editor_finds_the_own_pages_and_only_those() -> None:
    make.make_tree()
    own, other = make.make_organisation("Ардагер"), make.make_organisation("Намыс")
    person = make.make_person("", "a@example.org")
    appoint_representative(organisation=own, user=person)
    text = home_of(person)
    assert "Pages of your organisation" in text
    for page in own.pages.all():
        assert f'href="/admin/pages/{page.pk}/edit/"' in text
    for page in other.pages.all():
        assert f"/admin/pages/{page.pk}/" not in text


def test_deadlines_come_first_and_what_counts_zero_not_at_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def provider(ids: Sequence[int], language: str) -> dict[int, Section]:
        def item(name: str, count: int, due: dt.date | None, order: int) -> todo.Item:
            return todo.Item(name, name, count, "/", "go", due=due, order=order)

        late, soon = dt.date(2026, 12, 24), dt.date(2026, 11, 24)
        items = [item("none", 0, None, 1), item("late", 1, late, 1), item("last", 2, None, 9)]
        items += [item("soon", 1, soon, 9), item("first", 1, None, 2)]
        return todo.answer((pk, items) for pk in ids)

    kept: dict[str, Any] = {"todo": [(1, provider)]}
    monkeypatch.setattr(sections, "_providers", kept)
    assert names_for(make.make_person("editor")) == ["soon", "late", "first", "last"]


def test_the_home_page_costs_as_much_with_thirty_reviews_as_with_three(
    django_assert_max_num_queries: Any,
) -> None:
    make.make_tree()
    editor, secretariat = make.make_person("editor"), make.make_person("secretariat")
    for number in range(30):
        send_news(editor, f"Жиын {number}")
    with django_assert_max_num_queries(25):
        todo.waiting_for([User.objects.get(pk=secretariat.pk)], "kk")
