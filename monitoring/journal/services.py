"""Writes of the room `journal`: changes, reported errors and their answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from monitoring.core import clock
from monitoring.core.models import LANGUAGES, Lease
from monitoring.journal import subjects
from monitoring.journal.models import Change, Correction, ErrorReport
from monitoring.mailing.services import prepare_mail, queue_prepared

SEQUENCER = "journal-positions"
"""Name of the row that is locked while positions are given."""


def record_change(
    *,
    kind: str,
    subject: str,
    subject_id: int,
    titles: dict[str, str],
    addresses: dict[str, str],
    before: dict[str, Any],
    after: dict[str, Any],
    fingerprint: str,
    announce: bool = True,
) -> Change | None:
    """Write one change in the caller's transaction; None if nothing changed for a reader.

    `titles` and `addresses` are by language; `fingerprint` is the hash of what a reader sees: if
    the last change of the same record has it already, nothing is written (to publish again is
    not news). Callers hold the lock of the record, so two of them do not pass here at once.
    """
    last = Change.objects.of(subject, subject_id).only("fingerprint").first()
    if last is not None and last.fingerprint == fingerprint:
        return None
    change = Change(
        at=clock.now(),
        kind=kind,
        subject=subject,
        subject_id=subject_id,
        titles=titles,
        addresses=addresses,
        before=before,
        after=after,
        fingerprint=fingerprint,
        announce=announce,
    )
    change.full_clean(exclude=["before", "after"])  # both may be empty
    change.save()
    return change


def close_window() -> int:
    """Give positions to every committed change that has none; the highest position given so far.

    Ids do not follow the order of commits: of two transactions the one with the lower id may
    commit later. A window over ids or times would miss its row. So only this function numbers
    changes, one caller at a time (the row of a lease is locked; on SQLite the write transaction
    itself is the lock), and it sees committed rows only: whatever commits later gets a higher
    position. A digest's window is (end of its last window, close_window()].
    """
    Lease.objects.get_or_create(name=SEQUENCER, defaults={"holder": "", "until": clock.now()})
    with transaction.atomic():
        Lease.objects.select_for_update().get(name=SEQUENCER)
        highest = Change.objects.aggregate(top=Max("position"))["top"] or 0
        waiting = Change.objects.filter(position__isnull=True).order_by("pk")
        for number, pk in enumerate(list(waiting.values_list("pk", flat=True)), highest + 1):
            Change.objects.filter(pk=pk).update(position=number)
            highest = number
    return int(highest)


KEEP_ADDRESS = dt.timedelta(days=settings.REPORTER_KEPT_DAYS["answered"])
"""After the answer the reporter's address is kept for a question back, then erased."""
KEEP_UNANSWERED = dt.timedelta(days=settings.REPORTER_KEPT_DAYS["unanswered"])
"""Who was not answered for so long never will be: the address goes, the text stays."""


class AnsweredError(Exception):
    """Somebody answered the report first; nothing was written."""

    def __init__(self, current: ErrorReport) -> None:
        super().__init__(f"report {current.pk} is {current.state}")
        self.current = current


def report_error(*, page: str, text: str, address: str, language: str) -> ErrorReport:
    """Keep what somebody says is wrong on a page. Raises ValidationError."""
    report = ErrorReport(page=page, text=text, address=address, language=language)
    report.full_clean()
    report.save()
    return report


def answer_report(
    *,
    report: ErrorReport,
    state: str,
    by: Any,
    answer: str = "",
    said: Mapping[str, str] | None = None,
) -> ErrorReport:
    """Answer a report once: the state, the correction if one was made, the mail to the reporter.

    `answer` is written to the reporter in the report's language; `said` by language is what the
    public list of corrections tells, needed for "corrected". Raises AnsweredError if a colleague
    was first, ValidationError with the field's name (`answer`, `said_kk` …); nothing is written
    then.
    """
    _check_answer(state, answer, said or {})
    mail = None
    if report.address and answer:
        # Rendered outside the transaction; the key makes sure that it is sent once.
        mail = prepare_mail(
            key=f"error-report-{report.pk}",
            to=report.address,
            template="report_answer",
            language=report.language,
            context={
                "report": report,
                "answer": answer,
                "corrected": state == ErrorReport.State.CORRECTED,
                "page": _absolute(report.page) if report.is_of_this_site else "",
                "corrections": _absolute(_in_language("corrections", report.language)),
                "days": KEEP_ADDRESS.days,
            },
        )
    with transaction.atomic():
        taken = ErrorReport.objects.filter(pk=report.pk, state=ErrorReport.State.NEW).update(
            state=state, answer=answer, answered_by=by, answered_at=clock.now()
        )
        fresh = ErrorReport.objects.get(pk=report.pk)
        if not taken:
            raise AnsweredError(fresh)
        if state == ErrorReport.State.CORRECTED:
            _record_correction(fresh, said or {}, by)
        if mail is not None:
            queue_prepared(mail=mail)
    return fresh


def _check_answer(state: str, answer: str, said: Mapping[str, str]) -> None:
    errors = {}
    if state not in ErrorReport.State.values or state == ErrorReport.State.NEW:
        errors["state"] = _("Choose what became of the report.")
    if state in {ErrorReport.State.CORRECTED, ErrorReport.State.KEPT} and not answer.strip():
        errors["answer"] = _("Write the answer to the reporter.")
    if state == ErrorReport.State.CORRECTED:
        for code in LANGUAGES:
            if not said.get(code, "").strip():
                errors[f"said_{code}"] = _(
                    "Say what was corrected: readers of every language see it."
                )
    if errors:
        raise ValidationError(errors)


def _record_correction(report: ErrorReport, said: Mapping[str, str], by: Any) -> Correction:
    subject = subjects.find(report.page)
    correction = Correction(
        report=report,
        subject=subject.kind if subject else "",
        subject_id=subject.id if subject else None,
        titles=subject.titles if subject else {},
        addresses=subject.addresses if subject else {"kk": report.page},
        by=by,
        **{f"said_{code}": said[code].strip() for code in LANGUAGES},
    )
    correction.full_clean(exclude=["titles", "addresses"])  # a page that no room knows has neither
    correction.save()
    return correction


def forget_reporters() -> int:
    """Erase the addresses of reports answered KEEP_ADDRESS or received KEEP_UNANSWERED ago."""
    now = clock.now()
    answered = Q(answered_at__lt=now - KEEP_ADDRESS)
    unanswered = Q(answered_at=None, created_at__lt=now - KEEP_UNANSWERED)
    return ErrorReport.objects.filter(answered | unanswered).exclude(address="").update(address="")


def _in_language(name: str, language: str) -> str:
    with override(language):
        return reverse(name)


def _absolute(path: str) -> str:
    return f"{settings.WAGTAILADMIN_BASE_URL.rstrip('/')}{path}"
