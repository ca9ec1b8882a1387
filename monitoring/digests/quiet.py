"""Once a month, for whoever asked: «we looked at N sources, nothing changed».

A quiet month and a dead watch look alike from outside; this mail tells them apart.
"""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from monitoring.core import clock, sweeps
from monitoring.core.dates import long_date
from monitoring.digests import links
from monitoring.digests.messages import headers_of
from monitoring.digests.models import QuietMonth, Subscriber, Subscription
from monitoring.digests.services import spoken
from monitoring.evidence.models import Fetch
from monitoring.evidence.selectors import chain_head, sources_health
from monitoring.mailing.services import Prepared, prepare_mail, queue_prepared

UNTIL_DAY = 7
"""A month's mail that could not be made in the first week of the next one is left out."""


def month_before(now: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    """[first, end) of the month before, in Almaty."""
    end = now.astimezone(clock.ALMATY).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    first = (end - dt.timedelta(days=1)).replace(day=1)
    return first, end


def tell_of_quiet_month() -> int:
    """The sweep: on the first days of a month, from the hour of the digests; mails made."""
    now = clock.now()
    local = now.astimezone(clock.ALMATY)
    if local.day > UNTIL_DAY or (local.day == 1 and local.hour < settings.DIGEST_HOUR):
        return 0
    first, end = month_before(now)
    readers = (
        Subscriber.objects.filter(
            state=Subscriber.State.ACTIVE, quiet_month=True, confirmed_at__lt=first
        )
        .exclude(quiet_months__month=first.date())
        .exclude(told__built_at__gte=first, told__built_at__lt=end)
        .filter(
            pk__in=Subscription.objects.active()
            .awake(local.date())
            .filter(confirmed_at__lt=first)
            .values("subscriber_id")
        )
        .order_by("pk")
        .distinct()
    )
    looked: dict[str, dict[str, Any]] = {}
    made = 0
    for pk in list(readers.values_list("pk", flat=True)):
        made += sweeps.spare_others(
            f"the quiet month of subscriber {pk}", partial(_tell, pk, first, end, looked), 0
        )
    return made


def _tell(pk: int, first: dt.datetime, end: dt.datetime, looked: dict[str, dict[str, Any]]) -> int:
    reader = Subscriber.objects.filter(pk=pk).first()
    if reader is None:
        return 0
    if reader.language not in looked:
        looked[reader.language] = _looked(first, end, reader.language)
    mail = _mail(reader, first, looked[reader.language])
    try:
        with transaction.atomic():
            fresh = Subscriber.objects.select_for_update().filter(pk=pk, quiet_month=True).first()
            if fresh is None or fresh.language != reader.language:
                return 0
            awake = fresh.subscriptions.active().awake(clock.today())
            if not awake.exists() or fresh.told.filter(built_at__range=(first, end)).exists():
                return 0
            QuietMonth.objects.create(
                subscriber=fresh, month=first.date(), mail_key=mail.key, built_at=clock.now()
            )
            queue_prepared(mail=mail, group=fresh.group, bulk=True)
    except IntegrityError:
        return 0  # another scheduler was faster
    return 1


def _looked(first: dt.datetime, end: dt.datetime, language: str) -> dict[str, Any]:
    """How many sources were read in the month and how often; which do not answer now."""
    fetches = Fetch.objects.filter(started_at__gte=first, started_at__lt=end)
    states = [one for one in sources_health(language) if one.state != "paused"]
    return {
        "sources": fetches.values("source_id").distinct().count(),
        "fetches": fetches.count(),
        "silent": [one.name for one in states if one.state in {"late", "broken"}],
        "head": chain_head() or "",
    }


def _mail(reader: Subscriber, first: dt.datetime, looked: dict[str, Any]) -> Prepared:
    language = reader.language
    rows = reader.subscriptions.active().select_related("query").order_by("pk")
    leave = links.leave_link(reader, tuple(row.pk for row in rows))
    return prepare_mail(
        key=f"quiet:{reader.pk}:{first:%Y-%m}",
        to=reader.address,
        template="quiet",
        language=language,
        context={
            **looked,
            "month": long_date(first.date(), "month", language),
            "rows": [spoken(row, language) for row in rows],
            "sources_link": links.address("sources", language),
            "manage_link": links.manage_link(reader),
            "leave_link": leave,
        },
        headers=headers_of("quiet", leave, f"quiet-{first:%Y-%m}"),
    )
