"""What the room is seeded with: fourteen figures as papers print them, none of them checked.

No budget of a rural district is seeded: none is known from a source.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from monitoring.core.seeds import Report, apply_row, read
from monitoring.indicators.models import Indicator
from monitoring.vocabulary.models import Region

FOLDER = Path(__file__).parent


def seed(report: Report) -> None:
    """Write the published figures."""
    regions = dict(Region.objects.values_list("code", "pk"))
    for values in read(FOLDER / "indicators.json"):
        wanted = {name: value for name, value in values.items() if name != "region"}
        wanted["value"] = Decimal(values["value"]).quantize(Decimal("0.01"))
        wanted["region_id"] = regions[values["region"]] if values["region"] else None
        apply_row(report, f"indicators.indicator:{values['key']}", Indicator, "key", wanted)
