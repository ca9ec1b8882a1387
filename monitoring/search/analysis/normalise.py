"""One spelling of letters: cleaning, repair of mixed alphabets, and the folded skeleton."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from monitoring.core.text import one_alphabet

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ue000-\uf8ff\ufffe\uffff]")
_INVISIBLE = re.compile(r"[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
_QUOTES = re.compile(r"[«»“”„‟″]")

_SKELETON = {
    "ә": "а", "ғ": "г", "қ": "к", "ң": "н", "ө": "о", "ұ": "у", "ү": "у", "һ": "х", "і": "и",
    "й": "и", "ё": "е", "я": "иа", "ю": "иу", "ц": "тс", "ч": "тш", "щ": "ш", "э": "е",
    "ъ": "", "ь": "", "ў": "у", "ї": "и", "є": "е", "ґ": "г",
}  # fmt: skip
_TABLE = str.maketrans(_SKELETON)
KAZAKH = frozenset("әғқңөұүһі")
"""Letters that Kazakh has and Russian has not."""


def clean(text: str) -> str:
    """Text in NFC without control and invisible characters; all that is shown stays as it is."""
    plain_lines = text.replace("\n", " ")
    if plain_lines.isprintable():  # then it holds none of them: said six times faster
        return unicodedata.normalize("NFC", plain_lines)
    return unicodedata.normalize("NFC", _INVISIBLE.sub("", _CONTROL.sub(" ", text)))


def straight_quotes(text: str) -> str:
    """Every kind of quotation mark as the plain one, by which a query asks for the very words."""
    return _QUOTES.sub('"', text)


def plain(word: str) -> str:
    """A word in lower case, in one alphabet: «өзiн» with a Latin i reads «өзін», ə reads ә."""
    if word.isascii():
        return word.lower()
    return one_alphabet(one_alphabet(word).lower())


@lru_cache(maxsize=100_000)
def fold(text: str) -> str:
    """The skeleton under which spellings meet: «Жергілікті» and «жергиликти» fold alike.

    Lower case; Kazakh letters as their nearest Russian ones; й as и, я as иа, ю as иу, ц as тс,
    ч as тш, щ as ш, э and ё as е; ъ and ь dropped; marks of Latin letters dropped. Idempotent.
    """
    lower = plain(text)
    if lower.isascii():
        return lower
    folded = lower.translate(_TABLE)
    letters = unicodedata.normalize("NFKD", folded)
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    # Taking a mark off can uncover a letter of the table or a capital: once more settles it.
    again = plain(bare).translate(_TABLE)
    return again if again == folded else fold(again)
