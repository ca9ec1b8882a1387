"""Mail to who keeps the sources: when one turns late or broken, and when it is well again."""

from __future__ import annotations

import logging
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import override
from wagtail.users.models import UserProfile

from monitoring.core import clock
from monitoring.evidence.models import Source
from monitoring.evidence.selectors import sentence_of, state_label, state_of
from monitoring.mailing.services import queue_mail

logger = logging.getLogger(__name__)

SWEEP = "evidence.tell"
EVERY = 300
_BAD = ("late", "broken")


def tell_turns() -> int:
    """The sweep: one mail to each analyst about the sources that turned; returns how many turned.

    A source is told of once a turn, not at each look; a single failure is no turn, and one that was
    late and is now broken is. What turns in one round comes in one mail.
    """
    now = clock.now()
    turned = []
    for source in Source.objects.filter(paused=False).order_by("pk"):
        state = state_of(source, now)
        told = source.told_state or "fresh"
        if state in _BAD and source.failures == 1 and source.last_success_at is not None:
            continue
        worse = state in _BAD and told not in {"broken", state}
        well = state == "fresh" and not source.failures and told in _BAD
        if worse or well:
            turned.append((source, state))
    if not turned:
        return 0
    with transaction.atomic():
        mine = [
            (source, state)
            for source, state in turned
            # Of two sweeps at once one tells.
            if Source.objects.filter(pk=source.pk, turns=source.turns).update(
                told_state=state, turns=source.turns + 1
            )
        ]
        for person in analysts() if mine else ():
            _mail(person, mine)
    return len(mine)


def analysts() -> list[Any]:
    """The people who may keep sources by a role of theirs. One query."""
    users = get_user_model().objects
    right = {"content_type__app_label": "evidence", "codename": "change_source"}
    rights = Permission.objects.filter(**right)
    roles = Q(groups__permissions__in=rights) | Q(user_permissions__in=rights)
    return list(users.filter(roles, is_active=True).distinct().order_by("pk"))


def _mail(person: Any, turned: list[tuple[Source, str]]) -> None:
    language = (UserProfile.get_for_user(person).get_preferred_language() or "kk")[:2]
    now = clock.now()
    with override(language):
        items = [
            {
                "name": source.name,
                "label": state_label(state),
                "sentence": sentence_of(source, state, now),
                "well": state == "fresh",
                "url": reverse("source_state", args=[source.pk]),
            }
            for source, state in turned
        ]
    first = turned[0][0]
    queue_mail(
        key=f"sources:{first.pk}:{first.turns + 1}:{person.pk}",
        to=person.email,
        template="sources_turned",
        language=language,
        context={
            "items": items,
            "total": len(items),
            "first": f"{items[0]['name']} ({items[0]['label']})",
            "preheader": items[0]["sentence"],
            "page": reverse("wagtailsnippets_evidence_source:list"),
        },
    )
