"""How a source does, against its own rhythm, in words; and who is told of a turn, once."""

from __future__ import annotations

import datetime as dt
from email import message_from_bytes
from email.policy import default

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from wagtail.users.models import UserProfile

from monitoring.core import clock
from monitoring.evidence.alerts import tell_turns
from monitoring.evidence.judgement import rhythm_of
from monitoring.evidence.models import Fetch, Source
from monitoring.evidence.selectors import chain_head, sources_health, state_of
from monitoring.mailing.models import OutgoingMail
from tests.factories.evidence import source, stored
from tests.intake.feeds import item, rss

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


def well(**fields: object) -> Source:
    now = clock.now()
    return source(**{"last_success_at": now, "last_new_at": now, **fields})  # type: ignore[arg-type]  # a factory's columns


def brought(of: Source, now: dt.datetime, *hours_ago: float) -> None:
    for hours in hours_ago:
        at = now - hours * HOUR
        Fetch.objects.create(
            source=of, url=of.url, started_at=at, finished_at=at, reason="new", new_entries=1
        )


def test_a_rhythm_is_learned_from_nine_gaps_of_ten_and_from_five_at_least() -> None:
    one = source()
    now = clock.now()
    brought(one, now, 100, 90, 80, 70, 60, 50)
    assert rhythm_of(one, now) is None
    brought(one, now, 40)
    assert rhythm_of(one, now) == 10


@pytest.mark.parametrize(
    ("usual", "silent", "state"),
    [
        (None, 2000, "fresh"),
        (1, 90, "fresh"),
        (1, 100, "late"),
        (24 * 7, 24 * 13, "fresh"),
        (24 * 7, 24 * 15, "late"),
    ],
)
def test_silence_is_late_against_the_sources_own_rhythm(
    usual: int | None, silent: int, state: str
) -> None:
    now = clock.now()
    one = well(usual_gap=usual, last_new_at=now - silent * HOUR)
    assert state_of(one, now) == state


def test_the_reason_is_said_in_three_languages_and_without_gaps() -> None:
    well(usual_gap=24, last_new_at=clock.now() - 200 * HOUR)
    well(url="https://b.kz/", failures=1, trouble="captcha")
    well(url="https://c.kz/", failures=1, trouble="server_error", trouble_detail={"status": 500})
    said = {language: sources_health(language) for language in ("kk", "ru", "en")}
    for rows in said.values():
        assert [row.state for row in rows] == ["late", "late", "fresh"]
        assert not any("%(" in row.sentence for row in rows)
    for three in zip(*said.values(), strict=True):
        assert len({row.sentence for row in three}) == 3
    assert "8" in said["ru"][0].sentence
    assert "500" in said["en"][2].sentence


def test_readers_see_when_a_person_looked_and_the_hash_over_all_copies(client: Client) -> None:
    one = well(looked_at=dt.datetime(2026, 11, 20, 9, tzinfo=dt.UTC))
    stored(one, rss(item(1)))
    head = chain_head()
    assert len(head) == 64
    for address in ("/kk/derekkozder/", "/ru/istochniki/", "/en/sources/"):
        page = client.get(address).content.decode()
        assert "20.11.2026" in page
        assert head in page
    stored(one, rss(item(2)))
    assert chain_head() != head


def analyst(email: str, language: str) -> None:
    person = get_user_model().objects.create_user(email=email, password="x")
    person.user_permissions.add(
        Permission.objects.get(content_type__app_label="evidence", codename="change_source")
    )
    UserProfile.objects.update_or_create(user=person, defaults={"preferred_language": language})


def test_analysts_are_mailed_once_a_turn_and_once_when_it_is_well_again() -> None:
    for language in ("kk", "ru", "en"):
        analyst(f"{language}@example.kz", language)
    get_user_model().objects.create_user(email="reader@example.kz", password="x")
    one = well(name="Маслихат")
    two = well(url="https://b.kz/", name="Әкімдік")
    assert tell_turns() == 0
    Source.objects.update(failures=1, trouble="server_error", trouble_detail={"status": 500})
    assert tell_turns() == 0, "one failure is no turn"
    Source.objects.update(failures=3)
    assert tell_turns() == 2
    assert [tell_turns(), tell_turns()] == [0, 0], "not each hour"
    assert sorted(OutgoingMail.objects.values_list("recipient", flat=True)) == [
        "en@example.kz", "kk@example.kz", "ru@example.kz",
    ]  # fmt: skip
    for mail in OutgoingMail.objects.all():
        letter = message_from_bytes(bytes(mail.raw or b""), policy=default)
        body = letter.get_body(("plain",))
        assert body is not None
        text = f"{letter['subject']}\n{body.get_content()}"
        assert "(500)" in text
        assert "%(" not in text
    Source.objects.filter(pk=one.pk).update(failures=0, trouble="")
    assert tell_turns() == 1
    assert OutgoingMail.objects.count() == 6
    Source.objects.filter(pk=one.pk).update(failures=3)
    assert tell_turns() == 1, "a second turn is told of again"
    two.refresh_from_db()
    assert (two.told_state, two.turns) == ("broken", 1)
