"""The Kazakh and the Russian text of one version side by side. Pure functions.

Both are official and neither is a translation of the other for the law. Provisions are set side by
side by their names; where the numbers or dates of the two differ, both are shown and none is
preferred.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from monitoring.core.text import one_alphabet
from monitoring.decisions.text.parse import CONTENTS, NOTE, Act, Piece

_MONTHS = {
    "kk": ("қаңтар", "ақпан", "наурыз", "сәуір", "мамыр", "маусым",
           "шілде", "тамыз", "қыркүйек", "қазан", "қараша", "желтоқсан"),
    "ru": ("января", "февраля", "марта", "апреля", "мая", "июня",
           "июля", "августа", "сентября", "октября", "ноября", "декабря"),
}  # fmt: skip
MONTH = {name: number + 1 for names in _MONTHS.values() for number, name in enumerate(names)}
KAZAKH_DATE = re.compile(
    rf"(?P<y>\d{{4}})\s*(?:жыл(?:ғы|ы|дың)|ж\.)\s*(?P<d>\d{{1,2}})\s+(?P<m>{'|'.join(_MONTHS['kk'])})\w*"
)
RUSSIAN_DATE = re.compile(
    rf"(?P<d>\d{{1,2}})\s+(?P<m>{'|'.join(_MONTHS['ru'])})\s+(?P<y>\d{{4}})(?:\s*г(?:ода|\.)?)?"
)
SHORT_DATE = re.compile(r"(?<![\d.])(?P<d>\d{1,2})\.(?P<m>\d{2})\.(?P<y>\d{4}|\d{2})(?!\d)")
BACK_DATE = re.compile(r"(?<![\d.])(?P<y>\d{4})\.(?P<m>\d{2})\.(?P<d>\d{2})(?!\d)")
_ACT = re.compile(r"(?:№|\bN)\s*(?P<n>\d[\w/-]*)")
_CONVOCATION = re.compile(r"(?<=\d)-[ivx]+$")
_FIGURE = re.compile(
    r"(?<![\w-])\d{1,3}(?:[ \u00a0]\d{3})+(?:,\d+)?(?!\d)|\d+(?:[.,]\d+)*(?:-\d+)*"
)

_TENS = {
    20: "двадцать двадцати жиырма", 30: "тридцать тридцати отыз", 40: "сорок сорока қырық",
    50: "пятьдесят пятидесяти елу", 60: "шестьдесят шестидесяти алпыс",
    70: "семьдесят семидесяти жетпіс", 80: "восемьдесят восьмидесяти сексен",
    90: "девяносто девяноста тоқсан", 10: "он",
}  # fmt: skip
_ONES = {
    1: "один одного одному одной одна бір", 2: "два двух двум две екі",
    3: "три трех трёх трем үш", 4: "четыре четырех четырёх төрт", 5: "пять пяти бес",
    6: "шесть шести алты", 7: "семь семи жеті", 8: "восемь восьми сегіз", 9: "девять девяти тоғыз",
    10: "десять десяти", 12: "двенадцать двенадцати", 14: "четырнадцать четырнадцати",
    15: "пятнадцать пятнадцати", 18: "восемнадцать восемнадцати",
}  # fmt: skip
_TEN = {word: value for value, words in _TENS.items() for word in words.split()}
_ONE = {word: value for value, words in _ONES.items() for word in words.split()}
_TERM = re.compile(
    rf"(?<!\w)(?:(?P<tens>{'|'.join(_TEN)})(?:\s+(?P<more>{'|'.join(_ONE)}))?|(?P<ones>{'|'.join(_ONE)}))"
    r"\s+(?:календарн\w+\s+|рабоч\w+\s+|күнтізбелік\s+|жұмыс\s+)?"
    r"(?:лет|год|месяц|дн(?:я|ей|и)|день|час|жыл|ай|күн|жас|сағат)"
)
"""A term in words: «сроком на пять лет», «бес жыл мерзімге»."""


@dataclass(frozen=True)
class Side:
    """A provision in two languages; None where a language has none of that name.

    `only_kk`, `only_ru`: dates (ISO 8601) and numbers that stand in one of the texts alone.
    """

    kk: Piece | None
    ru: Piece | None
    only_kk: tuple[str, ...] = ()
    only_ru: tuple[str, ...] = ()

    @property
    def eid(self) -> str:
        """The name of the provision."""
        piece = self.kk or self.ru
        return piece.eid if piece else ""

    @property
    def disagree(self) -> bool:
        """The texts give different numbers or dates."""
        return bool(self.only_kk or self.only_ru)

    @property
    def alone(self) -> bool:
        """One of the languages has no such provision."""
        return self.kk is None or self.ru is None


def side_by_side(kazakh: Act, russian: Act) -> tuple[Side, ...]:
    """All provisions and notes of both texts, in the order of the Kazakh one."""
    kk = [piece for piece in kazakh.pieces if piece.kind != CONTENTS]
    ru = {piece.eid: piece for piece in russian.pieces if piece.kind != CONTENTS}
    names = {piece.eid for piece in kk}
    behind: dict[str, list[Piece]] = {}
    last = ""
    for eid, piece in ru.items():
        if eid in names:
            last = eid
        else:
            behind.setdefault(last, []).append(piece)
    rows = [Side(None, piece) for piece in behind.get("", [])]
    for piece in kk:
        side = _side(piece, ru.get(piece.eid))
        if piece.kind == NOTE and len(kazakh.notes[piece.parent]) != len(
            russian.notes.get(piece.parent, ())
        ):
            side = Side(side.kk, side.ru)  # other notes: what they say is not comparable
        rows.append(side)
        rows += [Side(None, other) for other in behind.get(piece.eid, [])]
    return tuple(rows)


def _side(kk: Piece, ru: Piece | None) -> Side:
    if ru is None:
        return Side(kk, None)
    ours, theirs = figures(kk.text), figures(ru.text)
    return Side(
        kk,
        ru,
        tuple(one for one in ours if not _stands_in(one, theirs)),
        tuple(one for one in theirs if not _stands_in(one, ours)),
    )


def _stands_in(value: str, others: tuple[str, ...]) -> bool:
    """«№ 126-IV» and «№ 126» cite one law: the convocation is often left out."""
    short = _CONVOCATION.sub("", value)
    return value in others or any(
        short == _CONVOCATION.sub("", other) and short in (value, other) for other in others
    )


def figures(text: str) -> tuple[str, ...]:
    """The dates (ISO 8601) and numbers of a text in either language, once each, in their order.

    Numbers of acts stand with their sign («№ 9-96»); terms in words count as figures.
    """
    found: list[tuple[int, str]] = []
    text = _blank(text, KAZAKH_DATE, _date, found)
    for pattern in (RUSSIAN_DATE, SHORT_DATE, BACK_DATE):
        text = _blank(text, pattern, _date, found)
    text = _blank(text, _ACT, _act, found)
    text = _blank(text, _FIGURE, lambda one: re.sub(r"\s", "", one[0]), found)
    # Words last: offsets hold as long as folding keeps the length.
    folded = one_alphabet(text).lower()
    _blank(folded if len(folded) == len(text) else text, _TERM, _term, found)
    return tuple(dict.fromkeys(value for _, value in sorted(found) if value))


def _blank(text: str, pattern: re.Pattern[str], name: object, found: list[tuple[int, str]]) -> str:
    assert callable(name)
    for one in pattern.finditer(text):
        found.append((one.start(), name(one)))
    return pattern.sub(lambda one: " " * len(one[0]), text)


def _date(one: re.Match[str]) -> str:
    year, month, day = one["y"], one["m"], int(one["d"])
    if len(year) == 2:
        year = ("19" if int(year) > 60 else "20") + year
    return f"{year}-{MONTH.get(month) or int(month):02}-{day:02}"


def _act(one: re.Match[str]) -> str:
    return f"№ {one_alphabet(one['n']).strip('-/').lower()}"


def _term(one: re.Match[str]) -> str:
    tens, more, ones = one["tens"], one["more"], one["ones"]
    return str(
        (_TEN[tens] if tens else 0) + (_ONE[more] if more else 0) + (_ONE[ones] if ones else 0)
    )


def conflicts(sides: tuple[Side, ...]) -> Iterator[Side]:
    """The provisions in which the texts disagree."""
    return (side for side in sides if side.disagree)
