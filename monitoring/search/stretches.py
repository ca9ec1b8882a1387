"""Long texts in stretches, for excerpts: an engine keeps only the beginning of a text.

A stretch is some thousand letters of a text in whole lines. What stems it has is kept beside it in
one letter each, so that of a thousand stretches the best is found without reading them, and only
that one is cut and marked.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q

from monitoring.search.analysis import VERSION, Concepts, analyse
from monitoring.search.documents import MOST, SearchDocument, Text
from monitoring.search.models import Stretch
from monitoring.search.plans import Leaf, Plan

SIZE = 4_000
"""Letters of a stretch, about."""
TIMES = 9
"""How often a stem of a stretch is counted."""
_FIRST, _LETTERS = 0x100, 0xD000
RECIPE = "1"
"""Grows when stretches are cut otherwise."""

Record = tuple[str, int]


@dataclass(frozen=True)
class Part:
    """A stretch as it is shown: its lines, and of its provisions anchor and label by line."""

    text: str
    marks: Mapping[int, tuple[str, str]]

    def mark(self, line: str) -> tuple[str, str]:
        """Anchor and label of a line; empty if it is no provision."""
        lines = self.text.split("\n")
        return self.marks.get(lines.index(line), ("", "")) if line in lines else ("", "")


def write_stretches(
    documents: Iterable[SearchDocument], removed: Mapping[str, Sequence[int]], concepts: Concepts
) -> None:
    """Bring the stretches of these records up to date; what did not change is not cut again."""
    kept = {}
    for kind, ids in removed.items():
        rows = Stretch.objects.filter(kind=kind, record_id__in=ids)
        for one, language, digest in rows.values_list("record_id", "language", "digest").distinct():
            kept[kind, one, language] = digest
    for document in documents:
        for language, text in document.texts.items():
            if not text.is_long:
                continue
            digest = _digest(text, concepts)
            key = (document.kind, document.id, language)
            if kept.pop(key, "") == digest:
                continue
            Stretch.objects.filter(kind=key[0], record_id=key[1], language=language).delete()
            Stretch.objects.bulk_create(
                (
                    Stretch(
                        kind=document.kind,
                        record_id=document.id,
                        language=language,
                        digest=digest,
                        words=_letters(lines, language, concepts).encode("utf-16-le"),
                        data=_packed(lines, marks),
                    )
                    for lines, marks in cut(text)
                ),
                batch_size=200,
            )
    for kind, one, language in kept:
        Stretch.objects.filter(kind=kind, record_id=one, language=language).delete()


def _digest(text: Text, concepts: Concepts) -> str:
    said = hashlib.sha256(f"{RECIPE}\x1f{VERSION}\x1f{sorted(concepts.names)}".encode())
    said.update(repr(text.marks).encode())
    said.update(text.body.encode("utf-8", "replace"))
    return said.hexdigest()[:32]


def cut(text: Text) -> Iterator[tuple[list[str], dict[int, tuple[str, str]]]]:
    """The stretches of a text: lines, and the marks of those that are provisions.

    A line longer than a stretch is cut at spaces; each part of it is the same provision.
    """
    named = {line: (anchor, label) for line, anchor, label in text.marks}
    lines: list[str] = []
    marks: dict[int, tuple[str, str]] = {}
    size = 0
    for number, line in enumerate(text.body[:MOST].split("\n")):
        for part in _shorter(line):
            if lines and size + len(part) > SIZE:
                yield lines, marks
                lines, marks, size = [], {}, 0
            if number in named:
                marks[len(lines)] = named[number]
            lines.append(part)
            size += len(part) + 1
    if lines:
        yield lines, marks


def _shorter(line: str) -> Iterator[str]:
    while len(line) > SIZE:
        space = line.rfind(" ", SIZE // 2, SIZE)
        end = space if space != -1 else SIZE
        yield line[:end]
        line = line[end:].lstrip()
    yield line


def _letters(lines: Sequence[str], language: str, concepts: Concepts) -> str:
    """The stems of a stretch in one letter each, as often as they stand there."""
    counts = Counter(
        _letter(token) for _, token in analyse("\n".join(lines), language, concepts).stems
    )
    return "".join(letter * min(times, TIMES) for letter, times in sorted(counts.items()))


def _letter(token: str) -> str:
    return chr(_FIRST + zlib.crc32(token.encode("utf-8", "replace")) % _LETTERS)


def _packed(lines: Sequence[str], marks: Mapping[int, tuple[str, str]]) -> bytes:
    said = json.dumps(["\n".join(lines), marks], ensure_ascii=False)
    return zlib.compress(said.encode("utf-8", "replace"))


def best_stretches(records: Iterable[Record], plan: Plan) -> dict[Record, dict[str, Part]]:
    """Of each long text of these records the stretch that holds most of what a plan looks for.

    Languages whose texts are not long, or hold none of it, are left out. Two queries, none without
    records.
    """
    by_kind: dict[str, list[int]] = defaultdict(list)
    for name, one in records:
        by_kind[name].append(one)
    if not by_kind or not plan.has_words:
        return {}
    asked = Q()
    for name, ids in by_kind.items():
        asked |= Q(kind=name, record_id__in=ids)
    leaves = [_Leaf.of(leaf) for leaf in (*plan.required, *plan.optional)]
    best: dict[tuple[str, int, str], tuple[tuple[int, int], int]] = {}
    rows = Stretch.objects.filter(asked).order_by("pk")
    for pk, name, one, language, words in rows.values_list(
        "pk", "kind", "record_id", "language", "words"
    ):
        held = bytes(words).decode("utf-16-le")
        counts = [leaf.count(held) for leaf in leaves]
        worth = (sum(map(bool, counts)), sum(counts))
        key = (name, one, language)
        if worth[0] and (key not in best or worth > best[key][0]):
            best[key] = worth, pk
    data = dict(
        Stretch.objects.filter(pk__in=[pk for _, pk in best.values()]).values_list("pk", "data")
    )
    found: dict[Record, dict[str, Part]] = defaultdict(dict)
    for (name, one, language), (_, pk) in best.items():
        if pk in data:
            text, marks = json.loads(zlib.decompress(bytes(data[pk])))
            named = {int(line): (anchor, label) for line, (anchor, label) in marks.items()}
            found[name, one][language] = Part(text, named)
    return found


@dataclass(frozen=True)
class _Leaf:
    """A leaf of a plan in letters: each of its runs."""

    runs: tuple[str, ...]

    @classmethod
    def of(cls, leaf: Leaf) -> _Leaf:
        return cls(tuple("".join(_letter(token) for _, token in run) for run in leaf.runs))

    def count(self, held: str) -> int:
        """How often a stretch may hold it: the rarest letter of a run says."""
        return max(min(held.count(letter) for letter in run) for run in self.runs)
