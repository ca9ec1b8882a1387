"""The tokeniser, the language of each word and its stems."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

import snowballstemmer

from monitoring.search.analysis import kazakh, scripts
from monitoring.search.analysis.grams import gram_letters
from monitoring.search.analysis.normalise import KAZAKH, fold, plain

_CODE = r"[A-Za-zА-Яа-я]{1,3}\d{2}[A-Za-zА-Яа-я]{0,3}\d{3,}"
_NUMBER = r"\d+(?:[-/.]\d+)*(?:-(?:[IVXLCІХ]{1,7}|[ivxіх]{1,7})(?![^\W_]))?"
_WORD = r"[^\W\d_]+(?:['’ʼ`][^\W\d_]+)*|[^\W_]+"
_TOKEN = re.compile(f"(?P<code>{_CODE})|(?P<number>{_NUMBER})|(?P<word>{_WORD})")
_CHUNK = re.compile(r"\w+(?:[-/.'’`]\w+)*")
_SENTENCE_END = re.compile(r"[.!?…;]\s+")
_ROMAN = str.maketrans("іхсм", "ixcm")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
MAX_WORD = 60
"""Letters of a word that count; what is longer is no word of any language."""
MAX_TOKEN = 80
"""Letters of a token: some letters fold to two."""
MAX_PIECES = 60_000
"""Pieces of text that are remembered of each language, about 40 MB, and none longer than this:"""
MAX_PIECE = 100

_RUSSIAN_LETTERS = frozenset("щъ")
_RUSSIAN_ENDS = (
    "ого", "его", "ому", "ему", "ыми", "ое", "ее", "ые", "ый", "ий",
    "ых", "их", "ость", "ение", "ения", "ению", "ением", "ации", "ацию", "ацией",
    "ться", "ется", "ов", "ях", "ами", "ями",
)  # fmt: skip


class Word(NamedTuple):
    """One word of a text: where it stands, and under which tokens it is found.

    `position` counts words; a sentence's end leaves a gap in documents. `exact` is the folded word;
    `stems` the tokens of the index, the surest first; `terms` what terms of concepts are compared
    by (as the stems, but English loses no more than its plural).
    """

    start: int
    end: int
    position: int
    exact: str
    stems: tuple[str, ...]
    terms: tuple[str, ...]
    is_number: bool = False


def _stopwords() -> frozenset[str]:
    path = Path(__file__).parent / "data" / "stopwords.txt"
    lines = path.read_text(encoding="utf-8").splitlines()
    return frozenset(fold(word) for line in lines for word in line.partition("#")[0].split())


STOPWORDS = _stopwords()
"""Folded words that carry no meaning of their own in any of the three languages."""


def words(text: str, language: str, *, query: bool = False) -> Iterator[Word]:
    """The words of a cleaned text in their order.

    `language` is that of the field. A query's words may be of any language and script, so each
    carries every stem that it may have.
    """
    position = -1
    last_end = 0
    for start, end, raw, is_word in _tokens(text):
        position += 1
        if not query and position and _ends(text[last_end:start], text[start]):
            position += 1
        last_end = end
        if is_word:
            exact, stems, terms = of_query(raw) if query else of_document(raw, language)
            yield Word(start, end, position, exact, stems, terms)
        else:
            number = number_token(raw)
            parts = () if query else _parts(number)
            yield Word(start, end, position, number, (number, *parts), (number,), True)


def exact_token(exact: str, stem: str) -> str:
    """The token of a folded word that is found under a stem.

    The stem is said too, so that whatever has such a token has its stem as well: what only orders
    then never finds by itself, and an engine need not ask for both.
    """
    return f"{exact}/{stem}"


class Known(NamedTuple):
    """What a word of a document is, wherever it stands; the first three as in `Word`.

    `together`: see `exact_token`; `spelled`: in lower case, empty for a number; `grams` as
    `gram_letters` writes them.
    """

    exact: str
    stems: tuple[str, ...]
    terms: tuple[str, ...]
    together: str
    spelled: str
    grams: str


class _Piece(NamedTuple):
    """A part of a text between two spaces: mostly one word with what clings to it.

    `words` with the gaps in front of each; `head` and `tail` stand before the first and after the
    last word, `first` is the first letter of the first.
    """

    words: tuple[Known, ...]
    steps: tuple[int, ...]
    head: str
    first: str
    tail: str
    stems: frozenset[str]


class _Pieces(dict[str, _Piece]):
    """Pieces of texts of one language, taken apart once each: most come again and again."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self.language = language
        self.stems = _Stems(self)

    def __missing__(self, raw: str) -> _Piece:
        row = list(words(raw, self.language))
        made = tuple(
            Known(
                word.exact,
                word.stems,
                word.terms,
                exact_token(word.exact, word.stems[0]),
                "" if word.is_number else plain(raw[word.start : word.end]),
                gram_letters(word.exact),
            )
            for word in row
        )
        steps = tuple(
            word.position - (row[at - 1].position if at else -1) for at, word in enumerate(row)
        )
        piece = _Piece(
            made,
            steps,
            raw[: row[0].start] if row else raw,
            raw[row[0].start] if row else "",
            raw[row[-1].end :] if row else "",
            frozenset(stem for word in row for stem in word.stems),
        )
        if len(raw) <= MAX_PIECE:
            if len(self) >= MAX_PIECES:
                self.clear()
                self.stems.clear()
            self[raw] = piece
        return piece


class _Stems(dict[str, frozenset[str]]):
    """The stems of each piece alone: who looks for a few in a text touches nothing else."""

    def __init__(self, pieces: _Pieces) -> None:
        super().__init__()
        self.pieces = pieces

    def __missing__(self, raw: str) -> frozenset[str]:
        stems = self.pieces[raw].stems
        if raw in self.pieces:
            self[raw] = stems
        return stems


_pieces = lru_cache(maxsize=8)(_Pieces)


def read(text: str, language: str) -> tuple[list[int], list[Known]]:
    """Positions and words of a document's cleaned text: as `words`, many times faster.

    Where they stand in the text is not said.
    """
    pieces = _pieces(language)
    positions: list[int] = []
    row: list[Known] = []
    at = -1
    between = ""
    for raw in text.split(" "):
        found, steps, head, first, tail, _ = pieces[raw]
        if not found:
            between = f"{between} {head}"
            continue
        # What stands between two words ends a sentence or not; a space alone never does.
        if (between or head) and row and _ends(f"{between} {head}", first):
            at += 1
        between = tail
        if len(found) == 1:
            at += 1
            positions.append(at)
            row.append(found[0])
            continue
        for step, word in zip(steps, found, strict=True):
            at += step
            positions.append(at)
            row.append(word)
    return positions, row


def standing(
    text: str, language: str, tokens: frozenset[str]
) -> Iterator[tuple[int, int, frozenset[str]]]:
    """Start, end and the wanted tokens of each word that has any of them.

    As `words` would say, but for a text of which only a few words matter.
    """
    parts = text.split(" ")
    pieces = _pieces(language)
    free = tokens.isdisjoint
    stems = map(pieces.stems.__getitem__, parts)
    met = [at for at, none in enumerate(map(free, stems)) if not none]
    if not met:
        return
    ends = list(accumulate(map(len, parts)))
    for at in met:
        raw = parts[at]
        start = ends[at] - len(raw) + at  # so many spaces stand before it
        piece = pieces[raw]
        if len(piece.words) == 1:
            end = start + len(raw) - len(piece.tail)
            yield start + len(piece.head), end, tokens & piece.stems
            continue
        for word in words(raw, language):
            if not free(word.stems):
                yield start + word.start, start + word.end, tokens.intersection(word.stems)


def _tokens(text: str) -> Iterator[tuple[int, int, str, bool]]:
    """Start, end, letters (at most MAX_WORD) of each token, and whether it is a word."""
    for chunk in _CHUNK.finditer(text):
        raw = chunk.group()
        if raw.isalpha():  # nine of ten, and many times faster than the whole pattern
            yield *chunk.span(), raw[:MAX_WORD], True
            continue
        for found in _TOKEN.finditer(text, *chunk.span()):
            yield *found.span(), found.group()[:MAX_WORD], found.lastgroup == "word"


def _ends(between: str, first: str) -> bool:
    """Whether a sentence ends between two words; the dot of «а. о.» ends none.

    `first` is the letter that follows.
    """
    if between == " ":
        return False
    return "\n" in between or (first.isupper() and bool(_SENTENCE_END.search(between)))


def number_token(raw: str) -> str:
    """An act's number or code as it is compared: lower case, Latin letters («148-ІІ» = 148-ii)."""
    return raw.lower().translate(scripts.CODE_LETTERS)


def _parts(number: str) -> tuple[str, ...]:
    """What else a number in a document is found by: «148-II» by 148."""
    head = re.match(r"\d+(?=[-/])", number)
    return (head[0],) if head else ()


@lru_cache(maxsize=100_000)
def of_document(raw: str, language: str) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """Folded word, stems and term keys of a word in a text of a known language."""
    word = plain(raw)
    exact = (fold(word) or word)[:MAX_TOKEN]
    if not _CYRILLIC.search(word):
        return exact, (_english_stem(exact),), (_singular(exact),)
    kazakh_word = language == "kk" or not KAZAKH.isdisjoint(word)
    stem = (kazakh.stem(exact) if kazakh_word else _russian_stem(word))[:MAX_TOKEN]
    return exact, (stem,), (stem,)


@lru_cache(maxsize=50_000)
def of_query(raw: str) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """Folded word with every stem it may have, since a query names no language."""
    word = plain(raw)
    exact = (fold(word) or word)[:MAX_TOKEN]
    if not _CYRILLIC.search(word):
        stems = [_english_stem(exact)]
        terms = [_singular(exact)]
        cyrillic = scripts.from_latin(word)
        if cyrillic:
            stems.append(kazakh.stem(cyrillic))
            terms.append(stems[-1])
        return exact, _unique(stems), _unique(terms)
    if not KAZAKH.isdisjoint(word) or kazakh.is_misspelt_word(exact):
        stems = [kazakh.stem(exact)]
    elif not _RUSSIAN_LETTERS.isdisjoint(word) or word.endswith(_RUSSIAN_ENDS):
        stems = [_russian_stem(word)]
    else:
        stems = [kazakh.stem(exact), _russian_stem(word)]
    return exact, _unique(stems), _unique(stems)


def _unique(many: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one[:MAX_TOKEN] for one in many if one))


_RUSSIAN_NOUN_ENDS = (
    "ями", "ами", "ов", "ев", "ей", "ом", "ем", "ам", "ям", "ах", "ях", "а", "я", "у", "ю", "е",
    "ы", "и", "й", "",
)  # fmt: skip


@lru_cache(maxsize=1)
def _russian_nouns() -> dict[str, str]:
    """Every form of the nouns that Snowball misreads, with their stem."""
    lines = (Path(__file__).parent / "data" / "russian_words.txt").read_text(encoding="utf-8")
    forms = {}
    for line in lines.splitlines():
        stem, *bases = line.partition("#")[0].split() or [""]
        forms.update({base + end: stem for base in bases for end in _RUSSIAN_NOUN_ENDS})
    return forms


def _snowball(language: str, word: str) -> str:
    # A stemmer holds the word it works on: two threads that shared one got each other's letters.
    # To make one costs nothing beside the work.
    return str(snowballstemmer.stemmer(language).stemWord(word))


@lru_cache(maxsize=100_000)
def _russian_stem(word: str) -> str:
    """Snowball's stem, taken until it stays: its first answer differs between forms of one word."""
    word = word.replace("ё", "е")
    known = _russian_nouns().get(word)
    while known is None:
        shorter = _snowball("russian", word)
        if shorter == word or len(shorter) < 3:
            known = word
        word = shorter
    return fold(known) or known


def _english_stem(word: str) -> str:
    return _snowball("english", word) or word


def _singular(word: str) -> str:
    """An English word without plural and possessive; enough to know a term again."""
    word = re.sub(r"['’ʼ`]s?$", "", word)
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word
