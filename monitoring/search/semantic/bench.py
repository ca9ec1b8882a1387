"""Meanings for `manage.py search_bench`: passages embedded once, kept for the next run."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitoring.search.analysis import Vocabulary, right_spelling
from monitoring.search.backends.base import record_number
from monitoring.search.documents import SearchDocument
from monitoring.search.plans import sentence_of
from monitoring.search.semantic.asking import Meaning
from monitoring.search.semantic.kept import Kept
from monitoring.search.semantic.parts import Vectors, write_part
from monitoring.search.semantic.process import HelperProcess
from monitoring.search.semantic.windows import MODEL, windows_of

PATIENCE = 60.0
"""Seconds for one question: a bench measures the order, not the budget."""


@dataclass
class Means:
    """The vectors of a bench's passages; `failed` counts questions without an answer."""

    folder: Path
    helper: HelperProcess
    failed: int = 0

    @classmethod
    def made(
        cls, scratch: Path, kept: Path | None, documents: Sequence[SearchDocument], out: Any
    ) -> Means:
        """Embed what is not kept yet and write the vectors. Raises MeaningError."""
        helper = HelperProcess()
        vectors = Kept(kept or scratch / "kept", MODEL)
        windows = {one.id: windows_of(one.texts) for one in documents}
        texts = [window.text for many in windows.values() for window in many]
        started = time.perf_counter()
        done = 0
        for done in vectors.embed(texts, helper):
            if done % 800 == 0:
                out.write(f"{done} windows embedded in {time.perf_counter() - started:.0f} s")
        out.write(f"{len(texts)} windows, {done} of them embedded now")
        rows = (
            Vectors(
                record_number(document.kind, document.id),
                tuple(window.language for window in windows[document.id]),
                b"".join(vectors.vector(window.text) or b"" for window in windows[document.id]),
            )
            for document in documents
        )
        write_part(scratch / "meaning", rows, helper, generation=1, number=0)
        return cls(scratch / "meaning", helper)

    def of(self, typed: str, vocabulary: Vocabulary) -> Meaning:
        """The meaning of a question, in its right spelling, as the site asks it."""
        text = sentence_of(right_spelling(typed, vocabulary).text)
        return Meaning(text, self.folder, self.helper, PATIENCE)

    def close(self) -> None:
        """End the helper."""
        self.helper.close()
