"""The page of components: whole, in three languages, for those who edit."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

PARTS = Path(__file__).resolve().parent.parent.parent / "templates" / "components"
FRAME = {"back", "error_page", "footer_group", "found", "honeypot", "icon", "mark", "status_icon"}
"""Parts of the frame or of other parts, and one that nobody sees."""
ADDRESS = "/{}/styleguide/"


@pytest.fixture
def editor(db: None) -> Client:
    client = Client()
    user = get_user_model().objects.create_superuser(email="e@example.org", password="a long one 1")
    client.force_login(user)
    return client


@pytest.mark.parametrize(
    ("language", "tag", "stage"),
    [
        ("kk", "Мысал", "5 кезеңнің 3-і"),
        ("ru", "Пример", "Этап 3 из 5"),
        ("en", "Example", "Stage 3"),
    ],
)
def test_every_state_is_shown_and_said_to_be_an_example(
    editor: Client, language: str, tag: str, stage: str
) -> None:
    page = editor.get(ADDRESS.format(language)).content.decode()
    assert page.count(f'<span class="example-tag">{tag}</span>') >= 8
    assert stage in page
    for state in ("open", "tomorrow", "today", "closed", "none"):
        assert f'<div class="deadline {state}">' in page
    for state in ("undated", "now", "unconfirmed", "todo", "stopped"):
        assert re.search(rf'<li class="{state}"', page), state
    following = page[page.index('id="stages"') : page.index('id="position"')]
    assert following.count("<strong>") > following.count("<li"), "what happens next, by when"
    assert following.count("verified-no") == 1, "a step of a procedure that is not confirmed"
    for kind in ("sup", "amd", "opp"):
        assert f'<span class="badge {kind}">' in page


def test_every_component_stands_on_the_page() -> None:
    guide = (PARTS.parent / "styleguide" / "page.html").read_text()
    shown = set(re.findall(r"components/(\w+)\.html", guide))
    for name in list(shown):
        shown |= set(re.findall(r"components/(\w+)\.html", (PARTS / f"{name}.html").read_text()))
    assert {path.stem for path in PARTS.glob("*.html")} - FRAME - shown == set()


def test_a_stranger_is_sent_to_the_door_and_a_member_is_refused(db: None) -> None:
    client = Client()
    answer = client.get(ADDRESS.format("kk"))
    assert answer.status_code == 302
    assert "next=/kk/styleguide/" in answer["Location"]
    client.force_login(get_user_model().objects.create_user(email="m@example.org"))
    assert client.get(ADDRESS.format("kk")).status_code == 403
