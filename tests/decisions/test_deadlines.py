"""Until when something can be done: midnight and the hour in Almaty, journal, admin."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from coalition.accounts.models import User
from monitoring.core.clock import ALMATY
from monitoring.decisions.deadlines import countdown, end_of
from monitoring.decisions.models import Deadline
from monitoring.decisions.selectors import open_deadlines, shown_deadline
from monitoring.decisions.services import (
    DeadlineConflictError,
    remove_deadline,
    update_deadline,
    withdraw_decision,
)
from monitoring.decisions.wording import sentence
from monitoring.journal.models import Change
from tests.factories.record import make_deadline, make_deadline_kind, make_decision

DAY = dt.date(2026, 11, 24)
LANGUAGES = ("kk", "ru", "en")


def almaty(day: dt.date, hour: int = 0, minute: int = 0, second: int = 0) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour, minute, second), ALMATY)


@pytest.mark.parametrize(
    ("now", "hour", "state", "days", "hours"),
    [
        (almaty(DAY - dt.timedelta(2), 23, 59, 59), None, "open", 2, 0),
        (almaty(DAY - dt.timedelta(1)), None, "tomorrow", 1, 0),
        (almaty(DAY - dt.timedelta(1), 23, 59, 59), dt.time(18), "tomorrow", 1, 0),
        (almaty(DAY), None, "today", 0, 0),
        (almaty(DAY), dt.time(18), "today", 0, 18),
        (almaty(DAY, 17, 1), dt.time(18), "today", 0, 0),
        (almaty(DAY, 17, 59, 59), dt.time(18), "today", 0, 0),
        (almaty(DAY, 18), dt.time(18), "closed", 0, 0),
        (almaty(DAY, 23, 59, 59), None, "today", 0, 0),
        (almaty(DAY + dt.timedelta(1)), None, "closed", 0, 0),
    ],
    ids=str,
)
def test_days_change_at_midnight_in_almaty(
    now: dt.datetime, hour: dt.time | None, state: str, days: int, hours: int
) -> None:
    found = countdown(DAY, hour, now.astimezone(dt.UTC))
    assert (found.state, found.days, found.hours) == (state, days, hours)


@given(
    day=st.dates(dt.date(2024, 3, 2), dt.date(2040, 1, 1)),
    hour=st.none() | st.times(),
    seconds=st.integers(-4 * 86_400, 4 * 86_400),
    edge=st.sampled_from([-1, 0, 1]),
)
def test_a_deadline_is_closed_exactly_from_its_end_on(
    day: dt.date, hour: dt.time | None, seconds: int, edge: int
) -> None:
    end = end_of(day, hour)
    now = end + dt.timedelta(seconds=seconds)
    found = countdown(day, hour, now)
    assert (found.state == "closed") == (now >= end)
    assert countdown(day, hour, end + dt.timedelta(microseconds=edge)).state == (
        "today" if edge < 0 else "closed"
    )
    if found.state != "closed":
        midnights = (day - now.astimezone(ALMATY).date()).days
        assert found.days == midnights
        assert found.state == {0: "today", 1: "tomorrow"}.get(midnights, "open")
        assert 0 <= found.hours <= 23


@pytest.mark.django_db
def test_the_nearest_come_first_and_what_has_passed_or_is_hidden_does_not_come(
    django_assert_num_queries: Any,
) -> None:
    now = almaty(DAY, 12)
    shown = make_decision(number="1")
    make_deadline(shown, DAY - dt.timedelta(1))
    make_deadline(shown, DAY, hour=dt.time(11, 59))
    late = make_deadline(shown, DAY + dt.timedelta(5))
    whole_day = make_deadline(shown, DAY, kind=make_deadline_kind("hearing"))
    hour = make_deadline(shown, DAY, kind=make_deadline_kind("answer", False), hour=dt.time(18))
    hidden = make_decision(number="2", public=False)
    make_deadline(hidden, DAY)
    with django_assert_num_queries(3):
        rows = open_deadlines(now, 10)
        for row in rows:
            shown_deadline(row, "kk", now)
    assert [row.pk for row in rows] == [hour.pk, whole_day.pk, late.pk]
    comments = open_deadlines(now, 10, of_comments=True)
    assert [row.pk for row in comments] == [whole_day.pk, late.pk]
    assert len(open_deadlines(now, 1)) == 1
    withdraw_decision(decision=shown, by=None)
    assert open_deadlines(now, 10) == []


@pytest.mark.django_db
def test_a_deadline_is_a_public_change_in_three_languages() -> None:
    decision = make_decision()
    deadline = make_deadline(decision, DAY, how={"kk": "Хат жазыңыз"})
    change = Change.objects.latest("pk")
    assert (change.kind, change.announce) == ("deadline", True)
    said = {language: sentence(change, language) for language in LANGUAGES}
    assert said == {
        "kk": "Мерзім: 2026\xa0ж. 24\xa0қарашаға дейін",
        "ru": "Срок: до 24\xa0ноября 2026\xa0г.",
        "en": "Deadline: until 24\xa0November 2026",
    }
    moved = update_deadline(deadline=deadline, by=None, date=DAY + dt.timedelta(7))
    assert (moved.version, Change.objects.count()) == (2, 3)
    update_deadline(deadline=moved, by=None)
    assert Change.objects.count() == 3, "the same again is no news"
    remove_deadline(deadline=moved)
    assert sentence(Change.objects.latest("pk"), "kk") == "Мерзім алынды"


@pytest.mark.django_db
def test_no_deadline_without_a_source_and_none_twice() -> None:
    decision = make_decision()
    with pytest.raises(ValidationError) as refused:
        make_deadline(decision, DAY, source="")
    assert set(refused.value.message_dict) == {"source"}
    make_deadline(decision, DAY)
    with pytest.raises(ValidationError):
        make_deadline(decision, DAY)
    assert Deadline.objects.count() == 1


@pytest.mark.django_db
def test_a_newer_version_is_not_overwritten() -> None:
    deadline = make_deadline(make_decision(), DAY)
    update_deadline(deadline=deadline, by=None, url="https://a.kz/", version=1)
    with pytest.raises(DeadlineConflictError) as conflict:
        update_deadline(deadline=deadline, by=None, url="https://b.kz/", version=1)
    assert conflict.value.current.url == "https://a.kz/"
    assert Deadline.objects.get().url == "https://a.kz/"


@pytest.mark.django_db
def test_what_is_said_falls_back_to_kazakh() -> None:
    deadline = make_deadline(make_decision(), DAY, how={"kk": "Хат жазыңыз", "en": "Write"})
    now = almaty(DAY - dt.timedelta(3))
    assert shown_deadline(deadline, "ru", now)["how"] == "Хат жазыңыз"
    assert shown_deadline(deadline, "en", now)["how"] == "Write"
    assert shown_deadline(deadline, "kk", now)["how_url"].endswith(f"#deadline-{deadline.pk}")


@pytest.fixture
def analyst(client: Client) -> User:
    call_command("sync_groups")
    user = User.objects.create_user("analyst@example.org", "secret", is_active=True)
    user.groups.add(Group.objects.get(name="analyst"))
    client.force_login(user)
    return user


def typed(decision: Any, **changed: Any) -> dict[str, Any]:
    return {
        "decision": decision.pk,
        "kind": make_deadline_kind().pk,
        "date": "24.11.2026",
        "hour": "18:00",
        "source": "https://legalacts.example.kz/1",
        "how_kk": "Порталда пікір қалдырыңыз",
        **changed,
    }


@pytest.mark.django_db
def test_an_analyst_enters_a_deadline_from_its_decision(client: Client, analyst: User) -> None:
    decision = make_decision()
    page = client.get(reverse("decisions:edit", args=[decision.pk])).content.decode()
    screen = f"{reverse('deadlines:add')}?decision={decision.pk}"
    assert screen.replace("&", "&amp;") in page
    assert f'value="{decision.pk}"' in client.get(screen).content.decode()
    answer = client.post(reverse("deadlines:add"), typed(decision))
    assert answer.status_code == 302, answer.content.decode()
    deadline = Deadline.objects.get()
    assert (deadline.date, deadline.hour) == (DAY, dt.time(18))
    assert deadline.how == {"kk": "Порталда пікір қалдырыңыз"}
    assert decision.field_sources.filter(by=analyst).exists()
    remove = reverse("deadlines:delete", args=[deadline.pk])
    client.post(remove)
    assert Deadline.objects.exists(), "an analyst corrects, the secretariat removes"
    analyst.groups.add(Group.objects.get(name="secretariat"))
    assert client.post(remove).status_code == 302
    assert not Deadline.objects.exists()
    assert Change.objects.latest("pk").before["deadlines"]


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_bad_deadline_is_refused_with_all_that_was_typed(
    client: Client, analyst: User, language: str
) -> None:
    from wagtail.users.models import UserProfile

    UserProfile.objects.update_or_create(user=analyst, defaults={"preferred_language": language})
    decision = make_decision()
    answer = client.post(
        reverse("deadlines:add"), typed(decision, date="31.02.2026", source="", how_kk="Ұстаным")
    )
    assert answer.status_code == 200
    assert set(answer.context["form"].errors) == {"date", "source"}
    page = answer.content.decode()
    assert "31.02.2026" in page
    assert "Ұстаным" in page
    assert not Deadline.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("kk", "Бұл мерзім енгізіліп қойған."),
        ("ru", "Этот срок уже внесён."),
        ("en", "This deadline stands in the record already."),
    ],
)
def test_a_deadline_entered_twice_is_refused_with_a_sentence(
    client: Client, analyst: User, language: str, sentence: str
) -> None:
    from wagtail.users.models import UserProfile

    UserProfile.objects.update_or_create(user=analyst, defaults={"preferred_language": language})
    decision = make_decision()
    assert client.post(reverse("deadlines:add"), typed(decision)).status_code == 302
    answer = client.post(reverse("deadlines:add"), typed(decision, how_kk="Ұстаным"))
    assert answer.status_code == 200
    page = answer.content.decode()
    assert sentence in page
    assert "Ұстаным" in page
    assert Deadline.objects.count() == 1


@pytest.mark.django_db
def test_a_colleagues_newer_deadline_is_shown_beside_what_was_typed(
    client: Client, analyst: User
) -> None:
    decision = make_decision()
    deadline = make_deadline(decision, DAY)
    update_deadline(deadline=deadline, by=None, url="https://theirs.kz/")
    address = reverse("deadlines:edit", args=[deadline.pk])
    form = typed(decision, version=1, url="https://mine.kz/")
    answer = client.post(address, form)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "https://theirs.kz/" in page
    assert "https://mine.kz/" in page
    assert Deadline.objects.get().url == "https://theirs.kz/"
    again = client.post(address, {**form, "version": 2})
    assert again.status_code == 302, again.content.decode()
    assert Deadline.objects.get().url == "https://mine.kz/"
