"""How large a part of the documents has a token: what the matcher chooses its entries by. Pure.

Read from the vocabulary of the index, which counts words as written. Estimates: they decide how
many queries are looked at, never which are found.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from monitoring.search.analysis import Concepts, Vocabulary, clean
from monitoring.search.analysis.words import of_document, words

LANGUAGES = ("kk", "ru")
FACET_SHARES: Mapping[str, float] = {
    "kind": 0.5,
    "lang": 0.7,
    "status": 0.5,
    "number": 0.0001,
    "decision": 0.0001,
}
"""Part of the documents that has one value of a facet; of others FACET_SHARE."""
FACET_SHARE = 0.08


def token_shares(vocabulary: Vocabulary, concepts: Concepts) -> dict[str, float]:
    """Token of `Streams.stems` to the part of the documents (0 to 1) that has it, about.

    Occurrences stand for documents, so frequent words count as in all of them. About 10 µs a word
    of the vocabulary. Tokens of no known word are left out.
    """
    if not vocabulary:
        return {}
    counts: dict[str, int] = defaultdict(int)
    for word, count in vocabulary.counts.items():
        stems = {stem for code in LANGUAGES for stem in of_document(word, code)[1]}
        for stem in stems:
            counts[stem] += count
    for concept in concepts.concepts:
        for language, terms in concept.terms.items():
            for term in terms:
                row = [
                    max((counts.get(stem, 0) for stem in word.stems), default=0)
                    for word in words(clean(term), language)
                ]
                counts[concept.token] += min(row, default=0)
    return {token: min(1.0, count / vocabulary.documents) for token, count in counts.items()}


def facet_share(name: str, values: int) -> float:
    """About the part of the documents that has one of so many values of a facet."""
    return min(1.0, FACET_SHARES.get(name, FACET_SHARE) * values)
