"""An editor confirms a translation in the admin: GET asks, POST confirms, in three languages."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from wagtail.models import PageLogEntry
from wagtail.users.models import UserProfile

from coalition.accounts.models import User
from coalition.pages.models import Confirmation
from coalition.pages.selectors import language_state
from coalition.website.models import HomePage
from tests.factories.pages import make_page, make_partial, make_site

pytestmark = pytest.mark.django_db

ASKED = {
    "kk": "Аударманы растау",
    "ru": "Подтвердить перевод",
    "en": "Confirm the translation",
}


@pytest.fixture(autouse=True)
def home() -> HomePage:
    return make_site()


def signed_in(language: str = "en", *, superuser: bool = True) -> Client:
    make = User.objects.create_superuser if superuser else User.objects.create_user
    user = make(f"{language}@example.org", "x")
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    UserProfile.objects.update_or_create(user=user, defaults={"preferred_language": language})
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_looking_asks_and_changes_nothing(language: str) -> None:
    page = make_partial()
    response = signed_in(language).get(f"/admin/pages/{page.pk}/language/")
    assert response.status_code == 200
    assert ASKED[language] in response.content.decode()
    assert not Confirmation.objects.filter(page=page).exists()


def test_posting_confirms_and_stands_in_the_log() -> None:
    page = make_partial()
    response = signed_in().post(f"/admin/pages/{page.pk}/language/")
    assert response.status_code == 302
    assert language_state(page, "ru") == "complete"
    assert Confirmation.objects.get(page=page).by is not None
    assert PageLogEntry.objects.filter(page=page, action="pages.confirm_language").exists()


def test_who_may_not_publish_may_not_confirm() -> None:
    page = make_partial()
    response = signed_in(superuser=False).post(f"/admin/pages/{page.pk}/language/")
    assert response.status_code in {302, 403}
    assert language_state(page, "ru") == "partial"


def test_posting_for_an_original_says_why_not() -> None:
    page = make_page()
    response = signed_in().post(f"/admin/pages/{page.pk}/language/", follow=True)
    assert "This page is not a translation of another." in response.content.decode()


def test_the_list_of_pages_offers_it_for_what_readers_do_not_see() -> None:
    page = make_partial()
    client = signed_in()
    url = f"/admin/pages/{page.pk}/language/"
    assert url in client.get(f"/admin/pages/{page.get_parent().pk}/").content.decode()
    client.post(url)
    assert url not in client.get(f"/admin/pages/{page.get_parent().pk}/").content.decode()


def test_the_admins_own_submit_view_publishes_nothing_that_readers_see(client: Client) -> None:
    page = make_page()
    admin = signed_in()
    russian = HomePage.objects.get(locale__language_code="ru").locale
    response = admin.post(f"/admin/localize/submit/page/{page.pk}/", {"locales": [russian.pk]})
    assert response.status_code == 302
    assert language_state(page, "ru") == "none"
    assert "Тұрғындардың жиыны." not in client.get(f"/ru/p/{page.pk}/").content.decode()
