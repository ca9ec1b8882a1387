"""Writes of the question "is this still right?": asked by mail, answered by one press of a button.

An answer confirms the data that are shown. It is no standing: whether an organisation is a member
the secretariat writes down, from the organisation's own letter (`services.set_standing`).
"""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.core import signing
from django.db import IntegrityError, transaction
from django.db.models import Max
from wagtail.log_actions import log

from coalition.accounts.models import User
from coalition.registry import own_mails
from coalition.registry.models import Organisation, Representative, Standing
from coalition.registry.own_models import DataCheck
from monitoring.core import clock

SALT = "registry.data_check"
LINK_LIVES = dt.timedelta(days=60)
"""How long the link of a mail can confirm: past the reminder, short of the next year's question."""
REMIND_AFTER = dt.timedelta(days=14)
"""When the one reminder goes: people who answer a mail do so within two weeks."""


def interval() -> dt.timedelta:
    """How long after an answer, or an unanswered question, the next question goes."""
    return dt.timedelta(days=max(settings.DATA_CHECK_DAYS, 365))


def confirm_data(
    *, organisation: Organisation, by: User | None, how: str, at: dt.datetime | None = None
) -> DataCheck:
    """Note that somebody of the organisation found its data right; answers the open question."""
    now = clock.now()
    with transaction.atomic():
        check = organisation.data_checks.waiting().select_for_update().first()
        check = check or DataCheck(organisation=organisation)
        check.answered_at = at or now
        check.how = how
        check.by, check.by_name = by, by.get_full_name() if by else ""
        check.full_clean()
        check.save()
        log(organisation, "wagtail.edit", user=by)
    return check


def token_of(check: DataCheck, user: User) -> str:
    """The signed part of a link: it can confirm this one question for this person, and no more."""
    return signing.dumps([check.pk, user.pk], salt=SALT)


def read_token(token: str) -> tuple[DataCheck, User] | None:
    """The question and the person of a link; None if forged, too old, or not theirs any more."""
    try:
        check_pk, user_pk = signing.loads(token, salt=SALT, max_age=LINK_LIVES)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    check = DataCheck.objects.select_related("organisation").filter(pk=check_pk).first()
    speaks = (
        Representative.objects.current()
        .filter(user_id=user_pk, user__is_active=True, organisation=check.organisation)
        .select_related("user")
        .first()
        if check
        else None
    )
    if check is None or speaks is None or speaks.user is None or check.closed_at:
        return None
    return check, speaks.user


def ask_due() -> int:
    """Ask the organisations whose turn has come, remind those asked two weeks ago, once.

    The sweep. An organisation is asked at most once in a year; one that has no representative, or
    whose membership has ended, is not asked. Returns how many were written to.
    """
    return _remind() + _ask()


def _ask() -> int:
    now = clock.now()
    done = 0
    speaking = Representative.objects.current().filter(user__is_active=True)
    organisations = (
        Organisation.objects.filter(pk__in=speaking.values("organisation"))
        .with_standing()
        .annotate(
            asked=Max("data_checks__asked_at"),
            answered=Max("data_checks__answered_at"),
        )
    )
    for one in organisations:
        if getattr(one, "standing_kind", "") == Standing.Kind.ENDED:
            continue
        days = (getattr(one, "asked", None), getattr(one, "answered", None))
        last = max((day for day in days if day), default=None)
        if last is None:
            first = speaking.filter(organisation=one).earliest("since").since
            last = dt.datetime.combine(first, dt.time(), clock.ALMATY)
        if last + interval() > now:
            continue
        try:
            with transaction.atomic():
                one.data_checks.waiting().update(closed_at=now)
                check = DataCheck(organisation=one, asked_at=now)
                check.save()
                own_mails.queue_data_check(check=check, people=_people(one), token_of=token_of)
        except IntegrityError:
            continue  # another sweep asked just now
        done += 1
    return done


def _remind() -> int:
    now = clock.now()
    due = DataCheck.objects.waiting().filter(
        asked_at__lte=now - REMIND_AFTER,
        asked_at__gt=now - LINK_LIVES,
        reminded_at__isnull=True,
    )
    done = 0
    for check in due.select_related("organisation"):
        with transaction.atomic():
            claimed = DataCheck.objects.filter(pk=check.pk, reminded_at__isnull=True)
            if not claimed.update(reminded_at=now):
                continue
            own_mails.queue_data_check(
                check=check, people=_people(check.organisation), token_of=token_of, reminder=True
            )
        done += 1
    return done


def _people(organisation: Organisation) -> list[User]:
    rows = organisation.representatives.current().filter(user__is_active=True)
    return [row.user for row in rows.select_related("user") if row.user]
