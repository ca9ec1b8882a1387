"""Every path by which a text becomes public, or ceases to be, leaves a Change and an outbox row."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import GroupApprovalTask, Workflow, WorkflowContentType, WorkflowTask

from coalition.accounts.models import User
from monitoring.decisions.models import Decision, Edition
from monitoring.decisions.publication import public_change
from monitoring.decisions.services import (
    add_edition,
    publish_decision,
    update_decision,
    withdraw_decision,
)
from monitoring.journal.models import Change
from monitoring.search.models import OutboxRow
from tests.factories.record import make_decision

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client: Client) -> User:
    user = User.objects.create_superuser("editor@example.org", "secret")
    client.force_login(user)
    return user


@pytest.fixture
def draft() -> Edition:
    decision = make_decision(public=False)
    OutboxRow.objects.all().delete()
    return Edition.objects.get(decision=decision)


def assert_told(edition: Edition, kind: str, *, public: bool) -> None:
    """One new Change, one search row at least, and readers see what it says."""
    change = Change.objects.latest("pk")
    assert change.kind == kind
    assert change.subject_id == edition.decision_id
    assert OutboxRow.objects.filter(kind="decision", record_id=edition.decision_id).exists()
    assert Decision.objects.get(pk=edition.decision_id).is_public is public


def form_of(edition: Edition, **changed: str) -> dict[str, str]:
    words = {name: getattr(edition, name) for name in ("title", "official_title", "summary")}
    return {**words, "decision": str(edition.decision_id), "language": edition.language, **changed}


def test_a_draft_is_no_public_change(draft: Edition) -> None:
    assert Change.objects.count() == 0
    assert Decision.objects.public().count() == 0


def test_an_editor_publishes_and_takes_back(client: Client, editor: User, draft: Edition) -> None:
    edit = reverse("wagtailsnippets_decisions_edition:edit", args=[draft.pk])
    data = form_of(draft, title="Жаңа атау")
    assert client.post(edit, {**data, "action-publish": "1"}).status_code == 302
    assert_told(draft, "published", public=True)
    assert Change.objects.latest("pk").titles["kk"] == "Жаңа атау"

    gone = reverse("wagtailsnippets_decisions_edition:unpublish", args=[draft.pk])
    client.post(gone)
    assert_told(draft, "withdrawn", public=False)


def test_an_editor_saving_a_draft_of_a_public_text_tells_nobody(
    client: Client, editor: User
) -> None:
    edition = make_decision().editions.get()
    before = Change.objects.count()
    edit = reverse("wagtailsnippets_decisions_edition:edit", args=[edition.pk])
    assert client.post(edit, form_of(edition, title="Қолжазба")).status_code == 302
    assert Change.objects.count() == before
    edition.refresh_from_db()
    assert edition.title != "Қолжазба"


def test_a_workflow_approval_publishes(client: Client, editor: User, draft: Edition) -> None:
    workflow = Workflow.objects.create(name="review")
    task = GroupApprovalTask.objects.create(name="approval")
    WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=1)
    WorkflowContentType.objects.create(
        workflow=workflow, content_type=draft.get_base_content_type()
    )
    state = workflow.start(draft, editor)
    assert Change.objects.count() == 0
    state.current_task_state.approve(user=editor)
    assert_told(draft, "published", public=True)


def test_the_schedule_publishes_and_expires(draft: Edition) -> None:
    now = timezone.now()
    draft.go_live_at = now + dt.timedelta(hours=1)
    draft.expire_at = now + dt.timedelta(hours=2)
    draft.save_revision().publish()
    assert Change.objects.count() == 0
    draft.refresh_from_db()
    draft.revisions.update(approved_go_live_at=now - dt.timedelta(minutes=1))
    for revision in draft.revisions.all():
        revision.content["go_live_at"] = (now - dt.timedelta(minutes=1)).isoformat()
        revision.save()
    call_command("publish_scheduled")
    assert_told(draft, "published", public=True)
    Edition.objects.filter(pk=draft.pk).update(expire_at=now - dt.timedelta(seconds=1))
    call_command("publish_scheduled")
    assert_told(draft, "withdrawn", public=False)


def test_a_bulk_removal_takes_public_texts_from_readers(client: Client, editor: User) -> None:
    edition = make_decision().editions.get()
    url = reverse(
        "wagtail_bulk_action", args=["decisions", "edition", "delete"], query={"id": edition.pk}
    )
    assert client.post(url).status_code == 302
    assert not Edition.objects.exists()
    assert Change.objects.latest("pk").kind == "withdrawn"
    assert Decision.objects.public().count() == 0


def test_a_command_publishes(draft: Edition) -> None:
    draft.get_latest_revision().publish(skip_permission_checks=True)
    assert_told(draft, "published", public=True)


def test_publishing_the_same_again_is_not_news() -> None:
    edition = make_decision().editions.get()
    before = Change.objects.count()
    edition.save_revision().publish(skip_permission_checks=True)
    assert Change.objects.count() == before


def test_five_writes_in_one_change_are_one_piece_of_news() -> None:
    decision = make_decision()
    before = Change.objects.count()
    with public_change(decision.pk):
        add_edition(decision=decision, language="ru", title="О бюджете села", publish=True)
        add_edition(decision=decision, language="en", title="On village budgets", publish=True)
        update_decision(decision=decision, register_number="123")
    assert Change.objects.count() == before + 1


def test_if_the_journal_fails_the_text_stays_a_draft(
    draft: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**values: Any) -> None:
        raise RuntimeError("the journal is full")

    monkeypatch.setattr("monitoring.decisions.publication.record_change", broken)
    with pytest.raises(RuntimeError):
        draft.get_latest_revision().publish(skip_permission_checks=True)
    draft.refresh_from_db()
    assert not draft.live
    assert not Decision.objects.public().exists()
    assert not OutboxRow.objects.exists()


def test_an_analyst_shows_a_decision_without_text_and_withdraws_one_with_it(editor: User) -> None:
    decision = make_decision(public=False)
    publish_decision(decision=decision, by=editor)
    assert Change.objects.latest("pk").kind == "published"
    edition = decision.editions.get()
    edition.get_latest_revision().publish(skip_permission_checks=True)
    assert Change.objects.latest("pk").kind == "edition"
    withdraw_decision(decision=decision, by=editor)
    assert Change.objects.latest("pk").kind == "withdrawn"
    assert Decision.objects.public().count() == 0
    edition.refresh_from_db()
    edition.save_revision().publish(skip_permission_checks=True)
    assert Decision.objects.public().count() == 0, "a withdrawn decision stays withdrawn"
