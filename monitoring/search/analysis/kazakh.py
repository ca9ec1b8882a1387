"""A suffix stripper for Kazakh that works on folded words.

Kazakh joins suffixes in a fixed order: stem, plural, possessive, case, predicate for nouns; root,
voice, negation, tense, person for verbs, and participles and verbal nouns take the endings of
nouns. Each suffix has variants chosen by the sound before it. The stripper undoes the layers from
the right, keeps every analysis whose sounds fit, and picks one: a stem of the lexicon if there is
any, else the deepest analysis that leaves a plausible stem.

It reads the *folded* word (see `normalise.fold`), so that «қалалардың» and «калалардын» get the
same stem by construction and a query typed without Kazakh letters costs nothing. What folding
takes away from vowel harmony the order of layers and the lexicon give back.

Derivation (-лык, -шы, -гер, -лы, -сыз) makes another word and is never undone: әкімдік is not әкім.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from monitoring.search.analysis import verbs

_DATA = Path(__file__).parent / "data"

VOWELS = frozenset("аеиоуы")
_VOICELESS = frozenset("пткcсшфхбвгд")  # б в г д end loans only: «клубта», «Петербургке»
_HARD = frozenset("пткшсфх")
_NASAL = frozenset("мн")
_SONORANT = frozenset("лруимн")

# Suffix, what sound must stand before it: "V" vowel, "A" vowel but у, "C" consonant, "H" voiceless,
# "N" м or н, "S" voiced consonant, "L" vowel or р й у, "*" anything. Two letters of the skeleton
# may be a vowel or a glide (и, у): they count as both.
_PLURAL = (("лар", "L"), ("лер", "L"), ("дар", "S"), ("дер", "S"), ("тар", "H"), ("тер", "H"))
_POSSESSIVE = (
    ("сы", "A"), ("си", "A"), ("ы", "C"), ("и", "C"),
    ("ымыз", "C"), ("имиз", "C"), ("мыз", "V"), ("миз", "V"),
    ("ыныз", "C"), ("иниз", "C"), ("ныз", "V"), ("низ", "V"),
)  # fmt: skip
_CASE_PLAIN = (
    ("нын", "VN"), ("нин", "VN"), ("дын", "S"), ("дин", "S"), ("тын", "H"), ("тин", "H"),
    ("га", "VS"), ("ге", "VS"), ("ка", "H"), ("ке", "H"),
    ("ны", "V"), ("ни", "V"), ("ды", "S"), ("ди", "S"), ("ты", "H"), ("ти", "H"),
    ("да", "VS"), ("де", "VS"), ("та", "H"), ("те", "H"),
    ("дан", "VS"), ("ден", "VS"), ("тан", "H"), ("тен", "H"), ("нан", "N"), ("нен", "N"),
    ("мен", "VS"), ("бен", "S"), ("пен", "H"), ("менен", "VS"), ("бенен", "S"), ("пенен", "H"),
    ("дагы", "VS"), ("деги", "VS"), ("тагы", "H"), ("теги", "H"),
    ("дики", "S"), ("тики", "H"), ("ники", "VN"), ("даи", "VS"), ("деи", "VS"),
    ("таи", "H"), ("теи", "H"), ("гана", "VS"),
)  # fmt: skip
_CASE_AFTER_POSSESSIVE = (
    ("нын", "V"), ("нин", "V"), ("на", "V"), ("не", "V"), ("н", "V"), ("нда", "V"), ("нде", "V"),
    ("нан", "V"), ("нен", "V"), ("мен", "V"), ("ндагы", "V"), ("ндеги", "V"), ("ндаи", "V"),
    ("ндеи", "V"), ("ники", "V"), ("нша", "V"), ("нше", "V"),
    # after the possessives of "we" and "you" the plain cases come
    ("дын", "S"), ("дин", "S"), ("га", "S"), ("ге", "S"), ("ды", "S"), ("ди", "S"), ("да", "S"),
    ("де", "S"), ("дан", "S"), ("ден", "S"), ("бен", "S"),
)  # fmt: skip
_PREDICATE = (
    ("мыз", "*"), ("миз", "*"), ("быз", "*"), ("биз", "*"), ("пыз", "*"), ("пиз", "*"),
    ("сыз", "*"), ("сиз", "*"), ("дыр", "*"), ("дир", "*"),
    ("тыр", "*"), ("тир", "*"),
)  # fmt: skip


def _load(name: str) -> list[str]:
    lines = (_DATA / name).read_text(encoding="utf-8").splitlines()
    return [line.partition("#")[0].strip() for line in lines if line.partition("#")[0].strip()]


@lru_cache(maxsize=1)
def _lexicon() -> tuple[frozenset[str], frozenset[str], dict[str, str]]:
    """Folded nouns (and what else takes no verb's ending), folded verb roots, exceptions."""
    from monitoring.search.analysis.normalise import fold

    nouns = {fold(word) for line in _load("kazakh_words.txt") for word in line.split()}
    verbs = {fold(word) for line in _load("kazakh_verbs.txt") for word in line.split()}
    exceptions = {}
    for line in _load("kazakh_exceptions.txt"):
        stem, *forms = line.split()
        exceptions.update({fold(form): fold(stem) for form in forms})
    return frozenset(nouns), frozenset(verbs), exceptions


def _fits(base: str, wanted: str) -> bool:
    """Whether the last sound of `base` is one that the suffix asks for."""
    if not base:
        return False
    last = base[-1]
    both = last in "иу"
    sounds = {
        "*": True,
        "V": last in VOWELS,
        "A": last in VOWELS and last != "у",
        "C": last not in VOWELS or both,
        "H": last in _VOICELESS,
        "N": last in _NASAL,
        "S": (last not in VOWELS or both) and last not in _HARD,
        "L": last in VOWELS or last == "р",
    }
    return any(sounds[one] for one in wanted)


def _harmonic(base: str, suffix: str) -> bool:
    """Whether the vowel of a suffix can follow the last vowel of the base.

    Folded а, о and у may be front vowels (ә, ө, ү); ә and ө stand in the first syllable only.
    """
    if suffix.endswith(("мен", "бен", "пен", "менен", "бенен", "пенен", "ники", "дики", "тики")):
        return True
    first = next((letter for letter in suffix if letter in VOWELS), "")
    vowels = [letter for letter in base if letter in VOWELS]
    if not first or not vowels:
        return bool(vowels)
    last = vowels[-1]
    if base.endswith("ев"):
        return True  # Құнанбаевтың
    if first in "аы":
        return last != "е"
    # Loans keep back vowels before front endings: «парламенттің» is not one, «субъектіге» is.
    return last in "еиу" or len(vowels) == 1 or base[-1] in "трлгкн"


def _peel(word: str, suffixes: tuple[tuple[str, str], ...]) -> list[str]:
    """What is left of the word without each suffix that fits it."""
    return [
        base
        for suffix, wanted in suffixes
        if word.endswith(suffix)
        and _fits(base := word[: -len(suffix)], wanted)
        and _harmonic(base, suffix)
        and not _misread(base, suffix)
    ]


def _restored(base: str) -> str:
    """The base with its final consonant before a vowel undone: китаб-ы is китап, -лыг-ы is -лык."""
    if len(base) > 2 and base[-2] in VOWELS:
        return base[:-1] + {"б": "п", "г": "к"}.get(base[-1], base[-1])
    return base


def _misread(base: str, suffix: str) -> bool:
    """Whether what looks like this ending is rather the end of a longer noun.

    -сы after ы: жұмыс-ы, but басшы-сы; -ы after ш: бақылау-шы; -ны after ы: егін-і, but қаулы-ны.
    """
    if base in _lexicon()[0]:
        return False
    before = base[-2:-1]
    if suffix in {"сы", "си"}:
        return base.endswith(("ы", "и")) and before not in "шдгк"
    if suffix in {"ы", "и"}:
        return base.endswith("ш") and len(base) > 4 and (before not in VOWELS or before == "у")
    if suffix in {"ны", "ни"}:
        return base.endswith(("ы", "и")) and before not in "шлдг"
    return False


def _nominal(word: str) -> set[str]:
    """Every base that the endings of nouns leave, the word itself included."""
    found = {word}
    starts = {word, *(_peel(word, _PREDICATE) if len(word) > 6 else [])}
    for start in starts:
        owned = {*_peel(start, _CASE_AFTER_POSSESSIVE), start}
        for one in owned:
            for suffix, wanted in _POSSESSIVE:
                if one.endswith(suffix):
                    base = one[: -len(suffix)]
                    if _misread(base, suffix):
                        continue
                    if _fits(base, wanted) and _harmonic(base, suffix):
                        # Both: «шешімдіг-і» is -дік, «округ-і» is a loan that ends so.
                        found.update({base, _restored(base)} if suffix[0] in VOWELS else {base})
        found.update(_peel(start, _CASE_PLAIN))
    for base in list(found):
        found.update(_peel(base, _PLURAL))
    return found


def _verbal(word: str, bases: set[str], known: frozenset[str]) -> str:
    """The longest known root under the endings of verbs, under or without endings of nouns."""
    if plain := verbs.plain_voice(word, known):
        return plain
    read = verbs.finite(word)
    for base in bases:
        read += verbs.participle(base)
    best, cut = "", len(word)
    for base, ending in sorted(read):
        for root in verbs.roots(base, ending):
            plain = verbs.plain_voice(root, known, ending)
            if len(plain) < 3 and plain != root:
                plain = ""
            if plain and len(word) - len(base) < cut:
                best, cut = plain, len(word) - len(base)
            if plain:
                break
    return best


def _plausible(stem: str, cut: int) -> bool:
    """Whether an unknown stem may stand alone, given how many letters were cut off."""
    vowels = sum(letter in VOWELS for letter in stem)
    if not vowels or len(stem) < 3:
        return False
    return len(stem) >= 3


@lru_cache(maxsize=1)
def _spelled_with_kazakh_letters() -> frozenset[str]:
    from monitoring.search.analysis.normalise import KAZAKH, fold

    words = (word for line in _load("kazakh_words.txt") for word in line.split())
    return frozenset(fold(word) for word in words if not KAZAKH.isdisjoint(word))


def is_misspelt_word(word: str) -> bool:
    """Whether the folded word is a Kazakh one that Russian letters alone cannot write."""
    return word in _spelled_with_kazakh_letters()


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """The stem of one folded word; never empty for a word that is not."""
    nouns, roots, exceptions = _lexicon()
    if word in exceptions:
        return exceptions[word]
    if word in nouns:
        return word
    if len(word) < 4:
        if word.endswith(("ы", "и")) and word[:-1] in nouns:
            return word[:-1]
        return word[:-1] if word.endswith("у") and word[:-1] in roots else word
    bases = _nominal(word)
    return _known(word, bases) or _guessed(word, bases)


def _known(word: str, bases: set[str]) -> str:
    """The stem that the lexicon knows; empty if it knows none."""
    nouns, roots, exceptions = _lexicon()
    for base in sorted(bases, key=len, reverse=True):
        if base in exceptions or (base in nouns and len(base) > 2):
            return exceptions.get(base, base)
    if verb := _verbal(word, bases, roots):
        return verb
    for base in sorted(bases, key=len, reverse=True):
        if base in nouns or (base in roots and len(base) > 3):
            return base
    return next((base for base in _mine(word) if base in nouns), "")


def _mine(word: str) -> Iterator[str]:
    """The bases of a word as "my" or "thy" thing; only known ones: білім is not my біл."""
    for case in ("", "нын", "нин", "а", "е", "ды", "ди", "да", "де", "нан", "нен", "мен"):
        owned = word[: len(word) - len(case)]
        if not word.endswith(case) or owned[-1:] not in _NASAL:
            continue
        base = owned[:-1]
        yield base
        if base.endswith(("ы", "и")):
            yield base[:-1]
            yield _restored(base[:-1])


def _guessed(word: str, bases: set[str]) -> str:
    """The stem of a word that the lexicon does not know.

    A verb if its ending can be nothing else, or else the deepest plausible analysis as a noun.
    """
    for base in (word, *_peel(word, _CASE_AFTER_POSSESSIVE)):
        if base.endswith(("улы", "кызы")) and len(base) > 6:
            return base  # Байтұрсынұлының
    sure = verbs.surely(word)
    if sure:
        return sure
    for base in sorted(bases, key=len):
        for root, ending in verbs.participle(base):
            if verbs.is_sure(root, ending):
                return verbs.guessed_voice(_without_negation(root))
    plausible = [base for base in bases if _plausible(base, len(word) - len(base))]
    best = min(plausible, key=lambda base: (len(base), base), default=word)
    if best.endswith("у") and sum(letter in VOWELS for letter in best[:-1]) > 1:
        best = _without_negation(best[:-1])
    return verbs.guessed_voice(_restored(best))


def _without_negation(root: str) -> str:
    shorter = root[:-2]
    negated = root.endswith(("ма", "ме", "ба", "бе", "па", "пе"))
    return shorter if negated and sum(letter in VOWELS for letter in shorter) > 1 else root
