"""What a reader sees when something is missing, closed or broken."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from django.views import defaults
from django.views.csrf import csrf_failure

LANGUAGES = ("kk", "ru", "en")
MISSING = {"kk": "Бұл бет табылмады", "ru": "Страница не найдена", "en": "Page not found"}
BROKEN = {
    "kk": "Біздің тарапта ақау шықты",
    "ru": "На нашей стороне произошёл сбой",
    "en": "Something broke on our side",
}
EXPIRED = {
    "kk": "Форманың мерзімі өтіп кетті",
    "ru": "Срок действия формы истёк",
    "en": "The form has expired",
}
CLOSED = {
    "kk": "Бұл бет сізге ашық емес",
    "ru": "Эта страница вам недоступна",
    "en": "This page is closed to you",
}
UNREAD = {
    "kk": "Сұрауды оқу мүмкін болмады",
    "ru": "Запрос не удалось прочитать",
    "en": "The request could not be read",
}


def _check(answer: Any, status: int, language: str, sentence: str) -> None:
    page = answer.content.decode()
    assert answer.status_code == status
    assert f'<html lang="{language}">' in page
    assert f"<h1>{sentence}</h1>" in page
    assert "/static/css/site.css" in page


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_missing_page_says_so_in_the_asked_language_and_offers_a_next_step(
    client: Client, language: str
) -> None:
    answer = client.get(f"/{language}/no-such-page-123/")
    _check(answer, 404, language, MISSING[language])
    assert f'href="/{language}/"' in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_for_a_fault_of_ours_asks_the_database_nothing(language: str) -> None:
    with translation.override(language), CaptureQueriesContext(connection) as queries:
        answer = defaults.server_error(RequestFactory().get(f"/{language}/"))
    _check(answer, 500, language, BROKEN[language])
    assert len(queries) == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_expired_form_says_what_to_do(language: str) -> None:
    with translation.override(language):
        answer = csrf_failure(RequestFactory().post(f"/{language}/"))
    _check(answer, 403, language, EXPIRED[language])


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_closed_page_and_a_broken_request_speak_the_readers_language(language: str) -> None:
    request: HttpRequest = RequestFactory().get(f"/{language}/")
    with translation.override(language):
        closed = defaults.permission_denied(request, PermissionDenied())
        unread = defaults.bad_request(request, ValueError())
    _check(closed, 403, language, CLOSED[language])
    _check(unread, 400, language, UNREAD[language])
