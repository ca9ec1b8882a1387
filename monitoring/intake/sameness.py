"""Whether two entries say the same, and whether they are one item. Pure: no Django, no time."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from monitoring.core.text import fold
from monitoring.evidence.entries import Entry

_TRACKING = re.compile(r"^(utm_|fbclid$|gclid$|yclid$|_openstat$)")
_QUOTES = re.compile("[«»„“”‟‘’‚`´\"'ʼ]")
_DASHES = re.compile("[‐‑‒–—―−]")
_AROUND = re.compile(r"\s*([^\w\s])\s*")
_WORD = re.compile(r"\w+")
_SCRAMBLED = re.compile(
    "\ufffd|[РС][\u00a0-\u00bf\u0400-\u0405\u0407-\u040f\u0450-\u0455\u0457-\u045f\u2010-\u203a]|[ÐÑ][\u0080-\u00bf]"
)


def bare(link: str) -> str:
    """A link without fragment and tracking parameters, its host in lower case.

    A fragment that is an address within a site of one page (`#!/doc/7966`) is kept.
    """
    parts = urlsplit(link)
    kept = [
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if not _TRACKING.match(name)
    ]
    inner = parts.fragment if parts.fragment.startswith(("!", "/")) else ""
    return urlunsplit((parts.scheme, parts.netloc.lower(), parts.path, urlencode(kept), inner))


def normal(text: str) -> str:
    """Text as it is compared: blind to case, spaces, quotes, dashes, look-alike letters and the
    full stop at its end; every letter, digit and comma between digits counts."""
    plain = _DASHES.sub("-", _QUOTES.sub("", fold(text)))
    return " ".join(_AROUND.sub(r"\1", plain).split()).strip(" .…")


def fingerprint(title: str, link: str, summary: str) -> str:
    """SHA-256 of link, title and text as they are compared."""
    said = "\n".join([bare(link), normal(title), normal(summary)])
    return hashlib.sha256(said.encode()).hexdigest()


def mark_of(text: str) -> str:
    """SHA-256 of a page's words as they are compared; empty for none."""
    words = normal(text)
    return hashlib.sha256(words.encode()).hexdigest() if words else ""


def key_hash(key: str) -> str:
    """An entry's own name at a fixed length."""
    return hashlib.sha256(key.encode()).hexdigest()


def alike(one: str, other: str) -> bool:
    """Whether two titles share at least half of their words: one item, reworded."""
    words, others = set(_WORD.findall(normal(one))), set(_WORD.findall(normal(other)))
    return 2 * len(words & others) >= max(len(words), len(others), 1)


def scrambled(text: str) -> bool:
    """Whether a text shows the marks of letters read in a wrong encoding."""
    return len(_SCRAMBLED.findall(text)) >= 2 or "\ufffd" in text


def named_apart(entries: Sequence[Entry]) -> list[Entry]:
    """The entries of one answer, each with a key of its own.

    Sites give two items one id. Those that say the same are one; those that differ are told apart
    by their links, or where these are the same too, by their words.
    """
    seen: dict[tuple[str, str], Entry] = {}
    for entry in entries:
        said = fingerprint(entry.title, entry.link, entry.summary)
        seen.setdefault((entry.key, said), entry)
    shared = Counter(key for key, _ in seen)
    links = Counter((entry.key, bare(entry.link)) for entry in seen.values())
    apart = []
    for (key, mark), entry in seen.items():
        if shared[key] == 1:
            apart.append(entry)
            continue
        link = bare(entry.link)
        alone = link and links[key, link] == 1
        apart.append(replace(entry, key=f"{key}\n{link if alone else mark}"))
    return apart
