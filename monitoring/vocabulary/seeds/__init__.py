"""What the room `vocabulary` is seeded with: topics, statuses, regions."""

from __future__ import annotations

from pathlib import Path

from monitoring.core.seeds import Report, apply_row, read
from monitoring.vocabulary.models import Region, Status, Topic

FOLDER = Path(__file__).parent


def seed(report: Report) -> None:
    """Write the reference words."""
    for values in read(FOLDER / "topics.json"):
        # taggit wants one unique name; the Kazakh one is it.
        wanted = {**values, "name": values["name_kk"]}
        apply_row(report, f"vocabulary.topic:{values['slug']}", Topic, "slug", wanted)
    for values in read(FOLDER / "statuses.json"):
        apply_row(report, f"vocabulary.status:{values['key']}", Status, "key", values)
    for values in read(FOLDER / "regions.json"):
        apply_row(report, f"vocabulary.region:{values['code']}", Region, "code", values)
