"""The journal is only ever added to, and its windows miss nothing."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from monitoring.journal.models import AppendOnlyError, Change
from monitoring.journal.services import close_window, record_change


def note(number: int, fingerprint: str = "") -> Change | None:
    return record_change(
        kind="updated",
        subject="decision",
        subject_id=number,
        titles={"kk": "атауы"},
        addresses={"kk": "/kk/"},
        before={},
        after={"n": number},
        fingerprint=fingerprint or str(number),
    )


@pytest.mark.django_db
def test_a_change_is_never_rewritten_nor_removed() -> None:
    change = note(1)
    assert change is not None
    for attempt in (
        change.save,
        change.delete,
        Change.objects.all().delete,
        lambda: Change.objects.update(kind="stage"),
        lambda: Change.objects.update(kind="stage", position=1),
    ):
        with pytest.raises(AppendOnlyError):
            attempt()


@pytest.mark.django_db
def test_the_database_itself_refuses_to_rewrite_a_change() -> None:
    change = note(1)
    close_window()
    for column in ("titles = '{}'", "kind = 'stage'", "position = 9"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE journal_change SET {column}")
    assert Change.objects.get().titles == {"kk": "атауы"}
    assert change is not None


@pytest.mark.django_db
def test_the_same_content_again_is_no_change() -> None:
    assert note(1, "a") is not None
    assert note(1, "a") is None
    assert note(2, "a") is not None
    assert note(1, "b") is not None
    assert note(1, "a") is not None, "back to what it was is a change again"


@pytest.mark.django_db
def test_windows_are_half_open_and_meet() -> None:
    note(1)
    note(2)
    first = close_window()
    note(3)
    second = close_window()
    assert [change.subject_id for change in Change.objects.between(0, first)] == [1, 2]
    assert [change.subject_id for change in Change.objects.between(first, second)] == [3]
    assert close_window() == second


@pytest.mark.django_db(transaction=True)
def test_a_row_that_commits_late_falls_into_the_next_window() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer at a time: rows commit in the order of their ids")
    wrote, closed = threading.Event(), threading.Event()
    failures: list[Any] = []

    def slow() -> None:
        try:
            with transaction.atomic():
                note(1)  # takes the lower id
                wrote.set()
                assert closed.wait(10)
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert wrote.wait(10)
    note(2)  # a higher id, committed at once
    first = close_window()
    closed.set()
    thread.join()
    second = close_window()
    assert not failures
    assert [change.subject_id for change in Change.objects.between(0, first)] == [2]
    assert [change.subject_id for change in Change.objects.between(first, second)] == [1]
