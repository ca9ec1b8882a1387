"""A migrated SQLite database kept between runs: migrating takes 15 s of CPU in each process.

PostgreSQL migrates each time.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.db import connection
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
