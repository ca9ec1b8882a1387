"""The editors' guide: the same steps in three languages, each with a picture, within the admin."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.test import Client
from PIL import Image
from wagtail.users.models import UserProfile

from coalition.accounts import guide
from tests.browser import guide_steps
from tests.factories import registry as make

ROOT = Path(__file__).resolve().parent.parent.parent
LANGUAGES = ("kk", "ru", "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_numbered_step_has_text_a_test_and_a_small_picture(language: str) -> None:
    read = guide.read(language)
    assert [step.number for step in read.steps] == list(guide_steps.STEPS)
    assert read.title
    assert read.lead
    for step in read.steps:
        assert step.paragraphs, step.number
        assert step.shows, f"{step.number}: the picture is described"
        assert step.picture == f"img/editors/{language}-{step.number:02}.webp"
        file = ROOT / "docs" / step.picture
        assert file.stat().st_size < 80_000, file.name
        assert Image.open(io.BytesIO(file.read_bytes())).size == (1000, 625), file.name


def test_the_door_of_the_documentation_names_all_three() -> None:
    door = (ROOT / "docs/editors.md").read_text("utf-8")
    for language in LANGUAGES:
        assert f"(editors.{language}.md)" in door


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_help_menu_leads_to_the_guide_in_the_persons_language(language: str) -> None:
    person = make.make_person("member-editor")
    UserProfile.objects.filter(user=person).update(preferred_language=language)
    client = Client()
    client.force_login(person)
    home = client.get("/admin/").content.decode()
    assert "/admin/guide/" in home
    assert "guide.wagtail.org" not in home
    text = client.get("/admin/guide/").content.decode()
    read = guide.read(language)
    assert read.title in text.replace("&#x27;", "'")
    for step in read.steps:
        assert f'src="/admin/guide/{language}/{step.number}.webp"' in text
    picture = client.get(f"/admin/guide/{language}/1.webp")
    assert picture["Content-Type"] == "image/webp"
    assert picture.getvalue()[:4] == b"RIFF"


@pytest.mark.django_db
def test_a_stranger_sees_neither_guide_nor_pictures() -> None:
    assert Client().get("/admin/guide/").status_code == 302
    assert Client().get("/admin/guide/kk/1.webp").status_code == 302
    client = Client()
    client.force_login(make.make_person("editor"))
    assert client.get("/admin/guide/kk/99.webp").status_code == 404
    assert client.get("/admin/guide/de/1.webp").status_code == 404
