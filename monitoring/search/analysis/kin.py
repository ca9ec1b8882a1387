"""Other writings of a name: «Құнанбаев» and «Құнанбайұлы», «Хан Тәңірі» and «Хантәңірі».

Only writings that the documents hold are given, so no query grows by words that nobody wrote.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from monitoring.search.analysis import kazakh
from monitoring.search.analysis.vocabulary import Vocabulary
from monitoring.search.analysis.words import Word

_FAMILY = re.compile(r"(.{3,}?)(ов|ев|ова|ева|улы|кызы)(?:тын|тин|нын)?")
_SHORTEST = 3
"""Letters of a part of a joined name."""


def widened(row: Sequence[Word], vocabulary: Vocabulary) -> list[Word]:
    """The words of a query, each with the stems of its other writings after its own."""
    stems = [list(word.stems) for word in row]
    for index, word in enumerate(row):
        if word.is_number:
            continue
        stems[index] += _family(word.stems[0], vocabulary)
        joined = _joined(row, index, vocabulary)
        if joined:
            stems[index].append(joined)
            stems[index + 1].append(joined)
    return [
        word._replace(stems=tuple(dict.fromkeys(own))) for word, own in zip(row, stems, strict=True)
    ]


def _family(stem: str, vocabulary: Vocabulary) -> list[str]:
    """Family names and patronymics of the same forefather, and his own name."""
    found = _FAMILY.fullmatch(stem)
    if not found:
        return []
    base = found[1]
    bases = [base, base + "и"] if found[2] in {"ев", "ева"} else [base]
    bases += [base[:-1]] if base.endswith("и") else []
    ends = ("ов", "ев", "улы", "кызы", "")
    made = (one + end for one in bases for end in ends)
    return [one for one in made if one != stem and one in vocabulary.by_stem]


def _joined(row: Sequence[Word], index: int, vocabulary: Vocabulary) -> str:
    """The stem of a word and the next one written as one; empty if no document does so."""
    pair = row[index : index + 2]
    if len(pair) < 2 or pair[1].is_number or pair[1].position != pair[0].position + 1:
        return ""
    if min(len(word.exact) for word in pair) < _SHORTEST:
        return ""
    joined = kazakh.stem(pair[0].exact + pair[1].exact)
    return joined if joined in vocabulary.by_stem else ""
