"""A member-editor of one organisation meets nothing of another, at any address of the admin."""

from __future__ import annotations

import pytest
from django.db import connection
from wagtail.images.models import Image

from tests.accounts.conftest import SECRETS, World, ids_of
from tests.accounts.walk import (
    BROKEN_IN_WAGTAIL,
    PAGE_ACTIONS,
    Writes,
    addresses,
    queries_of,
    state,
    words_in,
)


@pytest.mark.timeout(900)  # every address of the admin: two minutes alone, more beside others
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


def test_ids_in_the_query_or_the_form_reach_nothing_either(world: World) -> None:
    client = world.client(world.editor_a)
    client.raise_request_exception = False
    theirs = ids_of(world.b, world.editor_b, world.news_b)
    own = ids_of(world.a, world.editor_a, world.news_a)
    before = state()
    pages = "&".join(f"id={pk}" for pk in theirs.page)
    asked = [
        *(f"/admin/bulk/wagtailcore/page/{verb}/?{pages}" for verb in PAGE_ACTIONS[:4]),
        f"/admin/bulk/wagtailimages/image/delete/?id={theirs.image[0]}",
        f"/admin/bulk/wagtaildocs/document/delete/?id={theirs.document[0]}",
        f"/admin/choose-page/chosen-multiple/?{pages}",
        f"/admin/images/chooser/chosen-multiple/?id={theirs.image[0]}",
        f"/admin/documents/chooser/chosen-multiple/?id={theirs.document[0]}",
        f"/admin/images/chooser/?collection_id={theirs.collection[0]}",
        f"/admin/api/main/pages/?child_of={world.news_b.get_parent().pk}&fields=*",
        f"/admin/pages/{own.page[0]}/history/?user={theirs.user[0]}",
    ]
    for address in asked:
        for method in ("GET", "POST"):
            answer = client.generic(method, address)
            assert words_in(answer.getvalue(), SECRETS) == [], f"{method} {address}"
    client.post(
        f"/admin/pages/{own.page[0]}/copy/",
        {"new_title": "x", "new_slug": "x", "new_parent_page": theirs.page[0]},
    )
    assert state() == before
    client.post(
        f"/admin/images/{own.image[0]}/",
        {"title": "own", "collection": theirs.collection[0], "tags": ""},
    )
    assert Image.objects.get(pk=own.image[0]).collection_id == world.a.collection_id
