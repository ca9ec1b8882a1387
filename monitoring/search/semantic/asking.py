"""What a query means, asked of the helper while a reader waits; without an answer, words decide."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from monitoring.search.backends.base import Scored, record_of
from monitoring.search.semantic.mixing import mixed
from monitoring.search.semantic.process import Helper, MeaningError

logger = logging.getLogger(__name__)

BUDGET = 0.3
"""Seconds a reader waits for the helper in one search; it needs .03."""


@dataclass
class Meaning:
    """One query's meaning over the vectors of a folder.

    `text`: its words as they are rightly written, with their capitals and question mark. `failed`
    says afterwards whether the helper did not answer: then it is not asked again.
    """

    text: str
    folder: Path
    helper: Helper
    seconds: float = BUDGET
    failed: bool = field(default=False, init=False)

    def reorder(self, best: list[Scored]) -> list[Scored]:
        """The hits in the order of `mixing.mixed`; as they were if the helper does not answer."""
        if not best:
            return best
        answer = self._ask([record_of(one.place) for one in best], 0)
        if answer is None:
            return best
        return mixed(best, [one and one[0] for one in answer["near"]])

    def nearest(self, count: int) -> list[tuple[int, float, str]]:
        """(record, cosine, language) of the records nearest in meaning; none without an answer."""
        answer = self._ask([], count)
        return [(one[0], one[1], one[2]) for one in answer["nearest"]] if answer else []

    def _ask(self, records: list[int], nearest: int) -> dict[str, Any] | None:
        if self.failed:
            return None
        request = {"do": "ask", "text": self.text, "folder": str(self.folder)}
        try:
            return self.helper.ask(
                {**request, "records": records, "nearest": nearest}, self.seconds
            )
        except MeaningError as error:
            self.failed = True
            logger.info("words alone decide: %s", error)
            return None
