"""Writes of the editors' desk: the lead of the coming issue, holding it, letting it go."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from monitoring.core import clock, sweeps
from monitoring.core.models import LANGUAGES
from monitoring.digests.links import absolute
from monitoring.digests.models import DigestRun, Editorial
from monitoring.digests.rendering import Lead
from monitoring.mailing.gate import operators
from monitoring.mailing.services import queue_mail

HELD_FOR = dt.timedelta(hours=24)
"""How long an issue may be held after it should have left."""
WORDS = ("lead_kk", "lead_ru", "lead_en", "news_kk", "news_ru", "news_en", "news_link")
FIELDS = (*WORDS, "elsewhere")


class TwoEditorsError(Exception):
    """Somebody else saved meanwhile, or (`left`) the issue left; `stands` is what stands now."""

    def __init__(self, stands: Editorial, *, left: bool = False) -> None:
        super().__init__("the issue left" if left else "saved by somebody else meanwhile")
        self.stands, self.left = stands, left


def waiting_run(frequency: str) -> DigestRun | None:
    """The run of a frequency that is not leaving yet: held, or just opened."""
    runs = DigestRun.objects.filter(
        frequency=frequency, state=DigestRun.State.OPEN, leaving_at=None
    )
    return runs.order_by("window_end").first()


def issue_key(frequency: str) -> str:
    """Which issue an editor has before them: a run that waits, or what comes after the last one.

    A page says it when something is done, so that what was meant for one issue, pressed a minute
    after it left, is not done to the next.
    """
    run = waiting_run(frequency)
    return f"run-{run.pk}" if run else f"after-{_last_pk(frequency)}"


def _last_pk(frequency: str) -> int:
    runs = DigestRun.objects.filter(frequency=frequency).order_by("-window_end")
    return runs.values_list("pk", flat=True).first() or 0


def coming(frequency: str) -> Editorial:
    """The editors' part of the next issue of a frequency; empty and not stored if nobody wrote."""
    found = Editorial.objects.filter(frequency=frequency, run=None).first()
    return found or Editorial(frequency=frequency, version=0, changed_at=clock.now())


def save_editorial(
    *, frequency: str, version: int, by: Any, seen: str = "", **values: Any
) -> Editorial:
    """Store the lead and the news item; `version` is that which the editor had before them.

    Of the run that waits, else of the coming one; `seen` is the `issue_key` of the editor's page.

    Raises TwoEditorsError if it or the issue has changed since, ValidationError for what cannot
    stand.
    """
    with transaction.atomic():
        _lock_issue(frequency)
        row = _locked(frequency, waiting_run(frequency))
        if seen and seen != issue_key(frequency):
            raise TwoEditorsError(row, left=True)
        if row.version != version:
            raise TwoEditorsError(row)
        for name in FIELDS:
            setattr(row, name, values[name])
        row.news_link = own_address(row.news_link)
        titles = [getattr(row, f"news_{code}") for code in LANGUAGES]
        if any(titles) != bool(row.news_link):
            raise ValidationError(
                {"news_link": _("A news item has a title and an address; one of them is missing.")}
            )
        _changed(row, by)
    return row


def own_address(typed: str) -> str:
    """A path of this site; mails lead nowhere else. Raises ValidationError for other addresses."""
    typed = typed.strip()
    host = urlsplit(settings.WAGTAILADMIN_BASE_URL).netloc
    parts = urlsplit(typed)
    if parts.netloc and parts.netloc != host:
        raise ValidationError({"news_link": _("The address must be one of this site.")})
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    if typed and (not path.startswith("/") or path.startswith(("//", "/\\"))):
        raise ValidationError({"news_link": _("The address must be one of this site.")})
    return path


def hold_issue(*, frequency: str, by: Any, after: str, seen: str = "") -> Editorial:
    """Keep an issue back; `after` says what happens when nobody releases it within a day.

    `seen` is the `issue_key` of the page on which it was pressed. Raises ValidationError once the
    issue is leaving: it takes the same lock as `may_leave`, so one of the two comes first.
    """
    with transaction.atomic():
        row = _asked(frequency, seen)
        if row.held_at is None:
            row.held_at, row.held_by = clock.now(), by
            row.after = Editorial.After(after).value
            _changed(row, by)
    return row


def release_issue(*, frequency: str, by: Any, seen: str = "") -> Editorial:
    """Let a held issue go; if its time has come it leaves now. ValidationError if it left."""
    with transaction.atomic():
        row = _asked(frequency, seen)
        if row.held_at is not None:
            row.held_at = row.held_by = None
            _changed(row, by)
        sweeps.ring("digests.run")
    return row


def cancel_issue(*, frequency: str, by: Any, seen: str = "") -> Editorial:
    """Send a held issue to nobody. What it would have told stands in the next one.

    Raises ValidationError if it is not held, or left meanwhile.
    """
    with transaction.atomic():
        row = _asked(frequency, seen)
        if row.run is None or row.held_at is None:
            raise ValidationError(_("Only an issue that is held can be cancelled."))
        _cancel(row, row.run, by)
    return row


def _asked(frequency: str, seen: str) -> Editorial:
    """The locked row of the issue that an editor means; ValidationError if that one has left."""
    _lock_issue(frequency)
    run = waiting_run(frequency)
    if (seen and seen != issue_key(frequency)) or (run is not None and run.told.exists()):
        raise ValidationError(
            _("This issue is leaving or has left; nothing can be done to it any more.")
        )
    return _locked(frequency, run)


def _lock_issue(frequency: str) -> None:
    """Nothing of a frequency begins to leave, or is opened, until this transaction ends.

    `may_leave` locks the run that it lets go, `take_along` the run before the one it opens; rows
    are locked in the order of their windows.
    """
    runs = DigestRun.objects.filter(frequency=frequency).filter(
        Q(state=DigestRun.State.OPEN) | Q(pk=_last_pk(frequency))
    )
    list(runs.select_for_update().order_by("window_end").values_list("pk", flat=True))


def take_along(run: DigestRun) -> None:
    """In the transaction that opens a run: the waiting editors' part becomes this run's."""
    before = DigestRun.objects.filter(frequency=run.frequency, window_end__lt=run.window_end)
    list(before.select_for_update().order_by("-window_end").values_list("pk", flat=True)[:1])
    Editorial.objects.filter(frequency=run.frequency, run=None).update(run=run)


def may_leave(run: DigestRun) -> bool:
    """Whether a run may be made now; settles what is over for one that was held too long.

    Leaving is marked on the run under its lock, which holding takes too: what is marked can no
    longer be held, and what is held is not marked.
    """
    with transaction.atomic():
        run = DigestRun.objects.select_for_update().get(pk=run.pk)
        if run.state != DigestRun.State.OPEN:
            return False
        if run.leaving_at is not None:
            return True
        row = Editorial.objects.filter(run=run).select_related("held_by").first()
        if row is not None and row.held_at is not None:
            if clock.now() - max(row.held_at, run.window_end) < HELD_FOR:
                return False
            _settle(row, run)
            if row.outcome == Editorial.Outcome.CANCELLED:
                return False
        DigestRun.objects.filter(pk=run.pk).update(leaving_at=clock.now())
    return True


def _settle(row: Editorial, run: DigestRun) -> None:
    """A day is over: it leaves or is cancelled, as whoever held it chose; operators are told."""
    if row.after == Editorial.After.CANCEL:
        _cancel(row, run, row.held_by)
    else:
        row.outcome = Editorial.Outcome.LEFT
        row.save()
    _tell_operators(row, run)


def is_cancelled(run: DigestRun) -> bool:
    """Whether a person cancelled a run: its changes fall into the next."""
    return Editorial.objects.filter(run=run, outcome=Editorial.Outcome.CANCELLED).exists()


def leads_of(run: DigestRun) -> dict[str, Lead]:
    """What stands on top of a run's mails, by the reader's language."""
    row = Editorial.objects.filter(run=run).first()
    return {code: lead_in(row, code) for code in LANGUAGES} if row else {}


def lead_in(row: Editorial, language: str) -> Lead:
    """The lead for a reader of a language: theirs, else another's unless the editor says no."""
    order = [language, *(code for code in LANGUAGES if code != language)]
    if not row.elsewhere:
        order = order[:1]
    text = next((code for code in order if getattr(row, f"lead_{code}")), "")
    news = next((code for code in order if getattr(row, f"news_{code}")), "")
    return Lead(
        text=str(getattr(row, f"lead_{text}")) if text else "",
        language=text,
        news_title=str(getattr(row, f"news_{news}")) if news else "",
        news_link=absolute(row.news_link) if news else "",
        news_language=news,
    )


def _cancel(row: Editorial, run: DigestRun, by: Any) -> None:
    row.outcome, row.outcome_by = Editorial.Outcome.CANCELLED, by
    row.save()
    DigestRun.objects.filter(pk=run.pk).update(
        state=DigestRun.State.DONE, finished_at=clock.now(), changes=0, mails=0
    )
    # A later run that was opened meanwhile takes the changes over; a coming one begins there.
    DigestRun.objects.filter(
        frequency=run.frequency, state=DigestRun.State.OPEN, first_position=run.last_position
    ).update(first_position=run.first_position)


def _tell_operators(row: Editorial, run: DigestRun) -> None:
    for number, (address, language) in enumerate(operators()):
        queue_mail(
            key=f"held:{run.pk}:{number}",
            to=address,
            template="issue_held",
            language=language,
            context={
                "cancelled": row.outcome == Editorial.Outcome.CANCELLED,
                "frequency": run.frequency,
                "end": run.window_end,
                "held_at": row.held_at,
                "held_by": str(row.held_by or ""),
                "desk": absolute("/admin/digests/"),
            },
            urgent=True,
        )


def _locked(frequency: str, run: DigestRun | None = None) -> Editorial:
    Editorial.objects.get_or_create(
        frequency=frequency, run=run, defaults={"changed_at": clock.now(), "version": 0}
    )
    rows = Editorial.objects.select_for_update(of=("self",)).select_related("run")
    return rows.get(frequency=frequency, run=run)


def _changed(row: Editorial, by: Any) -> None:
    row.version += 1
    row.changed_by, row.changed_at = by, clock.now()
    row.full_clean(validate_unique=False, validate_constraints=False)
    row.save()
