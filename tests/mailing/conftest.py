"""Delivery into a folder of the test's own, and a real SMTP server on loopback."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Sink:
    """Answers RCPT by the table `answers` (address to sentence) and keeps what it accepts."""

    def __init__(self) -> None:
        self.answers: dict[str, str] = {}
        self.after_data = "250 taken"
        self.hang = 0.0
        self.taken: list[tuple[str, bytes]] = []
        self.sessions: set[object] = set()
        self.senders: list[str] = []

    @property
    def connections(self) -> int:
        """How many connections brought mail."""
        return len(self.sessions)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.answers.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.original_content, bytes)
        self.sessions.add(session.peer)
        self.senders.append(str(envelope.mail_from))
        if self.after_data.startswith("250"):
            self.taken += [(one, envelope.original_content) for one in envelope.rcpt_tos]
        if self.hang:
            await asyncio.sleep(self.hang)
        return self.after_data


@pytest.fixture
def mail_folder(tmp_path: Path, settings: Any) -> Path:
    settings.MAIL_DELIVERY = {"kind": "file", "directory": str(tmp_path / "mail")}
    return tmp_path / "mail"


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    handler = Sink()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    settings.MAIL_DELIVERY = smtp(port)
    settings.MAIL_ALLOWED_RECIPIENTS = None
    yield handler
    controller.stop()


def smtp(port: int) -> dict[str, Any]:
    return {
        "kind": "smtp",
        "host": "127.0.0.1",
        "port": port,
        "username": "",
        "password": "",
        "use_tls": False,
        "use_ssl": False,
        "timeout": 1.0,
    }
