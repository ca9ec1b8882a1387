"""Reads of the directory: who stands in it, which boxes its filter has, its map.

A few hundred rows of a few short columns are read at once and counted, matched and sorted here: the
databases disagree on Kazakh letters, and every count leaves out another group.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path

from django.http import QueryDict
from django.utils.translation import gettext

from coalition.registry.models import ExperienceField, LegalForm, Organisation, Standing
from monitoring.core.models import LANGUAGES
from monitoring.core.text import fold, kazakh_key, slugify
from monitoring.vocabulary.models import Region

GROUPS = ("standing", "region", "place", "experience", "form")
"""Groups of the filter, in their order on the page; each is a name in the address."""
STANDINGS = tuple(map(str, (Standing.Kind.CONFIRMED, Standing.Kind.FOUNDER, Standing.Kind.ENDED)))
"""The three lists of the directory. No count adds two of them up."""
VIEWS = ("list", "cards")
NOT_STATED = "-"
"""The box of organisations whose legal form no source states."""
MOST_VALUES = 50
MOST_LETTERS = 100
TILES = Path(__file__).parent / "seeds" / "tiles.json"


@dataclass(frozen=True)
class Entry:
    """What the filter knows of one organisation."""

    pk: int
    number: int | None
    name: str
    place: str
    standing: str
    region: str
    place_key: str
    form: str
    experience: tuple[str, ...]
    words: str
    """All its names, folded, for matching."""

    def values(self, group: str) -> tuple[str, ...]:
        """Its boxes in a group."""
        if group == "experience":
            return self.experience
        return (str(getattr(self, "place_key" if group == "place" else group)),)


@dataclass(frozen=True)
class Filters:
    """What a reader ticked and typed; anything unknown in an address is left out."""

    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    query: str = ""
    view: str = VIEWS[0]

    @classmethod
    def from_params(cls, params: QueryDict) -> Filters:
        """Of an address; never raises."""
        chosen = {}
        for group in GROUPS:
            values = dict.fromkeys(params.getlist(group)[:MOST_VALUES])
            kept = tuple(value[:80] for value in values if value and "\0" not in value)
            if group == "standing":
                kept = tuple(value for value in kept if value in STANDINGS)
            if kept:
                chosen[group] = kept
        query = " ".join(params.get("q", "").replace("\0", "").split())[:MOST_LETTERS]
        view = params.get("view", "")
        return cls(chosen, query, view if view in VIEWS else VIEWS[0])

    def to_params(self) -> QueryDict:
        """Back into an address, always in the same order."""
        params = QueryDict(mutable=True)
        if self.query:
            params["q"] = self.query
        for group in GROUPS:
            if self.chosen.get(group):
                params.setlist(group, list(self.chosen[group]))
        if self.view != VIEWS[0]:
            params["view"] = self.view
        return params

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words of the query as names are matched."""
        return tuple(fold(self.query).split())

    def narrows(self) -> bool:
        """Whether anything is left out of the list."""
        return bool(self.query or any(self.chosen.values()))

    def without(self, group: str, value: str | None = None) -> Filters:
        """The same with one value, or a whole group, left out; "q" is a group here too."""
        if group == "q":
            return replace(self, query="")
        left = tuple(v for v in self.chosen.get(group, ()) if value is not None and v != value)
        return replace(self, chosen={**self.chosen, group: left})

    def only(self, group: str, value: str) -> Filters:
        """The same with one group reading just this value."""
        return replace(self, chosen={**self.chosen, group: (value,)})

    def fits(self, entry: Entry, but: str = "") -> bool:
        """Whether an organisation has one of the ticked values in every group but one."""
        return all(
            group == but or not values or not set(values).isdisjoint(entry.values(group))
            for group, values in self.chosen.items()
        ) and all(word in entry.words for word in self.words)


@dataclass(frozen=True)
class Option:
    """One box of the filter."""

    value: str
    label: str
    count: int
    checked: bool


@dataclass(frozen=True)
class Tile:
    """One region on the map; the count is of one standing only."""

    code: str
    row: int
    column: int
    label: str
    short: str
    tiny: str
    count: int
    level: str
    active: bool


class Directory:
    """The directory under one filter, in one language. Five queries."""

    def __init__(self, filters: Filters, language: str) -> None:
        self.filters = filters
        self.language = language
        self.regions = list(Region.objects.all())
        self.entries = entries(language)
        self.labels = self._labels()
        known = {entry.standing for entry in self.entries}
        wanted = filters.chosen.get("standing") or STANDINGS[:2]
        self.shown = [one for one in STANDINGS if one in wanted]
        lead = [one for one in self.shown if one in known] or self.shown
        self.lead: str = lead[0]
        """The list that the map and the boxes count: confirmed members once there are any."""

    def listed(self, standing: str) -> list[Entry]:
        """The organisations of one standing that fit, by the Kazakh alphabet."""
        fitting = [one for one in self.entries if one.standing == standing]
        return in_order(one for one in fitting if self.filters.fits(one, but="standing"))

    def facets(self) -> dict[str, list[Option]]:
        """The boxes of every group; each count leaves out its own group. Empty ones are hidden."""
        return {group: self._options(group) for group in GROUPS}

    def counts(self, group: str, standing: str) -> Counter[str]:
        """How many of one standing carry each value of a group, the group itself left out."""
        counts: Counter[str] = Counter()
        others = self.filters.without("standing")  # which is the list itself
        for entry in self.entries:
            mine = group == "standing" or entry.standing == standing
            if mine and others.fits(entry, but=group):
                counts.update(entry.values(group))
        return counts

    def tiles(self) -> list[Tile]:
        """The map: how many of the leading list stand in each region."""
        counts = self.counts("region", self.lead)
        most = max(counts.values(), default=0)
        names = tile_names()
        found = []
        for region in self.regions:
            label = region.label_in(self.language)
            words = names.get(region.code, {}).get(self.language, {})
            count = counts[region.code]
            found.append(
                Tile(
                    region.code,
                    region.tile_row,
                    region.tile_col,
                    label,
                    words.get("short", label),
                    words.get("tiny", label),
                    count,
                    _level(count, most),
                    region.code in self.filters.chosen.get("region", ()),
                )
            )
        return sorted(found, key=lambda tile: (tile.row, tile.column))

    def by_region(self) -> list[tuple[Tile, dict[str, int]]]:
        """The map as a table: each region with the count of every standing, side by side."""
        counts = {one: self.counts("region", one) for one in self.shown}
        rows = [(t, {one: counts[one][t.code] for one in self.shown}) for t in self.tiles()]
        return sorted(rows, key=lambda row: kazakh_key(row[0].label))

    def twins(self) -> set[tuple[str, str]]:
        """Names and places that two organisations share: their rows say more."""
        times = Counter((fold(one.name), one.place) for one in self.entries)
        return {pair for pair, count in times.items() if count > 1}

    def _options(self, group: str) -> list[Option]:
        counts = self.counts(group, self.lead)
        checked = self.filters.chosen.get(group, ())
        options = [
            Option(value, self.labels[group].get(value, value), counts[value], value in checked)
            for value in {*counts, *checked}
            if value in self.labels[group]
        ]
        if group == "standing":
            return sorted(options, key=lambda option: STANDINGS.index(option.value))
        return sorted(options, key=lambda option: (-option.count, kazakh_key(option.label)))

    def _labels(self) -> dict[str, dict[str, str]]:
        language = self.language
        forms = {one.code: one.label_in(language) for one in LegalForm.objects.all()}
        return {
            "standing": standing_labels(),
            "region": {one.code: one.label_in(language) for one in self.regions},
            "place": {one.place_key: town(one.place, language) for one in self.entries},
            "experience": {one.key: one.short(language) for one in ExperienceField.objects.all()},
            "form": {**forms, NOT_STATED: not_stated()},
        }


def standing_labels() -> dict[str, str]:
    """The three lists by name."""
    return {
        Standing.Kind.CONFIRMED: gettext("Confirmed members"),
        Standing.Kind.FOUNDER: gettext("Founders of 2005, not confirmed since"),
        Standing.Kind.ENDED: gettext("Membership has ended"),
    }


def not_stated() -> str:
    """What is said where no source states a legal form."""
    return gettext("not stated in the source")


def entries(language: str) -> list[Entry]:
    """Every organisation that the directory may show, as one list. Two queries.

    An organisation of the list of 2005 whose newest standing is neither confirmed nor ended is a
    founder not confirmed since; one that is in no list and not confirmed is not shown.
    """
    fields: dict[int, list[str]] = {}
    through = Organisation.experience.through.objects.order_by("experiencefield__position")
    for pk, key in through.values_list("organisation_id", "experiencefield__key"):
        fields.setdefault(pk, []).append(key)
    names = [f"{part}_{code}" for part in ("name", "short_name") for code in LANGUAGES]
    rows = Organisation.objects.with_standing().values(
        "pk", "number", "standing_kind", "region__code", "legal_form__code", "place_kk",
        f"place_{language}", "name_as_in_source", *names,
    )  # fmt: skip
    found = []
    for row in rows:
        standing = directory_standing(row["standing_kind"], row["number"])
        if standing:
            found.append(
                Entry(
                    row["pk"],
                    row["number"],
                    row[f"short_name_{language}"],
                    row[f"place_{language}"],
                    standing,
                    row["region__code"],
                    slugify(row["place_kk"]),
                    row["legal_form__code"] or NOT_STATED,
                    tuple(fields.get(row["pk"], ())),
                    fold(" ".join([row["name_as_in_source"], *(row[name] for name in names)])),
                )
            )
    return found


def directory_standing(newest: str | None, number: int | None) -> str:
    """In which of the three lists an organisation stands; "" for none."""
    if newest in (Standing.Kind.CONFIRMED, Standing.Kind.ENDED):
        return str(newest)
    return str(Standing.Kind.FOUNDER) if number is not None else ""


def in_order(found: Iterable[Entry]) -> list[Entry]:
    """By name in the order of the Kazakh alphabet, those of one name by place."""
    return sorted(found, key=lambda one: (kazakh_key(one.name), kazakh_key(one.place), one.pk))


def town(place: str, language: str) -> str:
    """The place without its region: «Өскемен қаласы»; English puts the region last."""
    parts: Sequence[str] = place.split(", ")
    if len(parts) > 1:
        parts = parts[:-1] if language == "en" else parts[1:]
    return ", ".join(parts)


@cache
def tile_names() -> dict[str, dict[str, dict[str, str]]]:
    """Short names of regions for the map, and shorter ones for phones, by code and language."""
    found: dict[str, dict[str, dict[str, str]]] = json.loads(TILES.read_text(encoding="utf-8"))
    return found


def _level(count: int, most: int) -> str:
    """The tint of a tile: up to half of the most, up to five sixths, above; none for nothing."""
    if not count:
        return ""
    if most < 3 or count * 2 <= most:
        return "few"
    return "some" if count * 6 <= most * 5 else "many"
