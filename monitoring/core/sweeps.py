"""Periodic work, registered once, and the doorbell that asks for it sooner.

A row that needs work carries its own state; a sweep looks for such rows and does the work. Celery
beat rings every sweep at its pace, `manage.py sweep` runs the same functions by hand or from cron,
and `ring()` asks for one now.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from django.conf import settings
from django.db import DatabaseError, transaction

logger = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True)
class Sweep:
    """A named piece of periodic work; `every` is in seconds, `run` returns how many rows it did."""

    name: str
    every: int
    run: Callable[[], int]


_sweeps: dict[str, Sweep] = {}
_quiet: set[str] | None = None


def register(name: str, every: int, run: Callable[[], int]) -> None:
    """Make a sweep known; rooms call this in `ready()`. Raises ValueError for a name used twice."""
    known = _sweeps.get(name)
    if known is not None and known.run is not run:
        raise ValueError(f"the sweep {name!r} is registered twice")
    _sweeps[name] = Sweep(name, every, run)


def all_sweeps() -> list[Sweep]:
    """Every registered sweep, by name."""
    return [_sweeps[name] for name in sorted(_sweeps)]


def get(name: str) -> Sweep:
    """The sweep of that name. Raises KeyError."""
    return _sweeps[name]


def spare_others(what: str, work: Callable[[], T], broken: T) -> T:
    """One row's work within a sweep: if it breaks our program, it is logged and the others go on.

    Returns what it did, or `broken`: the row is as it was and the next sweep tries again. A
    database that fails is nobody's row: its error goes on.
    """
    try:
        return work()
    except DatabaseError:
        raise
    except Exception:  # any fault of ours in one row
        logger.exception("%s broke off", what)
        return broken


def ring(name: str) -> None:
    """Ask the worker to run a sweep as soon as the present transaction has been committed.

    Never raises: if the broker is away, the scheduler's next round does the work.
    """
    if _quiet is not None:
        _quiet.add(name)
    elif settings.DOORBELLS:
        transaction.on_commit(lambda: _send(name), robust=True)


@contextmanager
def one_ring_each() -> Iterator[None]:
    """Within a command that changes hundreds of rows: each bell rings once, at the end."""
    global _quiet  # noqa: PLW0603 - a command is alone in its process
    _quiet = set()
    try:
        yield
    finally:
        names, _quiet = _quiet, None
        for name in names:
            ring(name)


def _send(name: str) -> None:
    from monitoring.core.tasks import run_sweep

    try:
        run_sweep.apply_async(args=(name,), retry=False, expires=60)
    except Exception as error:  # any broker, any failure: the row is the job, not the message
        logger.warning("doorbell %s did not ring (%s); the sweep will do it", name, error)
