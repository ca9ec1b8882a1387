"""The order of what an engine found, with what the texts mean. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from monitoring.search.backends.base import Scored

WEIGHT = 2.0
"""Of the cosine, beside the engine's score as a part of the best one's."""


def mixed(
    best: Sequence[Scored], cosines: Sequence[float | None], weight: float = WEIGHT
) -> list[Scored]:
    """Hits ordered by `score / best score + weight * cosine`; equal ones stay as they were.

    A hit without vectors keeps its very place and the others change places among themselves: while
    only a part is embedded, nobody gains or loses by which part that is.
    """
    top = max((one.score for one in best), default=0.0) or 1.0
    known = [at for at, cosine in enumerate(cosines) if cosine is not None]
    scored = [
        best[at]._replace(score=best[at].score / top + weight * (cosines[at] or 0.0))
        for at in known
    ]
    scored.sort(key=lambda one: -one.score)
    made = list(best)
    for at, one in zip(known, scored, strict=True):
        made[at] = one
    return made
