"""Kazakh typed in Latin letters or with the keyboard left in English, back to Cyrillic."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from monitoring.search.analysis.normalise import fold

CODE_LETTERS = str.maketrans("авсекмнорстухіѵ", "abcekmhopctyxiv")
"""Cyrillic letters of act codes that look Latin (V16UL003811, 148-ІІ), in lower case."""

# Longest first. The skeleton makes most choices equal: q and k, ö and o, ş and sh.
_LATIN = (
    ("shch", "щ"), ("sch", "щ"), ("tsh", "ч"), ("sh", "ш"), ("ch", "ч"), ("zh", "ж"), ("kh", "х"),
    ("gh", "г"),
    ("ng'", "н"), ("ts", "ц"), ("ya", "я"), ("yu", "ю"), ("yo", "ё"), ("ia", "я"), ("iu", "ю"),
    ("a", "а"), ("b", "б"), ("c", "с"), ("d", "д"), ("e", "е"), ("f", "ф"), ("g", "г"),
    ("h", "х"), ("i", "и"), ("ı", "и"), ("j", "ж"), ("k", "к"), ("l", "л"), ("m", "м"),
    ("n", "н"), ("o", "о"), ("p", "п"), ("q", "к"), ("r", "р"), ("s", "с"), ("t", "т"),
    ("u", "у"), ("v", "в"), ("w", "у"), ("x", "х"), ("y", "ы"), ("z", "з"),
)  # fmt: skip
_LATIN_MAP = dict(_LATIN)
_LATIN_RE = re.compile("|".join(re.escape(one) for one, _ in _LATIN))
_MARKED = str.maketrans(
    {"ş": "ш", "š": "ш", "ç": "ч", "č": "ч", "ž": "ж", "ä": "a", "á": "a", "ə": "a",
     "ö": "o", "ó": "o", "ü": "u", "ú": "u", "ū": "u", "ñ": "n", "ń": "n", "ŋ": "n", "ğ": "g",
     "ǵ": "g", "ý": "u", "ï": "i", "í": "i", "ī": "i", "ż": "ж"}
)  # fmt: skip
_GLIDE = re.compile(r"(?<=[aeou])y|y(?=[aeou])")


def from_latin(word: str, *, glides: bool = True) -> str:
    """The folded Cyrillic of a Kazakh word in Latin letters (2021, 2018 or plain ASCII).

    Empty when the word holds letters of no such alphabet. "y" reads ы, but beside a vowel й if
    `glides`; people who write й as "i" («qai») mean ы by it everywhere.
    """
    lower = unicodedata.normalize("NFC", word.lower()).translate(_MARKED)
    lower = re.sub(r"['’ʼ`]", "", lower)
    if glides:
        lower = _GLIDE.sub("i", lower)
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


_NUMBER = re.compile(r"\d+(?:[-/.]\d+)*$|\d{1,4}-(?=.*[^\W\d_])")
_ROMAN_NUMBER = re.compile(r"[ivxlc]+")
_INITIAL = re.compile(r"[^\W_]\.(?=\S\S)")
_SIGNS = ",.;[]'`-="


def layout_readings(chunk: str) -> Iterator[str]:
    """Every reading of a run of keys, the likeliest first, with signs at its edges.

    «,jkfls» is «болады» or «,олады», «ptym,» rather «зень,» than «зеньб». A number at the start
    («1991», «13-r8y3») stays one, and so does an initial («f.,jhjy»).
    """
    lower = chunk.lower()
    if number := _NUMBER.match(lower):
        rest = lower[number.end() :]
        yield from (number.group() + one for one in (layout_readings(rest) if rest else ("",)))
        return
    if initial := _INITIAL.match(lower):
        rest = lower[initial.end() :]
        yield from (f"{from_layout(lower[0])}.{one}" for one in layout_readings(rest))
        return
    start = min(len(lower) - len(lower.lstrip(_SIGNS)), 3)
    end = min(len(lower) - len(lower.rstrip(_SIGNS)), 3)
    lasts = sorted(range(end + 1), key=lambda at: (lower[-1] in ".," and at == 0, at))
    for last in lasts:
        for first in range(start + 1):
            if first + last < len(lower):
                middle = lower[first : len(lower) - last]
                yield lower[:first] + from_layout(middle) + lower[len(lower) - last :]
    if "-" in lower[1:-1]:  # two words that the sign joins
        yield "-".join(from_layout(part) for part in lower.split("-"))
    if _ROMAN_NUMBER.fullmatch(lower):
        yield lower
