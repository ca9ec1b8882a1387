"""The provisions of an act out of its lines. Pure functions.

A text becomes a flat list of pieces in their order, each with the piece it stands in: section,
chapter, article, paragraph, subparagraph, point, and unnumbered parts; notes of the publisher
(Сноска, Ескерту) are pieces of their own, apart from the words of the law. Nothing is lost: the
lines of the pieces, one under another, are the text again.

Names of pieces follow Akoma Ntoso (OASIS, LegalDocML naming convention 1.0): `art_39-3__para_2`.
As the acts are cited, an article is named without its chapter, which keeps its name when chapters
move and in an excerpt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

from monitoring.core.text import transliterate
from monitoring.decisions.text.markup import tidy

PARSER_VERSION = 1
"""Raised when the same text would be parsed otherwise; kept with every stored version."""

TITLE, PREAMBLE, ATTACHMENT, SECTION = "title", "preamble", "attachment", "section"
CHAPTER, SUBCHAPTER, ARTICLE, PARAGRAPH = "chapter", "subchapter", "article", "paragraph"
SUBPARAGRAPH = "subparagraph"
POINT, ALINEA, HEADING, NOTE, CONTENTS = "point", "alinea", "heading", "note", "contents"
SIGNATURE = "signature"

HEADED = (ATTACHMENT, SECTION, CHAPTER, SUBCHAPTER, ARTICLE)
"""What has a heading and holds provisions."""
_RANKS = {
    ATTACHMENT: 0, SECTION: 1, CHAPTER: 2, SUBCHAPTER: 3,
    ARTICLE: 4, PARAGRAPH: 5, SUBPARAGRAPH: 6, POINT: 7,
}  # fmt: skip
_SHORT = {
    ATTACHMENT: "att", SECTION: "sec", CHAPTER: "chp", SUBCHAPTER: "subchp", ARTICLE: "art",
    PARAGRAPH: "para", SUBPARAGRAPH: "subpara", POINT: "point", ALINEA: "al",
}  # fmt: skip

_NUMBER = r"\d{1,4}(?:-\d{1,3})*"
_ROMAN = r"[IVXLCІХСМM]{1,8}(?:-\d{1,3})?"
_DASH = r"[-–—\u2011]"
_GONE = (
    r"исключ[её]н[аоы]?|утратил[аои]?\s+силу|алып\s+таста(?:лды|лған)"
    r"|алынып\s+таста(?:лды|лған)|күш[iі]\s+жойылды|күш[iі]н\s+жойды|күш[iі]н\s+жойған"
    r"|excluded|repealed|abolished"
)
_STARTS = (
    r"(?=$|\s*\.|\s+[«\"“(]?[^\W\d_a-zа-яёәғқңөұүһі]"
    r"|\s+[«\"“(]?(?i:исключ|утратил|алып|алынып|күш))\s*\.?\s*"
)
"""What may follow «Статья 5»: a heading or nothing; «Статья 5 настоящего Закона» is a sentence."""


def _before(words: str, number: str) -> re.Pattern[str]:
    """«Глава 1.»: the word, then the number."""
    return re.compile(rf"(?i:{words})\s*(?P<n>{number}){_STARTS}")


def _after(words: str, number: str, dash: str = _DASH) -> re.Pattern[str]:
    """«1-тарау.»: the number, then the Kazakh word without an ending."""
    return re.compile(rf"(?P<n>{number})\s*{dash}\s*(?i:{words})(?!\w){_STARTS}")


_ANY = f"{_NUMBER}|{_ROMAN}"
_MARKS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (SECTION, _before(r"раздел\s", _ANY)),
    (SECTION, _after("бөл[iі]м", _ANY, f"{_DASH}?")),
    (CHAPTER, _before(r"глава\s", _ANY)),
    (CHAPTER, _after("тарау", _ANY)),
    (SUBCHAPTER, _before("параграф|§", _NUMBER)),
    (SUBCHAPTER, _after("параграф", _NUMBER)),
    (ARTICLE, _before(r"статья\s|article\s", _NUMBER)),
    (ARTICLE, _after("бап", _NUMBER)),
    (ATTACHMENT, re.compile(r"(?i:приложение)(?:\s*№?\s*(?P<n>\d{1,3}))?(?=$|\s+к\s)\s*")),
    (SUBPARAGRAPH, re.compile(rf"(?P<n>{_NUMBER})\)\s*{_DASH}\s*(?P<to>{_NUMBER})\)\s*,?\s*")),
    (SUBPARAGRAPH, re.compile(rf"(?P<n>{_NUMBER})\)\s*")),
    (PARAGRAPH, re.compile(rf"(?P<n>{_NUMBER})\s+{_DASH}\s+(?P<to>{_NUMBER})\.(?=\s|$)\s*")),
    (PARAGRAPH, re.compile(r"(?P<n>\d{1,3}(?:\.\d{1,3})+)\.(?=\s|$)\s*")),
    (PARAGRAPH, re.compile(rf"(?P<n>{_NUMBER})\.(?=\s|$|[^\W\d_])\s*")),
    (POINT, re.compile(r"(?P<n>[а-яёәғқңөұүһіa-z])\)\s*")),
)
_KAZAKH_ATTACHMENT = re.compile(
    r"(?:.{0,300}?\w[ғгқкн][ае]\s+)?(?:(?P<n>\d{1,3})\s*-\s*)?(?i:қосымша)$"
)
_APPROVED = re.compile(r"(?:Утвержд[её]н[аоы]?)\s+(?:приказ|решени|постановлени|указ|закон)\w+")
_NOTE = re.compile(
    r"[(\[]?(?i:сноска|ескерту|примечание\s+(?:рцпи|изпи)|footnote"
    r"|(?:рқао|зқаи)(?:-н[ыiі]ң)?\s+ескертпес[iі])(?=\W|$)"
)
_OPEN_NOTE = re.compile(r".{0,40}!$")
_EXCLUDED = re.compile(
    rf"[(\[«\"]?(?i:{_GONE})"
    r"(?=\s*(?:$|[.;,:()\])–—-]|Закон|закон|Указ|Постановл|Решен|решен|Приказ|в соответствии|с \d"
    r"|ҚР|РК|Қазақстан|\d))"
)
_NOTE_EXCLUDES = re.compile(rf"(?i:{_GONE})(?!\w)")
_OFFICE = re.compile(
    r"(?i:президент|премьер-министр|министр|аким|әк[iі]м|председатель|төраға|секретарь|хатшы)"
)
_ENDS = (".", ";", ":", ",", "!", "?")
_CYRILLIC_ROMAN = str.maketrans("ІХСМ", "IXCM")


@dataclass(frozen=True)
class Piece:
    """One line of an act and what it is. `lead` + `text` read exactly as the line.

    `eid` names it for ever; `parent` is the eid of what it stands in, "" for the act itself;
    `number` is as cited («39-3», «3–5» for a range); `excluded` says that it lost force and only
    its number is left.
    """

    kind: str
    eid: str
    lead: str
    text: str
    number: str = ""
    parent: str = ""
    excluded: bool = False

    @property
    def label(self) -> str:
        """The number as written: «Статья 39-3.», «113-1-бап.», «1)»."""
        return self.lead.strip()

    @property
    def line(self) -> str:
        """The whole line."""
        return self.lead + self.text


@dataclass(frozen=True)
class Act:
    """A parsed text: its pieces in their order."""

    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        """The text that was parsed, as `tidy` leaves it."""
        return "\n".join(piece.line for piece in self.pieces)

    @cached_property
    def by_eid(self) -> dict[str, Piece]:
        """The pieces by name."""
        return {piece.eid: piece for piece in self.pieces}

    @cached_property
    def provisions(self) -> tuple[Piece, ...]:
        """The words of the act: without the publisher's notes and the table of contents."""
        return tuple(one for one in self.pieces if one.kind not in (NOTE, CONTENTS))

    @cached_property
    def notes(self) -> dict[str, list[str]]:
        """The publisher's notes by the piece that they speak of; "" for the whole act."""
        found: dict[str, list[str]] = {}
        for piece in self.pieces:
            if piece.kind == NOTE:
                found.setdefault(piece.parent, []).append(piece.line)
        return found

    @property
    def title(self) -> str:
        """The name of the act; "" if its text begins without one."""
        return next((one.line for one in self.pieces if one.kind == TITLE), "")

    @property
    def ended(self) -> str:
        """The note that says that the whole act lost force, "" for none."""
        return next((one for one in self.notes.get("", []) if _whole_act_ended(one)), "")

    def chain(self, eid: str) -> Iterator[Piece]:
        """A piece and all that it stands in, itself first."""
        while piece := self.by_eid.get(eid):
            yield piece
            eid = piece.parent

    def home(self, eid: str) -> Piece | None:
        """The article a piece stands in, else the chapter, section or attachment, else None."""
        return next((one for one in self.chain(eid) if one.kind in HEADED), None)


def parse(text: str) -> Act:
    """The pieces of a text given as lines (see markup.read). Any text is parsed, none refused."""
    lines = tidy(text).split("\n")
    reader = _Parser(_contents(lines))
    for place, line in enumerate(lines):
        if line:
            reader.take(place, line)
    return Act(tuple(_with_exclusions(reader.pieces)))


def _mark(line: str) -> tuple[str, str, str] | None:
    """What a line begins with: kind, number, lead; None for words alone."""
    for kind, pattern in _MARKS:
        if found := pattern.match(line):
            groups = found.groupdict()
            number = (groups["n"] or "").translate(_CYRILLIC_ROMAN)
            if to := groups.get("to"):
                number = f"{number}–{to}"
            return kind, number, found[0]
    if found := _KAZAKH_ATTACHMENT.fullmatch(line):
        return ATTACHMENT, found["n"] or "", ""
    if _APPROVED.match(line):
        return ATTACHMENT, "", ""
    return None


def _contents(lines: list[str]) -> frozenset[int]:
    """The lines of a table of contents: headings in a row that all come again later."""
    seen: dict[tuple[str, str], int] = {}
    headings: list[int] = []
    for place, line in enumerate(lines):
        mark = _mark(line)
        if mark is None or mark[0] == ATTACHMENT:
            continue
        if mark[0] not in HEADED:
            return frozenset()  # provisions before anything was repeated
        key = mark[:2]
        if key in seen:
            return frozenset(headings) if len(headings) > 2 else frozenset()
        seen[key] = place
        headings.append(place)
    return frozenset()


@dataclass
class _Parser:
    """Reads line after line; holds what is open: the last piece of every rank."""

    contents: frozenset[int]
    pieces: list[Piece] = field(default_factory=list)
    open: list[Piece] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    counts: dict[str, int] = field(default_factory=dict)
    note_goes_on: bool = False
    signing: bool = False
    last: Piece | None = None  # the last that is no note
    titled: bool = False

    def take(self, place: int, line: str) -> None:
        """One line."""
        if place in self.contents:
            self._add(CONTENTS, "", line, eid="toc_1")
            return
        mark = _mark(line)
        if _NOTE.match(line) or (self.note_goes_on and not (mark and mark[0] in HEADED)):
            goes_on = bool(_NOTE.match(line)) and bool(_OPEN_NOTE.fullmatch(line))
            parent = next((one.eid for one in reversed(self.open) if one.kind in HEADED), "")
            self._add(NOTE, "", line, parent=parent, eid=_join(parent, "note_1"))
            self.note_goes_on = goes_on
            return
        self.note_goes_on = False
        if mark is None:
            self.last = self._words(line)
        else:
            self.last = self._numbered(line, *mark)

    def _numbered(self, line: str, kind: str, number: str, lead: str) -> Piece:
        self.signing, self.titled = False, True
        rank = _RANKS[kind]
        while self.open and _RANKS[self.open[-1].kind] >= rank:
            self.open.pop()
        parent = self.open[-1].eid if self.open else ""
        if kind == ATTACHMENT and not number:
            self.counts[ATTACHMENT] = self.counts.get(ATTACHMENT, 0) + 1
            own = f"att_{self.counts[ATTACHMENT]}"
        else:
            own = f"{_SHORT[kind]}_{_safe(number)}"
        scope = self._scope(kind)
        piece = self._add(kind, lead, line[len(lead) :], number=number, parent=parent,
                          eid=_join(scope, own))  # fmt: skip
        self.open.append(piece)
        return piece

    def _scope(self, kind: str) -> str:
        """In whose name a piece is named: as it is cited, not where it is printed."""
        holders = {
            SECTION: (ATTACHMENT,), CHAPTER: (ATTACHMENT, SECTION),
            SUBCHAPTER: (ATTACHMENT, SECTION, CHAPTER), ARTICLE: (ATTACHMENT,),
            PARAGRAPH: (ATTACHMENT, ARTICLE), SUBPARAGRAPH: (ATTACHMENT, ARTICLE, PARAGRAPH),
            POINT: (ATTACHMENT, ARTICLE, PARAGRAPH, SUBPARAGRAPH),
        }.get(kind, ())  # fmt: skip
        return next((one.eid for one in reversed(self.open) if one.kind in holders), "")

    def _words(self, line: str) -> Piece:
        last = self.last
        if not self.titled and not self.open:
            self.titled = " " in line  # a stray word of the page («яяяя») is no title yet
            if self.titled and len(line) < 600 and not line.endswith(_ENDS):
                return self._add(TITLE, "", line, eid="title")
        if last and last.kind in (SECTION, CHAPTER, SUBCHAPTER) and not last.text:
            return self._add(HEADING, "", line, parent=last.eid, eid=_join(last.eid, "heading"))
        if self.signing or self._signs(line):
            self.signing = True
            self.open = [one for one in self.open if one.kind == ATTACHMENT]
            scope = self.open[-1].eid if self.open else ""
            return self._add(SIGNATURE, "", line, parent=scope, eid=_join(scope, "conclusions"))
        if not self.open:
            return self._add(PREAMBLE, "", line, eid="preamble")
        # A list that came to its full stop is over: the next words belong to what held it.
        while self.open[-1].kind in (SUBPARAGRAPH, POINT) and self._list_is_over():
            if len(self.open) == 1:
                break
            self.open.pop()
        holder = self.open[-1].eid
        first = 1 if self.open[-1].kind in HEADED else 2
        number = self.counts[holder] = self.counts.get(holder, first - 1) + 1
        return self._add(ALINEA, "", line, parent=holder, eid=_join(holder, f"al_{number}"))

    def _list_is_over(self) -> bool:
        """The last words that are no note end with a full stop."""
        return bool(self.last and self.last.line.endswith((".", '."', ".»")))

    def _signs(self, line: str) -> bool:
        return (
            bool(self.open)
            and self.open[-1].kind != ATTACHMENT
            and len(line) < 160
            and not line.endswith(_ENDS)
            and not line.startswith(("-", "–", "—", "•"))
            and line[:1].isupper()
            and bool(_OFFICE.search(line))
            and bool(self.last and self.last.line.endswith((".", ".»", '."')))
        )

    def _add(self, kind: str, lead: str, text: str, *, eid: str, number: str = "",
             parent: str = "") -> Piece:  # fmt: skip
        piece = Piece(kind, self._unused(eid), lead, text, number, parent)
        self.pieces.append(piece)
        return piece

    def _unused(self, eid: str) -> str:
        name = eid
        base = eid[:-2] if eid.endswith(("toc_1", "note_1")) else eid
        while name in self.names:
            self.counts[f"#{base}"] = self.counts.get(f"#{base}", 1) + 1
            name = f"{base}_{self.counts[f'#{base}']}"
        self.names.add(name)
        return name


def _join(scope: str, own: str) -> str:
    return f"{scope}__{own}" if scope else own


def _safe(number: str) -> str:
    """A number as a part of a name: ASCII letters, digits, hyphen and full stop."""
    return re.sub(r"[^A-Za-z0-9.-]", "", transliterate(number.replace("–", "--"))) or "x"


def _whole_act_ended(note: str) -> bool:
    head = re.sub(r"^\W*\w+[\s.:]+", "", note)
    return bool(_NOTE_EXCLUDES.match(head))


def _with_exclusions(pieces: list[Piece]) -> list[Piece]:
    """Mark what lost force: by its own words, or an empty one by the note under it."""
    holding = {piece.parent for piece in pieces if piece.kind != NOTE}
    by_note = {
        piece.parent for piece in pieces if piece.kind == NOTE and _NOTE_EXCLUDES.search(piece.line)
    }
    return [
        replace(piece, excluded=True)
        if piece.kind in _RANKS
        and (
            _EXCLUDED.match(piece.text)
            or (piece.kind in HEADED and piece.eid in by_note and piece.eid not in holding)
        )
        else piece
        for piece in pieces
    ]
