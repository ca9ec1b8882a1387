"""What changed between two versions of a text made of provisions. Pure functions.

Provisions are paired by what they say, not by their number; inside a pair the words are compared.
Letters are compared in one alphabet and shown as they were written: Kazakh acts of the 2000s mix
Latin i with і, and that is no change.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from monitoring.core.text import one_alphabet

SAME, INS, DEL = "same", "ins", "del"
Runs = tuple[tuple[str, str], ...]
"""Stretches of text, each marked `same`, `ins` or `del`. No mark begins or ends with a space."""

_TOKEN = re.compile(r"(\s*)(\d+(?:-\d+)*\)|\d+(?:[.,]\d+)+(?!\w)|\w+(?:[-–\u2011'’]\w+)*|[^\w\s])")
_TERM = re.compile(r"^(?:\d+(?:-\d+)*[).]\s*)?(\S.{1,80}?)\s+[-–—]\s")
_JOINERS = frozenset({"және", "мен", "бен", "пен", "и", "или", "а", "and", "or", "сондай-ақ"})
"""An insertion starts at one of these where it can: «басқару [және өзін-өзі басқару]»."""
_ONE_SIGN = str.maketrans(dict.fromkeys("–—‑−", "-") | dict.fromkeys("«»“”„‟″", '"') | {"’": "'"})
_ALIKE = 0.4
"""Two provisions that share less of their words than this are two provisions."""


@dataclass(frozen=True)
class Provision:
    """One provision of a version: how it is cited ("M5", "12-бап") and its text."""

    key: str
    text: str


@dataclass(frozen=True)
class Pair:
    """A provision before and after; None where there was or is none.

    `before_runs` read exactly as the text before, `after_runs` as the text after; `runs` are both
    in one text for narrow screens.
    """

    before: Provision | None
    after: Provision | None
    before_runs: Runs
    after_runs: Runs
    runs: Runs
    added: int
    removed: int

    @property
    def state(self) -> str:
        """`new`, `removed`, `changed` or `same`; a new number alone is no change."""
        if self.before is None:
            return "new"
        if self.after is None:
            return "removed"
        marks = {mark for mark, _ in self.runs}
        return "same" if marks <= {SAME} else "changed"


@dataclass(frozen=True)
class Redline:
    """A comparison: the pairs in the order of the newer version, and words counted over all."""

    pairs: tuple[Pair, ...]

    @property
    def added(self) -> int:
        """How many words were added."""
        return sum(pair.added for pair in self.pairs)

    @property
    def removed(self) -> int:
        """How many words were taken out."""
        return sum(pair.removed for pair in self.pairs)

    def folded(self) -> Iterator[list[Pair]]:
        """The pairs in groups: runs of unchanged ones together, every other one alone."""
        quiet: list[Pair] = []
        for pair in self.pairs:
            if pair.state == SAME:
                quiet.append(pair)
                continue
            if quiet:
                yield quiet
                quiet = []
            yield [pair]
        if quiet:
            yield quiet


@dataclass(frozen=True)
class _Token:
    space: str
    text: str
    key: str

    @property
    def is_word(self) -> bool:
        return any(letter.isalnum() for letter in self.text)


_Op = tuple[str, int, int, int, int]


def compare(
    before: Sequence[Provision],
    after: Sequence[Provision],
    partners: dict[int, int] | None = None,
) -> Redline:
    """Compare two versions. A removed provision stands behind the one that it followed.

    `partners`, as `pair_up` gives them, where the caller knows better which belong together.
    """
    if partners is None:
        partners = pair_up(before, after)
    followers: dict[int, list[int]] = defaultdict(list)
    taken = {old: new for new, old in partners.items()}
    place = -1
    for old in range(len(before)):
        if old in taken:
            place = taken[old]
        else:
            followers[place].append(old)
    pairs = [_only_before(before[old]) for old in followers[-1]]
    for new, provision in enumerate(after):
        if new in partners:
            pairs.append(_both(before[partners[new]], provision))
        else:
            pairs.append(_only_after(provision))
        pairs += [_only_before(before[old]) for old in followers[new]]
    return Redline(tuple(pairs))


def pair_up(before: Sequence[Provision], after: Sequence[Provision]) -> dict[int, int]:
    """For each place in `after` the place in `before` that says the same thing, if any.

    First equal texts in their order; then equal terms («әкім – …»); then whichever share most
    words, at least two fifths, the nearer in order first.
    """
    partners: dict[int, int] = {}
    free = set(range(len(before)))

    def join(new: int, old: int) -> None:
        partners[new] = old
        free.discard(old)

    for name in (plain, term):
        waiting: dict[str, list[int]] = defaultdict(list)
        for old in sorted(free):
            if value := name(before[old].text):
                waiting[value].append(old)
        for new in range(len(after)):
            queue = waiting.get(name(after[new].text)) if new not in partners else None
            if queue:
                join(new, queue.pop(0))
    rest = [new for new in range(len(after)) if new not in partners]
    scores = sorted(_scores(before, after, sorted(free), rest))
    for _, _, new, old in scores:
        if new not in partners and old in free:
            join(new, old)
    return partners


def term(text: str) -> str:
    """The term that a provision defines («1) әкім – …» → «әкім»), folded; "" for none."""
    found = _TERM.match(text)
    return plain(found[1]) if found else ""


def compare_words(before: str, after: str) -> tuple[Runs, Runs, Runs, int, int]:
    """Compare two texts by word: runs before, runs after, both in one, words added, removed."""
    old, new = _tokens(before), _tokens(after)
    ops = _slid(_ops(old, new), old, new)
    left = _one_side([(DEL if tag in ("delete", "replace") else SAME, old[i1:i2])
                      for tag, i1, i2, _, _ in ops], _tail(before))  # fmt: skip
    right = _one_side([(INS if tag in ("insert", "replace") else SAME, new[j1:j2])
                       for tag, _, _, j1, j2 in ops], _tail(after))  # fmt: skip
    added = sum(one.is_word for tag, _, _, j1, j2 in ops if tag != "equal" for one in new[j1:j2])
    gone = sum(one.is_word for tag, i1, i2, _, _ in ops if tag != "equal" for one in old[i1:i2])
    return left, right, _together(ops, old, new), added, gone


def _ops(old: list[_Token], new: list[_Token]) -> list[_Op]:
    matcher = SequenceMatcher(None, [t.key for t in old], [t.key for t in new], autojunk=False)
    return list(matcher.get_opcodes())


def _slid(ops: list[_Op], old: list[_Token], new: list[_Token]) -> list[_Op]:
    """Move insertions and deletions along equal words until they start at a joining word.

    difflib puts an equal stretch between any two changes; an empty one is put at each end.
    """
    end_op: _Op = ("equal", len(old), len(old), len(new), len(new))
    ops = [("equal", 0, 0, 0, 0), *ops, end_op]
    for place in range(1, len(ops) - 1):
        tag, i1, i2, j1, j2 = ops[place]
        if tag not in ("insert", "delete"):
            continue
        words, start, end = (new, j1, j2) if tag == "insert" else (old, i1, i2)
        before, behind = ops[place - 1], ops[place + 1]  # both equal
        # At least one word stays with each neighbour, so that no stretch disappears.
        back, ahead = before[2] - before[1] - 1, behind[2] - behind[1] - 1
        if words[start].key.lower() not in _JOINERS:
            for step in _steps(words, start, end, back, ahead):
                if words[start + step].key.lower() in _JOINERS:
                    ops[place - 1] = (*before[:2], before[2] + step, before[3], before[4] + step)
                    ops[place] = (tag, i1 + step, i2 + step, j1 + step, j2 + step)
                    ops[place + 1] = ("equal", i2 + step, behind[2], j2 + step, behind[4])
                    break
    return [op for op in ops if op[1] < op[2] or op[3] < op[4]]


def _steps(words: list[_Token], start: int, end: int, back: int, ahead: int) -> Iterator[int]:
    """How far a stretch may move with the text reading the same, the nearest first."""
    step = 0
    while step < ahead and words[start + step].key == words[end + step].key:
        step += 1
        yield step
    step = 0
    while step < back and words[start - step - 1].key == words[end - step - 1].key:
        step += 1
        yield -step


def _one_side(parts: list[tuple[str, list[_Token]]], tail: str) -> Runs:
    """One version exactly as written, its own words marked."""
    runs: list[tuple[str, str]] = []
    for mark, tokens in parts:
        if tokens:
            _add(runs, SAME, tokens[0].space)
            _add(runs, mark, _join(tokens))
    _add(runs, SAME, tail)
    return tuple(runs)


def _together(ops: list[_Op], old: list[_Token], new: list[_Token]) -> Runs:
    """Both versions in one text: what went, then what came; words of two stretches never touch."""
    runs: list[tuple[str, str]] = []
    for tag, i1, i2, j1, j2 in ops:
        gone = old[i1:i2] if tag in ("delete", "replace") else []
        came = new[j1:j2]
        for mark, tokens, others in (
            (DEL, gone, came), (SAME if tag == "equal" else INS, came, old[i1:i2]),
        ):  # fmt: skip
            if not tokens:
                continue
            space = tokens[0].space or (others[0].space if others else "")
            needs = bool(runs) and ((mark == INS and bool(gone)) or runs[-1][0] == DEL)
            _add(runs, SAME, space or (" " if needs else ""))
            _add(runs, mark, _join(tokens))
    return tuple(runs)


def _join(tokens: list[_Token]) -> str:
    return tokens[0].text + "".join(one.space + one.text for one in tokens[1:])


def _add(runs: list[tuple[str, str]], mark: str, text: str) -> None:
    if not text:
        return
    if runs and runs[-1][0] == mark:
        runs[-1] = (mark, runs[-1][1] + text)
    else:
        runs.append((mark, text))


def _tokens(text: str) -> list[_Token]:
    return [_Token(space, word, _key(word)) for space, word in _TOKEN.findall(text)]


@lru_cache(maxsize=20_000)
def _key(word: str) -> str:
    """What a word is compared by: one alphabet, one kind of dash and of quotation mark."""
    return one_alphabet(word).translate(_ONE_SIGN)


def _tail(text: str) -> str:
    return text[len(text.rstrip()) :] if text.strip() else text


@lru_cache(maxsize=20_000)
def plain(text: str) -> str:
    """The words of a text as they are compared: no case, one alphabet, single spaces."""
    return " ".join(token.key.casefold() for token in _tokens(text))


def _scores(
    before: Sequence[Provision], after: Sequence[Provision], free: list[int], rest: list[int]
) -> Iterator[tuple[float, int, int, int]]:
    """Candidates as (−likeness, distance, new, old); only those that share a word are looked at."""
    bags = {old: Counter(plain(before[old].text).split()) for old in free}
    holders: dict[str, list[int]] = defaultdict(list)
    for old, bag in bags.items():
        for word in bag:
            holders[word].append(old)
    for new in rest:
        mine = Counter(plain(after[new].text).split())
        for old in {old for word in mine for old in holders.get(word, ())}:
            common = sum((mine & bags[old]).values())
            likeness = 2 * common / (mine.total() + bags[old].total())
            if likeness >= _ALIKE:
                yield -likeness, abs(new - old), new, old


def _both(before: Provision, after: Provision) -> Pair:
    left, right, runs, added, removed = compare_words(before.text, after.text)
    return Pair(before, after, left, right, runs, added, removed)


def _only_before(provision: Provision) -> Pair:
    left, _, runs, _, removed = compare_words(provision.text, "")
    return Pair(provision, None, left, (), runs, 0, removed)


def _only_after(provision: Provision) -> Pair:
    _, right, runs, added, _ = compare_words("", provision.text)
    return Pair(None, provision, (), right, runs, added, 0)
