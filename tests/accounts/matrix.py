"""Who may do what: every address of the resolver, asked by every kind of person, GET and POST.

`python -m tests.accounts.matrix --write` writes `matrix.txt` anew; `tests/accounts/test_matrix.py`
compares. Each request carries the ids of organisation B, and is undone. Pages are not drawn (that
is most of the time): who is let in is decided before.

A cell says what the person got: `ok` the page, or the work done (200); `go` led on after the work
(302 elsewhere); `door` to the door; `no` refused (403, or Wagtail's way back to its first page);
else the status (400 a wrong form, 404 not found, 405 no such method, 500 broken by Wagtail itself).
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

from django.db import transaction
from django.template.backends.django import Template
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import translation
from django.utils.safestring import SafeString

from tests.accounts.walk import Ids, addresses

GOLDEN = Path(__file__).with_name("matrix.txt")

PEOPLE = (
    "anonymous",
    "subscriber",
    "member A",
    "editor A",
    "editor B",
    "editor",
    "analyst",
    "translator",
    "moderator",
    "secretariat",
    "administrator",
    "superuser",
)

VALUES: dict[str, Any] = {
    "frequency": "daily",
    # What a parameter of a public address is asked with; of B where it names something of B.
    "key": "none-such",
    "restriction_id": 1,
    "section": "kk",
    "kind": "decision",
    "page_request_id": 1,
    "signature": "x",
    "uidb64": "x",
    "slug": "x",
    "number": 1,
    "name": "none.png",
    "language": "ru",
    "path": "",
}

OF_B = {"pk", "page_id", "page_view_restriction_id", "organisation_id"}
"""Parameters that name a page or the organisation."""

UNNAMED = {"wagtaildocs_serve": (1, "x.txt"), "wagtaildocs_authenticate_with_password": (1,)}
"""Arguments of addresses whose parts have no names."""

LEFT_OUT = {
    "account_logout": "ends the session that asks",
    "wagtailadmin_logout": "likewise",
    "wagtailadmin_password_reset_confirm": "asks for a token out of a mail",
    "wagtailadmin_error_test": "breaks on purpose",
}


def rows(ids: Ids, token: str) -> list[tuple[str, str]]:
    """(name of the view, path): each view once, with the first of B's ids that it takes."""
    found: dict[str, str] = {}
    for name, path in addresses(ids):
        found.setdefault(name, path)
    with translation.override("kk"):
        for name, pattern in _outside_the_admin():
            if name in found or name in LEFT_OUT:
                continue
            keys = {**pattern.pattern.converters, **pattern.pattern.regex.groupindex}
            whole = {
                key for key, one in pattern.pattern.converters.items() if one.regex == "[0-9]+"
            }
            keywords = {
                key: 1 if key in whole and key not in OF_B else _value(name, key, ids, token)
                for key in keys
            }
            unnamed = pattern.pattern.regex.groups - len(pattern.pattern.regex.groupindex)
            if not keys and unnamed:
                found[name] = reverse(name, args=[*UNNAMED.get(name, ("",) * unnamed)])
            else:
                found[name] = reverse(name, kwargs=keywords)
    return sorted((name, path) for name, path in found.items() if name not in LEFT_OUT)


def _value(name: str, key: str, ids: Ids, token: str) -> Any:
    if key == "token":
        return token
    if key in {"document_id", "doc_id"}:
        return ids.document[0]
    if key in OF_B:
        return ids.row["registry.Organisation"][0] if "organisation" in name else ids.page[0]
    return VALUES.get(key, "x")


def _outside_the_admin() -> Iterator[tuple[str, URLPattern]]:
    def below(resolver: URLResolver, spaces: tuple[str, ...]) -> Iterator[tuple[str, URLPattern]]:
        for one in resolver.url_patterns:
            if isinstance(one, URLPattern):
                if one.name:
                    yield ":".join([*spaces, one.name]), one
            elif str(one.pattern) != "admin/":
                yield from below(one, (*spaces, one.namespace) if one.namespace else spaces)

    yield from below(get_resolver(), ())


def cell(answer: Any, path: str) -> str:
    """An answer in a word."""
    if answer.status_code in {301, 302}:
        to = answer["Location"].partition("?")[0]
        if re.fullmatch(r"/(kk|ru|en)/(kiru|vkhod|sign-in)/(rastau/\d/)?", to):
            return "door"
        return "no" if to == "/admin/" and path.startswith("/admin/") else "go"
    return {200: "ok", 403: "no"}.get(answer.status_code, str(answer.status_code))


def table(clients: dict[str, Client], found: list[tuple[str, str]]) -> list[str]:
    """The lines of the matrix, two an address."""
    head = f"{'':4} {'view':58} " + " ".join(f"{name:14}" for name in PEOPLE)
    lines = [head.rstrip()]
    with patch.object(Template, "render", lambda *_, **__: SafeString("")):
        for name, path in found:
            for method in ("GET", "POST"):
                # In the admin a subscriber is anybody: neither has a session.
                asked = PEOPLE if not path.startswith("/admin/") else PEOPLE[:1] + PEOPLE[2:]
                cells = {person: _ask(clients[person], method, path) for person in asked}
                cells.setdefault("subscriber", cells["anonymous"])
                row = " ".join(f"{cells[person]:14}" for person in PEOPLE)
                lines.append(f"{method:4} {name:58} {row}".rstrip())
    return lines


def _ask(client: Client, method: str, path: str) -> str:
    with transaction.atomic():
        session = client.session if "sessionid" in client.cookies else None
        try:
            answer = client.generic(method, path)
            return cell(answer, path)
        finally:
            if session is not None:
                client.cookies["sessionid"] = str(session.session_key)
            transaction.set_rollback(True)


def main() -> int:
    """Write the golden file anew, or say what differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write matrix.txt anew")
    asked = parser.parse_args()
    environment = {**os.environ, **({"WRITE_MATRIX": "1"} if asked.write else {})}
    command = [sys.executable, "-m", "pytest", "-q", "tests/accounts/test_matrix.py"]
    return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
