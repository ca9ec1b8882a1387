"""Senders are killed over a bad line: nothing is lost, doubles are equal, each is signed.

On SQLite by itself, on PostgreSQL with DATABASE_URL. FAULTS=full is the full profile; FAULT_SEED
draws another course. Figures of the full profile stand in docs/reliability.md.
"""

from __future__ import annotations

import email
import time
from collections import Counter

import pytest

from tests.faults.ground import FULL, PATIENCE, SEED, Ground, Sink
from tests.mailing.test_dkim import RSA, dns, pem

pytestmark = pytest.mark.faults
MAILS, KILLS = (1500, 60) if FULL else (150, 12)
GONE = MAILS // 30
"""Addresses that do not exist."""


def sign(line: Ground) -> None:
    """Have mails signed and the sink look at each signature."""
    line.environment |= {
        "DKIM_KEY": pem(RSA),
        "DKIM_SELECTOR": "s1",
        "DKIM_DOMAIN": "example.org",
    }
    (line.folder / "dkim.txt").write_bytes(dns(RSA)(b"s1._domainkey.example.org."))


def states(line: Ground) -> dict[str, int]:
    told = (part.split("=") for part in line.ask("sender", "states").split())
    return {name: int(count) for name, count in told}


def test_senders_killed_over_a_bad_line_lose_nothing(line: Ground, sink: Sink) -> None:
    sign(line)
    process = line.start(
        "-m", "tests.faults.sender", "storm", *map(str, (SEED, MAILS, GONE, KILLS))
    )
    end = time.monotonic() + PATIENCE
    while not (line.folder / "taken").exists() and time.monotonic() < end:
        time.sleep(0.05)
    sink.kill()  # the server is away altogether
    time.sleep(1)
    sink.start()
    said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    taken = line.taken()
    by_id, by_reader = Counter(row[1] for row in taken), Counter(row[2] for row in taken)
    doubles = sum(count - 1 for count in by_id.values())
    found = states(line)
    print(
        f"seed {SEED}: kills {said.strip()}, mails {MAILS}, lost {MAILS - len(by_reader)}, "
        f"Message-IDs {len(by_id)}, wire duplicates {doubles}, "
        f"different bytes {len({(row[0], row[1]) for row in taken}) - len(by_id)}, "
        f"signatures {dict(Counter(row[4] for row in taken))}, {found}"
    )
    assert found == {"sent": MAILS, "failed": GONE}
    assert len(by_reader) == len(by_id) == MAILS  # nobody lost, one Message-ID for each
    assert len({(row[0], row[1]) for row in taken}) == MAILS  # a double is equal to the byte
    assert {row[4] for row in taken} == {"signed"}


def test_a_sender_killed_at_any_statement_loses_nothing(line: Ground, sink: Sink) -> None:
    sink.trouble = 0.0
    sink.kill()
    sink.start()
    steps = int(line.ask("sender", "points"))
    taken = line.taken()
    by_id = Counter(row[1] for row in taken)
    doubles = sum(count - 1 for count in by_id.values())
    print(f"points {steps} and amid DATA: mails {2 * steps + 3}, wire duplicates {doubles}")
    assert steps > 20
    assert len({row[2] for row in taken}) == len(by_id) == 2 * steps + 3
    assert len({(row[0], row[1]) for row in taken}) == len(by_id)
    assert 1 <= doubles <= steps + 1  # a death between handing over and marking, and no other
    assert states(line) == {"sent": 2 * steps + 3}


def test_a_sender_into_a_folder_killed_at_any_statement_doubles_nothing(ground: Ground) -> None:
    steps = int(ground.ask("sender", "points"))
    names = Counter(
        email.message_from_bytes(file.read_bytes())["Message-ID"]
        for file in (ground.folder / "mail").glob("*.eml")
    )
    print(f"points {steps}: files {len(names)}")
    assert steps > 20
    assert len(names) == 2 * steps + 3
    assert set(names.values()) == {1}
    assert states(ground) == {"sent": 2 * steps + 3}
