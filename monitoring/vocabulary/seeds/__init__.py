"""What the room `vocabulary` is seeded with: topics, statuses, regions, districts.

districts.json: names, KATO codes and centres are of geokz 1.0.2 by A. Rodionov (CC BY 4.0), after
the Bureau of National Statistics and HDX COD-AB; what was added or mended stands in `source` and
`note`.
"""

from __future__ import annotations

from pathlib import Path

from monitoring.core.seeds import Report, apply_rows, read
from monitoring.vocabulary.models import District, Region, Status, Topic

FOLDER = Path(__file__).parent


def seed(report: Report) -> None:
    """Write the reference words."""
    # taggit wants one unique name; the Kazakh one is it.
    topics = [{**values, "name": values["name_kk"]} for values in read(FOLDER / "topics.json")]
    apply_rows(report, "vocabulary.topic", Topic, "slug", topics)
    apply_rows(report, "vocabulary.status", Status, "key", read(FOLDER / "statuses.json"))
    apply_rows(report, "vocabulary.region", Region, "code", read(FOLDER / "regions.json"))
    regions = dict(Region.objects.values_list("code", "pk"))
    districts = read(FOLDER / "districts.json")
    for values in districts:
        values["region_id"] = regions[values.pop("region")]
    apply_rows(report, "vocabulary.district", District, "code", districts)
