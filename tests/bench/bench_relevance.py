"""`python -m tests.bench.bench_relevance`: a year of local drafts against the rules of the seed.

Three years of three seeds. Prints how many of the ten that matter are among the first 50, the
false ones at each threshold, and the time of an entry. Needs no database.
BENCH_ENTRIES is the number of drafts, 14,000 by itself.
"""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass
from pathlib import Path

from monitoring.intake.relevance import Act, Rule, Score, Scorer, Text, lines
from tests.intake.drafts import A_YEAR, Draft, drafts

SEED = Path(__file__).parents[2] / "monitoring/intake/seeds/rules.json"
LAW_148 = Act(1, ("148-II",), ("Z010000148_",), "2001-01-23")
FIRST = 50
THRESHOLD = 40


def seeded() -> Scorer:
    """The rules of the seed, without a database."""

    def phrases(row: dict[str, object], name: str) -> dict[str, tuple[str, ...]]:
        return {
            code: lines("\n".join(row.get(f"{name}_{code}", ())))  # type: ignore[arg-type] # a list of the file
            for code in ("kk", "ru", "en")
        }

    rules = []
    for number, row in enumerate(json.loads(SEED.read_text()), start=1):
        points = {name: row.get(name, 0) for name in ("points", "against_points", "act_points")}
        rules.append(
            Rule(
                id=number, phrases=phrases(row, "phrases"), against=phrases(row, "against"),
                acts=(LAW_148,) if row.get("acts") else (),
                title_only=row.get("title_only", False), **points,
            )
        )  # fmt: skip
    return Scorer(rules)


@dataclass(frozen=True)
class Found:
    """Drafts with their scores, the most points first."""

    ranked: list[tuple[Score, Draft]]
    seconds: float

    def among_first(self, count: int = FIRST) -> int:
        """How many that matter an analyst sees in the first rows."""
        return sum(draft.matters for _, draft in self.ranked[:count])

    def above(self, points: int) -> tuple[int, int]:
        """Right and false ones at this many points or more."""
        above = [draft.matters for score, draft in self.ranked if score.points >= points]
        return sum(above), len(above) - sum(above)


def measure(count: int = A_YEAR, seed: int = 148) -> Found:
    """Score them all."""
    scorer = seeded()
    texts = list(drafts(count, seed))
    began = time.process_time()
    scored = [(scorer.score(Text(one.title, one.summary)), one) for one in texts]
    seconds = time.process_time() - began
    return Found(sorted(scored, key=lambda pair: -pair[0].points), seconds)


def main() -> None:
    """Measure and print."""
    for seed in (148, 149, 150):
        show(measure(int(os.environ.get("BENCH_ENTRIES", A_YEAR)), seed))


def show(found: Found) -> None:
    """Print one year."""
    print(
        f"{len(found.ranked)} drafts: {found.among_first()} of 10 among the first {FIRST}, "
        f"{1000 * found.seconds / len(found.ranked):.2f} ms an entry"
    )
    for points in (20, 40, 60, 80):
        right, false = found.above(points)
        print(f"  from {points} points on: {right} right, {false} false")
    for score, draft in found.ranked:
        if draft.matters:
            print(f"  {score.points:3} {draft.title}")
    strange = [one for one in found.ranked if not one[1].matters][:5]
    for score, draft in strange:
        print(f"  false {score.points:3} {draft.title}")


if __name__ == "__main__":
    main()
