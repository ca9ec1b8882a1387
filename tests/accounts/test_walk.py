"""A member-editor of one organisation meets nothing of another, at any address of the admin."""

from __future__ import annotations

from django.db import connection

from tests.accounts.conftest import SECRETS, World, ids_of
from tests.accounts.walk import Writes, addresses, queries_of, state, words_in


def test_no_address_of_the_admin_shows_or_changes_another_organisation(world: World) -> None:
    client = world.client(world.editor_a)
    client.raise_request_exception = False
    before = state()
    writes = Writes()
    leaks, changes, broken = [], [], []
    walked = addresses(ids_of(world.b, world.editor_b, world.news_b))
    with connection.execute_wrapper(writes):
        for name, path in walked:
            requests = [(client.get, path + query) for query in queries_of(path)]
            for send, address in [*requests, (client.post, path)]:
                answer = send(address)
                line = f"{send.__name__} {address} ({name}) {answer.status_code}"
                if found := words_in(answer.getvalue(), SECRETS):
                    leaks.append(f"{line}: {found}")
                if written := writes.take():
                    changes.append(f"{line}: {written}")
                if answer.status_code >= 500 and name != "wagtailadmin_error_test":
                    broken.append(line)
    assert len(walked) > 300
    open("/tmp/walk.txt","w").write("\n".join([*leaks,"--",*changes,"--",*broken]))
    assert "\n".join(leaks) == ""
    assert "\n".join(changes) == ""
    assert "\n".join(broken) == ""
    assert state() == before
