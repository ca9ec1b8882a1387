"""The admin as a Kazakh reader meets it: nothing on its screens is left in English or Russian."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from wagtail.users.models import UserProfile

from coalition.accounts.models import User
from coalition.news.models import NewsIndexPage
from tests.accounts.conftest import World
from tests.accounts.test_todo import send_news
from tests.factories import record
from tests.factories import registry as make

ALLOWED = re.compile(
    # Names and formats that Kazakh writes in Latin letters too, keys of keyboards, own names of
    # languages and of official collections, the one workflow's name in three languages, and what
    # the test itself typed.
    r"^(CSV|gov|kz|legalacts|egov|XLSX|PDF|DOCX|PPTX|ODT|ODS|ODP|TXT|JPEG|PNG|WebP|JavaScript|English|Wagtail|"
    r"admin|txt|Atom|Ctrl|Esc|Shift|Alt|Cmd|https?|www|org|example|Secretariat|review|AA|ZZ|lead|news|"
    r"image|document|kk|ru|en|Anna|law|adopted|in|In|force|root|editor|"
    r"adilet|zan|VII|Z2100000060)$"
)
STORED = {"localhost [әдепкі]"}
"""Names that a person gave, of which no part is a word."""
RUSSIAN = re.compile(
    r"\b(и|в|на|с|для|не|или|это|этот|эта|вы|ваш|страница|страницы|добавить|изменить|удалить|"
    r"сохранить|выбрать|опубликовать|дата|название|заголовок)\b",
    re.IGNORECASE,
)
KAZAKH = re.compile(r"[әғқңөұүһі]", re.IGNORECASE)


def words_shown(html: str) -> Iterator[str]:
    """Every text of a screen, with the labels and hints that are read aloud or pop up."""
    soup = BeautifulSoup(html, "html.parser")
    for unseen in [
        *soup.find_all(["script", "style", "svg", "template"]),
        *soup.select("[hidden]"),
    ]:
        unseen.decompose()
    for tag in soup.find_all(True):
        for name in ("placeholder", "aria-label", "title", "data-w-tooltip-content-value"):
            if isinstance(tag.get(name), str):
                yield str(tag[name])
    for text in soup.stripped_strings:
        yield " ".join(text.split())


def foreign(html: str) -> set[str]:
    """Texts with a Latin word that is not allowed, or in Russian."""
    found = set()
    for text in words_shown(html):
        if text in STORED or "Проверка секретариатом" in text or "@" in text:
            continue
        latin = [one for one in re.findall(r"[A-Za-z]{2,}", text) if not ALLOWED.match(one)]
        russian = RUSSIAN.search(text) and not KAZAKH.search(text) and text != "Русский"
        if latin or russian:
            found.add(text)
    return found


def reading_kazakh(user: User) -> Client:
    UserProfile.objects.update_or_create(user=user, defaults={"preferred_language": "kk"})
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.django_db
def test_what_a_member_editor_meets_is_kazakh(world: World) -> None:
    client = reading_kazakh(world.editor_a)
    page = world.a.pages.get(locale__language_code="kk")
    index = NewsIndexPage.objects.get(locale__language_code="kk")
    image = world.a.collection_id
    screens = [
        "/admin/",
        "/admin/account/",
        "/admin/guide/",
        f"/admin/pages/{index.pk}/",
        f"/admin/pages/add/news/newspage/{index.pk}/",
        f"/admin/pages/{page.pk}/edit/",
        f"/admin/pages/{page.pk}/history/",
        f"/admin/pages/{page.pk}/workflow_history/",
        f"/admin/pages/{world.news_a.pk}/edit/",
        "/admin/images/",
        "/admin/images/add/",
        "/admin/documents/",
        "/admin/documents/add/",
    ]
    assert image
    left = {path: found for path in screens if (found := foreign(_get(client, path)))}
    assert left == {}


@pytest.mark.django_db
def test_what_the_staff_meets_daily_is_kazakh() -> None:
    make.make_tree()
    make.make_organisation("Үй")
    author = make.make_person("editor")
    news = send_news(author)
    decision = record.make_decision()
    record.make_decision(number="8")
    client = reading_kazakh(User.objects.create_superuser("root@example.org", "x"))
    edition = decision.editions.get()
    index = NewsIndexPage.objects.get(locale__language_code="kk")
    screens = [
        "/admin/",
        "/admin/account/",
        f"/admin/pages/{index.pk}/",
        f"/admin/pages/{news.pk}/edit/",
        f"/admin/pages/{index.pk}/copy/",
        f"/admin/pages/{index.pk}/move/",
        f"/admin/pages/{index.pk}/unpublish/",
        f"/admin/pages/{index.pk}/delete/",
        f"/admin/localize/submit/page/{index.pk}/",
        "/admin/decisions/new/",
        f"/admin/decisions/edit/{decision.pk}/",
        f"/admin/snippets/decisions/edition/edit/{edition.pk}/",
        "/admin/candidates/",
        "/admin/sources/",
        "/admin/reports/workflow/",
        "/admin/reports/unchecked/",
        "/admin/reports/translations-waiting/",
        "/admin/reports/organisations/",
        "/admin/reports/locked/",
        "/admin/organisation/",
        "/admin/standing/new/",
        "/admin/representative/new/",
        "/admin/users/",
        "/admin/users/new/",
        "/admin/groups/",
        "/admin/sites/new/",
        "/admin/pages/",
        f"/admin/pages/{index.pk}/?ordering=ord",
        "/admin/snippets/decisions/edition/",
        "/admin/snippets/decisions/deadlinekind/add/",
        "/admin/snippets/search/synonym/",
        "/admin/snippets/vocabulary/status/add/",
        "/admin/memorandum_versions/",
    ]
    left = {path: found for path in screens if (found := foreign(_get(client, path)))}
    assert left == {}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "word"), [("kk", "Хатшылық"), ("ru", "Секретариат"), ("en", "Secretariat")]
)
def test_roles_are_named_in_the_persons_language_in_the_form_of_a_user(
    language: str, word: str
) -> None:
    user = User.objects.create_superuser("root@example.org", "x")
    make.make_person("secretariat")
    client = reading_kazakh(user)
    UserProfile.objects.filter(user=user).update(preferred_language=language)
    soup = BeautifulSoup(_get(client, "/admin/users/new/"), "html.parser")
    labels = {" ".join(one.get_text().split()) for one in soup.select("#tab-roles label")}
    assert word in labels
    assert "member-editor" not in labels


@pytest.mark.django_db
def test_no_screen_asks_a_third_party_for_a_face_or_a_release() -> None:
    client = reading_kazakh(User.objects.create_superuser("root@example.org", "x"))
    for path in ("/admin/", "/admin/account/"):
        html = _get(client, path)
        assert "gravatar.com" not in html
        assert "releases.wagtail" not in html
        assert "wagtail.org" not in html


def _get(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, f"{path}: {answer.status_code}"
    return str(answer.content.decode())
