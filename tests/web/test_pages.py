"""Public pages of the record."""

from __future__ import annotations

import datetime as dt
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from monitoring.core import sections
from monitoring.decisions.models import DecisionAlias
from monitoring.decisions.relations import add_relation
from monitoring.decisions.services import (
    add_edition,
    add_stage_event,
    update_decision,
    withdraw_decision,
)
from tests.factories.record import (
    make_body,
    make_decision,
    make_kind,
    make_stage,
    make_status,
    make_topic,
)

pytestmark = pytest.mark.django_db
LANGUAGES = ("kk", "ru", "en")


def address(name: str, language: str = "kk", *args: Any) -> str:
    with override(language):
        return reverse(name, args=args)


def text(client: Client, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, url
    return answer.content.decode()


def test_a_decision_that_is_not_public_is_nowhere(client: Client) -> None:
    hidden = make_decision("Құпия шешім", public=False, key="hidden-one", bodies=[make_body()])
    DecisionAlias.objects.create(key="hidden-step", decision=hidden)
    shown = make_decision("Ашық шешім")
    add_relation(subject=hidden, kind="repeals", target=shown)
    gone = make_decision("Кері алынған шешім")
    withdraw_decision(decision=gone, by=None)
    for language in LANGUAGES:
        for one in (hidden, gone):
            assert client.get(one.address_in(language)).status_code == 404
        for key in ("hidden-one", "hidden-step"):
            assert client.get(address("decision_by_key", language, key)).status_code == 404
        for url in (
            address("decision_list", language),
            address("decision_feed", language),
            address("body", language, "senate"),
            shown.address_in(language),
        ):
            page = text(client, url)
            assert "Құпия" not in page, url
            assert "Кері алынған" not in page, url


def test_the_id_decides_and_another_slug_leads_to_the_right_one(client: Client) -> None:
    decision = make_decision(key="own-key")
    DecisionAlias.objects.create(key="its-step", decision=decision)
    right = decision.address_in("kk")
    assert right == f"/kk/zandar/{decision.pk}-law-kk-7/"
    for url in (
        f"/kk/zandar/{decision.pk}/",
        f"/kk/zandar/{decision.pk}-buryngy-atau/",
        "/kk/zandar/k/own-key/",
        "/kk/zandar/k/its-step/",
    ):
        answer = client.get(url)
        assert (answer.status_code, answer["Location"]) == (301, right)
    assert client.get("/kk/zandar/999999/").status_code == 404


def test_a_decision_without_a_text_in_the_language_says_so_and_offers_what_there_is(
    client: Client,
) -> None:
    decision = make_decision("Ауыл бюджеті туралы")
    kazakh = text(client, decision.address_in("kk"))
    assert "noindex" not in kazakh
    russian = text(client, decision.address_in("ru"))
    assert '<meta name="robots" content="noindex">' in russian
    assert '<html lang="ru">' in russian
    assert '<h1 lang="kk">Ауыл бюджеті туралы</h1>' in russian
    assert "на русском" in russian
    add_edition(decision=decision, language="ru", title="О бюджете села", publish=True)
    russian = text(client, decision.address_in("ru"))
    assert "noindex" not in russian
    assert "<h1>О бюджете села</h1>" in russian


def test_the_page_shows_no_more_than_is_known(client: Client) -> None:
    decision = make_decision(date=dt.date(2015, 1, 1), precision="year", verified="secondary")
    add_stage_event(decision=decision, stage=make_stage("introduced"))
    add_stage_event(
        decision=decision,
        stage=make_stage("adopted", 20),
        date=dt.date(1993, 12, 1),
        precision="month",
    )
    page = text(client, decision.address_in("kk"))
    assert "2015\xa0ж." in page
    assert "2015\xa0ж. 1" not in page
    assert "1993\xa0ж. желтоқсан" in page
    assert "күні табылмады" in page
    assert "Екінші дереккөзден" in page
    assert 'aria-current="step"' in page
    assert "Ресми мәтіні бар" not in page
    assert "Түйіні дайындалып жатыр" in page


def test_a_filter_counts_leave_out_their_own_group(client: Client) -> None:
    law, decree = make_kind("law"), make_kind("decree")
    senate, finance = make_body("senate"), make_topic("finance")
    make_decision(kind=law, bodies=[senate], topics=[finance])
    make_decision(kind=law, date=dt.date(2020, 1, 1))
    make_decision(kind=decree, topics=[finance])
    answer = client.get(address("decision_list"), {"kind": "law", "topic": "finance"})
    groups = {
        facet["name"]: {option.value: option.count for option in facet["options"]}
        for facet in answer.context["facets"]
    }
    assert len(answer.context["rows"]) == 1
    assert groups["kind"] == {"law": 1, "decree": 1}
    assert groups["topic"] == {"finance": 1}
    assert groups["body"] == {"senate": 1}
    assert groups["year"] == {"2024": 1}
    assert [chip["label"] for chip in answer.context["chips"]] == ["finance kk", "law kk"]


@pytest.mark.parametrize(
    "query",
    ["page=9999", "page=x", "page=-1", "kind=%00", "year=20x4&year=99999", "body=" + "a" * 5000],
)
def test_a_bookmarked_or_broken_address_still_answers(client: Client, query: str) -> None:
    for number in range(3):
        make_decision(number=str(number))
    assert client.get(f"{address('decision_list')}?{query}").status_code == 200


def test_a_page_beyond_the_end_shows_the_last(client: Client) -> None:
    for number in range(21):
        make_decision(number=str(number))
    answer = client.get(address("decision_list"), {"page": 99})
    assert answer.context["page"].number == 2
    assert len(answer.context["rows"]) == 1


def test_the_switch_keeps_the_filter(client: Client) -> None:
    make_decision()
    answer = client.get(address("decision_list"), {"kind": "law"})
    assert [one["url"] for one in answer.context["alternates"]] == [
        "/kk/zandar/?kind=law",
        "/ru/zakony/?kind=law",
        "/en/laws/?kind=law",
    ]


def test_pages_take_few_queries(client: Client, django_assert_max_num_queries: Any) -> None:
    body, topic, other = make_body(), make_topic(), make_decision(number="x")
    for number in range(25):
        decision = make_decision(
            number=str(number),
            bodies=[body],
            topics=[topic],
            links=["https://a.kz/1"],
            status=make_status(),
        )
        add_relation(subject=other, kind="repeals", target=decision)
        add_stage_event(decision=decision, stage=make_stage(), body=body, date=dt.date(2024, 1, 1))
    for url in (
        address("decision_list"),
        f"{address('decision_list')}?kind=law&body=senate&topic=finance&status=in-force&year=2024",
        decision.address_in("kk"),
        address("body", "kk", "senate"),
        address("decision_feed"),
    ):
        client.get(url)
        with django_assert_max_num_queries(15):
            assert client.get(url).status_code == 200


def test_the_feed_tells_announced_changes_in_each_language(client: Client) -> None:
    make_decision("Ескі шешім", announce=False)
    decision = make_decision("Ауыл бюджеті туралы")
    update_decision(decision=decision, register_number="123")
    atom = "{http://www.w3.org/2005/Atom}"
    for language, words in (
        ("kk", "Жинаққа қосылды"),
        ("ru", "Добавлено"),
        ("en", "Added to the record"),
    ):
        answer = client.get(address("decision_feed", language))
        assert answer["Content-Type"].startswith("application/atom+xml")
        feed = ElementTree.fromstring(answer.content)
        entries = feed.findall(f"{atom}entry")
        assert len(entries) == 2
        told = entries[-1].findtext(f"{atom}summary") or ""
        assert told.startswith(words)
        assert told != words, "that the summary is not there yet is said"
        link = entries[0].find(f"{atom}link")
        assert link is not None
        assert decision.address_in(language) in link.attrib["href"]
        assert len({entry.findtext(f"{atom}id") for entry in entries}) == 2


def test_a_body_says_until_when_it_was_and_what_follows(client: Client) -> None:
    successor = make_body("kurultai")
    make_body(
        "parliament",
        successor=successor,
        date_to=dt.date(2026, 7, 1),
        verified="yes",
        source="https://zan.gov.kz/client/",
    )
    page = text(client, address("body", "kk", "parliament"))
    assert "2026\xa0ж. 1\xa0шілде" in page
    assert "kurultai kk" in page
    assert "zan.gov.kz" in page
    make_body("referendum", has_page=False)
    assert client.get(address("body", "kk", "referendum")).status_code == 404


def test_upper_rooms_show_themselves_in_their_slots(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    decision = make_decision()
    asked: list[tuple[str, tuple[int, ...]]] = []

    def collect(slot: str, ids: Any, language: str) -> Any:
        asked.append((slot, tuple(ids)))
        return {one: [] for one in ids}

    monkeypatch.setattr(sections, "collect", collect)
    client.get(decision.address_in("kk"))
    for slot in ("decision.pointer", "decision.voice", "decision.after"):
        assert (slot, (decision.pk,)) in asked
    client.get(address("decision_list"))
    assert ("decision.row", (decision.pk,)) in asked
