"""An SMTP server in a process of its own that flushes what it accepts to the disk. Not a test.

`python -m tests.faults.smtp_sink FOLDER SEED TROUBLE [PORT]`: prints its port. Every accepted mail
is appended to `FOLDER/taken` as "sha256 Message-ID recipient second verdict" and synced before 250
is said; the verdict is that of an independent library on the signature, where `FOLDER/dkim.txt`
holds the record of the key, else "-". TROUBLE is the share of mails (0 to 1) that meet a fault,
drawn from the seed: 421, 451, the connection dropped amid DATA, dropped after the mail was taken,
or a hang after it was taken. Addresses that begin with `gone` do not exist; the first mail to one
that begins with `stuck` gets no answer for a minute.
"""

from __future__ import annotations

import asyncio
import email
import hashlib
import os
import random
import sys
import time
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session


class Sink:
    """Takes, refuses, or breaks off."""

    def __init__(self, folder: Path, seed: int, trouble: float) -> None:
        self.folder, self.chance, self.trouble = folder, random.Random(seed), trouble
        self.stuck: set[str] = set()

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("gone"):
            return "550 5.1.1 no such user"
        if address.startswith("stuck") and address not in self.stuck:
            self.stuck.add(address)
            (self.folder / "stuck").write_text(address)
            await asyncio.sleep(60)
        if self.chance.random() < self.trouble / 2:
            return self.chance.choice(["421 4.3.2 going down", "451 4.7.1 not now"])
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        fault, began = "", time.time()
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
        name, verdict = str(email.message_from_bytes(raw)["Message-ID"]), self.verdict(raw)
        with (self.folder / "taken").open("a") as file:
            for one in envelope.rcpt_tos:
                mark = hashlib.sha256(raw).hexdigest()
                file.write(f"{mark} {name} {one} {began:.3f} {verdict}\n")
            file.flush()
            os.fsync(file.fileno())
        if fault == "drop after":
            transport.abort()
        if fault == "hang after":
            await asyncio.sleep(3)
        return "250 2.0.0 taken"

    def verdict(self, raw: bytes) -> str:
        """Whether the signature holds, read by a library that did not make it."""
        record = self.folder / "dkim.txt"
        if not record.exists():
            return "-"
        import dkim

        answer = record.read_bytes()
        return "signed" if dkim.verify(raw, dnsfunc=lambda *_, **__: answer) else "broken"


async def main(folder: Path, seed: int, trouble: float, port: int) -> None:
    loop = asyncio.get_running_loop()
    sink = Sink(folder, seed, trouble)
    server = await loop.create_server(lambda: SMTP(sink, hostname="sink"), "127.0.0.1", port)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    told = sys.argv[1:]
    last = int(told[3]) if len(told) > 3 else 0
    asyncio.run(main(Path(told[0]), int(told[1]), float(told[2]), last))
