"""The ready text for a group chat. Pure: what is said of a record or news comes in words."""

from __future__ import annotations

from collections.abc import Iterable

LENGTH = 600
"""Characters; a longer message is folded by messengers behind "read more"."""


def chat_message(
    *, title: str, lines: Iterable[str] = (), deadline: str = "", url: str, length: int = LENGTH
) -> str:
    """Title, what changes, until when, address: plain text of at most `length` characters.

    The deadline and the address are never cut; lines are left out whole, from the last; a title is
    shortened at a word's end only if it does not fit even alone. `url` is the full address.
    """
    title, deadline = " ".join(title.split()), " ".join(deadline.split())
    tail = "\n\n".join(part for part in (deadline, url) if part)
    room = length - len(tail) - 2
    head = _shortened(title, room)
    kept: list[str] = []
    for line in lines:
        said = "\n".join(["", *kept, f"– {' '.join(line.split())}"])
        if len(head) + 1 + len(said) > room:
            break
        kept.append(f"– {' '.join(line.split())}")
    if kept:
        head = "\n".join([head, "", *kept])
    return "\n\n".join(part for part in (head, tail) if part)


def _shortened(text: str, room: int) -> str:
    if len(text) <= room:
        return text
    if room < 2:
        return ""
    cut = text[: room - 1]
    return (cut.rpartition(" ")[0] or cut).rstrip(" ,.;:–-") + "…"
