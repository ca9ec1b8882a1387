"""The endings of Kazakh verbs over the folded skeleton: tense, person, negation, voice.

A root takes voice, negation, tense and person, in this order; participles and verbal nouns then
take the endings of nouns, which `kazakh` undoes. The passive and the "together" voice are undone
too («жазылды» is жаз): they are grammar, as in the lemmas of treebanks. The causative makes another
verb and stays («өсір» is not өс).
"""

from __future__ import annotations

from collections.abc import Iterator

VOWELS = frozenset("аеиоуы")
_HARD = frozenset("пткшсфх")
_VOICELESS = _HARD | frozenset("бвгд")
GLIDES = frozenset("иу")
"""Letters of the skeleton that are a vowel or a consonant."""

_LONG = ("мын", "мин", "сын", "син", "мыз", "миз", "сыз", "сиз", "сыздар", "сиздер")
_ANY = (*_LONG, "пын", "пин", "быз", "биз", "пыз", "пиз", "бын", "бин", "сындар", "синдер")
_SHORT = ("м", "н", "к", "ныз", "низ", "ныздар", "низдер", "ндар", "ндер")

# Ending -> what stands before it: V a vowel, C a consonant, Y a vowel that melted into its и.
_ENDINGS: dict[str, str] = {}


def _add(stands: str, endings: Iterator[str] | tuple[str, ...] | list[str]) -> None:
    for ending in endings:
        _ENDINGS[ending] = "".join(sorted({*_ENDINGS.get(ending, ""), *stands}))


_add("C", [t + p for t in ("а", "е") for p in ("ды", "ди", "м", *_LONG)])  # барады
_add("C", ["а", "е"])
_add("VY", ["и" + p for p in ("ды", "ди", "м", *_LONG)])  # қарайды, оқиды
_add("VY", ["и"])
_add("CV", [t + p for t in ("ды", "ди", "ты", "ти") for p in ("", *_SHORT)])  # барды
_add("C", [t + p for t in ("ып", "ип") for p in ("", "ты", "ти", *_ANY)])  # барып
_add("V", ["п" + p for p in ("", "ты", "ти", *_ANY)])
_add("CV", [t + p for t in ("са", "се") for p in ("", *_SHORT)])  # барса
_add("CV", ["сын", "син"])
_add("C", ["ыныз", "иниз", "ындар", "индер", "ыныздар", "иниздер", "аиын", "еиин", "аиык", "еиик"])
_add("V", ["ныз", "низ", "ныздар", "низдер", "иын", "иин", "иык", "иик"])
_add("C", [t + p for t in ("ар", "ер") for p in ("", *_ANY)])  # барар
_add("V", ["р" + p for p in ("", *_ANY)])
_add("V", ["с" + p for p in ("", "тан", "тен", "ын", "ин", "пын", "пин", "пыз", "пиз")])  # бармас
_add("CV", [t + p for t in ("мак", "мек", "бак", "бек", "пак", "пек") for p in ("", "шы", "ши")])
_add("CV", [t + p for t in ("ган", "ген", "кан", "кен") for p in _ANY])  # барғанмын
_add("CV", [t + "сыз" for t in ("ган", "кан")] + [t + "сиз" for t in ("ген", "кен")])
_add("CV", ["галы", "гели", "калы", "кели", "гаи", "геи", "каи", "кеи"])
_add("CV", ["ганша", "генше", "канша", "кенше"])
_add("V", ["иынша", "иинше"])

PARTICIPLES: dict[str, str] = {
    **dict.fromkeys(("ган", "ген", "кан", "кен"), "CV"),
    **dict.fromkeys(("гандык", "гендик", "кандык", "кендик"), "CV"),  # барғандықтан
    **dict.fromkeys(("атын", "етин"), "C"),
    **dict.fromkeys(("итын", "итин"), "VY"),
    "у": "CV",
}
"""Endings that make nouns and adjectives of verbs, which take the endings of nouns."""

_MADE = ("ла", "ле", "да", "де", "та", "те")
"""What makes verbs of nouns: баян-да, сөй-ле."""
_NO = ("ма", "ме", "ба", "бе", "па", "пе")
_TAIL = (
    "ыл", "ил", "ын", "ин", "ыс", "ис", "лан", "лен", "дан", "ден", "тан", "тен", "лас", "лес",
    "дас", "дес", "тас", "тес", "тыр", "тир", "дыр", "дир", "гыз", "гиз", "кыз", "киз", "ала",
    "еле",
)  # fmt: skip
"""Ends of roots that a noun in -ат or -ет seldom has before it."""
_CAUSED = ("тыр", "тир", "дыр", "дир", "гыз", "гиз", "кыз", "киз")
_VOICES = ("ыл", "ил", "ын", "ин", "ыс", "ис", "л", "н")
_LONGEST = max(map(len, [*_ENDINGS, *PARTICIPLES]))


def _stands(base: str, ending: str, wanted: str) -> bool:
    last = base[-1]
    hard = ending[0] in "тк" or ending[:2] in {"па", "пе"}
    soft = ending[0] in "дг" or ending[:2] in {"ба", "бе"}
    if (hard and last not in _VOICELESS) or (soft and last in _HARD):
        return False
    if last in GLIDES:
        return True
    return last in VOWELS if wanted == "V" else last not in VOWELS if wanted == "C" else True


def _ended(word: str, table: dict[str, str]) -> Iterator[tuple[str, str]]:
    """(base, ending) of every ending of a table that a word has, the longest first."""
    for length in range(min(_LONGEST, len(word) - 2), 0, -1):
        ending = word[-length:]
        wanted = table.get(ending)
        if wanted and _stands(word[:-length], ending, wanted):
            yield word[:-length], ending


def finite(word: str) -> list[tuple[str, str]]:
    """(base, ending) for every reading of a word as a finite verb or a converb."""
    return list(_ended(word, _ENDINGS))


def participle(word: str) -> list[tuple[str, str]]:
    """(base, ending) for every reading of a bare word as a participle or a verbal noun."""
    return list(_ended(word, PARTICIPLES))


def roots(base: str, ending: str) -> Iterator[str]:
    """What may be the root when an ending was taken off, the likeliest first.

    Negation, a vowel that melted into the ending (оқы: оқиды, оқу), a voiced sound (жап: жабады).
    """
    melted = ending[0] in "иу" and base[-1] not in VOWELS
    if not (melted and "Y" in (_ENDINGS.get(ending) or PARTICIPLES.get(ending, ""))):
        yield base
    if base.endswith(_NO) and len(base) > 3:
        yield base[:-2]
    if ending[0] in VOWELS and base[-1] in "бг":
        yield base[:-1] + {"б": "п", "г": "к"}[base[-1]]
    if melted:
        yield base + "ы"
        yield base + "и"


def plain_voice(root: str, known: frozenset[str], ending: str = "") -> str:
    """The known root under a passive or "together" voice; empty if there is none."""
    for _ in range(3):
        if root in known:
            return root
        for voice in _VOICES:
            base = root[: -len(voice)]
            if not root.endswith(voice) or len(base) < 2:
                continue
            if len(voice) == 1 and (base[-1] not in VOWELS or len(base) < 3):
                continue
            if voice in {"ыс", "ис"} and ending.startswith("т"):
                continue  # қозғалыс-ты is a noun's case as well
            if base in known:
                return base
            voiced = base[:-1] + {"б": "п", "г": "к"}.get(base[-1], "")
            found = next((one for one in (voiced, base + "ы", base + "и") if one in known), "")
            if found and len(voice) > 1:
                return found
        shorter = next((root[: -len(v)] for v in _VOICES if len(v) > 1 and root.endswith(v)), "")
        if len(shorter) < 3:
            return ""
        root = shorter
    return ""


def guessed_voice(root: str) -> str:
    """An unknown root without a passive that only a verb can have: суретте-л, құрас-тыр-ыл."""
    if root.endswith("л") and root[:-1].endswith(_MADE) and _syllables(root) > 2:
        return root[:-1]
    if root.endswith(("ыл", "ил")) and root[:-2].endswith(_CAUSED) and _syllables(root) > 2:
        return root[:-2]
    return root


def is_sure(root: str, ending: str) -> bool:
    """Whether a participle of an unknown word is one: «табиғат-ын» looks like «тараты-л-атын»."""
    if ending == "у" or _syllables(root) < 2:
        return False
    return ending not in {"атын", "етин"} or root.endswith(_TAIL)


def surely(word: str) -> str:
    """The root of an unknown word whose ending no noun has; empty for any other word."""
    for base, ending in _ended(word, _ENDINGS):
        if len(base) >= 3 and _syllables(base) and (root := _sure_root(base, ending)):
            return root
    return ""


def _sure_root(base: str, ending: str) -> str:
    made = base.endswith(_MADE) and _syllables(base) > 1
    no = base.endswith(_NO) and _syllables(base) > 1 and not base.endswith("ба")
    bare = base[:-2] if no else base
    if ending[1:3] in {"ды", "ди"} and ending[0] in "ае":
        # баянда-ды, not баянд-ады
        return base + ending[0] if _is_made_past(base, ending) else guessed_voice(base)
    if ending.startswith(("ып", "ип")):
        return guessed_voice(base) if base[-1] not in VOWELS - GLIDES else ""
    if ending[0] in "пи":
        return bare if made or no else ""
    if ending.startswith(("са", "се")) and (made or no or guessed_voice(base) != base):
        return guessed_voice(base if made else bare)
    return ""


def _is_made_past(base: str, ending: str) -> bool:
    """Whether -ады after a base is the vowel of -ла, -да, -та and the past."""
    if ending[1:] not in {"ды", "ди"} or len(base) < 4:
        return False
    before, last = base[-2], base[-1]
    return (
        (last == "т" and before in "пктсшфх")
        or (last == "д" and before in "мнлзж")
        or (last == "л" and before in "аеиоу" and not base[:-1].endswith(_MADE))
    )


def _syllables(word: str) -> int:
    return sum(letter in VOWELS for letter in word)
