"""The text of an act is taken from a saved copy of its page, with the copy as its evidence."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client
from django.urls import reverse

from monitoring.decisions.copies import copies_of, language_of
from monitoring.decisions.models import Decision, FieldSource
from monitoring.decisions.versions import add_text_version, versions_of
from monitoring.evidence.models import Snapshot
from tests.decisions.test_version_admin import enter
from tests.factories.evidence import source, stored
from tests.factories.record import make_decision

pytestmark = pytest.mark.django_db

URL = "https://adilet.zan.kz/rus/docs/Z010000148_"
PAGE = (
    "<html><body><nav>Меню</nav><article><p>Статья 1. О бюджете</p><p>1. Первый пункт новый.</p>"
    "<script>x</script></article></body></html>"
)
FIELDS = {"language": "ru", "valid_from": "07.11.2014"}


def copied(decision: Decision, url: str = URL, page: str = PAGE) -> Snapshot:
    copy = stored(source(url), page.encode()).snapshot
    assert copy is not None
    FieldSource.objects.create(decision=decision, field="number", source=url, snapshot=copy)
    return copy


def test_a_text_is_looked_at_and_kept_with_its_copy(client: Client) -> None:
    user = enter(client, "analyst")
    decision = make_decision()
    copied(decision, "https://adilet.zan.kz/rus/rss")  # a feed is no page of an act
    copy = copied(decision)
    screen = reverse("decision_texts", args=[decision.pk])
    asked = f"{screen}?copy={copy.pk}"
    shown = client.get(screen).content.decode()
    assert f"?copy={copy.pk}" in shown
    assert shown.count("Взять текст из этой копии") == 1
    look = client.get(asked)
    assert "новым будет всё" in look.content.decode()
    assert look.context["form"]["language"].value() == "ru"
    refused = client.post(asked, {"language": "ru", "mark": "0"})
    assert (refused.status_code, versions_of(decision).rows) == (422, ())
    assert client.post(asked, {**FIELDS, "mark": "0"}).status_code == 302
    (version,) = versions_of(decision).rows
    assert (version.snapshot, version.source, version.by) == (copy, URL, user)
    version.refresh_from_db()
    assert version.text == "Статья 1. О бюджете\n1. Первый пункт новый."
    for unknown in ("0", "x", "9" * 30, "\0"):
        missing = client.get(screen, {"copy": unknown}, follow=True)
        assert missing.status_code == 404


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("kk", "Осы арада біреу бұл актінің мәтінін қосты"),
        ("ru", "Тем временем кто-то добавил или убрал текст"),
        ("en", "Somebody added or took away a text"),
    ],
)
def test_a_text_that_changed_meanwhile_is_not_overwritten_unseen(
    client: Client, language: str, words: str
) -> None:
    enter(client, "analyst", language)
    decision = make_decision()
    copy = copied(decision)
    asked = f"{reverse('decision_texts', args=[decision.pk])}?copy={copy.pk}"
    mark = client.get(asked).context["form"]["mark"].value()
    add_text_version(
        decision=decision,
        language="ru",
        valid_from=dt.date(2014, 1, 1),
        text="Статья 1. О бюджете\n1. Первый пункт старый.",
        source="книга",
    )
    typed = {**FIELDS, "mark": mark}
    late = client.post(asked, typed)
    text = late.content.decode()
    assert late.status_code == 409
    assert words in text
    assert re.search(r"Первый пункт\s*<del>\s*старый", text)
    assert re.search(r"Первый пункт\s*<ins>\s*новый", text)
    assert FIELDS["valid_from"] in text, "what was typed is kept"
    assert len(versions_of(decision).rows) == 1
    again = client.post(asked, {**typed, "mark": late.context["form"]["mark"].value()})
    assert again.status_code == 302
    assert [one.snapshot_id for one in versions_of(decision).rows] == [None, copy.pk]


def test_the_newest_copy_of_an_address_is_offered_and_what_is_no_text_is_said(
    client: Client,
) -> None:
    enter(client, "analyst")
    decision = make_decision()
    copied(decision)
    newer = stored(source("https://adilet.zan.kz/kaz/docs/Z010000148_"), b"<html></html>").snapshot
    assert newer is not None
    assert [one.url for one in copies_of(decision)] == [URL]
    assert language_of(newer) == "kk"
    FieldSource.objects.create(decision=decision, field="kind", source="x", snapshot=newer)
    screen = reverse("decision_texts", args=[decision.pk])
    answer = client.post(f"{screen}?copy={newer.pk}", {**FIELDS, "mark": "0"})
    assert answer.status_code == 422
    assert "Здесь нет текста" in answer.content.decode()
