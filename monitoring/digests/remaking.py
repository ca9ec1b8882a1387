"""Makes anew the digests that were held back because their reader changed something (`waiting`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import groupby

from django.db import transaction
from django.db.models import Q

from monitoring.core import clock, sweeps
from monitoring.digests.editorials import leads_of
from monitoring.digests.gathering import documents_of, found_of
from monitoring.digests.issues import issue_links
from monitoring.digests.matching import matching
from monitoring.digests.messages import Found, Record
from monitoring.digests.models import DigestRunSubscriber, Issue, Subscriber, Subscription
from monitoring.digests.rendering import Renderer, frames_of
from monitoring.digests.runs import Built, prepare, wishes_of
from monitoring.journal.models import Change
from monitoring.mailing.models import ANEW, OutgoingMail
from monitoring.mailing.services import replace_mail

AT_ONCE = 500
"""Mails made anew in one sweep; the next one goes on."""


def make_mails_anew() -> int:
    """The sweep: what was held back leaves with what is left of it; returns the mails made.

    The row is the job: killed anywhere, the next sweep goes on, and a mail leaves once.
    """
    _settle_what_left()
    rows = DigestRunSubscriber.objects.filter(again=True).select_related("run")
    made = 0
    for _run, group in groupby(rows.order_by("run_id", "pk")[:AT_ONCE], key=lambda row: row.run_id):
        made += _of_run(list(group))
    return made


def _settle_what_left() -> None:
    """A mail that left after all from a sender's hands, or may not leave, stays as it is."""
    anew = Q(state=OutgoingMail.State.SUPPRESSED, reason=ANEW)
    keys = DigestRunSubscriber.objects.filter(again=True).values("mail_key")
    over = OutgoingMail.objects.filter(key__in=keys).exclude(anew).values("key")
    DigestRunSubscriber.objects.filter(again=True, mail_key__in=over).update(again=False)


def _of_run(rows: Sequence[DigestRunSubscriber]) -> int:
    """What was held back of one run."""
    run = rows[0].run
    low = min(int(start) for row in rows for start in row.parts.values())
    changes = list(Change.objects.announced().between(low, run.last_position))
    documents = documents_of(changes)
    serving = [int(pk) for row in rows for pk in row.parts]
    hits = matching(Subscription.objects.filter(pk__in=serving), documents)
    found = found_of(run, changes, documents)
    issue = Issue.objects.filter(run=run).first()
    frames = frames_of(run, found, leads=leads_of(run), issue_links=issue_links(issue))
    renderer = Renderer(frames, found)
    return sum(
        sweeps.spare_others(
            f"mail {row.mail_key} made anew", partial(_make, row, hits, found, renderer), 0
        )
        for row in rows
    )


def _wanted(row: DigestRunSubscriber) -> list[Subscription]:
    """The subscriptions that a mail still serves, each told from where it told before."""
    wanted = list(
        Subscription.objects.active()
        .awake(clock.today())
        .filter(pk__in=[int(pk) for pk in row.parts])
        .select_related("query", "subscriber")
        .order_by("pk")
    )
    for one in wanted:
        one.since = int(row.parts[str(one.pk)])
    return wanted


def _state(wanted: Sequence[Subscription]) -> list[tuple[object, ...]]:
    """All that a mail is made from and that its reader can change."""
    return [
        (
            *(one.pk, *wishes_of(one), one.query_id),
            *(one.subscriber.language, one.subscriber.nonce),
        )
        for one in wanted
    ]


def _make(
    row: DigestRunSubscriber,
    hits: Mapping[int, Sequence[Record]],
    found: Found,
    renderer: Renderer,
) -> int:
    """One mail: built outside, written in one transaction under the lock of its reader."""
    wanted = _wanted(row)
    built: Built | None = prepare(row.run, wanted, hits, found, renderer) if wanted else None
    with transaction.atomic():
        reader = Subscriber.objects.select_for_update().filter(pk=row.subscriber_id).first()
        fresh = DigestRunSubscriber.objects.filter(pk=row.pk, again=True).first()
        if reader is None or fresh is None or fresh.parts != row.parts:
            return 0
        if _state(_wanted(fresh)) != _state(wanted):
            return 0  # the next sweep builds it of what stands then
        if built is None:
            fresh.changes, fresh.parts, fresh.again = [], {}, False
        elif replace_mail(mail=built.mail):
            parts = {str(pk): start for pk, start in built.message.parts.items()}
            fresh.changes, fresh.parts, fresh.again = list(built.message.changes), parts, False
        else:
            return 0
        fresh.save(update_fields=["changes", "parts", "again"])
    return int(built is not None)
