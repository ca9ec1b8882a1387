"""Sources in the admin: made, refused with a sentence, asked by hand, never lost."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import translation
from django.utils.html import escape
from pytest_django.fixtures import Settings
from wagtail.models import ModelLogEntry

from monitoring.core import clock
from monitoring.evidence.models import Fetch, Source
from monitoring.evidence.services import fetch_due
from tests.evidence.server import Site, answer
from tests.factories.evidence import source
from tests.intake.conftest import analyst
from tests.intake.feeds import item, rss

pytestmark = pytest.mark.django_db


def sign_in(language: str = "ru") -> Client:
    client = Client()
    client.force_login(analyst(f"{language}@example.kz", language))
    return client


def typed(**changes: Any) -> dict[str, Any]:
    return {
        "name": "Мәслихат жаңалықтары",
        "url": "https://maslikhat.example.kz/rss",
        "kind": "feed",
        "language": "kk",
        "announce_within": "7",
        "every_minutes": "60",
        "fresh_within": "48",
        "ca_bundle": "",
        "paused_reason": "",
        **changes,
    }


def test_a_new_source_is_due_at_once_and_leads_to_its_page() -> None:
    client = sign_in()
    done = client.post("/admin/sources/add/", typed())
    one = Source.objects.get()
    assert (done.status_code, done["Location"]) == (302, f"/admin/sources/{one.pk}/")
    assert one.next_due <= clock.now()
    assert client.get(done["Location"]).status_code == 200
    assert f"/admin/sources/{one.pk}/" in client.get("/admin/sources/").content.decode()


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("url", {"url": "http://127.0.0.1:8000/feed"}),
        ("url", {"url": "http://2130706433/feed"}),
        ("url", {"url": "http://[fec0::1]/"}),
        ("url", {"url": "ftp://example.kz/feed"}),
        ("url", {"url": "example.kz"}),
        ("url", {"url": ""}),
        ("every_minutes", {"every_minutes": "1"}),
        ("ca_bundle", {"ca_bundle": "../secret_key"}),
        ("paused_reason", {"paused": "on"}),
        ("kind", {"kind": "spreadsheet"}),
    ],
)
def test_a_faulty_source_is_refused_at_its_field_and_keeps_what_was_typed(
    language: str, field: str, changes: dict[str, str]
) -> None:
    client = sign_in(language)
    answer = client.post("/admin/sources/add/", typed(**changes))
    assert answer.status_code == 200
    assert Source.objects.count() == 0
    form = answer.context["form"]
    assert [*form.errors] == [field]
    text = answer.content.decode()
    with translation.override(language):
        (sentence,) = map(str, form.errors[field])
    assert escape(sentence) in text
    letters = {"kk": "[әғқңөұүһі]", "ru": "[а-я]", "en": "[a-z]"}[language]
    assert re.search(letters, sentence)
    assert bool(re.search("[а-я]", sentence)) == (language != "en")
    for name in ("name", "url", "announce_within"):
        assert form[name].value() == typed(**changes)[name]
    assert "Мәслихат жаңалықтары" in text


def test_loopback_is_taken_where_the_setting_allows_it(settings: Settings) -> None:
    settings.EVIDENCE_ALLOW_LOOPBACK = True
    sign_in().post("/admin/sources/add/", typed(url="http://127.0.0.1:9999/feed"))
    assert Source.objects.get().host == "127.0.0.1"


def test_a_file_of_certificates_is_taken_by_its_name(settings: Settings, tmp_path: Path) -> None:
    settings.EVIDENCE_CA_DIR = str(tmp_path)
    (tmp_path / "adilet.pem").write_text("")
    sign_in().post("/admin/sources/add/", typed(ca_bundle="adilet.pem"))
    assert Source.objects.get().ca_bundle == "adilet.pem"


def test_a_source_that_moves_starts_afresh() -> None:
    one = source(etag='"old"', failures=5)
    later = one.next_due = clock.now().replace(year=2090)
    one.save()
    client = sign_in()
    client.post(f"/admin/sources/edit/{one.pk}/", typed(url=one.url))
    one.refresh_from_db()
    assert (one.name, one.etag, one.next_due) == ("Мәслихат жаңалықтары", '"old"', later)
    client.post(f"/admin/sources/edit/{one.pk}/", typed(url="https://new.example.kz/feed"))
    one.refresh_from_db()
    assert (one.etag, one.failures) == ("", 0)
    assert one.next_due <= clock.now()


def test_fetch_now_asks_at_once_and_the_log_says_who(site: Site) -> None:
    site.routes["/feed"] = answer(rss(item(1)))
    one = source(site.url(), next_due=clock.now().replace(year=2090))
    client = sign_in()
    assert client.get(f"/admin/sources/{one.pk}/fetch/").status_code == 405
    assert fetch_due() == 0
    done = client.post(f"/admin/sources/{one.pk}/fetch/", follow=True)
    assert done.status_code == 200
    row = ModelLogEntry.objects.get(action="evidence.ask_now")
    assert (row.object_id, str(row.user)) == (str(one.pk), "ru@example.kz")
    assert fetch_due() == 1
    page = client.get(f"/admin/sources/{one.pk}/").content.decode()
    assert Fetch.objects.get().sentence in page or 'data-reason="new"' in page
    assert "ru@example.kz" in page


@pytest.mark.parametrize("path", ["", "add/", "{pk}/", "{pk}/fetch/", "edit/{pk}/"])
def test_sources_are_closed_to_others(path: str) -> None:
    one = source()
    outsider = analyst("outsider@example.kz")
    outsider.user_permissions.set(outsider.user_permissions.filter(codename="access_admin"))
    client = Client()
    client.force_login(outsider)
    url = f"/admin/sources/{path.format(pk=one.pk)}"
    for browser in (Client(), client):
        assert browser.post(url, {}).status_code in {302, 403, 405}
        assert browser.get(url).status_code in {302, 403, 405}
    assert not ModelLogEntry.objects.exists()


def test_an_analyst_cannot_delete_a_source() -> None:
    one = source()
    assert sign_in().post(f"/admin/sources/delete/{one.pk}/").status_code in {302, 403}
    assert Source.objects.count() == 1


def test_two_editors_of_one_source_overwrite_neither_its_columns_nor_its_settings() -> None:
    one = source(
        "https://m.kz/acts", kind="html_list", settings={"item": "li", "title": "a", "link": "a"}
    )
    address = f"/admin/sources/edit/{one.pk}/"
    client = sign_in("en")
    shown = client.get(address).context["form"]
    mine = {
        name: value
        for field in shown
        if (name := field.html_name) and (value := field.value()) not in (None, False)
    }
    theirs = {**one.settings, "item": "ul.new li", "title": "h3"}
    Source.objects.filter(pk=one.pk).update(settings=theirs, name="Theirs")
    refused = client.post(address, {**mine, "setting_item": "ul.mine li"})
    assert refused.status_code == 409
    form = refused.context["form"]
    assert "ul.new li" in form.errors["setting_item"][0], "theirs is shown"
    assert "Theirs" in form.errors["name"][0]
    assert form["setting_item"].value() == "ul.mine li", "mine is kept"
    assert Source.objects.get().settings == theirs
    knowingly = {field.html_name: field.value() for field in form}
    knowingly = {k: v for k, v in knowingly.items() if v not in (None, False)}
    assert client.post(address, knowingly).status_code == 302
    assert Source.objects.get().settings["item"] == "ul.mine li"
