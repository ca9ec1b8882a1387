"""Indexes as rows: one is in use, one may be in the making, one was replaced; see `indexing`."""

from __future__ import annotations

import hashlib
import logging
import uuid
from collections.abc import Iterable

from django.db import transaction

from monitoring.core import clock
from monitoring.search import kinds
from monitoring.search.analysis import VERSION, Concepts
from monitoring.search.backends import get_backend
from monitoring.search.backends.base import (
    LAYOUT,
    EngineAwayError,
    EngineBusyError,
    EngineError,
)
from monitoring.search.models import Build
from monitoring.search.synonyms import concepts_of, snapshot
from monitoring.search.vocabularies import add_up

logger = logging.getLogger(__name__)


def fingerprint(concepts: Concepts) -> str:
    """What an index depends on beside the records: the analyser, the concepts, the kinds."""
    names = ",".join(kind.name for kind in kinds.all_kinds())
    digest = hashlib.sha256(names.encode()).hexdigest()[:8]
    return f"{LAYOUT}.{VERSION}-{concepts.fingerprint}-{digest}"


def request_build() -> Build:
    """Ask for a fresh index; one that is already being made is given back."""
    data = snapshot()
    now = clock.now()
    build, made = Build.objects.get_or_create(
        state=Build.State.BUILDING,
        defaults={
            "name": f"{now:%Y%m%d-%H%M%S}-{uuid.uuid4().hex[:6]}",
            "engine": get_backend().name,
            "fingerprint": fingerprint(concepts_of(data)),
            "concepts": data,
            "started_at": now,
        },
    )
    if made:
        logger.info("a new search index %s is being made", build.name)
    return build


def ensure_build() -> None:
    """Ask for an index where there is none, where it is broken, or made with other words."""
    backend = get_backend()
    building = Build.objects.filter(state=Build.State.BUILDING).first()
    wanted = fingerprint(concepts_of(snapshot()))
    if building is not None:
        if building.fingerprint != wanted or building.engine != backend.name:
            # Editors changed a synonym meanwhile: begin again with the new ones.
            give_up(building, "the synonyms changed meanwhile")
        elif not building.kind or healthy(building):
            return
        else:
            give_up(building, "it was lost while it was made")
    current = Build.objects.filter(state=Build.State.CURRENT).first()
    if current is None or current.fingerprint != wanted or not healthy(current):
        request_build()


def healthy(build: Build) -> bool:
    """Whether a build can be used. Raises EngineAwayError if that cannot be said now."""
    if build.engine != get_backend().name:
        return False
    try:
        get_backend().check(build.name)
    except EngineBusyError:
        return True
    except EngineAwayError:
        raise
    except EngineError as error:
        logger.warning("the index %s cannot be used: %s", build.name, error)
        return False
    return True


def give_up(build: Build, note: str) -> None:
    """End the making of a build; what is in use stays so."""
    build.state = Build.State.FAILED
    build.finished_at = clock.now()
    build.note = note
    build.save(update_fields=["state", "finished_at", "note"])
    drop(build)


def drop(build: Build) -> bool:
    """Remove what the engine holds of a build; the reconciler tries again if it is away."""
    try:
        get_backend().drop(build.name)
    except EngineError as error:
        logger.warning("the index %s is not removed yet: %s", build.name, error)
        return False
    return True


def take_over(build: Build) -> None:
    """Put a full build in the place of the current one; remove the one before that."""
    now = clock.now()
    add_up(build)
    old = list(Build.objects.filter(state=Build.State.RETIRED))
    with transaction.atomic():
        Build.objects.filter(state=Build.State.CURRENT).update(
            state=Build.State.RETIRED, finished_at=now
        )
        Build.objects.filter(pk=build.pk).update(state=Build.State.CURRENT, finished_at=now)
    forget(old)
    logger.info("the search index %s is in use", build.name)


def forget(builds: Iterable[Build]) -> None:
    """Remove builds and then their rows, so that a kill in between leaves no index behind."""
    for one in builds:
        if drop(one):
            one.delete()
