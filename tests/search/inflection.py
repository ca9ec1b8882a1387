"""Kazakh endings made by rule, so that tests can draw forms the code has never seen.

Written from the grammar (harmony and assimilation), apart from the stripper: it works on Kazakh
letters, the stripper on the folded skeleton.
"""

from __future__ import annotations

BACK, FRONT = "аоұыуяёюэ", "әөүіеи"
VOICELESS = "пткқсшфхчщцһ"
SONORANT_L = "рйу"

CASES = ("genitive", "dative", "accusative", "locative", "ablative", "instrumental")
FORMS = ("plural", "possessive", *CASES)

WITHOUT = str.maketrans("әқғңөұүһі", "акгноуухи")
"""How people type without the Kazakh letters."""


def is_front(word: str) -> bool:
    """Whether the endings of a word are front; its last clear vowel decides."""
    for letter in reversed(word.lower()):
        if letter in "әөүіе":
            return True
        if letter in "аоұыяё":
            return False
        if letter == "и":
            return "і" in word.lower() or "е" in word.lower() or "ә" in word.lower()
    return False


def ends_in_vowel(word: str) -> bool:
    return word[-1].lower() in "аәоөұүыіеияёюэ" and not word.endswith(("у", "й"))


def vowel(word: str, back: str, front: str) -> str:
    return front if is_front(word) else back


def plural(word: str) -> str:
    last = word[-1].lower()
    if last in VOICELESS + "бвгд":
        first = "т"
    elif ends_in_vowel(word) or last in SONORANT_L:
        first = "л"
    else:
        first = "д"
    return word + first + vowel(word, "а", "е") + "р"


def possessive(word: str) -> str:
    """The third person's: қала-сы, кітаб-ы."""
    if ends_in_vowel(word):
        return word + "с" + vowel(word, "ы", "і")
    voiced = {"п": "б", "к": "г", "қ": "ғ"}
    if len(word) > 3 and word[-1] in voiced and word[-2].lower() in BACK + FRONT:
        word = word[:-1] + voiced[word[-1]]
    return word + vowel(word, "ы", "і")


def case(word: str, name: str, *, possessed: bool = False) -> str:
    """A case of a plain or a possessed word."""
    a, y = vowel(word, "а", "е"), vowel(word, "ы", "і")
    if possessed:
        return word + {
            "genitive": f"н{y}ң", "dative": f"н{a}", "accusative": "н", "locative": f"нд{a}",
            "ablative": f"н{a}н", "instrumental": "мен",
        }[name]  # fmt: skip
    last = word[-1].lower()
    hard = last in VOICELESS + "бвгд"
    nasal = last in "мнң"
    if name == "genitive":
        first = "т" if hard else "н" if ends_in_vowel(word) or nasal else "д"
        return word + first + y + "ң"
    if name == "dative":
        return word + (("қ", "к") if hard else ("ғ", "г"))[is_front(word)] + a
    if name == "accusative":
        return word + ("т" if hard else "н" if ends_in_vowel(word) else "д") + y
    if name == "locative":
        return word + ("т" if hard else "д") + a
    if name == "ablative":
        return word + ("т" if hard else "н" if nasal else "д") + a + "н"
    first = "п" if hard else "б" if last in "зж" else "м"
    return word + first + "ен"


def inflect(term: str, form: str) -> str:
    """A form of a term; the last word changes. Compounds that end possessed stay so."""
    head, _, last = term.rpartition(" ")
    if last.isupper():  # abbreviations take their ending after a hyphen: БСН-ға
        joined = inflect("сан" if form == "possessive" else "ен", form)
        return f"{term}-{joined[3 if form == 'possessive' else 2 :]}"
    owned = bool(head) and last.endswith(("ы", "і")) and not last.endswith(("шы", "ші", "лы", "лі"))
    if form == "plural":
        changed = last if owned else plural(last)
    elif form == "possessive":
        changed = last if owned else possessive(last)
    else:
        changed = case(last, form, possessed=owned)
    return f"{head} {changed}".strip()


def plainly(text: str) -> str:
    """Typed without the Kazakh letters."""
    return text.lower().translate(WITHOUT)
