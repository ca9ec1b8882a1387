"""Scores what waits by the rules as they are now, and accepts by rule where a source says so."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext, override

from monitoring.core import sweeps
from monitoring.core.models import LANGUAGES
from monitoring.intake import relevance
from monitoring.intake.models import Action, AutoAccept, Candidate, Mark, TopicRule
from monitoring.intake.pairs import marks_of, proposals
from monitoring.intake.relevance import Act, Rule, Score, Scorer, Text
from monitoring.intake.services import SCORING, Bulk, accept_many

BATCH = 200
ROUND = 20.0  # seconds after which a sweep begins no new batch: the next bell goes on
PREVIEW = 200
"""So many of the newest entries are looked at before a rule is saved."""


def rule_of(said: Any) -> Rule:
    """A rule as the scorer takes it, of a row or of what a form holds (a mapping)."""

    def read(name: str) -> Any:
        value: Any = said.get(name) if isinstance(said, dict) else getattr(said, name)
        return value.all() if hasattr(value, "all") else value

    def phrases(name: str) -> dict[str, tuple[str, ...]]:
        return {code: relevance.lines(read(f"{name}_{code}") or "") for code in LANGUAGES}

    kinds = list(read("kinds") or ())
    pk = said.get("id") if isinstance(said, dict) else said.pk
    return Rule(
        id=pk or 0,
        phrases=phrases("phrases"),
        against=phrases("against"),
        kinds={code: tuple(kind.label_in(code) for kind in kinds) for code in LANGUAGES},
        bodies=frozenset(body.pk for body in read("bodies") or ()),
        acts=tuple(
            Act(
                act.pk,
                (act.adoption_number,) if act.adoption_number else (),
                tuple(code.value for code in act.codes.all()),
                act.date.isoformat() if act.date else "",
            )
            for act in sorted(read("acts") or (), key=lambda one: one.pk)
        ),
        points=read("points") or 0,
        against_points=read("against_points") or 0,
        kind_points=read("kind_points") or 0,
        body_points=read("body_points") or 0,
        act_points=read("act_points") or 0,
        title_only=bool(read("title_only")),
    )


def rules_now() -> list[Rule]:
    """The rules that count. Five queries."""
    rows = TopicRule.objects.filter(active=True).prefetch_related("kinds", "bodies", "acts__codes")
    return [rule_of(row) for row in rows]


def text_of(candidate: Candidate) -> Text:
    """What the scorer reads of an entry; its titles in other languages count as its title."""
    titles = [candidate.title, *candidate.facts.get("titles", {}).values()]
    return Text(
        "\n".join(dict.fromkeys(title for title in titles if title)),
        candidate.summary,
        candidate.source.body_id,
    )


def score_waiting() -> int:
    """The sweep: score what came in or was scored by other rules, then accept by rule."""
    began = time.monotonic()
    scorer = Scorer(rules_now())
    stale = (
        Candidate.objects.waiting()
        .exclude(scored_with=scorer.fingerprint)
        .select_related("source")
        .order_by("-pk")
    )
    done = 0
    while rows := list(stale[:BATCH]):
        _score(rows, scorer)
        done += len(rows)
        if time.monotonic() - began > ROUND:
            sweeps.ring(SCORING)
            break
    return done + sum(len(bulk.done) for bulk in accept_by_rule(scorer.fingerprint))


def _score(rows: Sequence[Candidate], scorer: Scorer) -> None:
    marks: list[Mark] = []
    for row in rows:
        if not row.scored_with:
            marks += marks_of(row)
        _set(row, scorer.score(text_of(row)))
        row.scored_with = scorer.fingerprint
    with transaction.atomic():
        Mark.objects.bulk_create(marks, ignore_conflicts=True)
        Candidate.objects.bulk_update(rows, ["score", "reasons", "scored_with"], batch_size=100)


def _set(row: Candidate, found: Score) -> None:
    row.score = found.points
    row.reasons = [reason.as_json() for reason in found.reasons]


def accept_by_rule(fingerprint: str) -> list[Bulk]:
    """Accept what reached its source's threshold: one action a source and run, so that it can be
    taken back at once. What may be the same document as another entry is left to a person.
    """
    done = []
    for rule in AutoAccept.objects.filter(active=True).select_related("source", "kind"):
        rows = list(
            Candidate.objects.waiting()
            .filter(source=rule.source, score__gte=rule.threshold, scored_with=fingerprint)
            .exclude(title="")
            .exclude(items__action__kind=Action.Kind.RULE)  # taken back once: a person decides
            .select_related("source__body")
            .prefetch_related("source__topics")
            .order_by("pk")[:50]
        )
        paired = proposals([row.pk for row in rows])
        rows = [row for row in rows if row.pk not in paired]
        if rows:
            done.append(_accept(rule, rows))
    return done


def _accept(rule: AutoAccept, rows: Sequence[Candidate]) -> Bulk:
    said = f"{rule.threshold}/{relevance.MOST}"
    action = Action.objects.create(kind=Action.Kind.RULE, source=rule.source, note=said)
    return accept_many(
        candidates=rows,
        by=None,
        kind=rule.kind,
        action=action,
        note=lambda row: note_of_rule(row, rule.threshold),
    )


def note_of_rule(candidate: Candidate, threshold: int) -> str:
    """What the record says to editors of a decision that no person accepted, in two languages."""
    sentences = []
    for language in ("kk", "ru"):
        with override(language):
            sentences.append(
                gettext(
                    "Accepted by rule, not by a person: %(score)s points of 100, from "
                    "%(threshold)s on."
                )
                % {"score": candidate.score, "threshold": threshold}
            )
    return "\n".join(sentences)


def preview(rule: Rule, *, active: bool = True) -> list[tuple[Candidate, Score, Score]]:
    """What a rule, saved or not, would change over the newest entries; the greatest change first.

    Six queries however many entries.
    """
    rows = list(Candidate.objects.select_related("source").order_by("-pk")[:PREVIEW])
    now = rules_now()
    wanted = [*relevance.without(now, rule.id), *([rule] if active else [])]
    texts = {row.pk: text_of(row) for row in rows}
    found = relevance.changes(texts, Scorer(now), Scorer(wanted))
    by_id = {row.pk: row for row in rows}
    changed = [(by_id[pk], before, after) for pk, (before, after) in found.items()]
    return sorted(changed, key=lambda one: (-abs(one[2].points - one[1].points), -one[0].pk))


def in_words(rows: Iterable[Candidate]) -> dict[int, list[str]]:
    """The reasons of each entry as sentences in the active language. One query."""
    rows = list(rows)
    names = {
        rule.pk: rule.label
        for rule in TopicRule.objects.filter(
            pk__in={reason["rule"] for row in rows for reason in row.reasons}
        )
    }
    return {row.pk: [_sentence(one, names) for one in row.reasons] for row in rows}


def _sentence(reason: dict[str, Any], names: dict[int, str]) -> str:
    words = ", ".join(f"«{word}»" for word in reason["words"])
    where = {"title": gettext("in the title"), "text": gettext("in the text")}
    what = {
        relevance.PHRASE: gettext("says %(words)s"),
        relevance.AGAINST: gettext("speaks against: %(words)s"),
        relevance.BODY: gettext("comes from a watched body"),
        relevance.KIND: gettext("is a document of this kind: %(words)s"),
        relevance.CITATION: gettext("cites a watched act: %(words)s"),
    }[reason["ground"]] % {"words": words}
    place = where.get(reason["where"], "")
    rule = names.get(reason["rule"]) or gettext("a rule that is no more")
    points = f"{reason['points']:+d}".replace("-", "−")
    return f"{points} {rule}: {what} {place}".strip()
