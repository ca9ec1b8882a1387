"""The tokeniser, the language of each word and its stems."""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import snowballstemmer

from monitoring.search.analysis import kazakh, scripts
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

_RUSSIAN_LETTERS = frozenset("щъ")
_RUSSIAN_ENDS = (
    "ого", "его", "ому", "ему", "ыми", "ое", "ее", "ые", "ый", "ий",
    "ых", "их", "ость", "ение", "ения", "ению", "ением", "ации", "ацию", "ацией",
    "ться", "ется", "ов", "ях", "ами", "ями",
)  # fmt: skip

_russian = snowballstemmer.stemmer("russian")
_english = snowballstemmer.stemmer("english")


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


def standing(
    text: str, language: str, tokens: AbstractSet[str]
) -> Iterator[tuple[int, int, AbstractSet[str]]]:
    """Start, end and the wanted tokens of each word that has any of them.

    As `words` would say, but for a text of which only a few words matter.
    """
    for chunk in _CHUNK.finditer(text):
        raw = chunk.group()
        if raw.isalpha():
            stems = of_document(raw[:MAX_WORD], language)[1]
            if not tokens.isdisjoint(stems):
                yield *chunk.span(), tokens & set(stems)
            continue
        start = chunk.start()
        for word in words(raw, language):
            if not tokens.isdisjoint(word.stems):
                yield start + word.start, start + word.end, tokens & set(word.stems)


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
    exact = fold(word) or word
    if not _CYRILLIC.search(word):
        return exact, (_english_stem(exact),), (_singular(exact),)
    kazakh_word = language == "kk" or not KAZAKH.isdisjoint(word)
    stem = kazakh.stem(exact) if kazakh_word else _russian_stem(word)
    return exact, (stem,), (stem,)


@lru_cache(maxsize=50_000)
def of_query(raw: str) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """Folded word with every stem it may have, since a query names no language."""
    word = plain(raw)
    exact = fold(word) or word
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
    return tuple(dict.fromkeys(one for one in many if one))


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


@lru_cache(maxsize=100_000)
def _russian_stem(word: str) -> str:
    """Snowball's stem, taken until it stays: its first answer differs between forms of one word."""
    word = word.replace("ё", "е")
    known = _russian_nouns().get(word)
    while known is None:
        shorter = str(_russian.stemWord(word))
        if shorter == word or len(shorter) < 3:
            known = word
        word = shorter
    return fold(known) or known


def _english_stem(word: str) -> str:
    return str(_english.stemWord(word)) or word


def _singular(word: str) -> str:
    """An English word without plural and possessive; enough to know a term again."""
    word = re.sub(r"['’ʼ`]s?$", "", word)
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word
