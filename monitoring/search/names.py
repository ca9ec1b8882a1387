"""Values of filters as people name them: «орган:Сенат» means the body whose key is "senate"."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from monitoring.search import kinds
from monitoring.search.analysis import analyse_query, fold


def keys_named(facet: str, typed: str) -> tuple[str, ...] | None:
    """The keys that a typed value means: one, several where a name is shared, none if nobody is
    called so. None: this facet's values have no names (a year), what was typed is the key.

    A key means itself; else a whole name in any language does, with or without Kazakh letters;
    else every name that holds all the typed words in any form. A query a kind with such values.
    """
    known = kinds.value_names(facet)
    if not known or typed in known:
        return (typed,) if known else None
    wanted = fold(typed)
    whole = _where(known, lambda name: fold(name) == wanted)
    if whole:
        return whole
    words = [set(word.stems) for word in analyse_query(typed).words]
    if not words:
        return ()
    return _where(known, lambda name: _holds(name, words))


def _where(known: Mapping[str, Sequence[str]], fits: Callable[[str], bool]) -> tuple[str, ...]:
    return tuple(sorted(key for key, names in known.items() if any(map(fits, names))))


def _holds(name: str, words: Sequence[set[str]]) -> bool:
    has = {stem for word in analyse_query(name).words for stem in word.stems}
    return all(word & has for word in words)
