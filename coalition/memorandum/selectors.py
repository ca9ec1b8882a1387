"""Reads of the room `memorandum`."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from coalition.memorandum.models import OpenRule, Version
from coalition.registry.selectors import directory


def memorandum_context(language: str, request: HttpRequest | None = None) -> dict[str, Any]:
    """The newest version with its parts, who acceded, the open rules, the founders of 2005.

    Five queries, and five of the registry's directory.
    """
    version = Version.objects.prefetch_related(
        "sections__provisions", "accessions__organisation"
    ).first()
    rules = list(OpenRule.objects.all())
    return {
        "version": version,
        "open_rules": [rule for rule in rules if rule.adopted_on is None],
        "adopted_rules": [rule for rule in rules if rule.adopted_on is not None],
        "founders": directory(language, request)["founders"],
        "contact_email": settings.CONTACT_EMAIL,
    }
