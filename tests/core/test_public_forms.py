"""Forms of strangers: from our pages alone, not too often, and nothing typed is lost."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import translation

from monitoring.core.clients import client_network, from_our_pages
from monitoring.core.forms import PublicForm

pytestmark = pytest.mark.django_db


class Report(PublicForm):
    text = forms.CharField()


def sent(text: str = "мәтін", website: str = "", **meta: Any) -> tuple[Report, bool]:
    request = RequestFactory().post("/", {"text": text, "website": website}, **meta)
    form = Report(request.POST)
    return form, form.admit(request, purpose="report", capacity=2, per_seconds=600)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("kk", "Желіңізден тым көп сұрау келді. 5 минуттан кейін қайталап көріңіз."),
        ("ru", "Из вашей сети пришло слишком много запросов. Попробуйте снова через 5 минут."),
        ("en", "Too many requests came from your network. Please try again in 5 minutes."),
    ],
)
def test_a_network_that_asks_too_often_waits_and_keeps_its_text(
    language: str, sentence: str
) -> None:
    with translation.override(language):
        assert [sent()[1] for _ in range(2)] == [True, True]
        form, admitted = sent("үшінші")
        assert not admitted
        assert form.non_field_errors() == [sentence]
    answer = form.refused(HttpResponse())
    assert (answer.status_code, answer["Retry-After"]) == (429, "300")
    assert form["text"].value() == "үшінші"
    assert sent(REMOTE_ADDR="192.0.2.9")[1], "other networks go on"


def test_a_form_with_errors_costs_no_try() -> None:
    for _ in range(5):
        form, admitted = sent("")
        assert (admitted, form.status) == (False, 400)
    assert sent()[1]


@pytest.mark.parametrize(
    ("headers", "ours"),
    [
        ({}, True),
        ({"HTTP_ORIGIN": "http://testserver"}, True),
        ({"HTTP_ORIGIN": "https://testserver"}, True),
        ({"HTTP_REFERER": "http://testserver/kk/"}, True),
        ({"HTTP_ORIGIN": "https://elsewhere.example"}, False),
        ({"HTTP_ORIGIN": "https://testserver.elsewhere.example"}, False),
        ({"HTTP_ORIGIN": "null"}, False),
        ({"HTTP_REFERER": "https://elsewhere.example/testserver"}, False),
    ],
    ids=str,
)
def test_a_post_of_another_site_is_refused(headers: dict[str, Any], ours: bool) -> None:
    assert from_our_pages(RequestFactory().post("/", **headers)) is ours
    form, admitted = sent(**headers)
    assert admitted is ours
    assert form.status == (200 if ours else 403)


def test_a_program_that_fills_every_field_gives_itself_away() -> None:
    form, admitted = sent(website="https://spam.example")
    assert admitted, "it is told nothing"
    assert form.is_from_a_program


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_a_home_counts_as_one(address: str, counted: str) -> None:
    assert client_network(RequestFactory().get("/", REMOTE_ADDR=address)) == counted


def test_only_trusted_proxies_name_the_client(settings: Any) -> None:
    settings.TRUSTED_PROXIES = ["192.0.2.0/24"]
    forwarded: dict[str, Any] = {"HTTP_X_FORWARDED_FOR": "203.0.113.5, 2001:db8:7:7::9"}
    proxied = RequestFactory().get("/", REMOTE_ADDR="192.0.2.1", **forwarded)
    assert client_network(proxied) == "2001:db8:7:7::/64"
    direct = RequestFactory().get("/", REMOTE_ADDR="198.51.100.1", **forwarded)
    assert client_network(direct) == "198.51.100.1"
