"""What is offered while somebody types: titles, numbers, topics and words of the public record.

Never what other people typed. Titles are rows ordered by how they begin, and by how they go on from
each word inside, so a beginning is one range of an index whatever their number.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from monitoring.search import kinds
from monitoring.search.analysis import STOPWORDS, clean, fold
from monitoring.search.analysis.scripts import from_latin, from_layout
from monitoring.search.backends import get_backend
from monitoring.search.backends.base import EngineError, record_in, within
from monitoring.search.completion import completions
from monitoring.search.documents import SearchDocument
from monitoring.search.models import Build, Suggestion
from monitoring.search.plans import plan_of
from monitoring.search.query import Query
from monitoring.search.vocabularies import vocabulary_of

logger = logging.getLogger(__name__)

SHORTEST = 2
"""Letters from which on something is offered."""
LETTERS = 24
"""Letters of a beginning that are compared."""
MOST = 8
TITLES = 5
"""Of MOST at most so many titles and numbers, so that a topic or a word has room."""
WAIT = 0.3
"""Seconds for which somebody who types waits for an engine."""
HOLDERS = 3
"""Records with a word of which one must be public."""
INSIDE = 12
"""Words inside a title by which it is found."""
LOOKED = 40
"""Rows that are read for MOST that anybody may see and that differ."""
_NAMED = re.compile(r"[«“„\"]([^»”“\"]{4,})")
_PARTS = re.compile(r"[^\w№]+")
_PAST = "z" * 9
"""After every key that begins as another."""


class _LetterKeys(dict[int, str]):
    """For `str.translate`: no key begins another, so what begins alike has keys that do."""

    def __missing__(self, letter: int) -> str:
        one = chr(letter)
        self[letter] = (
            f"z{one}" if one.isascii() and one.isalnum() else f"y{min(letter, 65535):04x}"
        )
        return self[letter]


_LETTER_KEYS = _LetterKeys(
    {ord(one): chr(97 + at) for at, one in enumerate("абвгдежзиклмнопрстуфхшы")} | {ord(" "): "0"}
)


@dataclass(frozen=True)
class Offered:
    """One suggestion: its words, what it is («Заң», a topic; "" for a word), where it leads."""

    text: str
    about: str
    address: str = ""


def folded(text: str) -> str:
    """A title as it is compared: folded words parted by one space, without signs."""
    return " ".join(fold(part) for part in _PARTS.split(clean(text)) if part.strip("_"))


def key_of(beginning: str, *, inside: bool = False) -> str:
    """Folded letters as a row's key, of small Latin letters and digits: databases order it alike.

    A letter of the skeleton is one of a to w. Titles by what is `inside` stand apart from those by
    how they begin, of which there are fewer.
    """
    return ("w" if inside else "s") + beginning[:LETTERS].translate(_LETTER_KEYS)


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
        for inner in _inside(folded(text.title)):
            yield Suggestion(
                kind=document.kind,
                record_id=document.id,
                language=language,
                key=key_of(inner, inside=True),
            )
    for number in dict.fromkeys(document.numbers):
        yield Suggestion(
            kind=document.kind,
            record_id=document.id,
            key=key_of(folded(number)),
            text=number[:160],
        )


def _inside(title: str) -> list[str]:
    """How a folded title goes on from each word that says something, but the first."""
    starts = [at + 1 for at, one in enumerate(title) if one == " "]
    told = [title[at:] for at in starts]
    telling = [one for one in told if len(one) > 2 and one.partition(" ")[0] not in STOPWORDS]
    return list(dict.fromkeys(telling))[:INSIDE]


def suggest(typed: str, language: str) -> list[Offered]:
    """Up to MOST suggestions for what was typed so far: numbers and titles, topics, words.

    At most five queries of its own, and three of each kind of what it offers.
    """
    begun = folded(typed[:200])
    if len(begun) < SHORTEST:
        return []
    found = [
        *_titles(begun, typed[:200], language),
        *_topics(begun, language),
        *_words(typed, language),
    ]
    offered: dict[str, Offered] = {}
    for one in found:
        offered.setdefault(folded(one.text), one)
    return list(offered.values())[:MOST]


def _titles(begun: str, typed: str, language: str) -> list[Offered]:
    """Titles in the reader's language and numbers, as anybody may see them now."""
    rows = _beginning(begun, language)
    if not rows and begun.isascii():
        # Kazakh in Latin letters, or on the wrong layout; what is unlike both stays empty.
        for read in (from_latin(begun), from_layout(typed.lower())):
            if not rows and len(again := folded(read)) >= SHORTEST:
                rows = _beginning(again, language)
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
        Offered(row.text or hit.title, labels[row.kind] if row.language else hit.title, hit.address)
        for row in rows
        if (hit := hits.get((row.kind, row.record_id)))
    ]


def _beginning(begun: str, language: str) -> list[Suggestion]:
    """Numbers, titles that begin so, then those with a word inside that does."""
    seen: dict[tuple[str, int], Suggestion] = {}
    for code, inside in (("", False), (language, False), (language, True)):
        key = key_of(begun, inside=inside)
        asked = Suggestion.objects.filter(language=code, key__gte=key, key__lt=key + _PAST)
        for row in asked.order_by("key", "pk")[:LOOKED] if len(seen) < TITLES else ():
            seen.setdefault((row.kind, row.record_id), row)
    return list(seen.values())[:TITLES]


def _topics(begun: str, language: str) -> list[Offered]:
    names = kinds.value_labels("topic", list(kinds.value_names("topic")), language)
    title = kinds.facet_title("topic")
    return [Offered(name, title) for name in names.values() if f" {begun}" in f" {folded(name)}"]


def _words(typed: str, language: str) -> list[Offered]:
    """The query with its last word completed, by words that a record holds which anybody may see.

    The vocabulary alone does not decide: it also counts what was withdrawn since.
    """
    build = Build.objects.filter(state=Build.State.CURRENT).first()
    head, last = re.fullmatch(r"(?s)(.*?)([^\W\d_]*)", typed[:200]).groups()  # type: ignore[union-attr]  # it matches any text
    if build is None or len(last) < SHORTEST:
        return []
    words = completions(last, vocabulary_of(build), 4)
    return [Offered(f"{head}{one}", "") for one in _held(words, build.name)]


def _held(words: Sequence[str], build: str) -> list[str]:
    """Those of some words that stand in a record anybody may see; none where no engine says so."""
    found: dict[str, list[tuple[str, int]]] = {}
    try:
        with within(WAIT):
            for word in words:
                plan = plan_of(Query(word, sort="date"))
                hits = get_backend().search(build, plan, offset=0, limit=HOLDERS, facets=False).hits
                found[word] = [record for hit in hits if (record := record_in(hit.key))]
    except EngineError as error:
        logger.info("the engine does not say which words records hold: %s", error)
    by_kind: dict[str, set[int]] = {}
    for name, pk in (record for records in found.values() for record in records):
        by_kind.setdefault(name, set()).add(pk)
    seen = {
        (name, pk)
        for name, ids in by_kind.items()
        if (kind := kinds.get(name))
        for pk in kind.visible(ids)
    }
    return [word for word, records in found.items() if not seen.isdisjoint(records)]
