"""A query as an object: the same one behind the page, the stored query, the feed and the mail."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

MAX_CHARACTERS = 1_000
MAX_WORDS = 200
MAX_VALUES = 50
"""Of a facet, in one query; a page has fewer boxes to tick."""

SORTS = ("relevance", "date")
FACETS = ("kind", "body", "topic", "year", "lang", "stage", "status", "region", "district")
"""Facets that every room may fill; others are added by `kinds.extend`."""
DATES = ("from", "to")

FACET_TITLES = {
    "kind": gettext_lazy("Kind of record"),
    "body": gettext_lazy("Body"),
    "topic": gettext_lazy("Topic"),
    "year": gettext_lazy("Year"),
    "lang": gettext_lazy("Language of the text"),
    "stage": gettext_lazy("Stage"),
    "status": gettext_lazy("Status"),
    "region": gettext_lazy("Region"),
    "district": gettext_lazy("District"),
    "document": gettext_lazy("Kind of document"),
    "number": gettext_lazy("Number"),
    "from": gettext_lazy("From"),
    "to": gettext_lazy("To"),
}
LANGUAGE_NAMES = {
    "kk": gettext_lazy("in Kazakh"),
    "ru": gettext_lazy("in Russian"),
    "en": gettext_lazy("in English"),
}

_NAMES: dict[str, tuple[str, ...]] = {
    "kind": ("kind", "түрі", "түр", "вид"),
    "body": ("body", "орган", "органы"),
    "topic": ("topic", "тақырып", "тақырыбы", "тема"),
    "year": ("year", "жыл", "жылы", "год"),
    "lang": ("lang", "language", "тіл", "тілі", "язык"),
    "stage": ("stage", "кезең", "кезеңі", "стадия"),
    "status": ("status", "мәртебе", "мәртебесі", "статус"),
    "region": ("region", "облыс", "өңір", "область", "регион"),
    "district": ("district", "аудан", "район"),
    "number": ("number", "нөмір", "нөмірі", "номер"),
    "from": ("from", "бастап", "с"),
    "to": ("to", "дейін", "по", "до"),
}
_BY_NAME = {name: key for key, names in _NAMES.items() for name in names}
_FILTER = re.compile(r"(?<!\S)([^\W\d_]{1,12}):(\"[^\"]*\"|\S*)")


_SENTENCES = {
    "too_long": gettext_lazy(
        "The query is very long. Its first %(words)d words (at most %(characters)d characters) "
        "were used."
    ),
    "unknown_filter": gettext_lazy("There is no filter “%(part)s”. It was read as words."),
    "bad_date": gettext_lazy(
        "“%(part)s” is not a date. Write a year, or a day as 2024-05-31; it was left out."
    ),
    "no_such_value": gettext_lazy(
        "Nothing is called “%(part)s” in this filter. The filter was left out."
    ),
    "several_values": gettext_lazy(
        "“%(part)s” is the name of several. All of them were looked through."
    ),
    "empty_filter": gettext_lazy("The filter “%(part)s” has no value. It was left out."),
    "open_quote": gettext_lazy("A quotation mark is not closed. The phrase was read to the end."),
    "only_without": gettext_lazy("The query only says what to leave out. Add a word to look for."),
    "dates_crossed": gettext_lazy("No day lies within these dates: %(part)s."),
    "no_such_value_ever": gettext_lazy("Nothing is called “%(part)s” in this filter."),
    "takes_itself_out": gettext_lazy("The query leaves out the very words that it looks for."),
    "no_words": gettext_lazy("There is no word to look for in the query."),
}


@dataclass(frozen=True)
class Problem:
    """Something in a query that could not be followed; the rest of it is answered all the same."""

    code: str
    part: str = ""

    @property
    def sentence(self) -> str:
        """What is said to the reader, in the active language."""
        said = _SENTENCES.get(self.code, _SENTENCES["no_words"])
        return str(said) % {"words": MAX_WORDS, "characters": MAX_CHARACTERS, "part": self.part}


@dataclass(frozen=True)
class Query:
    """Words, filters and order of a search.

    `text` holds words, phrases in quotes and words to leave out ("-word"); `filters` are sorted
    pairs (name, sorted values), values of one name are alternatives, names are joined by "and".
    Names are facets, "number", "from" and "to" (ISO dates, both inclusive). Two queries that ask
    the same compare equal; `problems` do not count.
    """

    text: str = ""
    filters: tuple[tuple[str, tuple[str, ...]], ...] = ()
    sort: str = "relevance"
    problems: tuple[Problem, ...] = field(default=(), compare=False)

    @property
    def is_empty(self) -> bool:
        """Whether it asks for nothing at all (and so finds nothing and matches nothing)."""
        return not self.text and not self.filters

    def values(self, name: str) -> tuple[str, ...]:
        """The values asked for under a filter's name."""
        return dict(self.filters).get(name, ())

    def without(self, name: str, value: str | None = None) -> Query:
        """The same query without a filter, or without one value of it."""
        kept = [
            (key, tuple(v for v in values if key != name or (value is not None and v != value)))
            for key, values in self.filters
        ]
        return replace(self, filters=tuple(pair for pair in kept if pair[1]))

    @classmethod
    def parse(cls, text: str) -> Query:
        """Read a typed query with its filters; never raises, see `problems`."""
        return cls._build(text, {}, "relevance")

    @classmethod
    def from_params(cls, params: QueryDict) -> Query:
        """Read the parameters of an address: q, sort, and any filter, repeated for more values.

        Parameters that are no filter of a query ("page", "utm_source") are passed over.
        """
        from monitoring.search import kinds

        known = {*FACETS, *DATES, "number", *kinds.extended_facets()}
        asked = {name: params.getlist(name)[:MAX_VALUES] for name in params if name in known}
        return cls._build(params.get("q", ""), asked, params.get("sort", ""))

    @classmethod
    def _build(cls, text: str, asked: Mapping[str, Sequence[str]], sort: str) -> Query:
        from monitoring.search.analysis import clean, straight_quotes

        problems: list[Problem] = []
        typed = text
        # Guillemets are how names are written here («Ашық НҚА»), not a wish for the very words.
        text = straight_quotes(clean(re.sub("[«»]", " ", text[: MAX_CHARACTERS * 4])))
        words = text.split()
        if len(typed) > MAX_CHARACTERS * 4 or len(text) > MAX_CHARACTERS or len(words) > MAX_WORDS:
            problems.append(Problem("too_long"))
            text = " ".join(" ".join(words[:MAX_WORDS])[:MAX_CHARACTERS].split())
        filters: dict[str, set[str]] = {}
        for name, values in asked.items():
            for value in values:
                _add(filters, problems, name, clean(value)[:100].strip(), typed=False)
        text = _take_filters(text, filters, problems)
        if typed.strip() and not text and not filters and not problems:
            problems.append(Problem("no_words"))
        if text.count('"') % 2:
            problems.append(Problem("open_quote"))
        return cls(
            text=text,
            filters=tuple(sorted((name, tuple(sorted(vs))) for name, vs in filters.items() if vs)),
            sort=sort if sort in SORTS else "relevance",
            problems=tuple(problems),
        )

    def to_params(self) -> list[tuple[str, str]]:
        """The pairs of an address that `from_params` reads back to an equal query."""
        pairs = [("q", self.text)] if self.text else []
        pairs += [(name, value) for name, values in self.filters for value in values]
        if self.sort != "relevance":
            pairs.append(("sort", self.sort))
        return pairs

    def to_query_string(self) -> str:
        """`to_params` encoded for an address, without the question mark."""
        return urlencode(self.to_params())

    def to_json(self) -> dict[str, Any]:
        """What a stored query keeps; plain JSON types."""
        filters = {name: list(values) for name, values in self.filters}
        return {"text": self.text, "filters": filters, "sort": self.sort}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Query:
        """Read what `to_json` wrote; missing parts are empty."""
        filters = data.get("filters", {})
        return cls(
            text=str(data.get("text", "")),
            filters=tuple(sorted((str(n), tuple(sorted(map(str, v)))) for n, v in filters.items())),
            sort=str(data.get("sort", "relevance")),
        )

    @property
    def digest(self) -> str:
        """The same for equal queries, whatever their order of results."""
        data = json.dumps({**self.to_json(), "sort": ""}, ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(data.encode()).hexdigest()

    def describe(self, language: str) -> str:
        """The query as a person reads it: «бюджет» · Body: Senate."""
        from monitoring.search import kinds

        with translation.override(language):
            parts = [_("“%(text)s”") % {"text": self.text}] if self.text else []
            for name, values in self.filters:
                labels = kinds.value_labels(name, values, language)
                said = ", ".join(labels[value] for value in values)
                parts.append(f"{kinds.facet_title(name)}: {said}")
            return " · ".join(parts) or _("everything")


def _take_filters(text: str, filters: dict[str, set[str]], problems: list[Problem]) -> str:
    """Move `name:value` out of the text into the filters; unknown names stay as words."""

    def take(found: re.Match[str]) -> str:
        name = _BY_NAME.get(found[1].casefold())
        if name is None:
            # A colon after a word is ordinary writing ("Закон:"); an address is no filter either.
            if found[2] and not found[2].startswith("/"):
                problems.append(Problem("unknown_filter", found[1]))
            return f"{found[1]} {found[2]}"
        _add(filters, problems, name, found[2].strip('"').strip(), typed=True)
        return " "

    return " ".join(_FILTER.sub(take, text).split())


def _add(
    filters: dict[str, set[str]], problems: list[Problem], name: str, value: str, *, typed: bool
) -> None:
    if not value:
        if typed:
            problems.append(Problem("empty_filter", name))
        return
    if name in DATES:
        day = _day(value, last=name == "to")
        if day is None:
            problems.append(Problem("bad_date", value))
            return
        filters[name] = {day}
        return
    if name == "lang":
        value = {"қазақша": "kk", "русский": "ru", "english": "en"}.get(value.casefold(), value)
    for key in _keys(problems, name, value) if typed else (value,):
        if len(filters.setdefault(name, set())) < MAX_VALUES:
            filters[name].add(key)


def _keys(problems: list[Problem], name: str, value: str) -> Sequence[str]:
    """What a typed value stands for; in an address stand keys already."""
    from monitoring.search.names import keys_named

    keys = keys_named(name, value)
    if keys is None:
        return (value,)
    if len(keys) != 1:
        problems.append(Problem("several_values" if keys else "no_such_value", value))
    return keys


def _day(value: str, *, last: bool) -> str | None:
    """ISO day of "2024", "2024-05", "2024-05-31" or "31.05.2024"; None if it is none of them."""
    dotted = re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", value)
    iso = re.fullmatch(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?", value)
    try:
        if dotted:
            return dt.date(int(dotted[3]), int(dotted[2]), int(dotted[1])).isoformat()
        if not iso:
            return None
        year, month, day = int(iso[1]), iso[2], iso[3]
        if day:
            return dt.date(year, int(month), int(day)).isoformat()
        if not last:
            return dt.date(year, int(month or 1), 1).isoformat()
        following = dt.date(year + (not month or month == "12"), int(month or 12) % 12 + 1, 1)
        return (following - dt.timedelta(days=1)).isoformat()
    except (ValueError, OverflowError):
        return None


def params_of(pairs: Iterable[tuple[str, str]]) -> QueryDict:
    """A QueryDict of pairs, for callers that hold no request."""
    params = QueryDict(mutable=True)
    for name, value in pairs:
        params.appendlist(name, value)
    return params
