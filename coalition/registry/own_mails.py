"""Mails to an organisation's people, each in the person's language, through the outbox."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from coalition.accounts.models import User
from coalition.accounts.services import language_of
from coalition.registry.models import Organisation, Representative
from coalition.registry.own_models import DataCheck, OwnDraft
from coalition.registry.own_values import shown
from monitoring.mailing.services import queue_mail


def address(name: str, language: str, *args: Any) -> str:
    """The absolute address of a route in a language."""
    with translation.override(language):
        return f"{settings.WAGTAILADMIN_BASE_URL.rstrip('/')}{reverse(name, args=args)}"


def queue_invitation(*, row: Representative) -> None:
    """Tell a new representative what they may do and how to sign in."""
    assert row.user is not None
    language = language_of(row.user)
    _queue(
        f"invitation:{row.pk}",
        "own_invitation",
        row.user,
        language,
        row.organisation,
        sign_in=address("account_login", language),
        to=row.user.email,
    )


def queue_returned(*, draft: OwnDraft) -> None:
    """Tell who sent a text what to correct."""
    if draft.by is not None:
        _queue(
            f"own-returned:{draft.pk}:{draft.version}",
            "own_returned",
            draft.by,
            draft.language,
            draft.organisation,
            note=draft.note,
            link=address("our_organisation_of", draft.language, draft.organisation_id),
        )


def queue_published(*, draft: OwnDraft) -> None:
    """Tell who sent a text that readers see it."""
    if draft.by is None:
        return
    page = draft.organisation.pages.filter(locale__language_code=draft.language, live=True).first()
    _queue(
        f"own-published:{draft.pk}",
        "own_published",
        draft.by,
        draft.language,
        draft.organisation,
        link=page.full_url if page else address("tasks", draft.language),
    )


def queue_data_check(
    *,
    check: DataCheck,
    people: Iterable[User],
    token_of: Callable[[DataCheck, User], str],
    reminder: bool = False,
) -> None:
    """Ask each person whether what the site shows is still right."""
    for user in people:
        language = language_of(user)
        _queue(
            f"data-check:{check.pk}:{user.pk}:{'again' if reminder else 'first'}",
            "data_check",
            user,
            language,
            check.organisation,
            link=address("data_check", language, token_of(check, user)),
            form=address("our_organisation_of", language, check.organisation_id),
            rows=shown(check.organisation, language),
            reminder=reminder,
            transient=True,
        )


def _queue(
    key: str,
    template: str,
    user: User,
    language: str,
    organisation: Organisation,
    *,
    transient: bool = False,
    **context: Any,
) -> None:
    values: Mapping[str, Any] = {"name": organisation.label_in(language), **context}
    queue_mail(
        key=key,
        to=user.email,
        template=template,
        language=language,
        context=values,
        group=f"representative:{user.pk}",
        transient=transient,
    )
