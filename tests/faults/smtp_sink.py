"""An SMTP server in a process of its own that flushes what it accepts to the disk. Not a test.

`python -m tests.faults.smtp_sink FOLDER SEED TROUBLE`: prints its port. Every accepted mail is
appended to `FOLDER/taken` as "sha256 Message-ID recipient" and synced before 250 is said. TROUBLE
is the share of mails (0 to 1) that meet a fault, drawn from the seed: 421, 451, the connection
dropped amid DATA, dropped after the mail was taken, or a hang after it was taken. Addresses that
begin with `gone` do not exist.
"""

from __future__ import annotations

import asyncio
import email
import hashlib
import os
import random
import sys
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session


class Sink:
    """Takes, refuses, or breaks off."""

    def __init__(self, folder: Path, seed: int, trouble: float) -> None:
        self.folder, self.chance, self.trouble = folder, random.Random(seed), trouble

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("gone"):
            return "550 5.1.1 no such user"
        if self.chance.random() < self.trouble / 2:
            return self.chance.choice(["421 4.3.2 going down", "451 4.7.1 not now"])
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        fault = ""
        if self.chance.random() < self.trouble / 2:
            fault = self.chance.choice(["drop before", "drop after", "hang after", "450"])
        transport = server.transport
        assert isinstance(transport, asyncio.Transport)
        if fault == "450":
            return "450 4.2.1 busy"
        if fault == "drop before":
            transport.abort()
            return "421 dropped"
        raw = envelope.original_content or b""
        assert isinstance(raw, bytes)
        name = str(email.message_from_bytes(raw)["Message-ID"])
        with (self.folder / "taken").open("a") as file:
            for one in envelope.rcpt_tos:
                file.write(f"{hashlib.sha256(raw).hexdigest()} {name} {one}\n")
            file.flush()
            os.fsync(file.fileno())
        if fault == "drop after":
            transport.abort()
        if fault == "hang after":
            await asyncio.sleep(3)
        return "250 2.0.0 taken"


async def main(folder: Path, seed: int, trouble: float) -> None:
    loop = asyncio.get_running_loop()
    sink = Sink(folder, seed, trouble)
    server = await loop.create_server(lambda: SMTP(sink, hostname="sink"), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
