"""One folder a kind of source; a folder that is there is known, without a line elsewhere.

`<kind>/__init__.py` holds the pure `parse(raw, url, settings)` that runs in a child process. It
may hold `first(url, settings)`, the first request, and `check(raw, url, settings)`, which refuses
settings that cannot work. `<kind>/about.py` holds `LABEL`, `ABOUT` and `SETTINGS` for people.
`docs/connectors.md` tells how one is added.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from monitoring.evidence import kinds

if TYPE_CHECKING:
    from monitoring.evidence.entries import Entry
    from monitoring.evidence.models import Fetch


def register_all(
    package: str, path: Iterable[str], take_in: Callable[[Fetch, Sequence[Entry]], int]
) -> list[str]:
    """Make every folder of a package known as a kind of source; returns their names.

    Raises AttributeError for a folder without `parse`, or without LABEL in its `about`.
    """
    names = sorted(one.name for one in pkgutil.iter_modules(path) if one.ispkg)
    for name in names:
        reader = importlib.import_module(f"{package}.{name}")
        about = importlib.import_module(f"{package}.{name}.about")
        kinds.register(
            kinds.Kind(
                name=name,
                label=about.LABEL,
                about=getattr(about, "ABOUT", ""),
                settings=tuple(getattr(about, "SETTINGS", ())),
                parser=f"{package}.{name}:{reader.parse.__name__}",
                first=getattr(reader, "first", kinds.just_ask),
                check=f"{package}.{name}:check" if hasattr(reader, "check") else "",
                take_in=take_in,
            )
        )
    return names
