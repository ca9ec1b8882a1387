"""Engines for tests: the embedded one in a folder, Elasticsearch on a real server.

ELASTICSEARCH_URL names the server (`.ci/elasticsearch/start` starts one). A laptop without it skips
with a reason; where CI is set a missing server is a failure.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from coalition.settings.env import search
from monitoring.search.backends.base import Backend
from monitoring.search.backends.elasticsearch import ElasticsearchBackend
from monitoring.search.backends.embedded import EmbeddedBackend
from monitoring.search.plans import WEIGHTS

ENGINES = ["embedded", pytest.param("elasticsearch", marks=pytest.mark.elasticsearch)]
"""For `parametrize`: both."""


def server_url() -> str:
    """The address of a real server; skips or fails without."""
    url = os.environ.get("ELASTICSEARCH_URL", "")
    if not url:
        said = "no Elasticsearch: start .ci/elasticsearch/start and set ELASTICSEARCH_URL"
        if os.environ.get("CI"):
            pytest.fail(said)
        pytest.skip(said)
    return url


def server_settings(url: str = "", **options: Any) -> dict[str, Any]:
    """settings.SEARCH of an index prefix that no other test has."""
    address = f"elasticsearch+{url or server_url()}/test-{uuid.uuid4().hex[:12]}?replicas=0"
    return {**search(address), **options}


@contextmanager
def made_engine(
    name: str, folder: Path, weights: Mapping[str, float] = WEIGHTS
) -> Iterator[Backend]:
    """An engine of this test alone; its indexes are removed behind it."""
    if name == "embedded":
        yield EmbeddedBackend(folder, weights=weights)
        return
    asked = server_settings(weights=weights)
    asked.pop("engine")
    backend = ElasticsearchBackend(**asked)
    try:
        yield backend
    finally:
        remove_indexes(backend)


def again(backend: Backend) -> Backend:
    """A second process' view of the same engine."""
    if isinstance(backend, EmbeddedBackend):
        return EmbeddedBackend(backend.directory, weights=backend.weights)
    assert isinstance(backend, ElasticsearchBackend)
    return ElasticsearchBackend(backend.hosts, backend.index, replicas=0, weights=backend.weights)


def remove_indexes(backend: ElasticsearchBackend) -> None:
    """Every index under the prefix of a backend."""
    client = backend._client
    found = client.indices.get(index=f"{backend.index}-*", expand_wildcards="all")
    for name in list(found):
        client.indices.delete(index=name, ignore_unavailable=True)
