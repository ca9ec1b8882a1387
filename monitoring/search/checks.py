"""System checks of search."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, register
from django.core.checks import Warning as CheckWarning

from monitoring.search.semantic.site import is_installed, is_on


@register
def meaning(**_: Any) -> list[CheckMessage]:
    """The extra is switched on, so its packages should be there; search answers without them."""
    if not is_on() or is_installed():
        return []
    return [
        CheckWarning(
            "SEARCH_SEMANTIC is on, but its packages are not installed: results are ordered by "
            "their words alone.",
            hint="pip install --require-hashes -r requirements-semantic.txt (x86-64 Linux), or "
            "take SEARCH_SEMANTIC away.",
            id="search.W001",
        )
    ]
