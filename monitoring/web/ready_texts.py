"""Texts about a decision that a reader takes along: for a group chat, for a footnote."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from monitoring.core.dates import long_date, short_date
from monitoring.core.sharing import chat_message
from monitoring.decisions.models import Decision, Edition
from monitoring.decisions.wording import until


def for_chat(
    edition: Edition | None,
    naming: str,
    deadlines: Sequence[Mapping[str, Any]],
    url: str,
    language: str,
) -> str:
    """Title, what changes, the nearest deadline that has not passed, address: ≤ 600 characters."""
    nearest = next((one for one in deadlines if one["state"] != "closed"), None)
    return chat_message(
        title=edition.short_title if edition else naming,
        lines=edition.lines if edition else (),
        deadline=deadline_in_words(nearest, language) if nearest else "",
        url=url,
    )


def deadline_in_words(shown: Mapping[str, Any], language: str) -> str:
    """«Жария талқылау: 2026 ж. 24 қарашаға дейін, 18:00»: the day itself, never "in N days"."""
    hour = f", {shown['hour']:%H:%M}" if shown["hour"] else ""
    if not shown["takes_comments"]:
        return f"{shown['kind']}: {long_date(shown['date'], 'day', language)}{hour}"
    return f"{shown['kind']}: {until(shown['date'], language)}{hour}"


def citation(
    decision: Decision, title: str, language: str, *, site: str, url: str, today: dt.date
) -> str:
    """Kind, number, date, title, site, address and the day it was read."""
    parts = [
        decision.naming(language),
        long_date(decision.date, decision.precision, language),
        title,
        site,
        url,
        _("read on %(date)s") % {"date": short_date(today)},
    ]
    return ". ".join(part.rstrip(". ") for part in parts if part)
