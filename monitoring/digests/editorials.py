"""Writes of the editors' desk: the lead of the coming issue, holding it, letting it go."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
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
FIELDS = (
    "lead_kk", "lead_ru", "lead_en", "elsewhere", "news_kk", "news_ru", "news_en", "news_link",
)  # fmt: skip


class TwoEditorsError(Exception):
    """Somebody else saved meanwhile; `stands` is what stands now."""

    def __init__(self, stands: Editorial) -> None:
        super().__init__("saved by somebody else meanwhile")
        self.stands = stands


def coming(frequency: str) -> Editorial:
    """The editors' part of the next issue of a frequency; empty and not stored if nobody wrote."""
    found = Editorial.objects.filter(frequency=frequency, run=None).first()
    return found or Editorial(frequency=frequency, version=0, changed_at=clock.now())


def save_editorial(
    *, frequency: str, version: int, by: Any, run: DigestRun | None = None, **values: Any
) -> Editorial:
    """Store the lead and the news item; `version` is that which the editor had before them.

    Of the coming issue, or of a `run` that is held.

    Raises TwoEditorsError if it has changed since, ValidationError for what cannot stand.
    """
    with transaction.atomic():
        row = _locked(frequency, run)
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


def hold_issue(*, editorial: Editorial, by: Any, after: str) -> Editorial:
    """Keep an issue back; `after` says what happens when nobody releases it within a day.

    Raises ValidationError once mails of it were made.
    """
    with transaction.atomic():
        row = _again(editorial)
        if row.run is not None and (row.run.state != DigestRun.State.OPEN or row.run.told.exists()):
            raise ValidationError(_("This issue is leaving already; it cannot be held any more."))
        if row.held_at is None and not row.outcome:
            row.held_at, row.held_by = clock.now(), by
            row.after = Editorial.After(after).value
            _changed(row, by)
    return row


def release_issue(*, editorial: Editorial, by: Any) -> Editorial:
    """Let a held issue go; if its time has come it leaves now."""
    with transaction.atomic():
        row = _again(editorial)
        if row.held_at is not None and not row.outcome:
            row.held_at = row.held_by = None
            _changed(row, by)
        sweeps.ring("digests.run")
    return row


def cancel_issue(*, editorial: Editorial, by: Any) -> Editorial:
    """Send a held issue to nobody. What it would have told stands in the next one."""
    with transaction.atomic():
        row = _again(editorial)
        if row.run is not None and row.held_at is not None and not row.outcome:
            _cancel(row, row.run, by)
    return row


def take_along(run: DigestRun) -> None:
    """In the transaction that opens a run: the waiting editors' part becomes this run's."""
    Editorial.objects.filter(frequency=run.frequency, run=None).update(run=run)


def may_leave(run: DigestRun) -> bool:
    """Whether a run may be made now; settles what is over for one that was held too long."""
    row = Editorial.objects.filter(run=run).select_related("held_by").first()
    if row is None or row.held_at is None:
        return True
    if row.outcome:
        return row.outcome != Editorial.Outcome.CANCELLED
    if clock.now() - max(row.held_at, run.window_end) < HELD_FOR:
        return False
    with transaction.atomic():
        row = Editorial.objects.select_for_update(of=("self",)).get(pk=row.pk)
        if row.held_at is None:
            return True
        if not row.outcome:
            if row.after == Editorial.After.CANCEL:
                _cancel(row, run, row.held_by)
            else:
                row.outcome = Editorial.Outcome.LEFT
                row.save()
            _tell_operators(row, run)
    return row.outcome != Editorial.Outcome.CANCELLED


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


def _again(editorial: Editorial) -> Editorial:
    if editorial.pk is None:
        return _locked(editorial.frequency)
    rows = Editorial.objects.select_for_update(of=("self",)).select_related("run")
    return rows.get(pk=editorial.pk)


def _changed(row: Editorial, by: Any) -> None:
    row.version += 1
    row.changed_by, row.changed_at = by, clock.now()
    row.full_clean(validate_unique=False, validate_constraints=False)
    row.save()
