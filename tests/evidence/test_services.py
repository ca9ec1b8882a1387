"""From a due source to stored bytes; every outcome is a row with its reason."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import translation

from monitoring.core import clock, health
from monitoring.core.models import Heartbeat
from monitoring.evidence import services
from monitoring.evidence.chain import verify
from monitoring.evidence.models import AppendOnlyError, Blob, Fetch, Snapshot, Source
from monitoring.evidence.selectors import sources_health
from monitoring.evidence.services import fetch_due, store_answer, take_in_waiting
from monitoring.intake.models import Candidate
from tests.evidence.server import Site, answer
from tests.factories.evidence import source, stored
from tests.intake.feeds import CAPTCHA, LAUGHS, PAGE, item, rss

pytestmark = pytest.mark.django_db


def last() -> Fetch:
    return Fetch.objects.latest("pk")


def make_due(one: Source) -> None:
    Source.objects.filter(pk=one.pk).update(next_due=clock.now())


def test_a_due_source_becomes_bytes_with_their_hash_and_entries(site: Site) -> None:
    site.routes["/feed"] = answer(rss(item(1), item(2)), ETag='"a"')
    one = source(site.url())
    assert fetch_due() == 1
    assert (last().reason, last().entries, last().new_entries) == ("new", 2, 2)
    copy = Snapshot.objects.get()
    assert (copy.position, copy.blob.raw, copy.headers["etag"]) == (1, rss(item(1), item(2)), '"a"')
    assert Candidate.objects.count() == 2
    one.refresh_from_db()
    assert (one.etag, one.failures, one.chain_length) == ('"a"', 0, 1)
    assert one.last_success_at is not None
    assert one.next_due > clock.now() + dt.timedelta(minutes=59)
    assert fetch_due() == 0


def test_nothing_changed_keeps_no_second_copy(site: Site) -> None:
    site.routes["/feed"] = answer(rss(item(1)), ETag='"a"')
    one = source(site.url())
    fetch_due()
    make_due(one)
    fetch_due()
    assert last().reason == "unchanged"
    site.routes["/feed"] = answer(status=304)
    make_due(one)
    fetch_due()
    assert (last().reason, last().status) == ("unchanged", 304)
    assert site.seen[-1][1]["if-none-match"] == '"a"'
    assert (Snapshot.objects.count(), Candidate.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (answer(b"", 404), "not_found"),
        (answer(b"", 500), "server_error"),
        (answer(PAGE), "html"),
        (answer(CAPTCHA), "captcha"),
        (answer(b""), "blank"),
        (answer(rss()), "empty"),
        (answer(b"<rss"), "not_feed"),
        (answer(LAUGHS), "entities"),
    ],
)
def test_every_failure_is_a_row_and_a_sentence(
    site: Site, reply: Callable[..., None], reason: str
) -> None:
    site.routes["/feed"] = reply
    one = source(site.url())
    fetch_due()
    fetch = last()
    assert (fetch.reason, fetch.ok, fetch.taken_in) == (reason, False, True)
    one.refresh_from_db()
    assert (one.failures, one.last_success_at, one.etag) == (1, None, "")
    sentences = set()
    for language in ("kk", "ru", "en"):
        (shown,) = sources_health(language)
        assert shown.state == "broken"
        with translation.override(language):
            assert shown.sentence == fetch.sentence
        sentences.add(shown.sentence)
    assert len(sentences) == 3
    assert not any("%(" in sentence for sentence in sentences)


def test_a_page_with_captcha_keeps_the_good_copy_and_is_not_taken_for_news(site: Site) -> None:
    site.routes["/feed"] = answer(rss(item(1)), ETag='"good"')
    one = source(site.url())
    fetch_due()
    site.routes["/feed"] = answer(CAPTCHA, ETag='"bad"')
    for _ in range(2):
        make_due(one)
        fetch_due()
        assert last().reason == "captcha"
    one.refresh_from_db()
    assert one.etag == '"good"'
    assert [copy.blob.raw for copy in one.snapshots.all()] == [rss(item(1)), CAPTCHA]
    assert list(verify()) == []


def test_a_source_that_fails_is_asked_ever_more_seldom_and_then_once_a_day(site: Site) -> None:
    one = source(site.url(), every_minutes=60)
    waits = []
    for _ in range(6):
        make_due(one)
        fetch_due()
        one.refresh_from_db()
        assert one.last_fetch_at is not None
        waits.append((one.next_due - one.last_fetch_at).total_seconds() / 3600)
    assert waits == [1, 2, 4, 8, 24, 24]
    site.routes["/feed"] = answer(rss(item(1)))
    assert services.ask_now(source=one, by=None)
    fetch_due()
    one.refresh_from_db()
    assert one.failures == 0


def test_a_site_that_asks_to_come_later_is_left_until_then(site: Site) -> None:
    site.routes["/feed"] = answer(b"", 503, Retry_After="36000")
    one = source(site.url())
    fetch_due()
    one.refresh_from_db()
    assert one.next_due >= clock.now() + dt.timedelta(hours=9.9)


def test_two_sweeps_at_once_ask_a_source_once(site: Site) -> None:
    one = source(site.url())
    now = clock.now()
    assert Source.objects.claim(one.pk, now, 60)
    assert not Source.objects.claim(one.pk, now, 60)
    assert fetch_due() == 0
    assert Source.objects.claim(one.pk, now + dt.timedelta(seconds=61), 60)


def test_a_paused_source_is_not_asked(site: Site) -> None:
    one = source(site.url(), paused=True, paused_reason="Сайт көшіп жатыр")
    assert fetch_due() == 0
    assert not services.ask_now(source=one, by=None)
    assert [(h.state, h.sentence) for h in sources_health("kk")] == [("paused", "Сайт көшіп жатыр")]


def test_what_was_stored_and_not_read_is_read_by_the_next_sweep() -> None:
    fetch = stored(source(), rss(item(1)))
    assert not fetch.taken_in
    assert Candidate.objects.count() == 0
    assert take_in_waiting() == 1
    assert take_in_waiting() == 0
    assert Candidate.objects.count() == 1
    assert last().reason == "new"


def test_an_answer_being_read_is_left_to_its_reader_until_the_lease_ends() -> None:
    fetch = stored(source(), rss(item(1)))
    Fetch.objects.filter(pk=fetch.pk).update(lease_until=clock.now() + dt.timedelta(seconds=30))
    assert take_in_waiting() == 0
    Fetch.objects.filter(pk=fetch.pk).update(lease_until=clock.now() - dt.timedelta(seconds=1))
    assert take_in_waiting() == 1


def test_a_fault_of_ours_is_a_reason_and_not_a_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    stored(source(kind="unheard-of"), rss(item(1)))
    take_in_waiting()
    assert last().reason == "internal"
    assert take_in_waiting() == 0


# -- the chain ---------------------------------------------------------------------


def chain() -> Source:
    one = source()
    for number in range(4):
        stored(one, rss(item(number)))
    return one


def damage(sql: str, *values: int | str | bytes) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def test_a_sound_chain_is_said_to_be_sound(capsys: pytest.CaptureFixture[str]) -> None:
    chain()
    assert list(verify()) == []
    call_command("verify_evidence")
    assert "4 saved copies, all sound" in capsys.readouterr().out


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE evidence_snapshot SET blob_id = (SELECT blob_id FROM evidence_snapshot"
        " WHERE position = 1) WHERE position = 3",
        "UPDATE evidence_snapshot SET url = 'http://other.kz' WHERE position = 2",
        "UPDATE evidence_snapshot SET fetched_at = '2020-01-01 00:00:00+00:00' WHERE position = 2",
        "DELETE FROM evidence_snapshot WHERE position = 2",
        "DELETE FROM evidence_snapshot WHERE position = 4",
        "UPDATE evidence_snapshot SET position = 9 WHERE position = 2",
    ],
    ids=["other bytes", "other address", "other time", "one is gone", "the last is gone", "moved"],
)
def test_a_changed_missing_or_moved_copy_is_found(sql: str) -> None:
    chain()
    Fetch.objects.all().delete()
    damage(sql)
    assert list(verify())
    with pytest.raises(CommandError):
        call_command("verify_evidence")


def test_two_copies_in_each_others_place_are_found() -> None:
    chain()
    for place, new in ((2, 99), (3, 2), (99, 3)):
        damage("UPDATE evidence_snapshot SET position = %s WHERE position = %s", new, place)
    assert list(verify())


def test_one_flipped_bit_is_found() -> None:
    chain()
    blob = Blob.objects.get(pk=Snapshot.objects.get(position=2).sha256)
    flipped = bytearray(blob.packed)
    flipped[len(flipped) // 2] ^= 1
    damage("UPDATE evidence_blob SET packed = %s WHERE sha256 = %s", bytes(flipped), blob.pk)
    assert [fault.position for fault in verify()] == [2]


def test_saved_copies_are_neither_changed_nor_removed() -> None:
    chain()
    copy = Snapshot.objects.latest("pk")
    for forbidden in (
        copy.save,
        copy.delete,
        Snapshot.objects.all().delete,
        lambda: Snapshot.objects.update(url=""),
        Blob.objects.all().delete,
    ):
        with pytest.raises(AppendOnlyError):
            forbidden()


# -- health --------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_the_page_of_sources_says_how_each_does(client: Client, language: str) -> None:
    words = {"kk": "derekkozder", "ru": "istochniki", "en": "sources"}
    url = f"/{language}/{words[language]}/"
    empty = client.get(url)
    assert empty.status_code == 200
    with translation.override(language):
        said = translation.gettext(
            "There are no sources yet: what stands in the record was entered by hand, each fact "
            "with its address."
        )
    assert said in empty.content.decode()
    now = clock.now()
    source("https://a.kz", last_success_at=now)
    source("https://b.kz", last_success_at=now - dt.timedelta(days=3))
    source("https://c.kz", paused=True, paused_reason="ремонт")
    source("https://d.kz", last_success_at=now, failures=1)
    source("https://e.kz", last_success_at=now, failures=3)
    source("https://f.kz")
    states = ["fresh", "late", "paused", "fresh", "broken", "waiting"]
    shown = sources_health(language)
    assert [one.state for one in shown] == states
    text = client.get(url).content.decode()
    assert all(one.label in text and one.sentence in text for one in shown)


def test_sources_are_judged_in_one_query(
    django_assert_num_queries: Callable[[int], object],
) -> None:
    for number in range(5):
        source(f"https://{number}.kz")
    with django_assert_num_queries(1):  # type: ignore[attr-defined] # a context manager
        sources_health("kk")


def test_the_sweep_reports_its_own_health() -> None:
    fetch_due()
    report = next(one for one in health.reports() if one.name == "sources")
    assert report.ok
    Heartbeat.objects.filter(name=services.HEARTBEAT).update(at=clock.now() - dt.timedelta(hours=1))
    report = next(one for one in health.reports() if one.name == "sources")
    assert not report.ok


@pytest.mark.django_db(transaction=True)
def test_two_answers_stored_at_once_stand_in_one_chain() -> None:
    from monitoring.evidence import http

    one = source()
    go = threading.Barrier(3)
    errors: list[Exception] = []

    def keep(number: int) -> None:
        go.wait()
        try:
            store_answer(
                source=one,
                answer=http.Answer(one.url, 200, rss(item(number))),
                started=clock.now(),
            )
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=keep, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert Snapshot.objects.count() == 3
    assert list(verify()) == []
