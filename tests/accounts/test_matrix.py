"""The authorisation matrix: a new address without a line fails, and so does a cell that changed."""

from __future__ import annotations

import difflib
import os
import re

import pytest
from django.test import Client

from coalition.registry.services import appoint_representative
from monitoring.core.permissions import ROLES
from monitoring.digests import links
from tests.accounts.conftest import World, ids_of
from tests.accounts.matrix import GOLDEN, PEOPLE, rows, table
from tests.factories import digests
from tests.factories import registry as make


@pytest.fixture
def clients(world: World) -> dict[str, Client]:
    """A browser for each kind of person."""
    member = make.make_person("", "member-a@example.org")
    appoint_representative(organisation=world.a, user=member, role="member")
    people = {
        "member A": member,
        "editor A": world.editor_a,
        "editor B": world.editor_b,
        "secretariat": world.secretariat,
        "superuser": make.make_person("", "chief@example.org", superuser=True),
    }
    for role in ROLES:
        if role not in {"member", "member-editor", "secretariat"}:
            people[role] = make.make_person(role)
    found = {name: world.client(person) for name, person in people.items()}
    found |= {"anonymous": Client(), "subscriber": Client()}
    for client in found.values():
        client.raise_request_exception = False
    assert set(found) == set(PEOPLE)
    return found


@pytest.mark.timeout(900)  # 15,000 requests: two minutes alone, more beside others
def test_everybody_may_do_what_the_matrix_says(world: World, clients: dict[str, Client]) -> None:
    reader = digests.subscriber("reader@example.org")
    token = links.manage_link(reader).rstrip("/").rpartition("/")[2]
    found = rows(ids_of(world.b, world.editor_b, world.news_b), token)
    lines = table(clients, found)
    if os.environ.get("WRITE_MATRIX"):
        GOLDEN.write_text("\n".join(lines) + "\n", encoding="utf-8")
    golden = GOLDEN.read_text(encoding="utf-8").splitlines()
    differing = "\n".join(
        difflib.unified_diff(golden, lines, "matrix.txt", "now", lineterm="", n=0)
    )
    assert differing == "", "python -m tests.accounts.matrix --write, and read the difference"


def test_the_matrix_itself_lets_nobody_in_who_should_not_be() -> None:
    """What no golden file may ever say, whoever writes it anew."""
    head, *lines = GOLDEN.read_text(encoding="utf-8").splitlines()
    assert re.split(r"\s{2,}", head.strip())[1:] == list(PEOPLE)
    assert len(lines) > 800
    for line in lines:
        _method, name, *cells = line.split()
        of = dict(zip(PEOPLE, cells, strict=True))
        assert of["anonymous"] == of["subscriber"], f"{line}: a subscription gives no session"
        if name.startswith(("wagtailusers", "wagtailadmin_pages:", "wagtailadmin_workflows:")):
            assert of["anonymous"] == "door", line
            assert of["member A"] in {"door", "no"}, line
        if name.startswith("wagtailusers"):
            assert {of[one] for one in PEOPLE[3:10]} <= {"no", "404"}, line
