"""Bodies and events: dated, with what follows, no more certain than their sources."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from monitoring.core.seeds import Report
from monitoring.institutions.models import Body, BodyKind, Event
from monitoring.institutions.seeds import seed
from monitoring.institutions.services import set_event_sources
from monitoring.vocabulary.seeds import seed as seed_vocabulary

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def seeded() -> None:
    seed_vocabulary(Report())
    seed(Report())


def test_the_two_chamber_parliament_has_ended_and_the_kurultai_has_no_beginning_yet() -> None:
    parliament, kurultai = Body.objects.get(key="parliament"), Body.objects.get(key="kurultai")
    assert parliament.date_to == dt.date(2026, 7, 1)
    assert parliament.successor == kurultai
    assert kurultai.date_from is None, "its first session was not found: an editor enters it"
    assert set(kurultai.predecessors.all()) >= {parliament}


def test_kinds_of_body_are_not_bodies_and_the_referendum_has_no_page() -> None:
    assert not Body.objects.filter(key__startswith="type-").exists()
    assert BodyKind.objects.get(key="type-maslikhat").date_from_precision == "month"
    assert not Body.objects.get(key="referendum").has_page
    assert not Body.objects.filter(key="coalition").exists()


def test_an_announced_election_stays_announced() -> None:
    event = Event.objects.get(key="kurultai-election-2026")
    assert (event.precision, event.status and event.status.key) == ("announced", "announced")


def test_seeding_again_changes_nothing() -> None:
    report = Report()
    seed(report)
    assert set(report.counts) == {"unchanged"}


def test_a_body_neither_ends_before_it_begins_nor_follows_itself() -> None:
    body = Body.objects.get(key="parliament")
    with pytest.raises(IntegrityError), transaction.atomic():
        Body.objects.filter(pk=body.pk).update(date_from=dt.date(2027, 1, 1))
    with pytest.raises(IntegrityError), transaction.atomic():
        Body.objects.filter(pk=body.pk).update(successor=body)


def test_refused_sources_leave_the_old_ones() -> None:
    event = Event.objects.get(key="civic-forum-2-2005")
    before = list(event.sources.values_list("url", flat=True))
    with pytest.raises(ValidationError):
        set_event_sources(event=event, sources=[{"url": "https://a.kz"}, {"url": "no address"}])
    assert list(event.sources.values_list("url", flat=True)) == before
