"""The database itself refuses to rewrite a change: only an absent position may be given."""

from __future__ import annotations

from typing import Any

from django.db import migrations

COLUMNS = "at, kind, subject, subject_id, titles, addresses, before, after, fingerprint, announce"
SQLITE = [
    f"""CREATE TRIGGER journal_change_content BEFORE UPDATE OF {COLUMNS} ON journal_change
    BEGIN SELECT RAISE(ABORT, 'a change is never rewritten'); END""",
    """CREATE TRIGGER journal_change_position BEFORE UPDATE OF position ON journal_change
    WHEN OLD.position IS NOT NULL
    BEGIN SELECT RAISE(ABORT, 'a position is given once'); END""",
]
POSTGRESQL = [
    """CREATE FUNCTION journal_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'a change is never rewritten nor removed'; END $$""",
    f"""CREATE TRIGGER journal_change_content BEFORE UPDATE OF {COLUMNS} OR DELETE
    ON journal_change FOR EACH ROW EXECUTE FUNCTION journal_refuse()""",
    """CREATE TRIGGER journal_change_position BEFORE UPDATE OF position ON journal_change
    FOR EACH ROW WHEN (OLD.position IS NOT NULL) EXECUTE FUNCTION journal_refuse()""",
]
# SQLite gets no trigger against DELETE: tests empty its tables that way, and the model refuses.


def forwards(apps: Any, schema_editor: Any) -> None:
    """Make the triggers of the database at hand."""
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement)


def backwards(apps: Any, schema_editor: Any) -> None:
    """Drop them."""
    on = "" if schema_editor.connection.vendor == "sqlite" else " ON journal_change"
    for name in ("journal_change_content", "journal_change_position"):
        schema_editor.execute(f"DROP TRIGGER {name}{on}")
    if on:
        schema_editor.execute("DROP FUNCTION journal_refuse")


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial")]

    operations = [migrations.RunPython(forwards, backwards)]
