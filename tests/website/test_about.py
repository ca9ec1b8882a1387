"""About: who pays, which rules are open, whom to call; what is missing is said to be missing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import translation
from wagtail.models import Site

from coalition.news.models import NewsIndexPage, NewsPage
from coalition.pages.seeding import seed_page
from coalition.website import about
from coalition.website.models import ContactSettings, Grant, StandardPage
from monitoring.core.seeds import Report
from tests.factories.pages import make_site

LANGUAGES = ("kk", "ru", "en")
NOTHING = {
    "funding": {
        "kk": "Қаржыландыру туралы дерек әлі енгізілген жоқ",
        "ru": "Данных о финансировании пока не внесено",
        "en": "No funding has been recorded yet",
    },
    "press": {
        "kk": "Телефон да, мекенжай да әлі берілмеген",
        "ru": "Ни телефона, ни адреса пока не дали",
        "en": "No phone or address has been given yet",
    },
}
GRANT = {
    "funder_kk": "Қор", "funder_ru": "Фонд", "funder_en": "Fund", "amount": Decimal(1250000),
    "currency": "KZT", "year_from": 2025, "year_to": 2026,
    "purpose_kk": "сайт", "purpose_ru": "сайт", "purpose_en": "the site",
}  # fmt: skip
WRONG_PHONE = {
    "kk": "Телефон нөмірінде 11 цифр болуы керек, мысалы +7 700 000 00 00; қазір 10.",
    "ru": "В номере телефона 11 цифр, например +7 700 000 00 00; сейчас их 10.",
    "en": "A phone number has 11 digits, such as +7 700 000 00 00; here there are 10.",
}


def make_section(section: str) -> dict[str, str]:
    """A page of a section in three languages; its addresses."""
    made = seed_page(
        Report(),
        key=f"test.{section}",
        model=StandardPage,
        parent=make_site(),
        texts={code: {"title": f"{section} {code}"} for code in LANGUAGES},
        facts={"section": section},
    )
    assert made is not None
    pages = StandardPage.objects.filter(translation_key=made.translation_key)
    return {page.locale.language_code: page.get_url() for page in pages}


def in_words(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().replace("\u00a0", "~").split()).replace("~", "\u00a0")


@pytest.fixture
def reachable(db: None, settings: Any) -> None:
    settings.SECRETARIAT_EMAIL = ""


@pytest.mark.parametrize("section", NOTHING)
def test_an_empty_section_says_so_in_three_languages(
    client: Client, reachable: None, section: str
) -> None:
    urls = make_section(section)
    for language in LANGUAGES:
        assert NOTHING[section][language] in in_words(client, urls[language])


def test_funding_is_shown_as_data_with_sum_years_and_purpose(client: Client, db: None) -> None:
    urls = make_section("funding")
    Grant.objects.create(**GRANT)
    Grant.objects.create(**{**GRANT, "amount": None, "year_to": None})
    text = in_words(client, urls["kk"])
    assert "1\u00a0250\u00a0000\u00a0₸" in text
    assert "2025–2026" in text
    assert "сомасы белгісіз" in text
    assert "1,250,000\u00a0₸" in in_words(client, urls["en"])


def test_the_database_refuses_a_negative_sum_and_years_in_the_wrong_order(db: None) -> None:
    for wrong in ({"amount": Decimal(-1)}, {"year_to": 2020}, {"year_from": 205}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Grant.objects.create(**{**GRANT, **wrong})


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_phone_with_a_missing_digit_is_refused_in_words(db: None, language: str) -> None:
    make_site()
    row = ContactSettings(site=Site.objects.get(is_default_site=True), phone="+7 700 000 00 0")
    with translation.override(language), pytest.raises(ValidationError) as refused:
        row.full_clean()
    assert refused.value.message_dict == {"phone": [WRONG_PHONE[language]]}


def test_the_contact_stands_on_the_page_and_in_the_slot_of_decisions(
    client: Client, reachable: None, django_assert_num_queries: Any
) -> None:
    urls = make_section("press")
    ContactSettings.objects.create(
        site=Site.objects.get(is_default_site=True),
        spokesperson_phone="+7 (700) 000-00-00",
        email="hat@example.org",
    )
    text = in_words(client, urls["ru"])
    assert 'href="tel:+77000000000"' in text
    assert "hat@example.org" in text
    with django_assert_num_queries(1):
        found = about.contact_line([1, 2], "ru")
    assert found[1].data["contacts"].spokesperson_phone == "+7 (700) 000-00-00"


def test_a_mail_address_of_the_environment_stands_in_where_nobody_entered_one(
    db: None, settings: Any
) -> None:
    settings.SECRETARIAT_EMAIL = "office@example.org"
    assert about.contacts("kk").email == "office@example.org"
    assert about.contacts("kk")


def test_a_news_page_says_whom_a_journalist_may_call(client: Client, reachable: None) -> None:
    home = make_site()
    index = home.add_child(instance=NewsIndexPage(title="Жаңалықтар", locale=home.locale))
    page = index.add_child(instance=NewsPage(title="Хабар", locale=home.locale))
    page.save_revision().publish()
    assert "Коалиция журналистерге арналған телефон нөмірін әлі берген жоқ." in in_words(
        client, page.get_url()
    )
    row = ContactSettings(site=Site.objects.get(is_default_site=True), phone="+7 700 000 00 00")
    row.save()
    assert "+7 700 000 00 00" in in_words(client, page.get_url())
