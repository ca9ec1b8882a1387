"""Found and shared: heads, structured data, cards, lists for crawlers, addresses that moved."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.core.cache import cache
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from wagtail.models import Locale

from coalition.news.models import NewsIndexPage, NewsPage
from coalition.website import cards, sitemaps
from coalition.website.models import HomePage
from coalition.website.structured import event
from monitoring.core.found import Card, Found, brief, data_block
from monitoring.decisions.models import Decision
from monitoring.decisions.services import withdraw_decision
from tests.factories import registry
from tests.factories.pages import make_page, make_site, publish, submit, translate
from tests.factories.record import make_decision, make_status

LANGUAGES = ("kk", "ru", "en")
LONG = "О внесении изменений в некоторые законодательные акты " + "по вопросам села " * 24
LONG = LONG[:457]
REQUIRED = {
    "Organization": ("name", "url"),
    "NewsArticle": ("headline", "datePublished", "publisher", "inLanguage", "mainEntityOfPage"),
    "Event": ("name", "startDate", "location", "eventStatus", "organizer"),
    "Legislation": ("name", "url", "inLanguage", "legislationType", "legislationJurisdiction"),
    "BreadcrumbList": ("itemListElement",),
}
REMOVED = {
    "kk": "Бұл бет алынып тасталды",
    "ru": "Эта страница удалена",
    "en": "This page was removed",
}
WORDS = {"kk": "zandar", "ru": "zakony", "en": "laws"}


def head(client: Client, url: str) -> BeautifulSoup:
    answer = client.get(url)
    assert answer.status_code == 200, url
    return BeautifulSoup(answer.content, "html.parser").head  # type: ignore[return-value]


def blocks(page: BeautifulSoup) -> dict[str, Any]:
    """The structured data by type; every one holds what its type asks for."""
    found = {}
    for one in page.find_all("script", type="application/ld+json"):
        data = json.loads(one.string or "")
        assert data["@context"] == "https://schema.org"
        missing = [name for name in REQUIRED[data["@type"]] if not data.get(name)]
        assert not missing, (data["@type"], missing)
        found[data["@type"]] = data
    return found


def meta(page: BeautifulSoup, name: str) -> str:
    tag = page.find("meta", attrs={"property": name}) or page.find("meta", attrs={"name": name})
    return str(tag["content"]) if tag else ""


@pytest.fixture
def home(db: None) -> HomePage:
    cache.clear()
    return make_site()


@given(st.text(max_size=300), st.integers(8, 120))
def test_a_brief_text_is_one_line_and_never_longer_than_asked(text: str, limit: int) -> None:
    short = brief(text, limit)
    assert len(short) <= limit
    assert "\n" not in short
    assert brief(short, limit) == short


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=80), max_size=4))
def test_no_text_ends_the_data_block_and_all_of_it_is_read_back(values: dict[str, str]) -> None:
    written = data_block(values)
    assert not set("<>&\u2028\u2029") & set(written)
    assert json.loads(written) == {"@context": "https://schema.org", **values}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_title_that_ends_a_script_stays_text(
    client: Client, home: HomePage, language: str
) -> None:
    hostile = '</script><script>alert(1)</script> "&amp; өзін-өзі'
    found = make_decision(hostile, editions={c: {"title": hostile} for c in LANGUAGES})
    answer = client.get(found.address_in(language))
    assert b"<script>alert" not in answer.content
    page = head(client, found.address_in(language))
    assert blocks(page)["Legislation"]["name"] == hostile
    assert meta(page, "og:title") == hostile


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_title_of_457_letters_is_cut_for_machines_and_whole_for_people(
    client: Client, home: HomePage, language: str
) -> None:
    found = make_decision(LONG, editions={language: {"title": LONG[:300], "official_title": LONG}})
    answer = client.get(found.address_in(language)).content.decode()
    page = head(client, found.address_in(language))
    assert len(page.title.get_text().strip().split(" · ")[0].strip()) <= 70  # type: ignore[union-attr]
    assert len(meta(page, "og:title")) <= 110
    assert LONG.strip() in " ".join(answer.split())
    picture = client.get(urlsplit(meta(page, "og:image")).path)
    assert picture.status_code == 200


def test_only_real_translations_are_named_and_both_ways(client: Client, home: HomePage) -> None:
    found = make_decision(editions={"kk": {"title": "Заң"}, "ru": {"title": "Закон"}})
    links = {}
    for language in ("kk", "ru"):
        page = head(client, found.address_in(language))
        links[language] = {
            str(tag["hreflang"]): str(tag["href"])
            for tag in page.find_all("link", rel="alternate", hreflang=True)
        }
        own = page.find("link", rel="canonical")["href"]  # type: ignore[index]
        assert links[language][language] == own
    assert links["kk"] == links["ru"]
    assert set(links["kk"]) == {"kk", "ru", "x-default"}
    assert links["kk"]["x-default"] == links["kk"]["kk"]
    english = head(client, found.address_in("en"))
    assert meta(english, "robots") == "noindex"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_home_page_speaks_for_the_organisation(
    client: Client, home: HomePage, language: str
) -> None:
    page = head(client, f"/{language}/")
    data = blocks(page)["Organization"]
    assert data["foundingDate"] == "2005-06"
    assert data["logo"].endswith(".png")
    assert data["url"].endswith(f"/{language}/")
    assert page.find("link", type="application/atom+xml")


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_organisation_is_described_by_what_its_page_shows_and_hostile_text_stays_text(
    client: Client, db: None, language: str
) -> None:
    cache.clear()
    registry.make_tree()
    hostile = '</script><script>alert(1)</script> "&amp; өзін-өзі'
    row = registry.make_organisation("Үй", **{f"name_{code}": hostile for code in LANGUAGES})
    for one in row.pages.all():
        one.phone, one.lead = "+7 700 000 00 00", hostile
        one.save_revision().publish()
    own = row.pages.get(locale__language_code=language)
    answer = client.get(own.url)
    assert b"<script>alert" not in answer.content
    page = head(client, own.url)
    data = blocks(page)["Organization"]
    assert data["name"] == data["description"] == hostile
    assert data["telephone"] == "+7 700 000 00 00"
    assert data["url"] == page.find("link", rel="canonical")["href"]  # type: ignore[index]
    assert data["address"]["addressCountry"] == "KZ"
    assert not {"memberOf", "email", "founder", "member"} & set(data)


def test_news_are_articles_with_a_way_back(client: Client, home: HomePage) -> None:
    index = home.add_child(instance=NewsIndexPage(title="Жаңалықтар", locale=home.locale))
    news = index.add_child(instance=NewsPage(title="Хабар", lead="Не болды.", locale=home.locale))
    news.save_revision().publish()
    page = head(client, news.get_url())
    data = blocks(page)
    assert data["NewsArticle"]["headline"] == "Хабар"
    assert data["NewsArticle"]["image"][0].endswith(".png")
    steps = data["BreadcrumbList"]["itemListElement"]
    assert [step["name"] for step in steps] == ["Басты бет", "Жаңалықтар", "Хабар"]
    assert [step["position"] for step in steps] == [1, 2, 3]


def test_an_event_says_when_and_where_and_that_it_was_called_off() -> None:
    start = dt.datetime(2026, 12, 1, 10, tzinfo=dt.UTC)
    page = SimpleNamespace(
        title="Жиын", start=start, end=None, place="Алматы", online="", cancelled=True
    )
    data = event(page, Found(title="Жиын", path="/kk/x/", language="kk"))
    assert not [name for name in REQUIRED["Event"] if not data.get(name)]
    assert data["eventStatus"] == "https://schema.org/EventCancelled"
    assert "endDate" not in data


def test_legal_force_is_said_only_of_what_somebody_checked(client: Client, home: HomePage) -> None:
    for key, said in (("in-force", "https://schema.org/InForce"), ("in-force-unchecked", None)):
        found = make_decision(number=key, status=make_status(key))
        data = blocks(head(client, found.address_in("kk")))["Legislation"]
        assert data.get("legislationLegalForce") == said


# -- cards -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_card_is_a_picture_of_1200_by_630_and_at_most_60_kb(
    client: Client, home: HomePage, language: str
) -> None:
    found = make_decision(editions={c: {"title": "Ә Ғ Қ Ң Ө Ұ Ү Һ І ₸ " * 12} for c in LANGUAGES})
    address = urlsplit(meta(head(client, found.address_in(language)), "og:image")).path
    answer = client.get(address)
    assert answer["Content-Type"] == "image/png"
    assert "immutable" in answer["Cache-Control"]
    assert len(answer.content) <= 60 * 1024
    with Image.open(io.BytesIO(answer.content)) as picture:
        assert picture.size == (1200, 630)


def test_a_changed_title_is_another_picture_and_the_old_address_leads_to_it(
    client: Client, home: HomePage
) -> None:
    found = make_decision("Бұрынғы")
    before = urlsplit(meta(head(client, found.address_in("kk")), "og:image")).path
    edition = found.editions.get(language="kk")
    edition.title = "Кейінгі"
    edition.save_revision().publish()
    cache.clear()
    after = urlsplit(meta(head(client, found.address_in("kk")), "og:image")).path
    assert before != after
    assert client.get(before)["Location"] == after


def test_nothing_is_drawn_of_what_readers_may_not_see(client: Client, home: HomePage) -> None:
    found = make_decision()
    address = urlsplit(meta(head(client, found.address_in("kk")), "og:image")).path
    withdraw_decision(decision=found, by=None)
    assert client.get(address).status_code == 404
    assert client.get("/card/decision/999/kk/x.png").status_code == 404
    assert client.get(f"/card/secret/{found.pk}/kk/x.png").status_code == 404
    assert client.get(f"/card/decision/{found.pk}/xx/x.png").status_code == 404


def test_a_flood_of_cards_gets_the_sites_picture_and_takes_nothing_from_others(
    client: Client, home: HomePage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cards, "draw", lambda card: b"stock" if card.kind == "site" else b"png")
    cards.stock.cache_clear()
    found = make_decision()
    address = cards.address_of(cards.card_of("decision", found.pk, "kk") or Card("x", 1, "kk", ""))
    with time_machine.travel(dt.datetime(2026, 11, 21, tzinfo=dt.UTC), tick=False):
        crawler = [client.get(address) for _ in range(21)]
        others = [client.get(address, REMOTE_ADDR=f"203.0.113.{number}") for number in range(41)]
    cards.stock.cache_clear()
    assert {answer.status_code for answer in [*crawler, *others]} == {200}
    assert [answer.content for answer in crawler] == [b"png"] * 20 + [b"stock"]
    assert [answer.content for answer in others] == [b"png"] * 40 + [b"stock"], "60 for all"
    assert crawler[20]["Cache-Control"] == "public, max-age=60"


# -- lists for crawlers ----------------------------------------------------------------------------


def locations(client: Client, url: str) -> list[str]:
    answer = client.get(url)
    assert answer.status_code == 200
    return [
        urlsplit(one).path for one in re.findall(r"<loc>([^<]+)</loc>", answer.content.decode())
    ]


def test_a_sitemap_holds_only_what_exists_in_its_language(client: Client, home: HomePage) -> None:
    both = make_decision(editions={"kk": {"title": "Заң"}, "ru": {"title": "Закон"}})
    hidden = make_decision(number="9", public=False)
    page = make_page(home)
    index = locations(client, "/sitemap.xml")
    assert "/sitemap-ru-decisions.xml" in index
    for language, there in (("kk", True), ("ru", True), ("en", False)):
        listed = locations(client, f"/sitemap-{language}-decisions.xml")
        assert (both.address_in(language) in listed) is there
        assert hidden.address_in(language) not in listed
    assert page.get_url() in locations(client, "/sitemap-kk-pages.xml")
    assert len(locations(client, "/sitemap-en-pages.xml")) == 1
    assert client.get("/sitemap-xx-pages.xml").status_code == 404
    assert client.get("/sitemap-kk-pages.xml?p=99").status_code == 404


def test_a_sitemap_of_many_decisions_has_pages_and_few_queries(
    client: Client,
    home: HomePage,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_max_num_queries: Any,
) -> None:
    monkeypatch.setattr(sitemaps.Decisions, "limit", 2)
    for number in range(5):
        make_decision(number=str(number))
    assert len([one for one in locations(client, "/sitemap.xml") if "kk-decisions" in one]) == 3
    with django_assert_max_num_queries(4):
        first = locations(client, "/sitemap-kk-decisions.xml")
    rest = locations(client, "/sitemap-kk-decisions.xml?p=2")
    assert len(first) == len(rest) == 2
    assert not set(first) & set(rest)


def test_crawlers_are_told_what_is_nobodys_business(client: Client, db: None) -> None:
    text = client.get("/robots.txt").content.decode()
    for closed in ("/admin/", "/kk/izdeu/", "/ru/podpiski/", "/en/our-organisation/"):
        assert f"Disallow: {closed}" in text
    assert re.search(r"^Sitemap: https?://\S+/sitemap\.xml$", text, re.M)
    assert "Disallow: /\n" not in text


# -- addresses that moved --------------------------------------------------------------------------


@pytest.mark.parametrize("own", LANGUAGES)
@pytest.mark.parametrize("other", LANGUAGES)
def test_an_address_with_another_languages_word_leads_to_the_right_one(
    client: Client, home: HomePage, own: str, other: str
) -> None:
    found = make_decision(editions={c: {"title": "Заң"} for c in LANGUAGES})
    if own == other:
        return
    tail = found.address_in(other).removeprefix(f"/{other}/{WORDS[other]}/")
    answer = client.get(f"/{own}/{WORDS[other]}/{tail}?a=1", follow=True)
    assert answer.redirect_chain[0][1] == 301
    assert answer.status_code == 200
    assert urlsplit(answer.redirect_chain[-1][0]).path == found.address_in(own)


def test_a_page_asked_under_another_language_leads_there_or_says_that_it_is_not_there(
    client: Client, home: HomePage
) -> None:
    page = make_page(home)
    slug = page.slug
    missing = client.get(f"/en/{slug}/", follow=True)
    assert missing.status_code == 200
    assert "This page is not yet in English" in missing.content.decode()
    work = submit(page)
    translate(work, 3)
    publish(work)
    there = client.get(f"/ru/{slug}/", follow=True)
    assert there.status_code == 200
    assert client.get("/ru/no-such-page-123/").status_code == 404


def test_an_old_slug_and_an_old_place_lead_to_the_page(
    client: Client, home: HomePage, django_capture_on_commit_callbacks: Any
) -> None:
    page = make_page(home)
    before = page.get_url()
    page.slug = "zhana-mekenzhay"
    with django_capture_on_commit_callbacks(execute=True):
        page.save_revision().publish()
    answer = client.get(before)
    assert answer.status_code == 301
    assert answer["Location"] == "/kk/zhana-mekenzhay/"
    above = make_page(home, title="Жоғарғы", slug="zhogargy")
    page.refresh_from_db()
    with django_capture_on_commit_callbacks(execute=True):
        page.move(above, pos="last-child")
    assert client.get("/kk/zhana-mekenzhay/")["Location"] == "/kk/zhogargy/zhana-mekenzhay/"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_removed_page_answers_410_with_a_sentence_and_a_search(
    client: Client, home: HomePage, language: str
) -> None:
    parent = HomePage.objects.get(locale=Locale.objects.get(language_code=language))
    page = make_page(parent, title="Gone page", locale=parent.locale)
    url = page.get_url()
    assert client.get(url).status_code == 200
    page.delete()
    answer = client.get(url)
    text = answer.content.decode()
    assert answer.status_code == 410
    assert REMOVED[language] in text
    assert 'name="q"' in text
    again = make_page(parent, title="Gone page", locale=parent.locale)
    assert again.get_url() == url
    assert client.get(url).status_code == 200


def test_a_draft_that_nobody_saw_leaves_no_trace(client: Client, home: HomePage) -> None:
    page = make_page(home)
    page.unpublish()
    type(page).objects.filter(pk=page.pk).update(first_published_at=None)
    url = page.get_url()
    type(page).objects.get(pk=page.pk).delete()
    assert client.get(url).status_code == 404


def test_a_decision_without_any_text_is_not_to_be_indexed(client: Client, home: HomePage) -> None:
    found = make_decision(editions={})
    assert Decision.objects.public().filter(pk=found.pk).exists()
    assert meta(head(client, found.address_in("kk")), "robots") == "noindex"
