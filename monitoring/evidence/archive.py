"""Saved copies as WARC 1.1 (ISO 28500), written and verified with the standard library alone.

This file is also the tool for everybody: `python3 archive.py EXPORT.warc.gz [HEAD]` needs nothing
of the platform, prints one line a fault and ends with status 1 when something does not fit. HEAD is
the hash that stood on the page of sources, in the Atom feed or in a digest at the time of the
export: without it nobody can tell an archive that was rewritten as a whole.

A copy is a `resource` record: the bytes as they came, unpacked. Fields that begin with `Evidence-`
say its place. Its link is SHA-256 over the UTF-8 of the JSON list, without spaces, of: the link
before it, source, position, SHA-256 of the bytes, address, moment, headers as sorted pairs. The
first record, `warcinfo`, names the end of every chain. Every byte of the file follows from these,
so the verifier writes each record anew and compares.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import sys
import uuid
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

_BROKEN = (ValueError, KeyError, TypeError, AttributeError, OSError, EOFError, zlib.error)
_FIELDS = ("Source", "Position", "Previous", "Link", "Fetched", "Headers")


class Copy(NamedTuple):
    """One saved copy; `fetched` is ISO 8601 in UTC with microseconds."""

    source: int
    position: int
    previous: str
    link: str
    url: str
    fetched: str
    headers: dict[str, str]
    body: bytes


def link_of(copy: Copy) -> str:
    """The link of the chain that a copy should have."""
    digest = hashlib.sha256(copy.body).hexdigest()
    pairs = sorted([name, value] for name, value in copy.headers.items())
    said = [copy.previous, copy.source, copy.position, digest, copy.url, copy.fetched, pairs]
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def head_of(ends: dict[int, tuple[int, str]]) -> str:
    """The hash over the ends of all chains ({source: (length, link)}), by source."""
    lines = [f"{source}:{length}:{link}" for source, (length, link) in sorted(ends.items())]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def record_of(copy: Copy) -> bytes:
    """The WARC record of a copy."""
    kind = "".join(copy.headers.get("content-type", "").splitlines()) or "application/octet-stream"
    values = (
        str(copy.source),
        str(copy.position),
        copy.previous,
        copy.link,
        copy.fetched,
        json.dumps(copy.headers, ensure_ascii=False, sort_keys=True),
    )
    more = [(f"Evidence-{name}", value) for name, value in zip(_FIELDS, values, strict=True)]
    head = [
        ("WARC-Type", "resource"),
        ("WARC-Record-ID", f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, copy.link)}>"),
        ("WARC-Date", copy.fetched.replace("+00:00", "Z")),
        ("WARC-Target-URI", copy.url),
        ("WARC-Payload-Digest", f"sha256:{hashlib.sha256(copy.body).hexdigest()}"),
        *more,
        ("Content-Type", kind),
    ]
    return _record(head, copy.body)


def info_of(ends: dict[int, tuple[int, str]], moment: str) -> bytes:
    """The first record: what wrote the file, and the end of every chain."""
    lines = [
        "software: archive.py",
        "format: WARC File Format 1.1",
        f"evidence-head: {head_of(ends)}",
    ]
    lines += [f"evidence-chain: {pk} {n} {link}" for pk, (n, link) in sorted(ends.items())]
    head = [
        ("WARC-Type", "warcinfo"),
        ("WARC-Record-ID", f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, head_of(ends))}>"),
        ("WARC-Date", moment.replace("+00:00", "Z")),
        ("Content-Type", "application/warc-fields"),
    ]
    return _record(head, "".join(f"{line}\r\n" for line in lines).encode())


def _record(head: list[tuple[str, str]], body: bytes) -> bytes:
    lines = ["WARC/1.1", *(f"{name}: {value}" for name, value in head)]
    lines += [f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode() + body + b"\r\n\r\n"


def write(
    out: BinaryIO, copies: Iterable[Copy], ends: dict[int, tuple[int, str]], moment: str
) -> int:
    """Write a .warc.gz, each record a gzip member of its own; returns how many copies it holds."""
    out.write(gzip.compress(info_of(ends, moment), mtime=0))
    number = 0
    for copy in copies:
        out.write(gzip.compress(record_of(copy), mtime=0))
        number += 1
    return number


def _records(data: BinaryIO) -> Iterator[tuple[dict[str, str], bytes, bytes]]:
    """Fields, body and all bytes of each record. Raises ValueError where the format breaks."""
    while line := data.readline():
        raw = line
        fields: dict[str, str] = {}
        if line != b"WARC/1.1\r\n":
            raise ValueError("a record does not begin where it should")
        while (line := data.readline()) != b"\r\n":
            raw += line
            name, colon, value = line.decode().partition(": ")
            if not colon or not value.endswith("\r\n"):
                raise ValueError("a record's head is broken")
            fields[name] = value[:-2]
        raw += line
        body = data.read(int(fields["Content-Length"]))
        end = data.read(4)
        if end != b"\r\n\r\n":
            raise ValueError("a record is longer or shorter than it says")
        yield fields, body, raw + body + end


def _copy(fields: dict[str, str], body: bytes) -> Copy:
    value = {name: fields[f"Evidence-{name}"] for name in _FIELDS}
    headers = json.loads(value["Headers"])
    return Copy(
        int(value["Source"]), int(value["Position"]), value["Previous"], value["Link"],
        fields["WARC-Target-URI"], value["Fetched"], dict(headers), body,
    )  # fmt: skip


def faults(stream: BinaryIO, head: str = "") -> Iterator[str]:
    """What does not fit in an export, in words; nothing if all is sound. `head` as on the site."""
    ends: dict[int, tuple[int, str]] = {}
    info = b""
    moment = ""  # of the last copy
    before = (0, 0)
    try:
        for number, (fields, body, raw) in enumerate(_records(stream)):
            if number == 0:
                info = raw
                continue
            copy = _copy(fields, body)
            place = f"source {copy.source}, copy {copy.position}"
            length, previous = ends.get(copy.source, (0, ""))
            if (copy.source, copy.position) <= before or copy.position != length + 1:
                yield f"{place}: out of its place, or a copy before it is missing"
            if copy.previous != previous:
                yield f"{place}: does not follow the copy before it"
            if copy.link != link_of(copy):
                yield f"{place}: its bytes, or what is said of them, were changed"
            if raw != record_of(copy):
                yield f"{place}: its record was changed"
            ends[copy.source] = (copy.position, copy.link)
            before = (copy.source, copy.position)
            moment = max(moment, copy.fetched)
    except _BROKEN as error:
        yield f"the file is broken after source {before[0]}, copy {before[1]}: {error!r}"
        return
    if info != info_of(ends, moment):
        yield "the first record does not name the ends of the chains as they are"
    if head and head != head_of(ends):
        yield f"the hash over all copies is {head_of(ends)}, not {head}"


def main(arguments: list[str]) -> int:
    """Verify a file; the status to end with."""
    if not 1 <= len(arguments) <= 2:
        print("usage: python3 archive.py EXPORT.warc.gz [HEAD]", file=sys.stderr)
        return 2
    with Path(arguments[0]).open("rb") as raw:
        packed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        stream = gzip.GzipFile(fileobj=raw) if packed else raw
        found = list(faults(io.BufferedReader(stream), *arguments[1:]))
    for fault in found:
        print(fault)
    print(f"{len(found)} faults" if found else "all sound")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
