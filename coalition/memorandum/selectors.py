"""Reads of the room `memorandum`."""

from __future__ import annotations

from typing import Any

from coalition.memorandum.models import OpenRule, Version


def memorandum_context(language: str) -> dict[str, Any]:
    """The newest version with sections and provisions, and the open rules. Four queries."""
    version = Version.objects.prefetch_related("sections__provisions").first()
    return {"version": version, "rules": OpenRule.objects.all()}
