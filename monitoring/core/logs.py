"""Logs a person can read: one line an event."""

from __future__ import annotations

import logging
import re

_SECRETS = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+|(?<=[?&/](?:t|k)[=/])[\w:.-]{16,}")


class OneLineFormatter(logging.Formatter):
    """`2026-11-21 08:00:00 INFO room: sentence`, tracebacks folded, addresses and tokens masked."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s", "%Y-%m-%d %H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        """One line, without addresses of people or tokens of signed links."""
        line = super().format(record).replace("\r", "").replace("\n", " | ")
        return _SECRETS.sub("[masked]", line)
