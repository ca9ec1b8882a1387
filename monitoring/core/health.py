"""What each room knows of its own health; `/readyz` asks them all."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Report:
    """One part's health: `ok`, and a sentence for the operator."""

    name: str
    ok: bool
    detail: str


_checks: dict[str, Callable[[], tuple[bool, str]]] = {}


def register(name: str, check: Callable[[], tuple[bool, str]]) -> None:
    """Make a check known: it returns (ok, sentence) and may raise, which counts as not ok."""
    _checks[name] = check


def reports() -> list[Report]:
    """Ask every check; one that raises is reported with the kind of its error."""
    answers = []
    for name, check in sorted(_checks.items()):
        try:
            ok, detail = check()
        except Exception as error:  # a check of a broken part may fail in any way
            logger.warning("health check %s failed: %s", name, error)
            ok, detail = False, type(error).__name__
        answers.append(Report(name, ok, detail))
    return answers
