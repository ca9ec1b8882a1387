"""The right spelling of a query: how the documents write what a person typed.

People leave out the Kazakh letters, type Latin ones, or forget to switch the keyboard. Each word is
brought to the spelling that the index holds most often. What no document knows stays as typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from monitoring.search.analysis import kazakh, scripts
from monitoring.search.analysis.normalise import KAZAKH, clean, fold, plain
from monitoring.search.analysis.vocabulary import Vocabulary
from monitoring.search.analysis.words import STOPWORDS

SHARE = 10
"""A typed word stays when it is at least this part (a tenth) as frequent as its best spelling."""
GAIN = 0.25
"""By how much the share of known words must rise for a query to be of another keyboard."""

_WORD = re.compile(r"[^\W\d_]+(?:['’ʼ`][^\W\d_]+)*")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_CODE = re.compile(r"\d")
_ROMAN = re.compile(r"[IVXLCІХivxlcіх]+")
_BEFORE = re.compile(r"\d-$")


@dataclass(frozen=True)
class Spelling:
    """A query as typed and as it was understood."""

    typed: str
    text: str

    @property
    def changed(self) -> bool:
        """Whether other words are looked for than those typed."""
        return plain(self.typed) != plain(self.text)


def right_spelling(typed: str, vocabulary: Vocabulary) -> Spelling:
    """A query, or a part of one without filters, in the spelling of the documents. Never raises."""
    text = clean(typed)
    if not vocabulary:
        return Spelling(typed, text)
    if not _CYRILLIC.search(text):
        switched = _of_layout(text, vocabulary)
        if switched:
            return Spelling(typed, switched)
    latin = _latin_of(text, vocabulary)
    return Spelling(
        typed, _WORD.sub(lambda found: _outside_codes(found, text, vocabulary, latin), text)
    )


def did_you_mean(typed: str, vocabulary: Vocabulary) -> str:
    """The query in the spelling of the documents; empty when it is the one typed."""
    spelling = right_spelling(typed, vocabulary)
    return spelling.text if spelling.changed else ""


@dataclass(frozen=True)
class _Latin:
    """A query of Kazakh in Latin letters; `glides` as in `scripts.from_latin`."""

    glides: bool


_GLIDE_AS_I = re.compile("[aeouäöüūáóú][iıï]")


def _latin_of(text: str, vocabulary: Vocabulary) -> _Latin | None:
    """Whether most words of a query are known only when read as Kazakh in Latin letters."""
    words = [
        plain(word)
        for word in _WORD.findall(text)
        if len(word) > 1 and not _CYRILLIC.search(word) and plain(word) not in STOPWORDS
    ]
    read = [word for word in words if not vocabulary.count(word) and _best(word, vocabulary)]
    if not read or 2 * len(read) < len(words):
        return None
    return _Latin(glides=not any(_GLIDE_AS_I.search(word) for word in words))


def right_word(typed: str, vocabulary: Vocabulary, latin: _Latin | None = None) -> str:
    """One word in the spelling of the documents; as typed (with its capitals) if none is better."""
    word = plain(typed)
    if latin and not _CYRILLIC.search(word) and (len(word) == 1 or _ROMAN.fullmatch(word)):
        return typed if _ROMAN.fullmatch(word) else scripts.from_latin(word) or typed
    best = _best(word, vocabulary) if len(word) > 1 else ""
    if latin and not best and not _CYRILLIC.search(word):
        best = scripts.from_latin(word, glides=latin.glides)
    if not best or best == word or vocabulary.count(word) * SHARE >= vocabulary.count(best) > 0:
        return typed
    if typed[:1].isupper():
        return best.upper() if typed.isupper() and len(typed) > 1 else best[:1].upper() + best[1:]
    return best


def nearest_spellings(typed: str, vocabulary: Vocabulary, number: int = 3) -> list[str]:
    """The words of the documents that are nearest to a word, most alike and frequent first.

    Alike are the words that share most runs of two letters after folding, and the first letter.
    Latin letters are read as English too, not only as Kazakh.
    """
    scored: dict[str, float] = {}
    for word in dict.fromkeys([fold(scripts.from_latin(plain(typed)) or typed), fold(typed)]):
        if len(word) < 3:
            continue
        asked = _pairs(word)
        for folded, spelled in vocabulary.by_fold.items():
            if folded == word or folded[:1] != word[:1] or abs(len(folded) - len(word)) > 3:
                continue
            have = _pairs(folded)
            alike = 2 * len(asked & have) / (len(asked) + len(have))
            if alike > 0.55:
                scored[spelled] = max(round(alike, 2), scored.get(spelled, 0.0))
    best = sorted(scored, key=lambda one: (-scored[one], -vocabulary.count(one), one))
    return best[:number]


def _pairs(word: str) -> set[str]:
    marked = f"#{word}#"
    return {marked[at : at + 2] for at in range(len(marked) - 1)}


def _outside_codes(
    found: re.Match[str], text: str, vocabulary: Vocabulary, latin: _Latin | None
) -> str:
    """The right spelling of a word; letters joined to digits are a code and stay."""
    around = text[max(found.start() - 1, 0) : found.start()] + text[found.end() : found.end() + 1]
    roman = _ROMAN.fullmatch(found.group()) and _BEFORE.search(text[: found.start()])
    if _CODE.search(around) or roman:
        return found.group()
    return right_word(found.group(), vocabulary, latin)


def _best(word: str, vocabulary: Vocabulary) -> str:
    """The spelling of a plain word that documents hold most often; empty if they hold none."""
    if _CYRILLIC.search(word):
        folded = fold(word)
        return vocabulary.by_fold.get(folded, "") or _by_stem(word, folded, vocabulary)
    if word in STOPWORDS:
        return ""
    readings = list(_readings(word))
    for key, table in ((str, vocabulary.by_fold), (scripts.sound, vocabulary.by_sound)):
        known = [table[key(reading)] for reading in readings if key(reading) in table]
        if known:
            return max(known, key=vocabulary.count)
    if vocabulary.count(word):
        return ""
    return next((made for one in readings if (made := _by_stem(one, one, vocabulary))), "")


def _readings(word: str) -> Iterator[str]:
    """Folded Cyrillic of a Latin word, the likeliest first: «ng» may be ң, «c» ц."""
    seen = set()
    for old, new in (("", ""), ("ng", "n"), ("c", "ts"), ("x", "ks"), ("ia", "ya"), ("yo", "io")):
        reading = scripts.from_latin(word.replace(old, new) if old else word)
        if reading and reading not in seen:
            seen.add(reading)
            yield reading
    hard = scripts.from_latin(word, glides=False)
    if hard and hard not in seen:
        yield hard


def _by_stem(word: str, folded: str, vocabulary: Vocabulary) -> str:
    """A form that no document holds, with its stem spelled as in those that they hold."""
    stem = kazakh.stem(folded)
    known = vocabulary.by_stem.get(stem, "")
    if not known or not folded.startswith(stem):
        return ""
    typed_end = _spelled_length(word, stem)
    end = _spelled_length(known, stem)
    if not typed_end or not end:
        return ""
    return known[:end] + _ending(known[:end], word[typed_end:])


def _spelled_length(word: str, stem: str) -> int:
    """Letters of a word that fold to a stem; 0 if none do."""
    return next((at for at in range(1, len(word) + 1) if fold(word[:at]) == stem), 0)


_BACK = str.maketrans("гк", "ғқ")


def _ending(stem: str, typed: str) -> str:
    """An ending with the Kazakh letters that the harmony of its stem asks for."""
    if not KAZAKH.isdisjoint(typed):
        return typed
    vowels = [letter for letter in typed if letter in "аеиіы"]
    if not vowels:
        return typed
    made = typed.translate(_BACK) if vowels[0] in "аы" else typed.replace("и", "і")
    return re.sub(r"(?<=[нтд][ыі])н(?=$)", "ң", made)


def _of_layout(text: str, vocabulary: Vocabulary) -> str:
    """A query typed with the keyboard left in English, in Cyrillic; empty if it is none."""
    chunks = text.split()
    before = _share([word for chunk in chunks for word in _typed_words(chunk)], vocabulary)
    read = [_chunk(chunk, vocabulary) for chunk in chunks]
    words = [word for chunk in read for word in _WORD.findall(chunk)]
    if not any(_CYRILLIC.search(word) for word in words):
        return ""
    return " ".join(read) if _share(words, vocabulary) - before > GAIN else ""


def _typed_words(chunk: str) -> list[str]:
    """The words of a chunk as they stand; «in» of «-n3y3in3» (өтінішті) is a shred, not a word."""
    words = _WORD.findall(chunk)
    return [word for word in words if len(word) > 2] if re.search(r"\d", chunk) else words


def _chunk(chunk: str, vocabulary: Vocabulary) -> str:
    """The reading of a chunk that documents know best."""
    if len(chunk) == 1 or not chunk.strip(",.-"):
        return chunk
    best, known = chunk, -1.0
    for reading in scripts.layout_readings(chunk):
        words = _WORD.findall(reading)
        score = _share(words, vocabulary) if words else 0.0
        if score > known:
            best, known = reading, score
        if known == 1.0:
            break
    return best


def _share(words: list[str], vocabulary: Vocabulary) -> float:
    """The share of words that documents hold in some spelling, by letters; stop words count."""
    known = sum(len(word) for word in words if _is_known(plain(word), vocabulary))
    return known / max(sum(map(len, words)), 1)


def _is_known(word: str, vocabulary: Vocabulary) -> bool:
    if _CYRILLIC.search(word):
        folded = fold(word)
        return len(word) > 1 and (
            folded in vocabulary.by_fold
            or folded in STOPWORDS
            or kazakh.stem(folded) in vocabulary.by_stem
        )
    if word in STOPWORDS or (len(word) > 1 and word in vocabulary.by_fold):
        return True
    return any(scripts.sound(reading) in vocabulary.by_sound for reading in _readings(word))
