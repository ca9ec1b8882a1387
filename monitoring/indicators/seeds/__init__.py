"""What the room is seeded with: fourteen figures as papers print them, none of them checked.

No budget of a rural district is seeded: none is known from a source.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from monitoring.core.seeds import Report, apply_rows, read
from monitoring.indicators.models import Indicator
from monitoring.vocabulary.models import Region

FOLDER = Path(__file__).parent


def seed(report: Report) -> None:
    """Write the published figures."""
    regions = dict(Region.objects.values_list("code", "pk"))
    rows = read(FOLDER / "indicators.json")
    for values in rows:
        region = values.pop("region")
        values["region_id"] = regions[region] if region else None
        values["value"] = Decimal(values["value"]).quantize(Decimal("0.01"))
    apply_rows(report, "indicators.indicator", Indicator, "key", rows)
