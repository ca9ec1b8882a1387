"""How likely it is that an entry matters, and why. Pure functions, no Django.

A rule gives points for what it finds; each of its grounds counts once: a phrase and a watched act
that is cited (whole points in the title, half in the text alone), the body of the source, the kind
of document; a phrase that speaks against takes points away. The score is the sum of all points,
between 0 and 100.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from monitoring.decisions.text.citations import Citation, find_citations, same_number
from monitoring.search.analysis import (
    Analysis,
    Concept,
    Concepts,
    analyse_query,
    clean,
    number_token,
)

MOST = 100
LONGEST = 20_000
"""Letters of an entry's text that are read: what a rule looks for stands at its beginning."""
TITLE, TEXT = "title", "text"
PHRASE, AGAINST, BODY, KIND, CITATION = "phrase", "against", "body", "kind", "citation"


@dataclass(frozen=True)
class Act:
    """A watched act: its numbers and codes as people cite it."""

    id: int
    numbers: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    date: str = ""


@dataclass(frozen=True)
class Rule:
    """What raises or lowers the score. Phrases by language, in any inflection; points 0 to 100."""

    id: int
    phrases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    against: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    kinds: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The names of kinds of document, as they stand in titles."""
    bodies: frozenset[int] = frozenset()
    acts: tuple[Act, ...] = ()
    points: int = 0
    against_points: int = 0
    kind_points: int = 0
    body_points: int = 0
    act_points: int = 0
    title_only: bool = False


@dataclass(frozen=True)
class Text:
    """What is read of an entry."""

    title: str
    summary: str = ""
    body: int | None = None


@dataclass(frozen=True, order=True)
class Reason:
    """One ground: the rule, what it is, the words found, where they stand, the points."""

    rule: int
    ground: str
    where: str
    points: int
    words: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """As it is kept with the candidate."""
        return {
            "rule": self.rule, "ground": self.ground, "where": self.where,
            "points": self.points, "words": list(self.words),
        }  # fmt: skip


@dataclass(frozen=True)
class Score:
    """Points from 0 to 100 and the reasons, the weightiest first."""

    points: int
    reasons: tuple[Reason, ...] = ()


class Scorer:
    """Rules made ready; the same ones in any order score alike."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(sorted(rules, key=lambda rule: rule.id))
        self._concepts = Concepts(
            [
                Concept(f"{rule.id}:{ground}", dict(named))
                for rule in self.rules
                for ground, named in (
                    (PHRASE, rule.phrases), (AGAINST, rule.against), (KIND, rule.kinds),
                )
                if any(named.values())
            ]
        )  # fmt: skip

    @property
    def fingerprint(self) -> str:
        """The same for the same rules: a score made with another one is made anew."""
        said = [
            (
                rule.id, sorted(rule.phrases.items()), sorted(rule.against.items()),
                sorted(rule.kinds.items()), sorted(rule.bodies), rule.acts, rule.points,
                rule.against_points, rule.kind_points, rule.body_points, rule.act_points,
                rule.title_only,
            )
            for rule in self.rules
        ]  # fmt: skip
        return hashlib.sha256(repr(said).encode()).hexdigest()[:16]

    def score(self, text: Text) -> Score:
        """The points of an entry and their reasons."""
        found: dict[tuple[str, str], list[str]] = {}
        for where, said in ((TITLE, text.title), (TEXT, text.summary[:LONGEST])):
            for token, words in self._found(said):
                heard = found.setdefault((token, where), [])
                if words not in heard:
                    heard.append(words)
        title, summary = find_citations(text.title), find_citations(text.summary[:LONGEST])
        reasons: list[Reason] = []
        for rule in self.rules:
            reasons += _of_rule(rule, text, found, title, summary)
        total = sum(reason.points for reason in reasons)
        reasons.sort(key=lambda one: (-abs(one.points), one))
        return Score(min(MOST, max(0, total)), tuple(reasons))

    def _found(self, said: str) -> Iterable[tuple[str, str]]:
        if not said:
            return
        # As a query: an entry may be typed without Kazakh letters, and its language may be wrong.
        said = clean(said)
        heard: Analysis = analyse_query(said, self._concepts)
        words = heard.words
        for term in heard.terms:
            start, end = words[term.first].start, words[term.last - 1].end
            yield term.token, said[start:end]


def _of_rule(
    rule: Rule,
    text: Text,
    found: Mapping[tuple[str, str], Sequence[str]],
    title: Sequence[Citation],
    summary: Sequence[Citation],
) -> Iterable[Reason]:
    weights = ((PHRASE, rule.points), (AGAINST, -rule.against_points), (KIND, rule.kind_points))
    for ground, points in weights:
        token = f"={rule.id}:{ground}"
        above, below = found.get((token, TITLE), ()), found.get((token, TEXT), ())
        if above:
            yield Reason(rule.id, ground, TITLE, points, tuple(above))
        elif (
            below and ground != KIND and not rule.title_only
        ):  # a text names many kinds; its own stands in the title
            yield Reason(rule.id, ground, TEXT, _half(points), tuple(below))
    if text.body is not None and text.body in rule.bodies:
        yield Reason(rule.id, BODY, "", rule.body_points)
    for where, cited in ((TITLE, title), (TEXT, () if rule.title_only else summary)):
        named = [one for one in cited if any(cites(one, act) for act in rule.acts)]
        if named:
            words = tuple(dict.fromkeys(one.code or one.written for one in named))
            points = rule.act_points if where == TITLE else _half(rule.act_points)
            yield Reason(rule.id, CITATION, where, points, words)
            break


def _half(points: int) -> int:
    return -(-points // 2) if points < 0 else points // 2


def cites(citation: Citation, act: Act) -> bool:
    """Whether a citation names the act: by its code, or by number and (where both say one) date."""
    if citation.code:
        return citation.code.rstrip("_") in {code.rstrip("_") for code in act.codes}
    numbers = {number_token(number) for number in act.numbers}
    if citation.date is not None and act.date:
        return citation.date.isoformat() == act.date and any(
            same_number(citation.number, number) for number in numbers
        )
    return "-" in citation.number and citation.number in numbers


def changes(
    texts: Mapping[int, Text], before: Scorer, after: Scorer
) -> dict[int, tuple[Score, Score]]:
    """Of entries by id: those whose score one set of rules changes against another."""
    both = {pk: (before.score(text), after.score(text)) for pk, text in texts.items()}
    return {pk: pair for pk, pair in both.items() if pair[0].points != pair[1].points}


def lines(text: str) -> tuple[str, ...]:
    """The phrases of a box, one a line."""
    return tuple(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


def without(rules: Collection[Rule], pk: int | None) -> list[Rule]:
    """The rules but one."""
    return [rule for rule in rules if rule.id != pk]
