"""Kazakh, Russian and English text: addresses, matching, sorting and suffixes. Pure functions.

SQLite and PostgreSQL disagree on Kazakh letters (case, order), so no text is compared or sorted by
the database: rooms fill columns with `fold` (matching) and `kazakh_key` (order) instead.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

ALPHABET = "аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя"
"""The Kazakh alphabet in its order; it holds every Russian letter."""

_LATIN = {
    "а": "a", "ә": "a", "б": "b", "в": "v", "г": "g", "ғ": "g", "д": "d", "е": "e", "ё": "e",
    "ж": "zh", "з": "z", "и": "i", "і": "i", "й": "y", "к": "k", "қ": "k", "л": "l", "м": "m",
    "н": "n", "ң": "n", "о": "o", "ө": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u",
    "ұ": "u", "ү": "u", "ф": "f", "х": "kh", "һ": "h", "ц": "ts", "ч": "ch", "ш": "sh",
    "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu", "я": "ya", "ə": "a",
}  # fmt: skip

# Letters of another alphabet typed inside a Cyrillic word: «өзiн-өзi» with Latin i is common in
# laws of the 2000s. Capitals are mapped before the case is folded: Latin H looks like Н, h like һ.
_LOOK_ALIKES = str.maketrans("AaBCcEeHhIiKMOoPpTXxYyƏə", "АаВСсЕеНһІіКМОоРрТХхҮуӘә")
_CYRILLIC_WORD = re.compile(r"[^\W\d_]*[\u0400-\u04ff][^\W\d_]*")
_PLAIN = str.maketrans("әғқңөұүһіё", "агкноуухие")


def one_alphabet(text: str) -> str:
    """Text in NFC whose Cyrillic words hold no Latin look-alike and no U+0259 for ә.

    For comparing only: what is stored and shown stays as its source wrote it.
    """
    return _CYRILLIC_WORD.sub(
        lambda word: word.group().translate(_LOOK_ALIKES),
        unicodedata.normalize("NFC", text),
    )


def fold(text: str) -> str:
    """The form in which titles and labels are matched: blind to case, spaces and Kazakh letters.

    «Өзін-өзі  басқару» and «озин-ози баскару» fold alike. Idempotent. The search room has a
    stronger fold of its own.
    """
    lower = unicodedata.normalize("NFD", one_alphabet(text)).casefold()
    folded = " ".join(one_alphabet(lower).translate(_PLAIN).split())
    # A letter that became another may now join the accent after it (қ + ◌́, then ќ): settle.
    return folded if folded == text else fold(folded)


def transliterate(text: str) -> str:
    """Kazakh or Russian in plain Latin letters, the case kept: «Қарағанды» → "Karagandy".

    One table for both languages (й is i before ы, and dropped in a final -ый; ь and ъ are dropped);
    accents of Latin letters are dropped, whatever else is not a letter stays as it is.
    """
    return " ".join(_word_in_latin(word) for word in text.split(" "))


@lru_cache(maxsize=4096)
def _word_in_latin(word: str) -> str:
    """No letter looks past a space; a file of 100,000 addresses has the same few words."""
    source = one_alphabet(word)
    result = []
    for place, letter in enumerate(source):
        latin = _latin_letter(source, place, letter.lower())
        if latin is None:
            base = unicodedata.normalize("NFD", letter)[0]
            latin = _LATIN.get(base.lower(), base)
        if letter.isupper():
            around = source[place - 1 : place] + source[place + 1 : place + 2]
            latin = latin.upper() if any(map(str.isupper, around)) else latin.capitalize()
        result.append(latin)
    return "".join(result)


def _latin_letter(source: str, place: int, letter: str) -> str | None:
    """The Latin of one letter where it stands; None for what the table does not hold."""
    if letter == "й":
        following = source[place + 1 : place + 2].lower()
        if following == "ы":
            return "i"
        if source[max(place - 1, 0) : place].lower() == "ы" and not following.isalpha():
            return ""
    return _LATIN.get(letter)


def slugify(text: str, limit: int = 60, fallback: str = "bet") -> str:
    """A word for an address: only a-z, 0-9 and single hyphens, at most `limit` characters.

    Longer ones are cut at a word's end; text without a letter or digit gives `fallback` («бет»,
    page). Idempotent.
    """
    slug = re.sub(r"[^a-z0-9]+", "-", transliterate(text).lower()).strip("-")
    if len(slug) > limit:
        head = slug[:limit]
        if slug[limit] != "-" and "-" in head:
            head = head.rpartition("-")[0]
        slug = head.strip("-")
    return slug or fallback


_ORDER = {letter: f"{20 + place}" for place, letter in enumerate(ALPHABET)}
_ORDER |= {str(digit): f"{10 + digit}" for digit in range(10)}
_ORDER |= {chr(97 + place): f"{70 + place}" for place in range(26)}


def kazakh_key(text: str) -> str:
    """Sort key by the Kazakh alphabet: digits, then Cyrillic, then Latin; blind to case and marks.

    Two digits a letter and nothing else, so that every collation of every database sorts the keys
    alike; runs of other characters count as one space, and none at the ends («Зубр» stands at З).
    At most twice as long as the text in NFD.
    """
    codes: list[str] = []
    for letter in one_alphabet(text).casefold():
        code = _ORDER.get(letter)
        if code is None:
            for part in unicodedata.normalize("NFD", letter):
                code = _ORDER.get(part)
                if code is None and part.isalpha():
                    code = "99"
                if code is not None:
                    codes.append(code)
                elif not unicodedata.combining(part) and codes and codes[-1] != "00":
                    codes.append("00")
        else:
            codes.append(code)
    if codes and codes[-1] == "00":
        codes.pop()
    return "".join(codes)


# -- numbers and their suffixes ------------------------------------------------------------------
# A suffix follows the last word spoken: 20 «жиырма», 100 «жүз», 1000 «мың», 0 «нөл».
_DATIVE = {0: "ге", 1: "ге", 2: "ге", 3: "ке", 4: "ке", 5: "ке", 6: "ға", 7: "ге", 8: "ге", 9: "ға",
           10: "ға", 20: "ға", 30: "ға", 40: "қа", 50: "ге", 60: "қа", 70: "ке", 80: "ге", 90: "ға",
           100: "ге", 1000: "ға", 1_000_000: "ға", 1_000_000_000: "қа"}  # fmt: skip
_POSSESSIVE = {0: "і", 1: "і", 2: "сі", 3: "і", 4: "і", 5: "і", 6: "сы", 7: "сі", 8: "і", 9: "ы",
               10: "ы", 20: "сы", 30: "ы", 40: "ы", 50: "і", 60: "ы", 70: "і", 80: "і", 90: "ы",
               100: "і", 1000: "ы", 1_000_000: "ы", 1_000_000_000: "ы"}  # fmt: skip
MONTHS_DATIVE = (
    "қаңтарға", "ақпанға", "наурызға", "сәуірге", "мамырға", "маусымға",
    "шілдеге", "тамызға", "қыркүйекке", "қазанға", "қарашаға", "желтоқсанға",
)  # fmt: skip


def _last_spoken(number: int) -> int:
    """The number named by the last word of a number as it is spoken in Kazakh."""
    number = abs(number)
    if number == 0:
        return 0
    for unit in (1_000_000_000, 1_000_000, 1000, 100):
        if number % unit == 0:
            return unit
    return number % 10 or number % 100


def with_dative(number: int) -> str:
    """«18-ге»: a number in the Kazakh dative, as spoken."""
    return f"{number}-{_DATIVE[_last_spoken(number)]}"


def with_possessive(number: int) -> str:
    """«12-сі»: a number with the Kazakh possessive («18 мүшенің 12-сі», «5 кезеңнің 3-і»)."""
    return f"{number}-{_POSSESSIVE[_last_spoken(number)]}"


def month_dative(month: int) -> str:
    """«қарашаға» for 11: the month before «дейін». Raises IndexError outside 1–12."""
    if month < 1:
        raise IndexError(month)
    return MONTHS_DATIVE[month - 1]


def time_dative(hour: int, minute: int = 0) -> str:
    """«18:00-ге», «18:30-ға»: an hour in the dative; full hours end in «нөл», spoken."""
    return f"{hour:02}:{minute:02}-{_DATIVE[_last_spoken(minute)]}"


_UNITS = "млрд|млн|мың|ж\\.|жж\\.|г\\.|гг\\.|тыс\\.|тг|теңге|тенге|км|₸|%"
_NO_BREAK = (
    (re.compile(r"№ (?=\d)"), "№\u00a0"),
    (re.compile(rf"(?<=\d) (?=(?:{_UNITS})(?!\w))"), "\u00a0"),
    (re.compile(r"(?<=млрд|.млн|.мың) (?=₸)"), "\u00a0"),
    (re.compile(r"(?<=\d)-(?=[^\W\d_])"), "-\u2060"),
)


def no_break(text: str) -> str:
    """Text whose numbers hold together on screen: «№ 148», «252 млрд ₸», «45-бап», «18:00-ге».

    Spaces become no-break spaces and a word joiner follows the hyphen. Idempotent; for showing,
    never for storing.
    """
    for pattern, glue in _NO_BREAK:
        text = pattern.sub(glue, text)
    return text
