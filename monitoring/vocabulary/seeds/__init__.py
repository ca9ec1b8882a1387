"""What the room `vocabulary` is seeded with: topics, statuses, regions, districts.

districts.json: names, KATO codes and centres are of geokz 1.0.2 by A. Rodionov (CC BY 4.0), after
the Bureau of National Statistics and HDX COD-AB; what was added or mended stands in `source` and
`note`.
"""

from __future__ import annotations

from pathlib import Path

from monitoring.core.seeds import Report, apply_row, read
from monitoring.vocabulary.models import District, Region, Status, Topic

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
    regions = dict(Region.objects.values_list("code", "pk"))
    for values in read(FOLDER / "districts.json"):
        wanted = {name: value for name, value in values.items() if name != "region"}
        wanted["region_id"] = regions[values["region"]]
        apply_row(report, f"vocabulary.district:{values['code']}", District, "code", wanted)
