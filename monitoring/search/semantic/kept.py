"""Vectors of windows kept in a file of their own, for benches: what was embedded once stays so."""

from __future__ import annotations

import base64
import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

from monitoring.search.semantic.process import Helper

BATCH = 8
SECONDS = 120.0
"""For one batch, on a machine with much else to do."""


class Kept:
    """Packed vectors by the text of their window and the model; resumes where it was killed."""

    def __init__(self, folder: Path, model: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._model = model
        self._database = sqlite3.connect(folder / "windows.sqlite3", timeout=60)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute(
            "CREATE TABLE IF NOT EXISTS kept (digest TEXT PRIMARY KEY, vector BLOB NOT NULL)"
        )

    def _digest(self, text: str) -> str:
        return hashlib.sha256(f"{self._model}\x1f{text}".encode()).hexdigest()[:32]

    def vector(self, text: str) -> bytes | None:
        """The vector of a window, if it is here."""
        asked = "SELECT vector FROM kept WHERE digest = ?"
        row = self._database.execute(asked, [self._digest(text)]).fetchone()
        return bytes(row[0]) if row else None

    def embed(self, texts: Sequence[str], helper: Helper) -> Iterator[int]:
        """Embed what is missing; gives how many are done after each batch. Raises MeaningError."""
        missing = [text for text in dict.fromkeys(texts) if self.vector(text) is None]
        for start in range(0, len(missing), BATCH):
            part = missing[start : start + BATCH]
            made = helper.ask({"do": "passages", "texts": part}, SECONDS)["vectors"]
            with self._database:
                self._database.executemany(
                    "INSERT OR REPLACE INTO kept VALUES (?, ?)",
                    [
                        (self._digest(text), base64.b64decode(vector))
                        for text, vector in zip(part, made, strict=True)
                    ],
                )
            yield start + len(part)
