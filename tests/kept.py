"""What is the same in every process of a run is made once and kept for the next.

A migrated SQLite database (15 s of CPU; PostgreSQL migrates each time), and the rows that the seed
writes (a minute, on either).
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, transaction
from django.test.utils import setup_databases, teardown_databases

ROOT = Path(__file__).resolve().parent.parent


def kept_path() -> Path:
    """Where the database of exactly these migrations is kept, or will be."""
    seen = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    for path in sorted(ROOT.glob("*/*/migrations/*.py")):
        seen.update(path.read_bytes())
    return Path(tempfile.gettempdir()) / f"coalition-migrated-{seen.hexdigest()[:16]}.sqlite3"


def copy_kept(target: Path) -> bool:
    """Copy the kept database to a file; whether there is one."""
    if not kept_path().exists():
        return False
    shutil.copy(kept_path(), target)
    return True


Rows = dict[str, tuple[list[str], list[list[str | int | float | None]]]]
"""Of each table its columns and its rows, as the database itself writes their values."""


def seed() -> None:
    """The rows of `manage.py seed`, in the caller's transaction; written anew where none are kept.

    For tests of what stands on the seeded site. Tests of the seed itself call the command.
    """
    path = seeded_path()
    if path.exists():
        _put(json.loads(path.read_text("utf-8")))
        return
    call_command("seed", verbosity=0)
    aside = path.with_suffix(f".{os.getpid()}")
    aside.write_text(json.dumps(_taken()), "utf-8")
    aside.replace(path)


def seeded_path() -> Path:
    """Where the rows that exactly this source seeds today are kept, or will be.

    They say when they were written: yesterday's are no longer of this day.
    """
    seen = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    seen.update(str(dt.date.today()).encode())
    for room in ("coalition", "monitoring"):
        for path in sorted((ROOT / room).rglob("*")):
            if path.suffix in {".py", ".json", ".csv", ".txt", ".po"}:
                seen.update(path.read_bytes())
    name = f"coalition-seeded-{connection.vendor}-{seen.hexdigest()[:16]}.json"
    return Path(tempfile.gettempdir()) / name


def _tables() -> list[str]:
    return sorted(connection.introspection.django_table_names(only_existing=True))


def _taken() -> Rows:
    # A bare value: Python's types would not come back as the same text.
    bare = "CAST({} AS text)" if connection.vendor == "postgresql" else "+{}"
    taken: Rows = {}
    with connection.cursor() as cursor:
        for table in _tables():
            described = connection.introspection.get_table_description(cursor, table)
            names = [connection.ops.quote_name(column.name) for column in described]
            columns = ", ".join(bare.format(name) for name in names)
            cursor.execute(f"SELECT {columns} FROM {connection.ops.quote_name(table)}")
            taken[table] = names, [list(row) for row in cursor.fetchall()]
    return taken


def _put(kept: Rows) -> None:
    """Instead of what the migrations wrote. No key is checked before the transaction ends."""
    from django.contrib.contenttypes.models import ContentType  # scripts import us before models

    with transaction.atomic(), connection.cursor() as cursor:
        for table in kept:
            cursor.execute(f"SELECT 1 FROM {connection.ops.quote_name(table)} LIMIT 1")
            if cursor.fetchone():  # a journal refuses to be deleted from, even where it is empty
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")
        for table, (names, rows) in kept.items():
            places = ", ".join(["%s"] * len(names))
            into = f"{connection.ops.quote_name(table)} ({', '.join(names)})"
            if rows:
                cursor.executemany(f"INSERT INTO {into} VALUES ({places})", rows)
        for statement in connection.ops.sequence_reset_sql(no_style(), apps.get_models()):
            cursor.execute(statement)
    ContentType.objects.clear_cache()


def copy_seeded(var: Path) -> bool:
    """Copy the VAR_DIR of a platform that was seeded and stopped; whether there is one.

    SEEDED_VAR names it: seeding takes a minute of CPU, and what begins from nothing is proved where
    that platform was made.
    """
    made = os.environ.get("SEEDED_VAR", "")
    if not made:
        return False
    ignored = shutil.ignore_patterns("lock", "run", "log", "broker", "mail")
    shutil.copytree(made, var, ignore=ignored, dirs_exist_ok=True)
    return True


def keep() -> None:
    """Keep the test database that stands migrated now, for the next process."""
    aside = kept_path().with_suffix(f".{os.getpid()}")
    with contextlib.closing(sqlite3.connect(aside)) as copy:
        connection.ensure_connection()
        connection.connection.backup(copy)
        connection.close()
    aside.replace(kept_path())


@contextlib.contextmanager
def migrated_database() -> Iterator[None]:
    """An empty migrated database for a script; it goes afterwards."""
    on_file = connection.vendor == "sqlite"
    known = on_file and copy_kept(Path(str(connection.settings_dict["TEST"]["NAME"])))
    made = setup_databases(verbosity=0, interactive=False, keepdb=on_file, serialized_aliases=())
    try:
        if on_file and not known:
            keep()
        yield
    finally:
        teardown_databases(made, verbosity=0)
