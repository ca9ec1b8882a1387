"""News, events and entries in the admin: choosing decisions, one's own organisation, mistakes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from wagtail.test.utils.form_data import inline_formset, nested_form_data, streamfield
from wagtail.users.models import UserProfile

from coalition.accounts.models import User
from coalition.accounts.services import sync_groups
from coalition.news.models import EventIndexPage, EventPage, NewsIndexPage
from coalition.registry.services import appoint_representative
from tests.factories.news import index_of
from tests.factories.record import make_decision
from tests.factories.registry import make_organisation, make_person

pytestmark = pytest.mark.usefixtures("lists")


def client_of(user: User, language: str = "ru") -> Client:
    profile = UserProfile.get_for_user(user)
    profile.preferred_language = language
    profile.save()
    client = Client()
    client.force_login(user)
    return client


def add_url(kind: str, index: Any) -> str:
    return reverse("wagtailadmin_pages:add", args=["news", kind, index_of(index).pk])


def test_decisions_are_chosen_among_those_that_readers_see(settings: Any, tmp_path: Path) -> None:
    settings.SEARCH = {"engine": "embedded", "directory": str(tmp_path / "search")}
    public = make_decision("Ауыл бюджеті туралы")
    hidden = make_decision("Жасырын шешім", public=False)
    call_command("search_rebuild")
    client = client_of(make_person("editor"))
    found = json.loads(client.get(reverse("decision_chooser:choose")).content)["html"]
    assert "Ауыл бюджеті" in found
    assert "Жасырын шешім" not in found
    for pk, status in ((public.pk, 200), (hidden.pk, 404), ("x", 404)):
        url = reverse("decision_chooser:chosen", args=[pk])
        assert client.get(url, follow=True).status_code == status
    several = reverse("decision_chooser:chosen_multiple")
    chosen = client.get(f"{several}?id={public.pk}&id={hidden.pk}&id=x&multiple=1")
    assert [one["id"] for one in json.loads(chosen.content)["result"]] == [str(public.pk)]
    results = reverse("decision_chooser:choose_results")
    assert "Ауыл бюджеті" in client.get(f"{results}?q=бюджет").content.decode()
    assert "Ауыл бюджеті" not in client.get(f"{results}?q=қорғаныс").content.decode()


def test_an_editor_of_an_organisation_names_only_the_own() -> None:
    own, other = make_organisation("Ардагер"), make_organisation("Намыс")
    secretariat = make_person("secretariat")
    editor = make_person("", "a@example.org")
    appoint_representative(organisation=own, user=editor, by=secretariat)
    sync_groups()
    for kind, index in (("newspage", NewsIndexPage), ("eventpage", EventIndexPage)):
        text = client_of(editor).get(add_url(kind, index)).content.decode()
        assert f'<option value="{own.pk}" selected>' in text
        assert f'<option value="{other.pk}"' not in text
        text = client_of(secretariat).get(add_url(kind, index)).content.decode()
        assert f'<option value="{other.pk}"' in text


WRONG = {
    "kk": ("Аяқталуы басталуынан ерте тұр.", "Өтетін жерін немесе онлайн қатысу сілтемесін"),
    "ru": ("Окончание раньше начала.", "Укажите место или ссылку для участия онлайн."),
    "en": ("It ends before it begins.", "Enter a place or a link to take part online."),
}


@pytest.mark.parametrize("language", WRONG)
def test_a_wrong_event_is_refused_with_all_that_was_typed(language: str) -> None:
    data = nested_form_data(
        {
            "title": "Бюджетті бірге оқу",
            "slug": "",
            "seo_title": "",
            "search_description": "",
            "start": "24.11.2030 18:00",
            "end": "24.11.2030 17:00",
            "place": "",
            "region": "",
            "district": "",
            "online": "",
            "organisation": "",
            "lead": "Екі сағат.",
            "image": "",
            "image_alt": "",
            "body": streamfield([]),
            "decision_links": inline_formset([]),
            "action-publish": "1",
        }
    )
    client = client_of(make_person("secretariat"), language)
    answer = client.post(add_url("eventpage", EventIndexPage), data)
    text = answer.content.decode()
    assert answer.status_code == 200
    for sentence in WRONG[language]:
        assert sentence in text
    assert 'value="Бюджетті бірге оқу"' in text
    assert 'value="24.11.2030 17:00"' in text
    assert "Екі сағат." in text
    assert not EventPage.objects.exists()
    data |= {"end": "24.11.2030 20:00", "place": "Ақжар"}
    assert client.post(add_url("eventpage", EventIndexPage), data).status_code == 302
    made = EventPage.objects.get()
    assert made.start.isoformat() == "2030-11-24T13:00:00+00:00", "18:00 in Kazakhstan"
    assert made.live
