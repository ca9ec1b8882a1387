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
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from monitoring.evidence.entries import Ask, Entry, Note, Reading, UnreadableError

SECONDS = 30
MEMORY = 512 * 1024 * 1024  # bytes of address space; feedparser with 20 MB of feed takes about 300
_ROOT = Path(__file__).resolve().parent.parent.parent
_HEAD = struct.Struct(">II")  # lengths of the address and of the document


def read_apart(
    parser: str,
    raw: bytes,
    url: str,
    settings: Mapping[str, Any] | None = None,
    *,
    seconds: float = SECONDS,
    memory: int = MEMORY,
) -> Reading:
    """Call `package.module:function` on the bytes in a child and return what it read.

    `settings` are those of the source. Raises UnreadableError with the parser's own code, or
    `parser_died`, `parser_slow`.
    """
    outcome = _read_many(parser, [(raw, url)], settings or {}, seconds, memory)[0]
    if isinstance(outcome, UnreadableError):
        raise outcome
    return outcome


def parse_apart(
    parser: str, raw: bytes, url: str, *, seconds: float = SECONDS, memory: int = MEMORY
) -> list[Entry]:
    """The entries alone, of a parser without settings; raises as `read_apart` does."""
    return read_apart(parser, raw, url, seconds=seconds, memory=memory).entries


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
    return [
        outcome.code if isinstance(outcome, UnreadableError) else outcome.entries
        for outcome in _read_many(parser, documents, {}, seconds, memory)
    ]


def _read_many(
    parser: str,
    documents: Sequence[tuple[bytes, str]],
    settings: Mapping[str, Any],
    seconds: float,
    memory: int,
) -> list[Reading | UnreadableError]:
    sent = b"".join(
        _HEAD.pack(len(url.encode()), len(raw)) + url.encode() + raw for raw, url in documents
    )
    fate = "parser_died"
    limits = [str(memory), str(int(seconds) + 1)]
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", __name__, parser, *limits, json.dumps(dict(settings))],
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
    outcomes: list[Reading | UnreadableError] = []
    for line in said.split(b"\n")[:-1]:  # what follows the last line end is half a line
        answer = json.loads(line)
        if "code" in answer:
            outcomes.append(UnreadableError(answer["code"], answer["setting"]))
        else:
            outcomes.append(
                Reading(
                    entries=[Entry(**values) for values in answer["entries"]],
                    notes=[Note(**values) for values in answer["notes"]],
                    follow=[Ask(**values) for values in answer["follow"]],
                    worse=answer["worse"],
                )
            )
    lost = [UnreadableError(fate) for _ in range(len(documents) - len(outcomes))]
    return outcomes + lost


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


def _child(parser: str, memory: str, seconds: str, settings: str) -> None:
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
        answer: dict[str, object]
        try:
            read = parse(raw, url, json.loads(settings))
            answer = dataclasses.asdict(read if isinstance(read, Reading) else Reading(read))
        except UnreadableError as error:
            answer = {"code": error.code, "setting": error.setting}
        except MemoryError:
            os._exit(3)  # nothing may be tried with the memory gone
        except Exception:  # any fault of a third party's parser
            answer = {"code": "parser_died", "setting": ""}
        out.write(json.dumps(answer) + "\n")
        out.flush()


if __name__ == "__main__":
    _child(*sys.argv[1:5])
