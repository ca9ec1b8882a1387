"""Reads of the room `memorandum`."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Prefetch
from django.http import HttpRequest

from coalition.memorandum.models import Accession, OpenRule, Provision, Version
from coalition.registry.selectors import founders


def memorandum_context(language: str, request: HttpRequest | None = None) -> dict[str, Any]:
    """The newest version with its parts, who acceded, the open rules, the founders of 2005.

    Four queries, and those of the registry's list.
    """
    version = Version.objects.prefetch_related(
        Prefetch("provisions", Provision.objects.select_related("section")),
        Prefetch("accessions", Accession.objects.select_related("organisation")),
    ).first()
    rules = list(OpenRule.objects.all())
    return {
        "version": version,
        "open_rules": [rule for rule in rules if rule.adopted_on is None],
        "adopted_rules": [rule for rule in rules if rule.adopted_on is not None],
        "founders": founders(language, request),
        "contact_email": settings.SECRETARIAT_EMAIL,
    }
