"""Reads strangers' bytes in a child process, within limits of memory and time.

The child knows no Django, no secret and no network; whatever the bytes do to it, the site goes on.
Run as a module it is that child: documents come on standard input, one line of JSON each goes out.
"""

from __future__ import annotations

import dataclasses
import importlib
import json
import os
import struct
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from monitoring.evidence.entries import Entry, UnreadableError

SECONDS = 30
MEMORY = 512 * 1024 * 1024  # bytes of address space; feedparser with 20 MB of feed takes about 300
_ROOT = Path(__file__).resolve().parent.parent.parent
_HEAD = struct.Struct(">II")  # lengths of the address and of the document


def parse_apart(
    parser: str, raw: bytes, url: str, *, seconds: float = SECONDS, memory: int = MEMORY
) -> list[Entry]:
    """Call `package.module:function` on the bytes in a child and return its entries.

    Raises UnreadableError with the parser's own code, or `parser_died`, `parser_slow`.
    """
    outcome = parse_many_apart(parser, [(raw, url)], seconds=seconds, memory=memory)[0]
    if isinstance(outcome, str):
        raise UnreadableError(outcome)
    return outcome


def parse_many_apart(
    parser: str,
    documents: Sequence[tuple[bytes, str]],
    *,
    seconds: float = SECONDS,
    memory: int = MEMORY,
) -> list[list[Entry] | str]:
    """The same for several documents in one child: entries, or the code of what went wrong.

    When the child dies, the documents it had not answered for all read `parser_died`.
    """
    sent = b"".join(
        _HEAD.pack(len(url.encode()), len(raw)) + url.encode() + raw for raw, url in documents
    )
    fate = "parser_died"
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", __name__, parser, str(memory), str(int(seconds) + 1)],
            input=sent,
            capture_output=True,
            timeout=seconds,
            check=False,
            cwd=_ROOT,
            env={"PATH": os.defpath, "PYTHONIOENCODING": "utf-8", "LC_ALL": "C.UTF-8"},
        )
        said = done.stdout
    except subprocess.TimeoutExpired as error:
        said, fate = error.stdout or b"", "parser_slow"
    outcomes: list[list[Entry] | str] = []
    for line in said.split(b"\n")[:-1]:  # what follows the last line end is half a line
        answer = json.loads(line)
        if isinstance(answer, str):
            outcomes.append(answer)
        else:
            outcomes.append([Entry(**values) for values in answer])
    return outcomes + [fate] * (len(documents) - len(outcomes))


def _documents(data: bytes) -> Iterable[tuple[bytes, str]]:
    place = 0
    while place < len(data):
        address, length = _HEAD.unpack_from(data, place)
        place += _HEAD.size
        url = data[place : place + address].decode()
        place += address
        yield data[place : place + length], url
        place += length


def _no_way_out(event: str, arguments: tuple[object, ...]) -> None:
    """An audit hook: the child opens no connection and starts no program."""
    if event.startswith(("socket.", "subprocess.", "os.exec", "os.system", "os.posix_spawn")):
        raise PermissionError(event)


def _child(parser: str, memory: str, seconds: str) -> None:
    import resource

    module, _, function = parser.partition(":")
    parse = getattr(importlib.import_module(module), function)
    resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds)))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.addaudithook(_no_way_out)
    out = sys.stdout
    sys.stdout = sys.stderr  # a parser's own chatter is no answer
    for raw, url in _documents(sys.stdin.buffer.read()):
        try:
            answer: object = [dataclasses.asdict(entry) for entry in parse(raw, url)]
        except UnreadableError as error:
            answer = error.code
        except MemoryError:
            os._exit(3)  # nothing may be tried with the memory gone
        except Exception:  # any fault of a third party's parser
            answer = "parser_died"
        out.write(json.dumps(answer) + "\n")
        out.flush()


if __name__ == "__main__":
    _child(*sys.argv[1:4])
