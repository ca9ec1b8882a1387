"""Evidence is changed a thousand times, and a thousand times it is found.

Quick: 200 changes; `FAULTS=full`: 1,000.
"""

from __future__ import annotations

import gzip
import io
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from monitoring.evidence import archive
from monitoring.evidence.archive import Copy, faults
from monitoring.evidence.chain import verify
from monitoring.evidence.models import Snapshot
from monitoring.evidence.selectors import chain_head
from tests.factories.evidence import source, stored
from tests.intake.feeds import item, rss

TIMES = 1_000 if os.environ.get("FAULTS") == "full" else 200
SCRIPT = Path(archive.__file__)


def chains(sources: int = 3, length: int = 5) -> tuple[list[Copy], dict[int, tuple[int, str]]]:
    copies, ends = [], {}
    for number in range(1, sources + 1):
        previous = ""
        for position in range(1, length + 1):
            body = f"<rss>Шешім {number}/{position}</rss>\r\nWARC/1.1\r\n".encode()
            fetched = f"2026-11-{position:02}T08:00:00.000000+00:00"
            draft = Copy(
                number, position, previous, "", f"http://{number}.kz/", fetched,
                {"content-type": "text/xml", "etag": '"ә"'}, body,
            )  # fmt: skip
            copies.append(draft._replace(link=archive.link_of(draft)))
            previous = copies[-1].link
        ends[number] = (length, previous)
    return copies, ends


def test_every_flipped_byte_and_every_missing_doubled_or_moved_record_is_found() -> None:
    copies, ends = chains()
    records = [archive.info_of(ends, copies[-1].fetched), *map(archive.record_of, copies)]
    sound = b"".join(records)
    assert list(faults(io.BytesIO(sound), archive.head_of(ends))) == []
    dice = random.Random(148)
    missed = []
    for time in range(TIMES):
        parts = list(records)
        place = dice.randrange(len(parts))
        match time % 5:
            case 0:
                del parts[place]
            case 1:
                other = dice.choice([n for n in range(len(parts)) if n != place])
                parts[place], parts[other] = parts[other], parts[place]
            case 2:
                parts.insert(place, parts[dice.randrange(len(parts))])
            case _:
                whole = bytearray(sound)
                whole[dice.randrange(len(whole))] ^= 1 << dice.randrange(8)
                parts = [bytes(whole)]
        if not list(faults(io.BytesIO(b"".join(parts)), archive.head_of(ends))):
            missed.append(time)
    assert missed == []


def test_an_archive_rewritten_as_a_whole_is_found_by_the_head_that_stood_in_the_feed() -> None:
    copies, ends = chains(1, 3)
    false = copies[1]._replace(body=b"<rss>false</rss>")
    rewritten, previous = [], ""
    for copy in (copies[0], false, copies[2]):
        draft = copy._replace(previous=previous)
        rewritten.append(draft._replace(link=archive.link_of(draft)))
        previous = rewritten[-1].link
    out = io.BytesIO()
    archive.write(out, rewritten, {1: (3, previous)}, copies[-1].fetched)
    plain = gzip.decompress(out.getvalue())
    assert list(faults(io.BytesIO(plain))) == []
    assert len(list(faults(io.BytesIO(plain), archive.head_of(ends)))) == 1


@pytest.mark.django_db
def test_the_export_of_the_platform_is_verified_by_python_alone(tmp_path: Path) -> None:
    for number in range(2):
        one = source(f"http://{number}.example.kz/feed")
        for n in range(3):
            stored(one, rss(item(n), item(number + 10)))
    file = tmp_path / "evidence.warc.gz"
    call_command("export_evidence", str(file), verbosity=0)

    def run(*more: str) -> subprocess.CompletedProcess[str]:
        # -I: nothing of this project can be imported.
        command = [sys.executable, "-I", str(SCRIPT), str(file), *more]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)

    assert run(chain_head()).stdout == "all sound\n"
    assert run("0" * 64).returncode == 1
    whole = bytearray(file.read_bytes())
    whole[len(whole) // 2] ^= 4
    file.write_bytes(whole)
    assert run().returncode == 1


@pytest.mark.django_db
def test_every_change_of_the_rows_is_found() -> None:
    for number in range(3):
        one = source(f"http://{number}.example.kz/feed")
        for n in range(4):
            stored(one, rss(item(n), item(number + 10)))
    assert list(verify()) == []
    rows = list(Snapshot.objects.values_list("pk", "position", "source_id"))
    dice = random.Random(1994)
    missed = []
    for time in range(TIMES):
        pk, position, _source = dice.choice(rows)
        other = dice.choice([row[0] for row in rows if row[0] != pk])
        taken = f"(SELECT blob_id FROM evidence_snapshot WHERE id = {other})"
        changes: list[tuple[str, list[str | int]]] = [
            ("UPDATE evidence_snapshot SET url = url || %s WHERE id = %s", [str(time), pk]),
            ("UPDATE evidence_snapshot SET headers = %s WHERE id = %s", ['{"etag": "x"}', pk]),
            ("UPDATE evidence_snapshot SET position = %s WHERE id = %s", [position + 100, pk]),
            (f"UPDATE evidence_snapshot SET blob_id = {taken} WHERE id = %s", [pk]),
            ("UPDATE evidence_snapshot SET previous = %s WHERE id = %s", [f"{time:064}", pk]),
            ("UPDATE evidence_snapshot SET link = %s WHERE id = %s", [f"{time:064}", pk]),
            (
                "UPDATE evidence_snapshot SET fetched_at = '2020-01-01 00:00:00+00:00'"
                " WHERE id = %s",
                [pk],
            ),
            ("DELETE FROM evidence_fetch WHERE snapshot_id = %s", [pk]),
        ]
        sql, values = changes[time % len(changes)]
        try:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute(sql, values)
                    if sql.startswith("DELETE"):
                        cursor.execute("DELETE FROM evidence_snapshot WHERE id = %s", [pk])
                if not list(verify()):
                    missed.append((time, sql))
                raise RuntimeError("put it back")
        except RuntimeError:
            continue
    assert missed == []
