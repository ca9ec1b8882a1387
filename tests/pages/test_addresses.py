"""Addresses are Latin, permanent, and the words of the site's sections are not given away."""

from __future__ import annotations

import re

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import translation
from pytest_django import Settings
from wagtail.models import Page

from coalition.accounts.models import User
from coalition.pages.forms import BasePageForm
from coalition.website.models import HomePage, StandardPage
from monitoring.core import routes
from tests.factories.pages import change_original, make_complete, make_page, make_site

pytestmark = pytest.mark.django_db

BARRED = {
    "kk": "«zandar» – сайт бөлімінің мекенжайы. Басқасын таңдаңыз.",
    "ru": "Адрес «zandar» занят разделом сайта. Выберите другой.",
    "en": "The address “zandar” belongs to a section of the site. Choose another.",
}


@pytest.fixture(autouse=True)
def home() -> HomePage:
    return make_site()


def admin_client(language: str = "en") -> Client:
    user = User.objects.create_superuser(f"{language}@example.org", "x")
    from wagtail.users.models import UserProfile

    UserProfile.objects.update_or_create(user=user, defaults={"preferred_language": language})
    client = Client()
    client.force_login(user)
    return client


def form(**values: str) -> dict[str, str]:
    return {
        "title": "Ашық хат",
        "slug": "",
        "lead": "Сақталатын мәтін",
        "body-count": "0",
        "seo_title": "",
        "search_description": "",
        **values,
    }


def test_the_title_gives_the_address() -> None:
    assert make_page(title="Өңірдегі ұйымдар: қандай?").slug == "onirdegi-uiymdar-kanday"


def test_a_whole_address_follows_site_url_whatever_the_seed_once_wrote(
    settings: Settings,
) -> None:
    page = make_page(title="Жиын")
    settings.WAGTAILADMIN_BASE_URL = "http://127.0.0.1:8140"
    assert page.full_url == page.get_full_url() == f"http://127.0.0.1:8140{page.url}"


def test_two_pages_of_one_title_get_two_addresses() -> None:
    assert [make_page().slug, make_page().slug] == ["zhiyn-degen-ne", "zhiyn-degen-ne-2"]


def test_an_editor_may_leave_the_address_empty(home: HomePage) -> None:
    url = f"/admin/pages/add/website/standardpage/{home.pk}/"
    response = admin_client().post(url, form())
    assert response.status_code == 302
    assert StandardPage.objects.get().slug == "ashyk-khat"


def test_a_cyrillic_address_becomes_latin(home: HomePage) -> None:
    url = f"/admin/pages/add/website/standardpage/{home.pk}/"
    assert admin_client().post(url, form(slug="ашық-хат-2")).status_code == 302
    assert StandardPage.objects.get().slug == "ashyk-khat-2"


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_a_word_of_a_section_is_refused_at_the_field_and_the_text_is_kept(
    home: HomePage, language: str
) -> None:
    url = f"/admin/pages/add/website/standardpage/{home.pk}/"
    response = admin_client(language).post(url, form(slug="zandar"))
    text = response.content.decode()
    assert response.status_code == 200
    assert not StandardPage.objects.exists()
    assert response.context["form"].errors["slug"] == [BARRED[language]]
    assert BARRED[language] in text
    assert "Сақталатын мәтін" in text


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_every_word_of_every_section_is_barred(language: str) -> None:
    page = make_page()
    for slug in routes.reserved():
        page.slug = slug
        with pytest.raises(ValidationError):
            page.full_clean()


def test_a_section_keeps_its_own_word() -> None:
    page = make_page(section="about", title="Коалиция туралы")
    assert page.slug == "koalitsiya-turaly"
    page.full_clean()


def test_a_translation_gets_an_address_of_its_own_title(client: Client) -> None:
    assert make_complete().slug == "chto-takoe-skhod"


def test_an_address_of_a_published_translation_stays_when_the_original_changes() -> None:
    page = make_complete()
    original = StandardPage.objects.get(
        translation_key=page.translation_key, locale__language_code="kk"
    )
    change_original(original, title="Жиын деген сөз")
    assert StandardPage.objects.get(pk=page.pk).slug == "chto-takoe-skhod"
    assert StandardPage.objects.get(pk=original.pk).slug == "zhiyn-degen-ne"


def test_an_old_address_leads_to_the_new_one(
    client: Client, django_capture_on_commit_callbacks: object
) -> None:
    page = make_page()
    old = page.url
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator] # a fixture
        page = change_original(page, slug="zhiyn")
    response = client.get(old)
    assert response.status_code == 301
    assert response["Location"] == page.url


def test_the_front_door_leads_to_the_kazakh_home_page_whatever_the_browser_says() -> None:
    for accepted in ("ru", "en", "kk", ""):
        response = Client(headers={"accept-language": accepted}).get("/")
        assert (response.status_code, response["Location"]) == (302, "/kk/")


def test_all_addresses_hold_only_latin_letters() -> None:
    make_complete()
    for page in Page.objects.filter(depth__gt=1):
        assert re.fullmatch(r"[a-z0-9-]+", page.slug)


def test_the_form_of_every_page_is_ours() -> None:
    assert issubclass(StandardPage.get_edit_handler().get_form_class(), BasePageForm)


def test_two_editors_of_one_page_are_warned_by_wagtail() -> None:
    page = make_page()
    client = admin_client("ru")
    with translation.override("ru"):
        response = client.get(f"/admin/pages/{page.pk}/edit/")
    assert response.status_code == 200
    assert "w-session" in response.content.decode()
