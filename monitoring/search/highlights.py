"""Marks what was found in a text, and cuts the part worth reading; works from stored text."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from html import escape

from django.utils.safestring import SafeString, mark_safe

from monitoring.search.analysis import Analysis, Concepts, analyse, clean
from monitoring.search.analysis.words import standing
from monitoring.search.plans import Leaf, Plan

WIDTH = 240
"""Letters of an excerpt, about."""
READ = 40_000
"""Letters of a text that are looked through for the best part."""

Span = tuple[int, int]


def found_in(
    texts: Mapping[str, Sequence[str]], plan: Plan, concepts: Concepts, language: str
) -> tuple[str, SafeString, str]:
    """The language in which a record was found, a marked excerpt of its body, and the line of the
    body in which the best of it stands ("" if the body does not hold the words).

    The reader's language is looked at first, else the one that holds most of the words. A language
    whose title alone holds the words gives the beginning of its body. Nothing found (a filter alone
    brought the record): the reader's language, or the first there is.
    """
    order = sorted(texts, key=lambda one: (one != language, list(texts).index(one)))
    best: tuple[int, str, SafeString, str] | None = None
    for one in order:
        title, raw = (part[:READ] for part in (*texts[one], "")[:2])
        body = clean(raw)
        in_title, has_title = _found(clean(title), one, plan, concepts)
        in_body, has_body = _found(body, one, plan, concepts)
        if not in_title and not in_body:
            continue
        words = len(has_title | has_body)
        if best is None or words > best[0]:
            line = _line(raw, _densest(in_body)) if in_body else ""
            best = words, one, excerpt(body, in_body), line
        if one == language:
            break
    if best is not None:
        return best[1:]
    first = order[0] if order else language
    return first, excerpt(clean((*texts.get(first, ("", "")), "")[1][:READ]), []), ""


def _found(
    text: str, language: str, plan: Plan, concepts: Concepts
) -> tuple[list[Span], frozenset[str]]:
    """What stands where, and which words of the query a text holds itself, not as a term."""
    tokens = plan.tokens
    leaves = (*plan.required, *plan.optional)
    if any(len(run) > 1 for leaf in leaves for run in leaf.runs) or any(
        token.startswith("=") for token in tokens
    ):
        made = analyse(text, language, concepts)
        held = (tokens.intersection(word.stems) for word in made.words)
        return spans(made, plan), frozenset().union(*held)
    met = list(standing(text, language, tokens))  # ten texts a page: nothing more than needed
    spread = _merged([(start, end) for start, end, _ in met])
    return spread, frozenset().union(*(own for _, _, own in met))


def _line(raw: str, at: int) -> str:
    """The line of an uncleaned text whose cleaned letters hold a place; cleaning joins lines."""
    if "\n" not in raw:
        return raw
    end = -1
    for line in raw.split("\n"):
        end += len(clean(line)) + 1
        if at < end:
            return line
    return ""


def marked(text: str, language: str, plan: Plan, concepts: Concepts) -> SafeString:
    """A whole short text, such as a title, with the found words marked."""
    text = clean(text)
    return _html(text, spans(analyse(text, language, concepts), plan), 0, len(text))


def spans(analysis: Analysis, plan: Plan) -> list[Span]:
    """Where the words and terms that a plan looks for stand, without overlaps, in order."""
    leaves = (*plan.required, *plan.optional)
    tokens = {run[0][1] for leaf in leaves for run in leaf.runs if len(run) == 1}
    found = [(word.start, word.end) for word in analysis.words if not tokens.isdisjoint(word.stems)]
    for term in analysis.terms:
        if term.token in tokens:
            row = analysis.words
            found.append((row[term.first].start, row[term.last - 1].end))
    for leaf in leaves:
        found += _rows(analysis, leaf)
    return _merged(sorted(found))


def _rows(analysis: Analysis, leaf: Leaf) -> list[Span]:
    row = analysis.words
    found = []
    for run in leaf.runs:
        if len(run) < 2:
            continue
        for index in range(len(row) - len(run) + 1):
            part = row[index : index + len(run)]
            if all(token in word.stems for word, (_, token) in zip(part, run, strict=True)):
                found.append((part[0].start, part[-1].end))
    return found


def _merged(found: list[Span]) -> list[Span]:
    kept: list[Span] = []
    for start, end in found:
        if kept and start <= kept[-1][1]:
            kept[-1] = (kept[-1][0], max(end, kept[-1][1]))
        else:
            kept.append((start, end))
    return kept


def excerpt(text: str, found: Sequence[Span]) -> SafeString:
    """The stretch of about WIDTH letters that holds the most of what was found."""
    if not text:
        return mark_safe("")
    start = 0
    if found:
        start = max(_densest(found) - 40, 0)
    if start:
        space = text.find(" ", start, start + 30)
        start = space + 1 if space != -1 else start
    end = min(start + WIDTH, len(text))
    if end < len(text):
        space = text.rfind(" ", start + WIDTH // 2, end)
        end = space if space != -1 else end
    before, after = "… " if start else "", " …" if end < len(text) else ""
    return mark_safe(f"{before}{_html(text, found, start, end)}{after}")


def _densest(found: Sequence[Span]) -> int:
    """Where the stretch of WIDTH letters begins that holds the most of what was found."""
    ends = [end for _, end in found]  # these ascend, as the starts do
    inside = [bisect_left(ends, one + WIDTH) - index for index, (one, _) in enumerate(found)]
    return found[inside.index(max(inside))][0]


def _html(text: str, found: Sequence[Span], start: int, end: int) -> SafeString:
    parts: list[str] = []
    at = start
    for span_start, span_end in found:
        if span_end <= start or span_start >= end:
            continue
        first, last = max(span_start, at), min(span_end, end)
        parts += [escape(text[at:first]), "<mark>", escape(text[first:last]), "</mark>"]
        at = last
    parts.append(escape(text[at:end]))
    return mark_safe(re.sub(r"\s+", " ", "".join(parts)))
