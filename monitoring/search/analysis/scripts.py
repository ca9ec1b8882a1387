"""Kazakh typed in Latin letters or with the keyboard left in English, back to Cyrillic."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterator

from monitoring.search.analysis.normalise import fold

CODE_LETTERS = str.maketrans("авсекмнорстухіѵ", "abcekmhopctyxiv")
"""Cyrillic letters of act codes that look Latin (V16UL003811, 148-ІІ), in lower case."""

# Longest first. The skeleton makes most choices equal: q and k, ö and o, ş and sh.
_LATIN = (
    ("shch", "щ"), ("sch", "щ"), ("sh", "ш"), ("ch", "ч"), ("zh", "ж"), ("kh", "х"), ("gh", "г"),
    ("ng'", "н"), ("ts", "ц"), ("ya", "я"), ("yu", "ю"), ("yo", "ё"), ("ia", "я"), ("iu", "ю"),
    ("a", "а"), ("b", "б"), ("c", "с"), ("d", "д"), ("e", "е"), ("f", "ф"), ("g", "г"),
    ("h", "х"), ("i", "и"), ("ı", "и"), ("j", "ж"), ("k", "к"), ("l", "л"), ("m", "м"),
    ("n", "н"), ("o", "о"), ("p", "п"), ("q", "к"), ("r", "р"), ("s", "с"), ("t", "т"),
    ("u", "у"), ("v", "в"), ("w", "у"), ("x", "х"), ("y", "ы"), ("z", "з"),
)  # fmt: skip
_LATIN_MAP = dict(_LATIN)
_LATIN_RE = re.compile("|".join(re.escape(one) for one, _ in _LATIN))
_MARKED = str.maketrans(
    {"ş": "sh", "š": "sh", "ç": "ch", "č": "ch", "ž": "zh", "ä": "a", "á": "a", "ə": "a",
     "ö": "o", "ó": "o", "ü": "u", "ú": "u", "ū": "u", "ñ": "n", "ń": "n", "ŋ": "n", "ğ": "g",
     "ǵ": "g", "ý": "u", "ï": "i", "í": "i", "ī": "i", "ż": "zh"}
)  # fmt: skip
_GLIDE = re.compile(r"(?<=[aeou])y|y(?=[aeou])")


def from_latin(word: str) -> str:
    """The folded Cyrillic of a Kazakh word in Latin letters (2021, 2018 or plain ASCII).

    Empty when the word holds letters of no such alphabet. "y" beside a vowel reads й, else ы.
    """
    lower = unicodedata.normalize("NFC", word.lower()).translate(_MARKED)
    lower = _GLIDE.sub("i", re.sub(r"['’ʼ`]", "", lower))
    cyrillic = _LATIN_RE.sub(lambda found: _LATIN_MAP[found.group()], lower)
    return fold(cyrillic) if re.fullmatch(r"[\u0400-\u04ff]+", cyrillic) else ""


def sound(folded: str) -> str:
    """What is left of a folded word in any Latin alphabet: ы and и are one, runs of them too."""
    return _RUNS.sub("и", folded.replace("ы", "и"))


_RUNS = re.compile("и+")
_ENGLISH_KEYS = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`"
_KAZAKH_KEYS = "йцукенгшщзхъфывапролджэячсмитьбюё"
_KEYS = dict(zip(_ENGLISH_KEYS, _KAZAKH_KEYS, strict=True))
_DIGIT_KEYS = {
    "2": "ә", "3": "і", "4": "ң", "5": "ғ", "8": "ү", "9": "ұ", "0": "қ", "-": "ө", "=": "һ",
}  # fmt: skip


def from_layout(text: str) -> str:
    """What the same keys write on the Kazakh layout: "fnfkfls" is аталады."""
    keys = _KEYS | _DIGIT_KEYS
    return "".join(keys.get(letter, letter) for letter in text.lower())


_EITHER = frozenset(",.-;[]'=`234589" + "0")
"""Keys that are a letter on the Kazakh layout and a sign or a digit on the English one."""
MAX_EITHER = 6


def layout_readings(chunk: str) -> Iterator[str]:
    """Every reading of a run of typed signs, as letters throughout first, then with fewer of them.

    «,jkfls» may be «болады» or «, олады»; a sign that is no letter stands as it was typed.
    """
    lower = chunk.lower()
    places = [at for at, key in enumerate(lower) if key in _EITHER]
    whole = list(from_layout(lower))
    yield "".join(whole)
    # Signs stand at the edges of words rather than inside: those are tried, the last ones first.
    tried = sorted(places, key=lambda at: (min(at, len(lower) - 1 - at), -at))[:MAX_EITHER]
    for number in range(1, len(tried) + 1):
        for kept in itertools.combinations(tried, number):
            yield "".join(lower[at] if at in kept else letter for at, letter in enumerate(whole))
