"""A source tried out in its form: asked once, shown in words, and nothing kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import translation
from django.utils.html import escape

from monitoring.evidence import reasons
from monitoring.evidence.models import Fetch, Snapshot, Source
from monitoring.intake.models import Candidate
from tests.evidence.server import Site, answer
from tests.evidence.test_admin import sign_in, typed
from tests.factories.evidence import source
from tests.intake.feeds import CAPTCHA

pytestmark = pytest.mark.django_db

PAGE = (Path(__file__).parent.parent / "intake/pages/maslikhat.html").read_bytes()
SELECTORS = {
    "setting_item": "ul.acts > li", "setting_title": "", "setting_link": "", "setting_date": ".d",
    "setting_date_order": "dmy", "setting_number": "", "setting_text": "",
    "setting_language_rule": "letters", "setting_skip": "Joomla\n", "setting_pages": "2",
    "setting_next": "a.next", "setting_page_parameter": "", "setting_first_page": "1",
    "setting_page_step": "1",
}  # fmt: skip


def listing(site: Site, **changes: Any) -> dict[str, Any]:
    return typed(url=site.url("/acts"), kind="html_list", **{**SELECTORS, **changes})


def try_it(client: Client, facts: dict[str, Any], url: str = "/admin/sources/add/") -> Any:
    return client.post(url, {**facts, "try": "1"})


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_trying_shows_what_would_be_taken_and_left_out_and_writes_nothing(
    site: Site, language: str
) -> None:
    site.routes["/acts"] = answer(PAGE)
    shown = try_it(sign_in(language), listing(site, name=""))
    text = shown.content.decode()
    assert shown.status_code == 200
    assert "Ауылдық округтің бюджеті туралы" in text
    assert site.url("/kk/acts/58") in text
    with translation.override(language):
        for code in ("unwanted", "no_title_no_link", "twice", "no_date"):
            assert f'data-note="{code}"' in text
            assert escape(reasons.note_sentence(code)) in text
        asked_next = site.url("/acts?page=2")
    assert asked_next in text
    assert shown.context["form"].errors == {}, "nobody asked to save: no name is no fault"
    assert 'value="ul.acts &gt; li"' in text
    assert site.asked("/acts") == 1
    for model in (Source, Fetch, Snapshot, Candidate):
        assert model._default_manager.count() == 0


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
@pytest.mark.parametrize(
    ("changes", "setting", "code"),
    [
        ({"setting_item": "div >"}, "item", "bad_selector"),
        ({"setting_item": ".gone"}, "item", "nothing_matched"),
        ({"setting_date": "a"}, "date", "dates_unreadable"),
    ],
)
def test_a_fault_of_a_selector_stands_at_its_field(
    site: Site, language: str, changes: dict[str, str], setting: str, code: str
) -> None:
    site.routes["/acts"] = answer(PAGE)
    shown = try_it(sign_in(language), listing(site, **changes))
    form = shown.context["form"]
    with translation.override(language):
        sentence = reasons.sentence(code, {})
    assert form.errors == {f"setting_{setting}": [sentence]}
    assert escape(sentence) in shown.content.decode()
    assert form["setting_skip"].value() == "Joomla\n"


def test_what_the_door_or_the_site_refuses_is_said(site: Site) -> None:
    site.routes["/acts"] = answer(CAPTCHA)
    client = sign_in()
    assert 'data-reason="captcha"' in try_it(client, listing(site)).content.decode()
    gone = try_it(client, listing(site) | {"url": site.url("/none")}).content.decode()
    assert 'data-reason="not_found"' in gone
    inside = try_it(client, listing(site) | {"url": "http://10.0.0.1/"})
    assert [*inside.context["form"].errors] == ["url"]
    assert inside.context["form"].trial is None


def test_another_kind_shows_its_settings_with_what_is_usual() -> None:
    client = sign_in()
    shown = client.post("/admin/sources/add/", typed(kind="zan", other_kind="1"))
    form = shown.context["form"]
    assert form.errors == {}
    assert form["setting_search_path"].value() == "/api/documents/search"
    text = shown.content.decode()
    assert "yts = Күшін жойған" in text
    assert [text.count(f'name="{name}"') for name in form.fields if "setting_" in name] == [1] * 9
    assert Source.objects.count() == 0


def test_settings_are_saved_checked_and_make_the_source_be_read_anew(site: Site) -> None:
    client = sign_in()
    bad = client.post("/admin/sources/add/", listing(site, setting_item="[["))
    assert [*bad.context["form"].errors] == ["setting_item"]
    client.post("/admin/sources/add/", listing(site))
    one = Source.objects.get()
    assert one.settings["skip"] == ["Joomla"]
    assert one.settings["pages"] == 2
    Source.objects.update(etag='"a"', ahead=[[2, "http://x.kz/", ""]])
    client.post(f"/admin/sources/edit/{one.pk}/", listing(site))
    one.refresh_from_db()
    assert one.etag == '"a"'
    client.post(f"/admin/sources/edit/{one.pk}/", listing(site, setting_item="ul.acts li"))
    one.refresh_from_db()
    assert (one.etag, one.ahead, one.settings["item"]) == ("", [], "ul.acts li")


@pytest.mark.parametrize("words", ["yts", "yts =", "= x", "a = 1\na = 2"])
def test_a_line_of_words_that_cannot_be_read_is_named(words: str) -> None:
    shown = sign_in().post("/admin/sources/add/", typed(kind="zan", setting_statuses=words))
    assert [*shown.context["form"].errors] == ["setting_statuses"]
    assert shown.context["form"]["setting_statuses"].value() == words


def test_a_saved_source_is_tried_with_what_is_typed_and_stays_as_it_was(site: Site) -> None:
    site.routes["/acts"] = answer(PAGE)
    one = source(site.url("/acts"), kind="html_list", settings={"item": "b"})
    shown = try_it(sign_in(), listing(site, name=one.name), f"/admin/sources/edit/{one.pk}/")
    assert shown.context["form"].trial.reading is not None
    one.refresh_from_db()
    assert one.settings == {"item": "b"}
