"""Writes and reads of votes: by which body, on what, with which result, who voted how."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import override

from monitoring.core.dates import Precision
from monitoring.core.text import fold
from monitoring.decisions.models import Option, Vote, VoteEvent
from monitoring.decisions.publication import public_change
from monitoring.institutions.models import Body, Membership, Person


def record_vote(
    *, event: VoteEvent, votes: Mapping[Person, str] | None = None, announce: bool = True
) -> VoteEvent:
    """Enter a vote, or correct one; `votes` (person → Option) replaces who voted how, if given.

    A vote on a decision is a change of that decision's record. Raises ValidationError with the
    field's name; nothing is written then.
    """
    if event.date is None:
        event.precision = Precision.UNKNOWN
    before = VoteEvent.objects.filter(pk=event.pk).values_list("decision_id", flat=True).first()
    touched = sorted({one for one in (before, event.decision_id) if one})
    with transaction.atomic(), ExitStack() as changes:
        for decision_id in touched:
            changes.enter_context(public_change(decision_id, announce=announce))
        # The body must not end while it is being looked at.
        Body.objects.select_for_update().filter(pk=event.body_id).first()
        event.full_clean()
        event.save()
        if votes is not None:
            event.votes.all().delete()
            for person, option in votes.items():
                vote = Vote(event=event, person=person, option=option)
                vote.full_clean()
                vote.save()
        _check_counts(event)
    return event


def _check_counts(event: VoteEvent) -> None:
    """No more people are named for an option than the count says."""
    named = list(event.votes.values_list("option", flat=True))
    errors = {
        f"count_{option}": _("More people are named below (%(named)s) than this number says.")
        % {"named": named.count(option)}
        for option, count in event.counts.items()
        if count is not None and named.count(option) > count
    }
    if errors:
        raise ValidationError(errors)


def find_persons(names: Iterable[str], body: Body | None) -> tuple[dict[str, Person], list[str]]:
    """People by names as somebody typed them, in any of the three languages; two queries.

    Returns whom each name means, and the names that mean nobody or more than one. Where several
    people share a name, the one who sits or sat in `body` is meant.
    """
    known: dict[str, list[Person]] = {}
    for person in Person.objects.all():
        for name in {fold(person.name_kk), fold(person.name_ru), fold(person.name_en)} - {""}:
            known.setdefault(name, []).append(person)
    seated = set(Membership.objects.filter(body=body).values_list("person_id", flat=True))
    found, unknown = {}, []
    for name in names:
        meant = known.get(fold(name), [])
        if len(meant) > 1:
            meant = [person for person in meant if person.pk in seated]
        if len(meant) == 1:
            found[name] = meant[0]
        else:
            unknown.append(name)
    return found, unknown


def for_rows(votes: QuerySet[VoteEvent]) -> QuerySet[VoteEvent]:
    """With all that a row shows, the newest first, the undated last: one query."""
    newest_first = votes.order_by(F("date").desc(nulls_last=True), "-pk")
    return newest_first.select_related("kind", "body", "convocation", "person", "post")


def shown_vote(event: VoteEvent, language: str) -> dict[str, Any]:
    """A vote as `web/votes.html` shows it; no query if it was read by `for_rows`."""
    motion, motion_language = event.motion_in(language)
    names = [one.label_in(language) for one in (event.person, event.post) if one]
    with override(language):
        counts = [
            (Option(option).label, count)
            for option, count in event.counts.items()
            if count is not None
        ]
        address = event.get_absolute_url()
    about = ", ".join(names)
    plain = f"{event.kind.label_in(language)}: {about}" if about else event.kind.label_in(language)
    return {
        "vote": event,
        "address": address,
        "title": motion or plain,
        "title_language": motion_language,
        "about": about if motion else "",
        "counts": counts,
    }


def named_votes(event: VoteEvent, language: str) -> list[dict[str, Any]]:
    """Who voted how, by option, people in the order of the Kazakh alphabet; one query."""
    rows = list(event.votes.select_related("person").order_by("person__name_key", "pk"))
    with override(language):
        return [
            {
                "label": option.label,
                "people": [row.person.label_in(language) for row in rows if row.option == option],
            }
            for option in Option
            if any(row.option == option for row in rows)
        ]
