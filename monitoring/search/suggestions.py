"""What is offered while somebody types: titles, numbers, topics and words of the public record.

Never what other people typed. Titles and numbers are rows ordered by how they begin, so a
beginning is one range of an index whatever their number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q

from monitoring.search import kinds
from monitoring.search.analysis import clean, fold
from monitoring.search.analysis.scripts import from_latin
from monitoring.search.completion import completions
from monitoring.search.documents import SearchDocument
from monitoring.search.models import Build, Suggestion
from monitoring.search.vocabularies import vocabulary_of

SHORTEST = 2
"""Letters from which on something is offered."""
LETTERS = 24
"""Letters of a beginning that are compared."""
MOST = 8
TITLES = 5
"""Of MOST at most so many titles and numbers, so that a topic or a word has room."""
LOOKED = 40
"""Rows that are read for MOST that anybody may see and that differ."""
_NAMED = re.compile(r"[«“„\"]([^»”“\"]{4,})")
_PARTS = re.compile(r"[^\w№]+")


@dataclass(frozen=True)
class Offered:
    """One suggestion: its words, what it is («Заң», a topic; "" for a word), where it leads."""

    text: str
    about: str
    address: str = ""


def folded(text: str) -> str:
    """A title as it is compared: folded words parted by one space, without signs."""
    return " ".join(fold(part) for part in _PARTS.split(clean(text)) if part.strip("_"))


def key_of(beginning: str) -> str:
    """Folded letters as a row's key: four digits a letter, which every database orders alike."""
    return beginning[:LETTERS].encode("utf-16-be", "surrogatepass").hex()


def write_suggestions(
    documents: Iterable[SearchDocument], removed: Mapping[str, Sequence[int]]
) -> None:
    """Write the rows of documents anew, after taking out those of the records named by kind."""
    for kind, ids in removed.items():
        Suggestion.objects.filter(kind=kind, record_id__in=ids).delete()
    Suggestion.objects.bulk_create(
        (row for document in documents for row in _rows(document)), batch_size=1_000
    )


def _rows(document: SearchDocument) -> Iterable[Suggestion]:
    for language, text in document.texts.items():
        named = _NAMED.search(text.title)
        begins = dict.fromkeys([folded(text.title), folded(named[1]) if named else ""])
        for begin in filter(None, begins):
            yield Suggestion(
                kind=document.kind,
                record_id=document.id,
                language=language,
                key=key_of(begin),
                text=text.title[:160],
            )
    for number in dict.fromkeys(document.numbers):
        yield Suggestion(
            kind=document.kind,
            record_id=document.id,
            key=key_of(folded(number)),
            text=number[:160],
        )


def suggest(typed: str, language: str) -> list[Offered]:
    """Up to MOST suggestions for what was typed so far: numbers and titles, topics, words.

    At most three queries of its own, and two of each kind of what it offers.
    """
    begun = folded(typed[:200])
    if len(begun) < SHORTEST:
        return []
    found = [*_titles(begun, language), *_topics(begun, language), *_words(typed, language)]
    offered: dict[str, Offered] = {}
    for one in found:
        offered.setdefault(folded(one.text), one)
    return list(offered.values())[:MOST]


def _titles(begun: str, language: str) -> list[Offered]:
    """Titles in the reader's language and numbers, as anybody may see them now."""
    rows = _beginning(begun, language)
    if not rows and begun.isascii() and (read := from_latin(begun)):
        rows = _beginning(fold(read), language)
    by_kind: dict[str, set[int]] = {}
    for row in rows:
        by_kind.setdefault(row.kind, set()).add(row.record_id)
    hits = {}
    for name, ids in by_kind.items():
        if kind := kinds.get(name):
            allowed = sorted(kind.visible(ids) & ids)
            described = kind.hits(allowed, language).items() if allowed else ()
            hits.update({(name, pk): hit for pk, hit in described})
    labels = kinds.value_labels("kind", list(by_kind), language) if by_kind else {}
    return [
        Offered(row.text, labels[row.kind] if row.language else hit.title, hit.address)
        for row in rows
        if (hit := hits.get((row.kind, row.record_id)))
    ]


def _beginning(begun: str, language: str) -> list[Suggestion]:
    key = key_of(begun)
    asked = Q(key__gte=key, key__lt=key + "g")
    rows = [
        row
        for code in ("", language)
        for row in Suggestion.objects.filter(asked, language=code).order_by("key", "pk")[:LOOKED]
    ]
    seen: dict[tuple[str, int], Suggestion] = {}
    for row in rows:
        seen.setdefault((row.kind, row.record_id), row)
    return list(seen.values())[:TITLES]


def _topics(begun: str, language: str) -> list[Offered]:
    names = kinds.value_labels("topic", list(kinds.value_names("topic")), language)
    title = kinds.facet_title("topic")
    return [Offered(name, title) for name in names.values() if f" {begun}" in f" {folded(name)}"]


def _words(typed: str, language: str) -> list[Offered]:
    """The query with its last word completed."""
    build = Build.objects.filter(state=Build.State.CURRENT).first()
    head, last = re.fullmatch(r"(?s)(.*?)([^\W\d_]*)", typed[:200]).groups()  # type: ignore[union-attr]  # it matches any text
    if build is None or len(last) < SHORTEST:
        return []
    return [Offered(f"{head}{one}", "") for one in completions(last, vocabulary_of(build), 4)]
