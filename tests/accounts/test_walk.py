"""A member-editor of one organisation meets nothing of another, at any address of the admin."""

from __future__ import annotations

from django.db import connection

from tests.accounts.conftest import SECRETS, World, ids_of
from tests.accounts.walk import BROKEN_IN_WAGTAIL, Writes, addresses, queries_of, state, words_in


def test_no_address_of_the_admin_shows_or_changes_another_organisation(world: World) -> None:
    client = world.client(world.editor_a)
    client.raise_request_exception = False
    before = state()
    writes = Writes()
    leaks, changes, broken = [], [], []
    walked = addresses(ids_of(world.b, world.editor_b, world.news_b))
    with connection.execute_wrapper(writes):
        for name, path in walked:
            requests = [("GET", path + query) for query in queries_of(path)]
            for method, address in [*requests, ("POST", path)]:
                answer = client.generic(method, address)
                line = f"{method} {address} ({name}) {answer.status_code}"
                if found := words_in(answer.getvalue(), SECRETS):
                    leaks.append(f"{line}: {found}")
                if written := writes.take():
                    changes.append(f"{line}: {written}")
                if answer.status_code >= 500 and name not in BROKEN_IN_WAGTAIL:
                    broken.append(line)
    assert len(walked) > 300

    assert "\n".join(leaks) == ""
    assert "\n".join(changes) == ""
    assert "\n".join(broken) == ""
    assert state() == before
