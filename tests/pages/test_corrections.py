"""A correction of a page is named by the page's title, in each language in which it exists."""

from __future__ import annotations

import pytest
from django.test import Client
from wagtail.models import Locale

from coalition.pages.subjects import page_at
from coalition.website.models import HomePage
from monitoring.journal.services import answer_report, report_error
from tests.factories.pages import make_complete, make_page, make_site

pytestmark = pytest.mark.django_db
SAID = {"kk": "Күні түзетілді", "ru": "Исправлена дата", "en": "The date was corrected"}


@pytest.fixture(autouse=True)
def home() -> HomePage:
    return make_site()


def test_the_list_names_the_page_that_was_corrected(client: Client) -> None:
    russian_page = make_complete()
    page = russian_page.get_translation(Locale.objects.get(language_code="kk"))
    report = report_error(page=page.url, text="Қате", address="", language="kk")
    answer_report(report=report, state="corrected", answer="Рақмет", said=SAID, by=None)
    kazakh = client.get("/kk/tuzetuler/").content.decode()
    assert f'href="{page.url}"' in kazakh
    assert page.title in kazakh
    russian = client.get("/ru/ispravleniya/").content.decode()
    assert SAID["ru"] in russian
    assert russian_page.title in russian
    english = client.get("/en/corrections/").content.decode()
    assert f'href="{page.url}"' in english, "what is not in English leads to the original"


def test_what_readers_do_not_see_is_not_named() -> None:
    page = make_page()
    address = page.url
    assert page_at(f"{address}?x=1") is not None
    page.unpublish()
    assert page_at(address) is None
    for path in ("", "/", "/kk/", "/kk//", "/de/x/", "/kk/zandar/", "\0", "/kk/%00/", "kk"):
        found = page_at(path)
        assert found is None or found.kind == "page"
