"""Writes of «Our organisation»: a draft is kept, sent, returned or published.

The row of the draft keeps whatever was typed. Once it is right, the same text is a draft of the
organisation's pages, and sending it starts the workflow that the admin's editors use.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext as _
from wagtail.images.models import Image
from wagtail.log_actions import log
from wagtail.models import TaskState, WorkflowState

from coalition.accounts.models import User
from coalition.pages.services import confirm_language
from coalition.registry import own_mails
from coalition.registry.data_checks import confirm_data
from coalition.registry.models import ExperienceField, Organisation, OrganisationPage
from coalition.registry.own_models import DataCheck, OwnDraft
from coalition.registry.own_values import (
    FIELDS,
    NAMES,
    differing,
    draft_values,
    newest_pages,
    of_page,
    public_values,
)
from coalition.registry.services import ensure_rights, update_organisation
from monitoring.core import clock
from monitoring.core.models import LANGUAGES
from monitoring.search.services import touch

logger = logging.getLogger(__name__)


class DraftChangedError(Exception):
    """Somebody saved since the form was opened; `draft` is how it stands now."""

    def __init__(self, draft: OwnDraft) -> None:
        super().__init__(f"draft {draft.pk} is at version {draft.version}")
        self.draft = draft


def open_draft(*, organisation: Organisation, by: User, language: str) -> OwnDraft:
    """The organisation's open draft, with what was written in the admin meanwhile, or a new one.

    A new one is not saved: looking at the form writes nothing.
    """
    draft = organisation.own_drafts.open().first()
    if draft is None:
        return OwnDraft(
            organisation=organisation,
            values=draft_values(organisation),
            revisions=_revisions(organisation),
            version=0,
            language=language,
            by=by,
            by_name=by.get_full_name(),
        )
    return _absorb(draft)


def save_draft(
    *, organisation: Organisation, by: User, values: Mapping[str, Any], version: int, language: str
) -> OwnDraft:
    """Keep what a person who saw `version` typed, right or wrong. The same text twice is one save.

    Raises DraftChangedError when somebody else saved since; nothing is written then.
    """
    with transaction.atomic():
        # The organisation's row is the lock: a draft that does not exist yet cannot be one.
        Organisation.objects.select_for_update().get(pk=organisation.pk)
        draft = open_draft(organisation=organisation, by=by, language=language)
        same = not differing(draft.values, values)
        if draft.version != version:
            if same:
                return draft
            raise DraftChangedError(draft)
        if same and draft.pk:
            return draft
        draft.values = {name: values.get(name, "") for name in FIELDS}
        draft.replaced = {}
        draft.version += 1
        draft.language = language
        draft.by, draft.by_name = by, by.get_full_name()
        draft.saved_at = clock.now()
        if draft.state == OwnDraft.State.RETURNED:
            draft.state = OwnDraft.State.DRAFT  # the note stays until the text is sent again
        draft.full_clean()
        draft.save()
    return draft


def write_pages(*, draft: OwnDraft, by: User) -> None:
    """Make a text without errors the newest draft of the pages whose text it changes."""
    with transaction.atomic():
        for page in newest_pages(draft.organisation):
            wanted = of_page(draft.values, page.locale.language_code)
            if all(getattr(page, name) == value for name, value in wanted.items()):
                continue
            for name, value in wanted.items():
                setattr(page, name, value)
            page.save_revision(user=by, log_action=True, changed=True)
        draft.revisions = _revisions(draft.organisation)
        draft.save(update_fields=["revisions"])


def send_draft(*, draft: OwnDraft, by: User) -> OwnDraft:
    """Hand a text without errors to the secretariat, and start the review of its page.

    Sent once more, it takes the place of what was sent before. Sent twice unchanged, it is one.
    """
    with transaction.atomic():
        draft = OwnDraft.objects.select_for_update().get(pk=draft.pk)
        if _under_review(draft) and draft.sent_at and draft.saved_at <= draft.sent_at:
            return draft
        write_pages(draft=draft, by=by)
        _cancel_reviews(draft.organisation, by)
        page = draft.organisation.pages.get(locale__language_code=draft.language)
        workflow = page.get_workflow()
        draft.workflow_state = workflow.start(page, by) if workflow else None
        draft.state = OwnDraft.State.SENT
        draft.sent_at = clock.now()
        draft.note = ""
        draft.full_clean()
        draft.save()
        log(draft.organisation, "wagtail.edit", user=by)
    return draft


def publish_draft(*, draft: OwnDraft, version: int, by: User) -> OwnDraft:
    """Publish what was sent, in every language whose page is public or has its sentence.

    Raises DraftChangedError when its people sent another text since `version` was shown.
    """
    before = public_values(draft.organisation)
    with transaction.atomic():
        draft = _claim(draft, version)
        organisation = Organisation.objects.get(pk=draft.organisation_id)
        changed = set(differing(before, draft.values))
        names = {f"{name}_{code}" for name in NAMES for code in LANGUAGES} & changed
        # A name or place that was emptied in another language stays as it was.
        typed = {name: draft.values[name] for name in names if draft.values[name]}
        if typed:
            update_organisation(
                pk=organisation.pk, version=organisation.version, values=typed, by=by
            )
        chosen = ExperienceField.objects.filter(key__in=draft.values["experience"])
        organisation.experience.set(chosen)
        write_pages(draft=draft, by=draft.by or by)
        _approve_review(draft, by)
        for page in draft.organisation.pages.select_related("locale"):
            _publish_page(page, by, changed)
        touch("organisation", [organisation.pk])
        draft.state = OwnDraft.State.PUBLISHED
        draft.decided_at, draft.decided_by = clock.now(), by
        draft.full_clean()
        draft.save()
        confirm_data(
            organisation=draft.organisation,
            by=draft.by,
            how=DataCheck.How.FORM,
            at=draft.sent_at,
        )
        own_mails.queue_published(draft=draft)
    return draft


def return_draft(*, draft: OwnDraft, version: int, note: str, by: User) -> OwnDraft:
    """Send a text back with a sentence on what to correct.

    Raises DraftChangedError as above, ValidationError without a sentence.
    """
    with transaction.atomic():
        draft = _claim(draft, version)
        draft.state = OwnDraft.State.RETURNED
        draft.note = note.strip()
        if not draft.note:
            raise ValidationError({"note": _("Say in one sentence what to correct.")})
        draft.decided_at, draft.decided_by = clock.now(), by
        draft.full_clean()
        draft.save()
        state = _running(draft)
        if state is not None:
            state.task.specific.on_action(state, by, "reject", comment=draft.note)
        own_mails.queue_returned(draft=draft)
    return draft


def is_own(state: WorkflowState) -> bool:
    """Whether a review is of an organisation's own text: its people are told by `own_mails`."""
    return OwnDraft.objects.filter(workflow_state=state).exists()


def drop_draft(*, draft: OwnDraft) -> None:
    """Forget an open draft that says nothing else than the site."""
    if draft.pk:
        OwnDraft.objects.filter(pk=draft.pk).exclude(state=OwnDraft.State.PUBLISHED).delete()


def find_logo(pk: int | None) -> Image | None:
    """The picture of an id, if it is still there."""
    return Image.objects.filter(pk=pk).first() if pk else None


def store_logo(*, organisation: Organisation, file: UploadedFile, by: User) -> Image:
    """Keep a picture that the form has judged, among the organisation's own files."""
    ensure_rights(organisation=organisation)
    organisation.refresh_from_db()
    image = Image(
        title=organisation.short_name("kk")[:255],
        file=file,
        collection=organisation.collection,
        uploaded_by_user=by,
    )
    image.full_clean()
    image.save()
    return image


def _claim(draft: OwnDraft, version: int) -> OwnDraft:
    """The row as it stands, locked; of two decisions at once the second finds it changed."""
    draft = OwnDraft.objects.select_for_update().get(pk=draft.pk)
    if draft.version != version or draft.state != OwnDraft.State.SENT:
        raise DraftChangedError(draft)
    return draft


def _publish_page(page: OrganisationPage, by: User, changed: Iterable[str]) -> None:
    language = page.locale.language_code
    newest = page.get_latest_revision()
    complete = page.live or bool(newest.as_object().lead)
    if page.has_unpublished_changes and complete:
        newest.publish(user=by)
        page.refresh_from_db()
    # The other languages were read beside the Kazakh one, unless it says something new alone.
    told = "sentence_kk" not in changed or f"sentence_{language}" in changed
    if page.live and language != "kk" and told:
        confirm_language(page=page, by=by)


def _revisions(organisation: Organisation) -> dict[str, int]:
    pages = organisation.pages.values_list("pk", "latest_revision_id")
    return {str(pk): revision or 0 for pk, revision in pages}


def _absorb(draft: OwnDraft) -> OwnDraft:
    """Take over what was written on the pages in the admin since, and note what it replaces."""
    now = _revisions(draft.organisation)
    if now == draft.revisions:
        return draft
    foreign = draft_values(draft.organisation)
    names = [name for name in foreign if name.startswith("sentence_")]
    pages = [*names, "phone", "email", "website", "logo"]
    fresh = {name: foreign[name] for name in pages}
    other = [name for name in differing(draft.values, foreign) if name in fresh]
    draft.revisions = now
    if other:
        draft.replaced = {name: draft.values[name] for name in other}
        draft.values = {**draft.values, **{name: fresh[name] for name in other}}
        draft.version = F("version") + 1
        newest = max(
            (page.latest_revision for page in draft.organisation.pages.all()),
            key=lambda revision: revision.created_at,
        )
        draft.by = newest.user
        draft.by_name = newest.user.get_full_name() if newest.user else ""
        draft.saved_at = newest.created_at
    draft.save()
    draft.refresh_from_db()
    return draft


def _running(draft: OwnDraft) -> TaskState | None:
    """The step of the review that waits for a decision."""
    state = draft.workflow_state
    if state is None or state.status != WorkflowState.STATUS_IN_PROGRESS:
        return None
    task: TaskState | None = state.current_task_state
    return task if task and task.status == TaskState.STATUS_IN_PROGRESS else None


def _under_review(draft: OwnDraft) -> bool:
    return _running(draft) is not None


def _cancel_reviews(organisation: Organisation, by: User) -> None:
    """What is sent now holds what was under review before: `_absorb` took it over."""
    for page in organisation.pages.all():
        state = page.current_workflow_state
        if state is not None:
            state.cancel(user=by)


def _approve_review(draft: OwnDraft, by: User) -> None:
    state = _running(draft)
    if state is not None:
        state.task.specific.on_action(state, by, "approve", comment="")


def settle_drafts() -> int:
    """Follow what the secretariat decided in the page's own editor. The sweep; returns how many.

    Approved or published there: the names, the place and the other languages follow. Rejected: the
    draft is returned with the same remark. Cancelled: it is a draft again. What cannot be settled
    is logged and tried again in the next round.
    """
    done = 0
    for draft in OwnDraft.objects.sent().select_related("workflow_state__current_task_state"):
        try:
            done += _settle(draft)
        except Exception:  # one draft that cannot be settled must not keep the others waiting
            logger.exception("draft %s cannot follow its review; it stays as it was sent", draft.pk)
    return done


def _settle(draft: OwnDraft) -> bool:
    """Follow one decision; whether there was one."""
    state = draft.workflow_state
    if state is None or state.status == WorkflowState.STATUS_IN_PROGRESS:
        return False
    step = state.current_task_state
    by = step.finished_by if step else None
    if state.status == WorkflowState.STATUS_NEEDS_CHANGES and by:
        with translation.override(draft.language):  # a worker speaks nobody's language
            note = step.comment or _("The secretariat returned the text without a remark.")
        return_draft(draft=draft, version=draft.version, note=note, by=by)
    elif by and (state.status == WorkflowState.STATUS_APPROVED or _is_public(draft)):
        publish_draft(draft=draft, version=draft.version, by=by)
    else:
        OwnDraft.objects.filter(pk=draft.pk, version=draft.version).update(
            state=OwnDraft.State.DRAFT
        )
    return True


def _is_public(draft: OwnDraft) -> bool:
    page = f"sentence_{draft.language}"
    changed = differing(public_values(draft.organisation), draft.values)
    return not {page, "phone", "email", "website", "logo"} & set(changed)
