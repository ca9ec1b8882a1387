"""Talks with the helper process, within a time, and gets over its death.

A caller that is not answered in time goes on without; the helper's late answer is thrown away. One
that stays silent, or died, is replaced after a pause. Each process of the site has its own.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import select
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, Protocol

logger = logging.getLogger(__name__)

STUCK = 10.0
"""Seconds without an answer after which a helper is ended (one that starts: START)."""
START = 60.0
PAUSE = 30.0
"""Seconds between the end of a helper and the next."""
_ROOT = Path(__file__).resolve().parents[3]
_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PYTHONPATH", "VIRTUAL_ENV")
"""What the helper gets to know; no secret among it."""


class MeaningError(Exception):
    """No answer: the extra is absent, slow or broken. Search goes on without it."""


class Helper(Protocol):
    """Answers requests (see `helper`)."""

    def ask(self, request: dict[str, Any], seconds: float) -> dict[str, Any]:
        """The answer, or MeaningError after `seconds` at the latest."""


class HelperProcess:
    """One helper; threads take turns."""

    def __init__(self, *, nice: int = 0) -> None:
        self._nice = nice
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._held = b""
        self._asked = 0
        self._open: tuple[int, float, float] | None = None
        self._not_before = 0.0

    def ask(self, request: dict[str, Any], seconds: float) -> dict[str, Any]:
        """See `Helper.ask`. Raises MeaningError."""
        until = time.monotonic() + seconds
        if not self._lock.acquire(timeout=seconds):
            raise MeaningError("the helper is busy")
        try:
            self._ensure()
            while self._open:  # an earlier answer that nobody waits for any more, or its start
                self._take(until)
            self._asked += 1
            self._send({**request, "id": self._asked})
            answer = self._take(until)
        finally:
            self._lock.release()
        if "error" in answer:
            raise MeaningError(str(answer["error"]))
        return answer

    @property
    def pid(self) -> int | None:
        """Of the helper that runs; None if none does."""
        running = self._process is not None and self._process.poll() is None
        return self._process.pid if self._process and running else None

    def close(self) -> None:
        """End the helper, if it is this process's own; the next question starts another."""
        with self._lock:
            self._end("closed", pause=0.0)

    def _ensure(self) -> None:
        if self._process is not None and self._owner != os.getpid():
            self._process = None  # our parent's, from before we were forked off
            self._lock_free()
        if self._process is not None and self._process.poll() is None:
            return
        if self._process is not None:
            self._end(f"it ended with {self._process.returncode}")
        if time.monotonic() < self._not_before:
            raise MeaningError("the helper ended a moment ago")
        environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
            environment[name] = "1"
        command = [sys.executable, "-m", "monitoring.search.semantic.helper"]
        if self._nice:
            command = ["nice", "-n", str(self._nice), *command]
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                command,
                cwd=_ROOT,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except OSError as error:
            self._not_before = time.monotonic() + PAUSE
            raise MeaningError(f"the helper does not start: {error}") from error
        self._owner = os.getpid()
        self._open = (0, time.monotonic(), START)

    def _lock_free(self) -> None:
        self._held, self._open, self._not_before = b"", None, 0.0

    def _send(self, request: dict[str, Any]) -> None:
        pipe = self._process and self._process.stdin
        assert pipe, "asked before it was started"
        line = json.dumps(request, ensure_ascii=False).encode(errors="replace") + b"\n"
        try:
            pipe.write(line)
            pipe.flush()
        except OSError as error:
            self._end(f"it takes no requests: {error}")
            raise MeaningError("the helper ended") from error
        self._open = (request["id"], time.monotonic(), STUCK)

    def _take(self, until: float) -> dict[str, Any]:
        """The answer to the open request. Raises MeaningError when time is up."""
        pipe = self._process and self._process.stdout
        assert pipe, "asked before it was started"
        assert self._open, "nothing was asked"
        out = pipe.fileno()
        number, since, patience = self._open
        while b"\n" not in self._held:
            now = time.monotonic()
            if now - since > patience:
                self._end("it does not answer")
                raise MeaningError("the helper did not answer and was ended")
            if now >= until or not select.select([out], [], [], until - now)[0]:
                raise MeaningError("the helper did not answer in time")
            read = os.read(out, 1 << 16)
            if not read:
                self._end("it died")
                raise MeaningError("the helper died")
            self._held += read
        line, _, self._held = self._held.partition(b"\n")
        self._open = None
        try:
            answer: dict[str, Any] = dict(json.loads(line))
        except (ValueError, TypeError):
            answer = {}
        if answer.get("id") != number:
            self._end("it answers something else")
            raise MeaningError("the helper answered something else")
        if number == 0 and "error" in answer:
            self._end(str(answer["error"]))
            raise MeaningError(str(answer["error"]))
        return answer

    def _end(self, why: str, pause: float | None = None) -> None:
        pause = PAUSE if pause is None else pause
        process, self._process = self._process, None
        self._held, self._open = b"", None
        self._not_before = time.monotonic() + pause
        if process is None:
            return
        if pause:
            logger.warning("the helper for meanings is ended: %s", why)
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        process.kill()
        process.wait()
