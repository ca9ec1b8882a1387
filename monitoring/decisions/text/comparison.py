"""Two versions of one act compared, article by article and word by word. Pure functions.

Articles are paired by what they say, then the provisions inside a pair; what is left over is looked
for in the whole act, for a paragraph may move to another article. A new number, another letter of
the same look or another dash is no change.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from monitoring.decisions.text import redline
from monitoring.decisions.text.parse import ARTICLE, HEADED, PREAMBLE, SIGNATURE, TITLE, Act, Piece
from monitoring.decisions.text.redline import Runs, plain

SAME, CHANGED, NEW, REMOVED = "same", "changed", "new", "removed"
EXCLUDED = "excluded"
"""It lost force: its number stands, its words are gone."""
OUTSIDE = "outside"
"""The other version is an excerpt that does not reach it: nothing can be said."""
LEFT = "left"
"""It moved to another article."""

_ALIKE = 0.4
_MOVED_ALIKE = 0.6
_MOVED_WORDS = 6
"""Fewer words («другие вопросы.») say too little to be known again in another article."""
_RARE = 20
_END = re.compile(r"[\s.;,:]+$")


@dataclass(frozen=True)
class Row:
    """One provision before and after, with its words marked as in `redline.Pair`."""

    before: Piece | None
    after: Piece | None
    before_runs: Runs
    after_runs: Runs
    runs: Runs
    added: int
    removed: int
    state: str
    moved: bool = False
    """It stood in another article."""

    @property
    def eid(self) -> str:
        """The name of the provision, the newer one first."""
        piece = self.after or self.before
        return piece.eid if piece else ""

    @property
    def renumbered(self) -> bool:
        """It is cited by another number now."""
        return bool(self.before and self.after and self.before.number != self.after.number)


@dataclass(frozen=True)
class Group:
    """An article, or another heading with its provisions; no heading for what stands under none."""

    heading: Row | None
    rows: tuple[Row, ...]

    @property
    def all_rows(self) -> tuple[Row, ...]:
        """The heading and the provisions."""
        return (self.heading, *self.rows) if self.heading else self.rows

    @property
    def state(self) -> str:
        """What became of the whole: the state of its heading, or `changed` for any change in it."""
        if self.heading and self.heading.state in (NEW, REMOVED, EXCLUDED, OUTSIDE):
            return self.heading.state
        return (
            SAME if all(row.state == SAME and not row.moved for row in self.all_rows) else CHANGED
        )


@dataclass(frozen=True)
class Comparison:
    """The articles in the order of the newer version; a removed one where it would have stood."""

    groups: tuple[Group, ...]

    @property
    def rows(self) -> Iterator[Row]:
        """All provisions and headings."""
        return (row for group in self.groups for row in group.all_rows)

    @property
    def added(self) -> int:
        """How many words were added."""
        return sum(row.added for row in self.rows)

    @property
    def removed(self) -> int:
        """How many words were taken out."""
        return sum(row.removed for row in self.rows)

    @property
    def counts(self) -> Counter[str]:
        """How many provisions and headings are in each state."""
        return Counter(row.state for row in self.rows)


@dataclass
class _Unit:
    """A heading with what stands directly under it."""

    heading: Piece | None
    pieces: list[Piece] = field(default_factory=list)
    bag: Counter[str] = field(default_factory=Counter)

    @property
    def everything(self) -> list[Piece]:
        return [self.heading, *self.pieces] if self.heading else self.pieces


def compare_acts(
    before: Act, after: Act, *, before_whole: bool = True, after_whole: bool = True
) -> Comparison:
    """What changed from one version to another.

    Of an excerpt (`…_whole=False`: articles in a row) nothing is said beyond its first and last
    article: there the other version's provisions are `outside`, neither new nor removed.
    """
    old, new = _units(before), _units(after)
    units = _pair_units(old, new)
    pairs: dict[str, Piece] = {}  # by the eid of the newer provision
    for new_place, old_place in units.items():
        pairs |= _pair_pieces(old[old_place].pieces, new[new_place].pieces)
    gone = {piece.eid for piece in pairs.values()}
    pairs |= _pair_moved(
        [piece for unit in old for piece in unit.pieces if piece.eid not in gone],
        [piece for unit in new for piece in unit.pieces if piece.eid not in pairs],
    )
    writer = _Writer(
        pairs={eid: piece.eid for eid, piece in pairs.items()},
        old_span=None if before_whole else _span(old),
        new_span=None if after_whole else _span(new),
    )
    return Comparison(tuple(writer.groups(old, new, units)))


def _units(act: Act) -> list[_Unit]:
    units: dict[str, _Unit] = {}
    for piece in act.provisions:
        if piece.kind in HEADED:
            unit = units[piece.eid] = _Unit(piece)
        else:
            home = act.home(piece.eid)
            name = "#end" if piece.kind == SIGNATURE else home.eid if home else ""
            unit = units.setdefault(name, _Unit(None))
            unit.pieces.append(piece)
        unit.bag.update(plain(piece.text).split())
    return list(units.values())


def _pair_units(old: Sequence[_Unit], new: Sequence[_Unit]) -> dict[int, int]:
    """For each place among the new headings the place of the old one that says the same."""
    scores: list[tuple[int, float, int, int, int]] = []
    for there, one in enumerate(new):
        for here, other in enumerate(old):
            if bool(one.heading) != bool(other.heading):
                continue
            if not one.heading or not other.heading:
                if (there == 0) == (here == 0):  # what stands first, or the signatures
                    scores.append((0, 0, 0, there, here))
                continue
            if one.heading.kind != other.heading.kind:
                continue
            same_number = one.heading.number == other.heading.number
            title = plain(one.heading.text)
            same_title = bool(title) and title == plain(other.heading.text)
            likeness = _likeness(one.bag, other.bag)
            distance = abs(there - here)
            if same_number and same_title:
                scores.append((0, -likeness, distance, there, here))
            elif likeness >= _ALIKE or (same_title and likeness):
                scores.append((1, -likeness - same_number / 10, distance, there, here))
            elif same_number and (one.heading.excluded or not one.bag or not other.bag):
                scores.append((2, -likeness, distance, there, here))
    return _best((there, here) for *_, there, here in sorted(scores))


def _pair_pieces(old: Sequence[Piece], new: Sequence[Piece]) -> dict[str, Piece]:
    """Which provisions of an article belong together: by name of the newer one, the older one."""
    by_name = {(piece.eid, plain(piece.text)): piece for piece in old}
    pairs = {
        piece.eid: by_name[piece.eid, plain(piece.text)]
        for piece in new
        if (piece.eid, plain(piece.text)) in by_name
    }
    for what in (False, True):  # what is in force first; then an empty number with its old words
        taken = {piece.eid for piece in pairs.values()}
        left = [piece for piece in old if piece.eid not in taken]
        come = [piece for piece in new if piece.eid not in pairs and piece.excluded == what]
        if what:
            names = {piece.eid: piece for piece in left}
            pairs |= {one.eid: names[one.eid] for one in come if one.eid in names}
            continue
        left = [piece for piece in left if not piece.excluded]
        found = redline.pair_up(_provisions(left), _provisions(come))
        pairs |= {come[there].eid: left[here] for there, here in found.items()}
    return pairs


def _pair_moved(old: Sequence[Piece], new: Sequence[Piece]) -> dict[str, Piece]:
    """Provisions that are found again in another article."""
    bags = [Counter(plain(piece.text).split()) for piece in old]
    holders: dict[str, list[int]] = defaultdict(list)
    for place, bag in enumerate(bags):
        if bag.total() >= _MOVED_WORDS:
            for word in bag:
                holders[word].append(place)
    scores = []
    for there, piece in enumerate(new):
        mine = Counter(plain(piece.text).split())
        near = {
            place for word in mine if len(holders.get(word, ())) <= _RARE
            for place in holders.get(word, ())
        }  # fmt: skip
        for here in near:
            if (likeness := _likeness(mine, bags[here])) >= _MOVED_ALIKE:
                scores.append((-likeness, abs(there - here), there, here))
    found = _best((there, here) for *_, there, here in sorted(scores))
    return {new[there].eid: old[here] for there, here in found.items()}


def _best(ranked: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Pairs from a ranked list, each place used once."""
    partners: dict[int, int] = {}
    taken: set[int] = set()
    for there, here in ranked:
        if there not in partners and here not in taken:
            partners[there] = here
            taken.add(here)
    return partners


def _likeness(one: Counter[str], other: Counter[str]) -> float:
    total = one.total() + other.total()
    return 2 * sum((one & other).values()) / total if total else 0.0


def _provisions(pieces: Iterable[Piece]) -> list[redline.Provision]:
    return [redline.Provision(piece.eid, piece.text) for piece in pieces]


_Span = tuple[tuple[int, ...], tuple[int, ...]]


def _span(units: Sequence[_Unit]) -> _Span:
    """The first and the last article of an excerpt."""
    numbers = [_order(one.heading) for one in units if one.heading and one.heading.kind == ARTICLE]
    return (numbers[0], numbers[-1]) if numbers else ((0,), (0,))


def _order(piece: Piece) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", piece.number)) or (0,)


@dataclass
class _Writer:
    """Writes the groups once it is known what belongs to what."""

    pairs: dict[str, str]
    old_span: _Span | None
    new_span: _Span | None

    def groups(
        self, old: Sequence[_Unit], new: Sequence[_Unit], units: dict[int, int]
    ) -> Iterator[Group]:
        self.old_pieces = {piece.eid: piece for unit in old for piece in unit.everything}
        self.new_of = {before: after for after, before in self.pairs.items()}
        # What went stands before the next heading that stayed, behind what came in its place.
        taken = {here: there for there, here in units.items()}
        ahead: dict[int, list[int]] = defaultdict(list)
        place = len(new)
        for here in reversed(range(len(old))):
            if here in taken:
                place = taken[here]
            else:
                ahead[place].insert(0, here)
        for there, unit in enumerate(new):
            yield from (self.group(old[here], None) for here in ahead[there])
            yield self.group(old[units[there]] if there in units else None, unit)
        yield from (self.group(old[here], None) for here in ahead[len(new)])

    def group(self, old: _Unit | None, new: _Unit | None) -> Group:
        heading = None
        within = (old.heading if old else None, new.heading if new else None)
        if any(within):
            heading = self.row(*within, within)
        mine = {piece.eid: place for place, piece in enumerate(old.pieces)} if old else {}
        followers: dict[int, list[Piece]] = defaultdict(list)
        new_places = {piece.eid: place for place, piece in enumerate(new.pieces)} if new else {}
        place = -1
        for piece in old.pieces if old else ():
            partner = self.new_of.get(piece.eid)
            if partner in new_places:
                place = new_places[partner]
            else:
                followers[place].append(piece)
        rows = [self.row(piece, None, within) for piece in followers[-1]]
        for there, piece in enumerate(new.pieces if new else ()):
            partner = self.pairs.get(piece.eid)
            before = self.old_pieces[partner] if partner else None
            moved = bool(partner) and partner not in mine
            rows.append(self.row(before, piece, within, moved=moved))
            rows += [self.row(left, None, within) for left in followers[there]]
        return Group(heading, tuple(rows))

    def row(
        self,
        before: Piece | None,
        after: Piece | None,
        within: tuple[Piece | None, Piece | None],
        *,
        moved: bool = False,
    ) -> Row:
        left, right, runs, added, removed = redline.compare_words(
            before.text if before else "", after.text if after else ""
        )
        state = self.state(before, after, within)
        if state in (SAME, OUTSIDE, LEFT):
            added = removed = 0
        return Row(before, after, left, right, runs, added, removed, state, moved)

    def state(
        self, before: Piece | None, after: Piece | None, within: tuple[Piece | None, Piece | None]
    ) -> str:
        if before is None and after is not None:
            return OUTSIDE if _beyond(self.old_span, after, within[1]) else NEW
        if after is None and before is not None:
            if before.eid in self.new_of:
                return LEFT
            return OUTSIDE if _beyond(self.new_span, before, within[0]) else REMOVED
        assert before is not None
        assert after is not None
        if after.excluded and not before.excluded:
            return EXCLUDED
        # A list that grew has a semicolon where its full stop was.
        same = _END.sub("", plain(before.text)) == _END.sub("", plain(after.text))
        return SAME if same else CHANGED


def _beyond(span: _Span | None, piece: Piece, heading: Piece | None) -> bool:
    """Whether a provision lies outside of the articles that the other version's excerpt holds."""
    if span is None:
        return False
    holder = heading or piece
    if holder.kind == ARTICLE:
        return not span[0] <= _order(holder) <= span[1]
    return holder.kind in (*HEADED, TITLE, PREAMBLE, SIGNATURE)
