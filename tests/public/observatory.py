"""The score that Mozilla's HTTP Observatory gives a page, from its headers.

After the tables of its scoring document: a base of 100, what is missing is taken off, and bonuses
count from 90 on. Only the tests that headers decide; all scripts here are from the page's own host,
so subresource integrity takes nothing off.
"""

from __future__ import annotations

from collections.abc import Mapping

HALF_A_YEAR = 15_768_000
PRIVATE = {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}


def directives(policy: str) -> dict[str, list[str]]:
    """A policy by directive."""
    found = {}
    for part in policy.split(";"):
        name, *values = part.split()
        found[name] = values
    return found


def _policy(header: str) -> int:
    if not header:
        return -25
    known = directives(header)
    default = known.get("default-src", ["*"])
    scripts = known.get("script-src", default)
    styles = known.get("style-src", default)
    if "'unsafe-inline'" in scripts or "*" in scripts or "data:" in scripts:
        return -20
    if "'unsafe-eval'" in scripts:
        return -10
    if "'unsafe-inline'" in styles:
        return 0
    return 10 if default == ["'none'"] else 5


def _transport(header: str) -> int:
    parts = {part.strip().lower() for part in header.split(";")}
    seconds = next((int(one[8:]) for one in parts if one.startswith("max-age=")), 0)
    if seconds < HALF_A_YEAR:
        return -10 if seconds else -20
    return 5 if {"includesubdomains", "preload"} <= parts else 0


def _frames(headers: Mapping[str, str]) -> int:
    if "frame-ancestors" in directives(headers.get("Content-Security-Policy", "x")):
        return 5
    return 0 if headers.get("X-Frame-Options") in {"DENY", "SAMEORIGIN"} else -20


def parts(headers: Mapping[str, str], cookies: bool = False) -> dict[str, int]:
    """What each of its tests adds or takes off."""
    return {
        "content security policy": _policy(headers.get("Content-Security-Policy", "")),
        "cookies": -20 if cookies else 0,
        "cross-origin sharing": -50 if headers.get("Access-Control-Allow-Origin") == "*" else 0,
        "referrer policy": 5 if headers.get("Referrer-Policy") in PRIVATE else 0,
        "strict transport security": _transport(headers.get("Strict-Transport-Security", "")),
        "content type options": 0 if headers.get("X-Content-Type-Options") == "nosniff" else -5,
        "frame options": _frames(headers),
        "cross-origin resource policy": 10
        if headers.get("Cross-Origin-Resource-Policy") in {"same-origin", "same-site"}
        else 0,
    }


def score(headers: Mapping[str, str], cookies: bool = False) -> int:
    """The score."""
    each = parts(headers, cookies).values()
    base = 100 + sum(one for one in each if one < 0)
    return base + sum(one for one in each if one > 0) if base >= 90 else base
