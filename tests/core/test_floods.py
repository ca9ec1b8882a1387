"""A flood is answered with 429 for its network alone; what was typed comes back."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from monitoring.core.models import TokenBucket

pytestmark = pytest.mark.django_db

SEARCH = {"kk": "/kk/izdeu/", "ru": "/ru/poisk/", "en": "/en/search/"}
MAIL = {"kk": "/kk/khat-alu/", "ru": "/ru/podpiska/", "en": "/en/subscribe/"}
SENTENCE = {
    "kk": "Желіңізден тым көп сұрау келді. 1 минуттан кейін қайталап көріңіз.",
    "ru": "Из вашей сети пришло слишком много запросов. Попробуйте снова через 1 минуту.",
    "en": "Too many requests came from your network. Please try again in 1 minute.",
}
LANGUAGES = tuple(SEARCH)


@pytest.fixture(autouse=True)
def few(settings: Any) -> None:
    settings.ASKED_A_MINUTE = 3
    cache.clear()


def flood(client: Client, path: str, **fields: str) -> Any:
    for _ in range(3):
        assert client.get(path, fields).status_code == 200
    return client.get(path, fields)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_flood_of_searches_is_told_when_to_come_back_and_keeps_its_words(language: str) -> None:
    client = Client(REMOTE_ADDR="192.0.2.1")
    answer = flood(client, SEARCH[language], q='ауыл "бюджеті"')
    html = answer.content.decode()
    assert (answer.status_code, answer["Retry-After"]) == (429, "20")
    assert answer["Cache-Control"] == "no-store"
    assert SENTENCE[language] in html
    assert 'value="ауыл &quot;бюджеті&quot;"' in html
    assert f'<html lang="{language}">' in html
    assert not answer.cookies
    with CaptureQueriesContext(connection) as queries:
        assert client.get(SEARCH[language], {"q": "y"}).status_code == 429
    assert len(queries) == 0, "who was just refused costs no query"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_flood_of_forms_keeps_the_fields(language: str) -> None:
    client = Client(REMOTE_ADDR="192.0.2.1")
    typed = urlencode({"address": "a", "note": "ауылым үшін", "password": "secret"})
    form = "application/x-www-form-urlencoded"
    for _ in range(3):
        assert client.post(MAIL[language], typed, content_type=form).status_code == 400
    answer = client.post(MAIL[language], typed, content_type=form)
    html = answer.content.decode()
    assert answer.status_code == 429
    assert SENTENCE[language] in html
    assert '<input type="hidden" name="note" value="ауылым үшін">' in html
    assert f'<form method="post" action="{MAIL[language]}">' in html
    assert "secret" not in html


def test_others_and_other_pages_go_on() -> None:
    client = Client(REMOTE_ADDR="192.0.2.1")
    assert flood(client, SEARCH["kk"], q="x").status_code == 429
    assert client.get("/kk/zandar/").status_code == 200
    assert client.get("/healthz").status_code == 200
    assert Client(REMOTE_ADDR="192.0.2.2").get(SEARCH["kk"], {"q": "x"}).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"REMOTE_ADDR": "2001:db8:1:1::2"}, 429),
        ({"REMOTE_ADDR": "2001:db8:1:2::1"}, 200),
        ({"REMOTE_ADDR": "192.0.2.9", "HTTP_X_FORWARDED_FOR": "2001:db8:1:1::3"}, 429),
        ({"REMOTE_ADDR": "198.51.100.9", "HTTP_X_FORWARDED_FOR": "2001:db8:1:1::3"}, 200),
    ],
    ids=["same /64", "another /64", "through our proxy", "through an invented one"],
)
def test_a_network_is_an_ipv6_64_and_only_our_proxy_names_it(
    settings: Any, headers: dict[str, Any], status: int
) -> None:
    settings.TRUSTED_PROXIES = ["192.0.2.9"]
    assert flood(Client(REMOTE_ADDR="2001:db8:1:1::1"), SEARCH["en"], q="x").status_code == 429
    assert Client(**headers).get(SEARCH["en"], {"q": "x"}).status_code == status


def test_an_invented_session_buys_no_uncounted_pages() -> None:
    client = Client(REMOTE_ADDR="192.0.2.1")
    client.cookies["sessionid"] = "invented"
    assert flood(client, "/kk/zandar/").status_code == 429


def test_a_plain_page_is_not_counted() -> None:
    client = Client()
    for _ in range(5):
        assert client.get("/kk/zandar/").status_code == 200
    assert not TokenBucket.objects.exists()
