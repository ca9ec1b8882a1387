"""A mail server on loopback that takes everything as fast as it can, in a process of its own.

`python -m tests.bench.sink` prints its port. It keeps nothing but a count and the first twenty
mails; `NOOP COUNT` answers with the number of mails and bytes, and begins to count anew.
"""

from __future__ import annotations

import asyncio

END = b"\r\n.\r\n"


class Conversation(asyncio.Protocol):
    """One client. Answers line by line, and swallows what follows DATA."""

    mails, size = 0, 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        assert isinstance(transport, asyncio.Transport)
        self.line = transport
        self.held, self.in_data = b"", False
        self.line.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        """Commands, or a message until its end."""
        self.held += data
        while True:
            if self.in_data:
                end = self.held.find(END)
                if end < 0:
                    return
                Conversation.mails += 1
                Conversation.size += end + 2
                self.held, self.in_data = self.held[end + len(END) :], False
                self.line.write(b"250 taken\r\n")
                continue
            line, found, rest = self.held.partition(b"\r\n")
            if not found:
                return
            self.held = rest
            self._answer(line.upper())

    def _answer(self, line: bytes) -> None:
        if line.startswith(b"DATA"):
            self.in_data = True
            self.line.write(b"354 go on\r\n")
        elif line.startswith(b"EHLO"):
            self.line.write(b"250-sink\r\n250-8BITMIME\r\n250 SIZE 10000000\r\n")
        elif line.startswith(b"NOOP"):
            self.line.write(b"250 %d %d\r\n" % (Conversation.mails, Conversation.size))
            Conversation.mails = Conversation.size = 0
        elif line.startswith(b"QUIT"):
            self.line.write(b"221 bye\r\n")
            self.line.close()
        else:
            self.line.write(b"250 ok\r\n")


async def main() -> None:
    """Serve until killed."""
    server = await asyncio.get_running_loop().create_server(Conversation, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
