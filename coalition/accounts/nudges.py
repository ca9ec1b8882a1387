"""The weekly mail of what waits for a person: only when something does, only to who wants it.

The person's row is the job: `nudged_for` names the week (its Monday) that was looked at. A sweep
claims a person by one conditional UPDATE and queues the mail in the same transaction, so a death at
any line neither loses nor repeats a mail.
"""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from coalition.accounts.models import User
from coalition.accounts.services import language_of
from monitoring.core import clock, todo
from monitoring.mailing.services import queue_mail

SWEEP = "accounts.nudge"
BATCH = 100
"""People looked at in one round; the next round, a few minutes later, takes the next."""


def week_of(moment: dt.datetime) -> dt.date | None:
    """The Monday of the week whose mail is due; None before its day and hour, or if switched off.

    `TODO_MAIL_DAY` counts from 1, Monday; 0 switches the mail off.
    """
    day = settings.TODO_MAIL_DAY
    if not 1 <= day <= 7:
        return None
    local = moment.astimezone(clock.ALMATY)
    monday = local.date() - dt.timedelta(days=local.weekday())
    due = dt.datetime.combine(
        monday + dt.timedelta(days=day - 1), dt.time(settings.TODO_MAIL_HOUR), clock.ALMATY
    )
    return monday if local >= due else None


def nudge_due() -> int:
    """Look at the people whose week has not been looked at; returns how many mails were queued.

    A week missed by a machine that was off is made up until it ends, never later.
    """
    week = week_of(clock.now())
    if week is None:
        return 0
    people = User.objects.filter(
        Q(nudged_for=None) | Q(nudged_for__lt=week),
        is_active=True,
        wants_nudges=True,
        date_joined__lt=dt.datetime.combine(week, dt.time(), clock.ALMATY),
    )
    return sum(_nudge(person, week) for person in people.order_by("pk")[:BATCH])


def _nudge(person: User, week: dt.date) -> bool:
    with transaction.atomic():
        mine = User.objects.filter(Q(nudged_for=None) | Q(nudged_for__lt=week), pk=person.pk)
        if not mine.update(nudged_for=week):
            return False
        language = language_of(person)
        items = todo.waiting_for([person], language)[person.pk]
        if not items or not person.has_perm("wagtailadmin.access_admin"):
            return False  # members without the admin are asked by mails of their own
        queue_mail(
            key=f"todo:{week:%Y-%m-%d}:{person.pk}",
            to=person.email,
            template="todo",
            language=language,
            context={
                "items": items,
                "total": sum(item.count for item in items),
                "first": items[0].label,
                "preheader": items[0].label,
                "account": reverse("wagtailadmin_account") + "#tab-notifications",
            },
        )
    return True
