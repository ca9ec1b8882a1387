"""What a browser is told of every public page."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from tests.public.observatory import directives, parts, score
from tests.public.walk import Found


def test_every_page_scores_at_least_a_hundred(
    pages: list[Found], client: Client, settings: Any
) -> None:
    settings.SECURE_HSTS_SECONDS = 31_536_000  # as production sets it
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    low = {}
    for page in pages:
        # The middlewares read their settings once, so a client of its own makes them anew.
        answer: Any = Client().get(page.path, secure=True)
        if score(answer.headers, bool(answer.cookies)) < 100:
            low[str(page)] = parts(answer.headers, bool(answer.cookies))
    assert low == {}


def test_the_score_takes_off_what_is_missing() -> None:
    good = {
        "Content-Security-Policy": "default-src 'none'; script-src 'self'; frame-ancestors 'none'",
        "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    assert score(good) == 135
    assert score({**good, "Content-Security-Policy": "script-src 'unsafe-inline'"}) == 60
    assert score({**good, "X-Content-Type-Options": ""}) == 130
    assert score({}) == 30


def test_no_page_allows_or_holds_anything_inline(pages: list[Found]) -> None:
    inline = re.compile(
        rb"<style|<script(?![^>]*\ssrc=)(?![^>]*ld\+json)|\sstyle=|\son\w+=\"", re.I
    )
    wrong = []
    for page in pages:
        policy = directives(page.answer["Content-Security-Policy"])
        if "'unsafe-inline'" in str(policy) or "'unsafe-eval'" in str(policy):
            wrong.append(f"{page} allows it")
        if policy["default-src"] != ["'none'"] or policy["base-uri"] != ["'none'"]:
            wrong.append(f"{page} {policy}")
        if page.is_html and (found := inline.search(page.answer.content)):
            wrong.append(f"{page} holds {found[0]!r}")
    assert wrong == []


def test_a_page_from_the_cache_is_told_the_same(client: Client, settings: Any) -> None:
    settings.PAGE_CACHE_SECONDS = 60
    fresh, kept = client.get("/kk/zandar/"), client.get("/kk/zandar/")
    assert kept["X-Cache"] == "hit"
    assert dict(fresh.headers) | {"X-Cache": "hit"} == dict(kept.headers)


def test_the_admin_has_its_own_policy(client: Client) -> None:
    policy = directives(client.get("/admin/")["Content-Security-Policy"])
    assert policy["frame-ancestors"] == ["'self'"]
    assert "'unsafe-eval'" not in policy["script-src"]
    assert policy["script-src-attr"] == ["'none'"]


@pytest.mark.parametrize("contact", ["mailto:security@example.org", "https://example.org/x"])
def test_security_txt_names_the_contact(client: Client, settings: Any, contact: str) -> None:
    settings.SECURITY_CONTACT = contact
    answer = client.get("/.well-known/security.txt")
    assert answer["Content-Type"].startswith("text/plain")
    lines = answer.content.decode().splitlines()
    assert f"Contact: {contact}" in lines
    assert any(re.fullmatch(r"Expires: \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", line) for line in lines)


def test_without_a_contact_there_is_no_security_txt(client: Client, settings: Any) -> None:
    settings.SECURITY_CONTACT = ""
    assert client.get("/.well-known/security.txt").status_code == 404
