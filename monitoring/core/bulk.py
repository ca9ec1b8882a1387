"""Many rows in one short transaction: the SQL is made outside, inside it is only run.

`bulk_create` makes its statements while the transaction is open; of 5,000 rows with what hangs on
them that is most of the time, and SQLite lets nobody else write meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models, transaction
from django.db.models import sql
from django.db.models.constants import OnConflict

_PLACES = 900
"""Values of one statement: SQLite takes 999 by default."""
_ROWS = 200


def reserve_ids(model: type[models.Model], count: int) -> list[int]:
    """Ids that no other row will ever get, for rows that refer to each other before they exist."""
    table = model._meta.db_table
    if not count:
        return []
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                [table, count],
            )
            return [int(row[0]) for row in cursor.fetchall()]
        # Django's ids are AUTOINCREMENT on SQLite: never below what stands in this table.
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        row = cursor.fetchone()
        last = int(row[0]) if row else 0
        known = model._base_manager.aggregate(top=models.Max("pk"))["top"] or 0
        last = max(last, known)
        if row:
            cursor.execute(
                "UPDATE sqlite_sequence SET seq = %s WHERE name = %s", [last + count, table]
            )
        else:
            cursor.execute("INSERT INTO sqlite_sequence VALUES (%s, %s)", [table, last + count])
    return list(range(last + 1, last + count + 1))


def _bound(statement: tuple[str, Sequence[Any]]) -> tuple[str, Sequence[Any] | None]:
    """With its values in the text, where the driver would put them there only as it runs."""
    if connection.vendor != "postgresql":
        return statement
    with connection.cursor() as cursor:
        return str(cursor.mogrify(*statement)), None


class Statements:
    """INSERTs and UPDATEs of many rows, ready to be run."""

    def __init__(self) -> None:
        self._ready: list[tuple[str, Sequence[Any] | None]] = []

    def insert(self, rows: Iterable[models.Model], *, update: Sequence[str] = ()) -> None:
        """Rows of one model. With `update` rows of those ids stand already, and these columns are
        written anew."""
        given = list(rows)
        if not given:
            return
        model = type(given[0])
        fields = [
            f for f in model._meta.concrete_fields if not isinstance(f, models.GeneratedField)
        ]
        if given[0].pk is None:
            fields = [f for f in fields if not f.primary_key]
        size = max(1, min(_ROWS, _PLACES // len(fields)))
        said: dict[str, Any] = {}
        if update:
            said = {
                "on_conflict": OnConflict.UPDATE,
                "update_fields": [model._meta.get_field(name) for name in update],
                "unique_fields": [model._meta.pk],
            }
        for start in range(0, len(given), size):
            query = sql.InsertQuery(model, **said)
            query.insert_values(fields, given[start : start + size])
            self._ready += map(_bound, query.get_compiler(connection=connection).as_sql())

    def run(self) -> None:
        """Run them, in the caller's transaction."""
        with connection.cursor() as cursor:
            for statement, values in self._ready:
                cursor.execute(statement, values)
