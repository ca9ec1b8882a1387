"""What every kind of public page keeps, in every language: one table over all of them."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urljoin

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext

from monitoring.core.generation import tables_left_out
from tests.public.walk import BY_LINK_ALONE, LANGUAGES, Found, public_views

MOST_QUERIES = 15


def test_the_walk_meets_every_public_view(pages: list[Found]) -> None:
    met = {page.kind.split()[0] for page in pages}
    assert public_views() - met - BY_LINK_ALONE.keys() == set(), "link to it, or name it"
    for language in LANGUAGES:
        assert len({page.kind for page in pages if page.language == language}) > 12


def test_every_page_answers(pages: list[Found]) -> None:
    wrong = [
        f"{page} {page.answer.status_code}"
        for page in pages
        if page.answer.status_code != (404 if "404.html" in page.kind else 200)
    ]
    assert wrong == []


def test_a_page_takes_at_most_fifteen_queries(pages: list[Found], client: Client) -> None:
    taken = {}
    client.get("/kk/")  # the first request fills Wagtail's paths of the site's root
    for page in pages:
        with CaptureQueriesContext(connection) as queries:
            client.get(page.path)
        taken[str(page)] = len(queries)
    print("\n".join(f"{number:>3} {name}" for name, number in sorted(taken.items())))
    assert {name: number for name, number in taken.items() if number > MOST_QUERIES} == {}


def test_no_page_sets_a_cookie_or_varies_by_one(pages: list[Found]) -> None:
    assert [
        f"{page} {page.answer.cookies.output()} {page.answer.get('Vary')}"
        for page in pages
        if page.answer.cookies or "cookie" in page.answer.get("Vary", "").lower()
    ] == []


def test_no_form_sets_a_cookie_or_asks_for_a_token(pages: list[Found]) -> None:
    """Sent empty and sent filled; with CSRF checks on, as in a browser."""
    wrong, sent = [], set()
    for page in pages:
        if not page.is_html:
            continue
        for form in BeautifulSoup(page.answer.content, "html.parser").find_all("form"):
            action = urljoin(page.path, str(form.get("action") or page.path))
            method = str(form.get("method") or "get").lower()
            names = sorted({str(one["name"]) for one in form.select("[name]")})
            if (action, method) in sent:
                continue
            sent.add((action, method))
            for value in ("", "1"):
                client = Client(enforce_csrf_checks=True)
                answer: Any = getattr(client, method)(action, dict.fromkeys(names, value))
                line = f"{page} {method} {action} {value!r}: {answer.status_code}"
                if answer.cookies or "cookie" in answer.get("Vary", "").lower():
                    wrong.append(f"{line} {answer.cookies.output()}")
                if answer.status_code not in {200, 302, 400}:
                    wrong.append(line)
    assert wrong == []
    assert {method for _, method in sent} == {"get", "post"}


def test_every_table_that_a_page_shows_purges_the_pages(pages: list[Found], client: Client) -> None:
    """The cache leaves out only tables whose rows no kept page reads."""
    read: dict[str, str] = {}
    for page in pages:
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(page.path)
        if "private" in answer.get("Cache-Control", ""):
            continue
        for query in queries:
            for table in re.findall(r'(?:FROM|JOIN) "(\w+)"', query["sql"]):
                read.setdefault(table, str(page))
    assert {table: page for table, page in read.items() if table in tables_left_out()} == {}
    assert len(read) > 20


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_of_results_is_never_kept(client: Client, language: str) -> None:
    word = {"kk": "izdeu", "ru": "poisk", "en": "search"}[language]
    answer = client.get(f"/{language}/{word}/?q=x")
    assert "private" in answer["Cache-Control"]


NOT_KEPT = {
    # Names that pages read and whose pages are made for each who asks.
    "q": "what people type: as many pages as words",
    "typed": "of the search: look for the words as they were typed",
    "last": "leads to the newest issue",
    "find": "of the form that builds a search, whose pages are private",
}


def test_every_name_that_a_page_reads_in_its_address_is_one_the_cache_knows(
    pages: list[Found], client: Client, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    """Found by asking: whatever a view looks for among the parameters is written down."""
    read: dict[str, str] = {}
    here = ""
    for method in ("get", "getlist", "__getitem__", "__contains__"):
        plain = getattr(QueryDict, method)

        def noted(self: QueryDict, name: str, *rest: Any, plain: Any = plain) -> Any:
            if isinstance(name, str):
                read.setdefault(name, here)
            return plain(self, name, *rest)

        monkeypatch.setattr(QueryDict, method, noted)
    for page in pages:
        here = str(page)
        client.get(page.path)
    unknown = read.keys() - NOT_KEPT.keys() - settings.PAGE_CACHE_PARAMETERS
    assert {name: read[name] for name in unknown} == {}
    assert len(read.keys() & settings.PAGE_CACHE_PARAMETERS) > 15
