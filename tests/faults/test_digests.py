"""Makers of a digest are killed, and work five at once by clocks that differ.

On SQLite by itself, on PostgreSQL with DATABASE_URL. FAULTS=full is the full profile, FAULT_SEED
draws another course.
"""

from __future__ import annotations

import os
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.faults.ground import FULL, POSTGRES, SEED, Ground, Sink, copied

pytestmark = pytest.mark.faults
READERS, KILLS, MAKERS, EVERY = (600, 60, 5, 7) if FULL else (60, 8, 5, 23)
IN_FLIGHT = 5.0
"""Seconds that a mail may be on its way whose sender asked just before its reader left."""


def test_makers_killed_tell_what_an_undisturbed_run_tells(
    ground: Ground, empty_database: str, tmp_path: Path
) -> None:
    ground.ask("digester", "fill", str(READERS))
    kept = str(ground.folder / "db.sqlite3")
    if POSTGRES:
        kept = ground.environment["DATABASE_URL"].rpartition("/")[2]
    with ExitStack() as stack:
        others = []
        for name in ("random", "points"):
            copy = copied(kept, f"faults_{os.getpid()}_{name}", tmp_path / name)
            others.append(Ground(tmp_path / name, stack.enter_context(copy)))
            for secret in ground.folder.glob("*secret*"):
                (tmp_path / name / secret.name).write_bytes(secret.read_bytes())
        ground.ask("digester", "make")
        expected = ground.ask("digester", "told").splitlines()
        assert len(expected) == READERS
        at_random, at_points = others
        kills = at_random.ask("digester", "storm", str(SEED), str(MAKERS), str(KILLS))
        points = at_points.ask("digester", "points", str(EVERY))
        for which, number, other in (("random", kills, at_random), ("steps", points, at_points)):
            found = other.ask("digester", "told").splitlines()
            print(
                f"seed {SEED}, {which}: kills {number.strip()}, mails expected {len(expected)}, "
                f"lost {len(set(expected) - set(found))}, "
                f"Message-IDs {len({line.split()[2] for line in found})}, doubles "
                f"{len(found) - len(set(found))}"
            )
            assert found == expected
        assert int(points) > 5


def test_many_at_once_by_clocks_that_differ_tell_each_reader_each_change_once(
    line: Ground, sink: Sink
) -> None:
    readers = 60 if FULL else 24
    said = line.ask("digester", "crowd", str(SEED), str(readers), str(line.folder))
    changes, never, twice, mails, gaps, runs = map(int, said.split())
    taken = line.taken()
    by_id = Counter(row[1] for row in taken)
    left = dict(row.split() for row in (line.folder / "left").read_text().splitlines())
    late = [
        row[2]
        for row in taken
        if row[2] in left
        and float(row[3]) > float(left[row[2]]) + IN_FLIGHT
        and row[1] not in confirmations(taken)
    ]
    print(
        f"seed {SEED}: five schedulers, five senders, changes {changes}, runs {runs}, mails made "
        f"{mails}, untold {never}, told twice {twice}, gaps {gaps}, wire duplicates "
        f"{sum(by_id.values()) - len(by_id)}, after leaving {len(late)} of {len(left)}"
    )
    assert changes > 10
    assert runs > 3
    assert (never, twice, gaps, late) == (0, 0, 0, [])
    assert len({(row[0], row[1]) for row in taken}) == len(by_id)


def confirmations(taken: list[list[str]]) -> set[str]:
    """The first mail that each address got."""
    first: dict[str, str] = {}
    for row in taken:
        first.setdefault(row[2], row[1])
    return set(first.values())
