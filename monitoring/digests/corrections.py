"""A digest told something wrong: what is right goes to exactly those who got it, and to the log.

An editor writes it in three languages, sees every version of the mail and how many get it, and
releases it. A sweep then makes the mails: the row that says "told" and the mail are one
transaction, so nobody gets it twice and nobody is left out, whoever dies meanwhile.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F, Max, Min, Q
from django.utils.translation import gettext as _

from monitoring.core import clock, sweeps
from monitoring.core.dates import long_date
from monitoring.core.models import LANGUAGES
from monitoring.digests import links
from monitoring.digests.messages import headers_of
from monitoring.digests.models import (
    CorrectionTold,
    DigestRun,
    DigestRunSubscriber,
    Frequency,
    ItemCorrection,
    Subscriber,
    Subscription,
)
from monitoring.journal.models import Change, Correction
from monitoring.mailing.models import ANEW, OutgoingMail
from monitoring.mailing.services import Prepared, prepare_mail, queue_prepared
from monitoring.search import kinds

SWEEP = "digests.correct"
CHUNK = 500
WAIT = dt.timedelta(days=30)
"""A reader who is silent for longer than this after the release is not told any more."""
State = ItemCorrection.State


class EditedError(Exception):
    """A colleague changed or released it first; nothing was written."""

    def __init__(self, current: ItemCorrection) -> None:
        super().__init__(f"correction {current.pk} is at version {current.version}")
        self.current = current


def draft_correction(*, change: Change, said: Mapping[str, str], by: Any) -> ItemCorrection:
    """Begin to correct what was told of a change. Raises ValidationError by field."""
    row = ItemCorrection(
        subject=change.subject,
        subject_id=change.subject_id,
        changes=[change.pk],
        made_by=by,
        made_at=clock.now(),
        **_said(said),
    )
    row.full_clean()
    row.save()
    return row


def edit_correction(
    *, correction: ItemCorrection, said: Mapping[str, str], seen: int, by: Any
) -> ItemCorrection:
    """Write a draft anew over the version that was seen.

    Raises EditedError if a colleague was faster, ValidationError by field.
    """
    values = _said(said)
    row = ItemCorrection(**{**_plain(correction), **values})
    row.full_clean(exclude=["id"], validate_unique=False, validate_constraints=False)
    taken = ItemCorrection.objects.filter(pk=correction.pk, state=State.DRAFT, version=seen)
    if not taken.update(version=F("version") + 1, made_by=by, **values):
        raise EditedError(ItemCorrection.objects.get(pk=correction.pk))
    return ItemCorrection.objects.get(pk=correction.pk)


def release_correction(*, correction: ItemCorrection, seen: int, by: Any) -> ItemCorrection:
    """Let the mails leave and put the line into the public log, once.

    `seen` is the version whose preview the person saw; raises EditedError for another one.
    """
    now = clock.now()
    with transaction.atomic():
        row = ItemCorrection.objects.select_for_update().get(pk=correction.pk)
        if row.state != State.DRAFT or row.version != seen:
            raise EditedError(row)
        change = Change.objects.get(pk=row.changes[0])
        entry = Correction(
            subject=row.subject,
            subject_id=row.subject_id,
            titles=change.titles,
            addresses=change.addresses,
            at=now,
            by=by,
            **{f"said_{code}": row.said_in(code) for code in LANGUAGES},
        )
        entry.full_clean()
        entry.save()
        row.state, row.entry, row.previewed = State.RELEASED, entry, seen
        row.released_by, row.released_at = by, now
        row.full_clean()
        row.save()
        sweeps.ring(SWEEP)
    return row


class Misled(NamedTuple):
    """A reader of the wrong item: when that mail was made, and whether it has left by now."""

    reader: int
    built: dt.datetime
    has_left: bool


def audience(correction: ItemCorrection, after: int = 0) -> Iterator[Misled]:
    """Those who got the wrong mail, or are about to, and still want our mail.

    `after`: only among mails with greater ids. Left out: whose mail was held back or refused (one
    that was taken without an answer may have arrived), and who has ended since all that the mail
    can have come by. Streamed; two queries for 500 mails.
    """
    wrong = set(correction.changes)
    told = Change.objects.filter(pk__in=wrong)
    since = min(told.values_list("at", flat=True), default=None)
    if since is None:
        return
    rows = (
        DigestRunSubscriber.objects.filter(
            pk__gt=after, built_at__gte=since, subscriber__state=Subscriber.State.ACTIVE
        )
        .order_by("pk")
        .values_list("subscriber_id", "changes", "mail_key", "built_at")
    )
    seen: set[int] = set()
    chunk: list[tuple[int, str, dt.datetime]] = []
    for reader, changes, key, built in rows.iterator(CHUNK):
        if reader not in seen and not wrong.isdisjoint(changes):
            chunk.append((reader, key, built))
        if len(chunk) >= CHUNK:
            yield from _still_reading(chunk, seen)
            chunk = []
    yield from _still_reading(chunk, seen)


def _still_reading(
    chunk: Sequence[tuple[int, str, dt.datetime]], seen: set[int]
) -> Iterator[Misled]:
    waits = [OutgoingMail.State.PENDING, OutgoingMail.State.LEASED]
    keys = [key for _reader, key, _built in chunk]
    mails = OutgoingMail.objects.filter(key__in=keys).exclude(state=OutgoingMail.State.SENT)
    waiting, lost = set[str](), set[str]()
    for key, state, reason in mails.exclude(cause=OutgoingMail.Cause.UNSURE).values_list(
        "key", "state", "reason"
    ):
        (waiting if state in waits or reason == ANEW else lost).add(key)
    began: dict[int, dt.datetime] = {}
    active = Subscription.objects.active().filter(subscriber__in=[one[0] for one in chunk])
    for reader, confirmed in active.values_list("subscriber_id", "confirmed_at"):
        if confirmed is not None:
            began[reader] = min(confirmed, began.get(reader, confirmed))
    for reader, key, built in chunk:
        if key not in lost and reader in began and began[reader] <= built and reader not in seen:
            seen.add(reader)
            yield Misled(reader, built, key not in waiting)


def send_corrections() -> int:
    """The sweep: make the mails of released corrections that are not made yet; how many."""
    made = 0
    for correction in ItemCorrection.objects.filter(state=State.RELEASED).order_by("pk"):
        made += _send(correction)
    return made


def _send(correction: ItemCorrection) -> int:
    settled = _settled()
    told = set(correction.told.values_list("subscriber_id", flat=True))
    made = waiting = 0
    for reader, built, has_left in list(audience(correction, correction.read_up_to)):
        if reader not in told and not has_left:
            waiting += 1  # it comes after what it corrects, and not at all where that never left
        elif reader not in told:
            what = f"correction {correction.pk} to subscriber {reader}"
            sent = sweeps.spare_others(what, partial(_tell, correction, reader, built), None)
            made += sent or 0
            waiting += sent is None
    released = correction.released_at or clock.now()
    if not (waiting or _still_to_be_told(correction)) or clock.now() - released > WAIT:
        ItemCorrection.objects.filter(pk=correction.pk).update(
            state=State.DONE, mails=correction.told.count()
        )
    elif settled is not None and not waiting:
        ItemCorrection.objects.filter(pk=correction.pk).update(read_up_to=settled)
    return made


def _settled() -> int | None:
    """The id up to which no mail of a run can appear or change any more; None while runs are made.

    So the days in which a frequency had no run do not read the same thousands of rows again.
    """
    if DigestRun.objects.filter(state=DigestRun.State.OPEN).exists():
        return None
    rows = DigestRunSubscriber.objects.aggregate(
        top=Max("pk"), held=Min("pk", filter=Q(again=True))
    )
    return int(rows["top"] or 0) if rows["held"] is None else int(rows["held"]) - 1


def _still_to_be_told(correction: ItemCorrection) -> bool:
    """Whether the window of some frequency that holds the wrong change has not been mailed yet."""
    positions = Change.objects.filter(pk__in=correction.changes).values_list("position", flat=True)
    last = max((one or 0 for one in positions), default=0)
    if any(one is None for one in positions):
        return True
    done = DigestRun.objects.uncancelled().filter(
        state=DigestRun.State.DONE, last_position__gte=last
    )
    return set(Frequency.values) - set(done.values_list("frequency", flat=True)) != set()


def _tell(correction: ItemCorrection, reader: int, built: dt.datetime) -> int | None:
    """One reader's mail; None for one who is told later, 0 for one who has left since."""
    subscriber = Subscriber.objects.filter(pk=reader).first()
    if subscriber is None:
        return 0
    mail = correction_mail(correction, subscriber, built)
    try:
        with transaction.atomic():
            fresh = Subscriber.objects.select_for_update().filter(pk=reader).first()
            if fresh is None or not fresh.subscriptions.active().exists():
                return 0
            if not fresh.subscriptions.active().awake(clock.today()).exists():
                return None
            if fresh.language != subscriber.language:
                return None  # the next sweep writes it in the other one
            CorrectionTold.objects.create(
                correction=correction,
                subscriber=fresh,
                mail_key=mail.key,
                built_at=clock.now(),
            )
            queue_prepared(mail=mail, group=fresh.group, bulk=True)
    except IntegrityError:
        return 0  # another scheduler was faster
    return 1


def correction_mail(
    correction: ItemCorrection, reader: Subscriber, built: dt.datetime | None
) -> Prepared:
    """The mail as one reader gets it; of a reader without an id the preview."""
    language = reader.language
    change = Change.objects.get(pk=correction.changes[0])
    kind = kinds.get(correction.subject)
    hits = kind.hits([correction.subject_id], language) if kind else {}
    hit = hits.get(correction.subject_id)
    titles = change.titles
    title = hit.title if hit else titles.get(language) or next(iter(titles.values()), "")
    manage = leave = ""
    headers = {}
    if reader.pk:
        own = reader.subscriptions.active().order_by("pk").values_list("pk", flat=True)
        manage = links.manage_link(reader)
        leave = links.leave_link(reader, tuple(own))
        headers = headers_of("correction", leave, f"correction-{correction.pk}")
    return prepare_mail(
        key=f"correction:{correction.pk}:{reader.pk or 0}",
        to=reader.address,
        template="correction",
        language=language,
        context={
            "title": title,
            "title_language": hit.language if hit else language,
            "said": correction.said_in(language),
            "day": long_date(built.astimezone(clock.ALMATY).date(), "day", language)
            if built
            else "",
            "link": links.absolute(hit.address) if hit else "",
            "log_link": links.address("corrections", language),
            "manage_link": manage,
            "leave_link": leave,
        },
        headers=headers,
    )


def _said(said: Mapping[str, str]) -> dict[str, str]:
    errors = {}
    values = {}
    for code in LANGUAGES:
        values[f"said_{code}"] = said.get(code, "").strip()
        if not values[f"said_{code}"]:
            errors[f"said_{code}"] = _(
                "Say what was wrong and what is right: readers of every language get it."
            )
    if errors:
        raise ValidationError(errors)
    return values


def _plain(row: ItemCorrection) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
