"""The generation of the public pages: changes with every change of a public row.

The one choke point is the connection: whatever writes a row (a service, an editor,
`QuerySet.update`, a command, the tree's raw SQL) sends a statement through it. A table is public
unless the setting `PAGE_CACHE_LEAVES_OUT` names it with a reason, so a new table is covered.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Count, Max

from monitoring.core.models import Generation

logger = logging.getLogger(__name__)

READ_EVERY = 0.9
"""Seconds for which a process believes the generation it has read: others' changes show after."""

_WRITE = re.compile(r'\s*(?:INSERT\s+(?:OR\s+\w+\s+)?INTO|UPDATE|DELETE\s+FROM)\s+"?(\w+)"?', re.I)
_SET = re.compile(r'"(\w+)" = ')
_OF_DRAFTS = frozenset(
    {
        "draft_title",
        "has_unpublished_changes",
        "latest_revision_created_at",
        "latest_revision_id",
        "locked",
        "locked_at",
        "locked_by_id",
        "noted_at",
    }
)
"""Columns that only editors see; a draft that saves itself twice a second changes no page."""

_left_out: frozenset[str] = frozenset()
_seen: tuple[str, float] | None = None
_migrating = False
_reading = threading.Lock()


def tables_left_out() -> frozenset[str]:
    """The tables whose rows no public page shows."""
    # Some models exist on one database only, such as the tables of SQLite's full-text search.
    return frozenset(
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model._meta.label in settings.PAGE_CACHE_LEAVES_OUT
    )


def watch(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Listen to a new connection (the signal `connection_created`)."""
    if _on_write not in connection.execute_wrappers:
        connection.execute_wrappers.append(_on_write)


def _on_write(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    answer = execute(sql, params, many, context)
    # While tables are made, the table of generations may not be there yet.
    if _migrating or not settings.PAGE_CACHE_SECONDS or sql.startswith("SELECT"):
        return answer
    found = _WRITE.match(sql)
    if found and _is_public(found[1], sql):
        _note(context["connection"])
    return answer


def _is_public(table: str, sql: str) -> bool:
    global _left_out  # noqa: PLW0603 - computed once, when the apps are loaded
    if not _left_out:
        _left_out = tables_left_out()
    if table in _left_out or table.startswith(("django_", "sqlite_")):
        return False
    changed = set(_SET.findall(sql.partition(" WHERE ")[0]))
    unseen = _OF_DRAFTS | settings.PAGE_CACHE_CLOCKWORK.get(table, frozenset())
    return not changed or not changed <= unseen


def _note(connection: BaseDatabaseWrapper) -> None:
    """One row a transaction; Django forgets the mark with the savepoint or transaction it is of."""
    if any(entry[1] is _committed for entry in connection.run_on_commit):
        return
    Generation.objects.using(connection.alias).create()
    transaction.on_commit(_committed, using=connection.alias)


def _committed() -> None:
    """This process sees its own change at once."""
    global _seen  # noqa: PLW0603 - what this process has read
    _seen = None


def current() -> str:
    """The generation; one query at most every READ_EVERY seconds a process.

    While the database does not answer, the last one known: pages that are in the cache go on being
    read. Empty when none was ever known.
    """
    global _seen  # noqa: PLW0603 - what this process has read
    seen = _seen
    now = time.monotonic()
    if seen is not None and now - seen[1] < READ_EVERY:
        return seen[0]
    with _reading:
        if _seen is not None and time.monotonic() - _seen[1] < READ_EVERY:
            return _seen[0]
        try:
            name = _read()
        except DatabaseError as error:
            logger.warning("the generation of the pages cannot be read: %s", error)
            name = seen[0] if seen else ""
        # The moment before the query: what was committed meanwhile is read in time.
        _seen = (name, now) if name else None
        return name


def _read() -> str:
    found = Generation.objects.aggregate(last=Max("pk"), rows=Count("pk"))
    return f"{found['last'] or 0}.{found['rows']}"


def prune() -> int:
    """Forget old rows. One new row goes along, so that no generation is ever named twice."""
    with transaction.atomic():
        last = Generation.objects.aggregate(last=Max("pk"))["last"] or 0
        old = Generation.objects.filter(pk__lt=last - 100)
        if not old.exists():
            return 0
        Generation.objects.create()
        return old.delete()[0]


def _migration_begins(**_: Any) -> None:
    global _migrating  # noqa: PLW0603 - a migration is alone in its process
    _migrating = True


def _migration_ended(using: str, **_: Any) -> None:
    """Migrations may have changed any table: a new generation, where its table is there."""
    global _migrating  # noqa: PLW0603 - likewise
    _migrating = False
    connection = connections[using]
    if Generation._meta.db_table in connection.introspection.table_names():
        Generation.objects.using(using).create()


def connect() -> None:
    """Listen to connections that are open and to those to come."""
    from django.db.backends.signals import connection_created
    from django.db.models.signals import post_migrate, pre_migrate

    pre_migrate.connect(_migration_begins, dispatch_uid="core.generation")
    post_migrate.connect(
        _migration_ended, sender=apps.get_app_config("core"), dispatch_uid="core.generation"
    )
    connection_created.connect(watch, dispatch_uid="core.generation")
    for connection in connections.all(initialized_only=True):
        watch(connection)
