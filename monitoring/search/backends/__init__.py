"""The engines behind one interface; `settings.SEARCH["engine"]` chooses."""

from __future__ import annotations

import json
from functools import lru_cache

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from monitoring.search.backends.base import Backend


def get_backend() -> Backend:
    """The engine that the settings name. Raises ImproperlyConfigured if there is none."""
    engine = settings.SEARCH["engine"]
    if engine == "embedded":
        return _embedded(settings.SEARCH["directory"])
    if engine == "elasticsearch":
        return _elasticsearch(json.dumps(settings.SEARCH))
    raise ImproperlyConfigured(
        f"SEARCH_URL asks for the engine {engine!r}, which is not here; "
        "use tantivy:///DIRECTORY or elasticsearch+https://HOST/INDEX."
    )


@lru_cache(maxsize=4)
def _embedded(directory: str) -> Backend:
    from pathlib import Path

    from monitoring.search.backends.embedded import EmbeddedBackend

    return EmbeddedBackend(Path(directory))


@lru_cache(maxsize=4)
def _elasticsearch(asked: str) -> Backend:
    from monitoring.search.backends.elasticsearch import ElasticsearchBackend

    options = json.loads(asked)
    options.pop("engine")
    return ElasticsearchBackend(**options)
