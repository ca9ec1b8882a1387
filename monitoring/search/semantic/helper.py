"""The process that computes meanings: `python -m monitoring.search.semantic.helper`. No Django.

One request a line of JSON on standard input, one answer a line on standard output, with the
request's `id`; it ends with its input. Requests (`do`):

- `passages`: `texts` → `vectors`, packed, in base64;
- `ask`: `text`, `folder`, `records`, `nearest` → `near`: [cosine, language] of each record or null,
  `nearest`: [record, cosine, language] of so many records of all;
- `part`: `raw`, `out`, `mean_of` → `windows`: see `vectors.write_part`.

It is a process of its own because the model's code is a stranger's C: a text that ends it, a cut
file, a query that does not come back cost the site nothing.
"""

from __future__ import annotations

import base64
import json
import os
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

KEPT = 256
"""Queries whose vectors are remembered: the second page asks what the first did."""


class Work:
    """Answers requests."""

    def __init__(self) -> None:
        from monitoring.search.semantic.model import Model

        self.model = Model()
        self.query = lru_cache(maxsize=KEPT)(self.model.query)
        self.stores: dict[str, Any] = {}

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """The answer to one request; raises whatever went wrong."""
        if request["do"] == "passages":
            return self._passages(request["texts"])
        if request["do"] == "ask":
            return self._ask(request)
        if request["do"] == "part":
            return self._part(request)
        raise ValueError(f"nobody can do {request['do']!r}")

    def _passages(self, texts: list[str]) -> dict[str, Any]:
        from monitoring.search.semantic.vectors import packed

        rows = self.model.passages(texts) if texts else ()
        return {"vectors": [base64.b64encode(packed(row)).decode() for row in rows]}

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        from monitoring.search.semantic.vectors import Store, centred

        folder = request["folder"]
        store = self.stores.setdefault(folder, Store(Path(folder)))
        store.refresh()
        if store.mean is None:
            return {"near": [None] * len(request["records"]), "nearest": []}
        asked = centred(self.query(request["text"]), store.mean)
        near = store.near(asked, request["records"])
        count = int(request.get("nearest", 0))
        return {
            "near": [one and [one.cosine, one.language] for one in near],
            "nearest": [
                [one.record, one.cosine, one.language]
                for one in (store.nearest(asked, count) if count else ())
            ],
        }

    @staticmethod
    def _part(request: dict[str, Any]) -> dict[str, Any]:
        from monitoring.search.semantic.vectors import write_part

        mean_of = Path(request["mean_of"]) if request.get("mean_of") else None
        return {"windows": write_part(Path(request["raw"]), Path(request["out"]), mean_of)}


def main() -> int:
    """Say what is ready, then answer until the input ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)  # whatever the packages print is no answer
    try:
        work = Work()
    except Exception as error:  # told to the parent, which falls back
        print(json.dumps({"id": 0, "error": f"{type(error).__name__}: {error}"}), file=answers)
        return 1
    print(json.dumps({"id": 0, "ready": True}), file=answers)
    for line in sys.stdin:
        request: dict[str, Any] = {}
        try:
            request = json.loads(line)
            answer = work.answer(request)
        except Exception as error:  # one bad request must not cost the next ones
            answer = {"error": f"{type(error).__name__}: {str(error)[:300]}"}
        print(json.dumps({**answer, "id": request.get("id")}), file=answers)
    return 0


if __name__ == "__main__":
    sys.exit(main())
