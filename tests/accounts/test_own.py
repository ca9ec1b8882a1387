"""What a member-editor may do: write the own three pages, propose news, hand both in for review."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from wagtail.models import WorkflowState

from coalition.news.models import NewsIndexPage, NewsPage
from coalition.registry.models import OrganisationPage
from coalition.registry.services import appoint_representative, retire_representative
from tests.factories import registry as make

pytestmark = pytest.mark.django_db

REST = {"body-count": "0", "comments-TOTAL_FORMS": "0", "comments-INITIAL_FORMS": "0"}


@pytest.fixture
def editor(client: Client) -> Client:
    """Signed in as the editor of one organisation; `client.user` and `.organisation` say which."""
    make.make_tree()
    organisation = make.make_organisation("Ардагер")
    person = make.make_person("", "a@example.org")
    appoint_representative(organisation=organisation, user=person)
    client.force_login(person)
    client.user, client.organisation = person, organisation  # type: ignore[attr-defined] # the test's own notes
    return client


def _form(page: OrganisationPage, **typed: Any) -> dict[str, Any]:
    names = ("lead", "address", "phone", "email", "website")
    held = {name: getattr(page, name) for name in names}
    return {**held, **REST, "logo": "", "search_description": "", **typed}


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_a_member_editor_hands_in_a_page_and_the_secretariat_publishes_it(
    editor: Client, language: str
) -> None:
    page = OrganisationPage.objects.get(locale__language_code=language)
    address = f"/admin/pages/{page.pk}/edit/"
    assert editor.get(address).status_code == 200
    typed = _form(page, lead="Біз осымен айналысамыз", **{"action-submit": "1"})
    answer = editor.post(address, typed)
    assert answer.status_code == 302, answer.context["form"].errors
    state = WorkflowState.objects.get()
    page.refresh_from_db()
    assert page.lead == "", "not public yet"
    assert state.status == WorkflowState.STATUS_IN_PROGRESS

    secretariat = Client()
    secretariat.force_login(make.make_person("secretariat"))
    answer = secretariat.post(
        f"/admin/pages/workflow/action/{page.pk}/approve/{state.current_task_state_id}/"
    )
    assert answer.status_code == 302
    page.refresh_from_db()
    assert page.lead == "Біз осымен айналысамыз"
    assert "Біз осымен айналысамыз" in Client().get(page.url).content.decode()


def test_a_member_editor_cannot_publish(editor: Client) -> None:
    page = OrganisationPage.objects.get(locale__language_code="kk")
    typed = _form(page, lead="бірден", **{"action-publish": "1"})
    editor.post(f"/admin/pages/{page.pk}/edit/", typed)
    page.refresh_from_db()
    assert page.lead == ""


def test_a_member_editor_proposes_news_and_sees_no_other_proposal(editor: Client) -> None:
    index = NewsIndexPage.objects.get(locale__language_code="kk")
    other = NewsPage(title="Bөтен", slug="boten", live=False, owner=make.make_person("editor"))
    index.add_child(instance=other)
    answer = editor.post(
        f"/admin/pages/add/news/newspage/{index.pk}/",
        {
            **REST,
            "decision_links-TOTAL_FORMS": "0",
            "decision_links-INITIAL_FORMS": "0",
            "title": "Жиын өтті",
            "slug": "",
            "date": "2026-01-15",
            "lead": "Тұрғындар жиналды.",
            "seo_title": "",
            "search_description": "",
            "action-submit": "1",
        },
    )
    assert answer.status_code == 302, answer.context["form"].errors
    own = NewsPage.objects.get(title="Жиын өтті")
    assert not own.live
    assert own.current_workflow_state is not None
    listed = editor.get(f"/admin/pages/{index.pk}/").content.decode()
    assert "Жиын өтті" in listed
    assert "Bөтен" not in listed
    assert editor.get(f"/admin/pages/{other.pk}/edit/").status_code == 302


def test_a_retired_editor_is_out_at_the_next_click(editor: Client) -> None:
    page = OrganisationPage.objects.get(locale__language_code="kk")
    organisation, person = editor.organisation, editor.user  # type: ignore[attr-defined] # the test's own notes
    organisation.refresh_from_db()
    retire_representative(organisation=organisation, user=person)
    answer = editor.get(f"/admin/pages/{page.pk}/edit/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/ru/vkhod/?next=/admin/")


def test_a_member_editor_reads_the_history_of_the_own_page(editor: Client) -> None:
    page = OrganisationPage.objects.get(locale__language_code="kk")
    answer = editor.get(f"/admin/pages/{page.pk}/history/")
    assert answer.status_code == 200
