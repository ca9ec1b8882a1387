"""The analyst's quarter of an hour: points, fifty at a time, undo, pairs, acceptance by rule."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from monitoring.core import clock
from monitoring.decisions.models import Decision, DecisionKind
from monitoring.decisions.services import create_decision, update_decision
from monitoring.evidence.models import Source
from monitoring.evidence.selectors import sources_health
from monitoring.intake.actions import undo
from monitoring.intake.models import Action, AutoAccept, Candidate, TopicRule
from monitoring.intake.pairs import proposals, without_language
from monitoring.intake.scoring import score_waiting
from monitoring.intake.services import accept_candidate, merge_candidate, reject_many
from monitoring.journal.models import Change
from monitoring.vocabulary.models import Status
from tests.factories.evidence import candidate, source
from tests.intake.conftest import SignIn, analyst

pytestmark = pytest.mark.django_db

NAMES = {"name_kk": "қаз", "name_ru": "рус", "name_en": "eng"}
BULK = "/admin/candidates/bulk/"


@pytest.fixture
def kind() -> DecisionKind:
    return DecisionKind.objects.create(key="maslikhat-decision-q", **NAMES)


def rule(**changes: Any) -> TopicRule:
    values = {"key": "r", "phrases_ru": "сход сообщества", "points": 60, **NAMES, **changes}
    return TopicRule.objects.create(**values)


def states() -> list[str]:
    return list(Candidate.objects.order_by("pk").values_list("state", flat=True))


# -- points ----------------------------------------------------------------------------


def test_what_waits_has_points_with_reasons_in_words_and_anew_when_a_rule_changes(
    sign_in: SignIn,
) -> None:
    rule()
    one = candidate(title="О сходах сообщества")
    assert score_waiting() == 1
    page = sign_in().get("/admin/candidates/").content.decode()
    assert "60 баллов" in page
    assert "+60 рус: есть «сходах сообщества» в заголовке" in page
    assert score_waiting() == 0
    TopicRule.objects.update(points=70)
    assert score_waiting() == 1
    one.refresh_from_db()
    assert one.score == 70


def test_a_typed_rule_is_previewed_and_nothing_is_saved(sign_in: SignIn) -> None:
    candidate(title="О сходах сообщества")
    client = sign_in()
    typed = {
        **NAMES, "key": "new", "phrases_ru": "сход сообщества", "points": "45", "active": "on",
        "against_points": "0", "body_points": "0", "kind_points": "0", "act_points": "0",
    }  # fmt: skip
    page = client.post("/admin/relevance/add/", {**typed, "action-preview": "1"})
    assert page.status_code == 200
    assert [(old.points, new.points) for _, old, new in page.context["changed"]] == [(0, 45)]
    assert TopicRule.objects.count() == 0
    assert client.post("/admin/relevance/add/", typed).status_code == 302
    assert TopicRule.objects.get().points == 45


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_a_rule_without_grounds_is_refused_in_words(sign_in: SignIn, language: str) -> None:
    typed = {
        **NAMES, "key": "new", "points": "45", "against_points": "0", "body_points": "0",
        "kind_points": "0", "act_points": "0",
    }  # fmt: skip
    answer = sign_in(language=language).post("/admin/relevance/add/", typed)
    with translation.override(language):
        said = translation.gettext("Give at least one phrase, body, kind or act.")
    assert said in answer.content.decode()
    assert 'value="45"' in answer.content.decode()
    assert not TopicRule.objects.exists()


# -- fifty at a time -------------------------------------------------------------------


def test_ticked_entries_are_decided_at_once_and_undone_at_once(
    sign_in: SignIn, kind: DecisionKind
) -> None:
    of = source()
    rows = [candidate(of, title=f"Решение {n}") for n in range(3)]
    client = sign_in()
    typed = {"one": [row.pk for row in rows[:2]], "do": "accept", "kind": kind.pk}
    assert client.post(BULK, typed).status_code == 302
    assert states() == ["accepted", "accepted", "new"]
    assert Decision.objects.public().count() == 2
    action = Action.objects.get()
    page = client.get("/admin/candidates/").content.decode()
    assert f"/admin/candidates/actions/{action.pk}/undo/" in page
    assert client.post(f"/admin/candidates/actions/{action.pk}/undo/").status_code == 302
    assert states() == ["new", "new", "new"]
    assert not Decision.objects.public().exists()
    for row in Candidate.objects.all():
        assert (row.decided_by, row.decided_at, row.decision, row.reason) == (None, None, None, "")
    again = client.post(f"/admin/candidates/actions/{action.pk}/undo/", follow=True)
    assert "Это уже отменено" in again.content.decode()


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"do": "accept"}, "Say what kind of document the ticked entries are."),
        ({"do": "reject", "reason": " "}, "Say why: the next analyst will ask."),
        ({"do": "nothing", "one": []}, "Tick one entry at least."),
    ],
    ids=["no kind", "no reason", "none ticked"],
)
def test_a_faulty_bulk_form_says_why_and_keeps_ticks(
    sign_in: SignIn, language: str, typed: dict[str, Any], sentence: str
) -> None:
    one = candidate()
    answer = sign_in(language=language).post(BULK, {"one": [one.pk], **typed})
    assert answer.status_code == 422
    with translation.override(language):
        assert translation.gettext(sentence) in answer.content.decode()
    assert [row["ticked"] for row in answer.context["rows"]] == [typed.get("one", 1) != []]
    assert states() == ["new"]


def test_the_second_analyst_is_told_who_was_first_and_nothing_is_done_twice(
    sign_in: SignIn, kind: DecisionKind
) -> None:
    rows = [candidate(), candidate(source("https://b.kz/"))]
    first, second = sign_in(), sign_in("second@example.kz")
    first.post(BULK, {"one": [rows[0].pk], "do": "reject", "reason": "спам"})
    typed = {"one": [row.pk for row in rows], "do": "accept", "kind": kind.pk}
    page = second.post(BULK, typed, follow=True).content.decode()
    assert "решено до вас: отклонена, analyst@example.kz" in page
    assert states() == ["rejected", "accepted"]
    assert Decision.objects.count() == 1


def test_looked_and_nothing_relevant_dates_the_source_and_undo_takes_the_day_back(
    sign_in: SignIn,
) -> None:
    of = source()
    rows = [candidate(of), candidate(of)]
    client = sign_in()
    client.post(BULK, {"one": [rows[0].pk], "do": "nothing"})
    assert Source.objects.get().looked_at is None, "one still waits"
    client.post(BULK, {"one": [rows[1].pk], "do": "nothing"})
    assert Source.objects.get().looked_at is not None
    assert sources_health("kk")[0].looked_at is not None
    undo(action=Action.objects.latest("pk"), by=None)
    assert Source.objects.get().looked_at is None
    refused = client.post("/admin/candidates/looked/", {"source": of.pk}, follow=True)
    assert "Записи этого источника ещё ждут" in refused.content.decode()


def test_fifty_rows_cost_as_many_queries_as_five(
    sign_in: SignIn, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    rule()
    of = source()
    client = sign_in()
    costs = []
    for number in (5, 45):
        for n in range(number):
            text = f"№ {n}-II, от {n % 28 + 1} мая 2020 года № {n}, U{n:010d}"
            candidate(of, title=f"О сходах сообщества номер {n % 9} в округе", summary=text)
        score_waiting()
        client.get("/admin/candidates/")
        with django_assert_max_num_queries(30) as taken:
            page = client.get("/admin/candidates/")
        costs.append(len(taken))
    assert len(page.context["rows"]) == 50
    assert costs[0] == costs[1]


# -- undo ------------------------------------------------------------------------------


def test_undoing_a_merge_gives_back_links_and_steps(kind: DecisionKind) -> None:
    decision = create_decision(kind=kind, number="1", links=["https://a.kz/1"], public=True)
    one = candidate()
    by = analyst()
    merge_candidate(candidate=one, decision=decision, by=by)
    assert decision.links.count() == 2
    assert undo(action=Action.objects.get(), by=by) == (1, [])
    assert [link.url for link in decision.links.all()] == ["https://a.kz/1"]
    assert states() == ["new"]


def test_undo_is_refused_once_the_decision_was_edited(kind: DecisionKind) -> None:
    one = candidate()
    decision = accept_candidate(candidate=one, by=analyst(), kind=kind, titles={"ru": "Решение"})
    update_decision(decision=decision, register_number="77")
    with translation.override("ru"):
        done, ((refused, why),) = undo(action=Action.objects.get(), by=None)
    assert (done, refused) == (0, one)
    assert "После этого решение правили" in why
    decision.refresh_from_db()
    assert (decision.is_public, decision.register_number, states()) == (True, "77", ["accepted"])


# -- pairs -----------------------------------------------------------------------------


@pytest.fixture
def pair() -> tuple[Candidate, Candidate]:
    russian = candidate(
        source("https://adilet.zan.kz/rus/docs/rss"),
        title="О сходе", link="https://adilet.zan.kz/rus/docs/V2600012345",
    )  # fmt: skip
    kazakh = candidate(
        source("https://adilet.zan.kz/kaz/docs/rss"),
        title="Жиын туралы", link="https://adilet.zan.kz/kaz/docs/V2600012345", language="kk",
    )  # fmt: skip
    score_waiting()
    return russian, kazakh


def test_two_languages_become_one_decision_and_two_entries_again(
    sign_in: SignIn, kind: DecisionKind, pair: tuple[Candidate, Candidate]
) -> None:
    russian, kazakh = pair
    client = sign_in()
    address = f"/admin/candidates/{russian.pk}/same/"
    assert f"{address}?with={kazakh.pk}" in client.get("/admin/candidates/").content.decode()
    form = client.get(address, {"with": kazakh.pk}).context["form"]
    assert form.initial["title_kk"] == "Жиын туралы"
    assert form.initial["title_ru"] == "О сходе"
    typed = {"with": kazakh.pk, "do": "join", "kind": kind.pk, **form.initial}
    assert client.post(address, typed).status_code == 302
    decision = Decision.objects.get()
    assert set(decision.live_editions()) == {"kk", "ru"}
    assert {link.url for link in decision.links.all()} == {russian.link, kazakh.link}
    assert sorted(states()) == ["accepted", "merged"]
    assert undo(action=Action.objects.get(), by=None) == (2, [])
    assert states() == ["new", "new"]
    assert not Decision.objects.public().exists()


def test_two_documents_are_not_proposed_again(
    sign_in: SignIn, pair: tuple[Candidate, Candidate]
) -> None:
    one, other = pair
    assert [found.other for found in proposals([one.pk])[one.pk]] == [other]
    sign_in().post(f"/admin/candidates/{one.pk}/same/", {"with": other.pk, "do": "apart"})
    assert proposals([one.pk, other.pk]) == {}


def test_an_address_reads_alike_in_every_language() -> None:
    assert without_language("https://www.a.kz/ru/act/1?lang=ru") == without_language(
        "https://a.kz/kk/act/1/?lang=kk"
    )
    assert without_language("https://a.kz/ru/act/1") != without_language("https://a.kz/ru/act/2")


# -- acceptance by rule ----------------------------------------------------------------


def test_a_rule_accepts_only_where_it_is_on_and_says_so_and_is_undone_at_once(
    kind: DecisionKind,
) -> None:
    rule(points=95)
    of = source()
    other = source("https://b.kz/")
    auto = AutoAccept.objects.create(source=of, kind=kind, threshold=90)
    rows = [
        candidate(of, title="О сходах сообщества"),
        candidate(of, title="Сход сообщества: другое", days=400),
        candidate(of, title="О тарифах"),
        candidate(other, title="Сходы сообщества"),
    ]
    score_waiting()
    assert states() == ["new"] * 4, "off by default"
    AutoAccept.objects.filter(pk=auto.pk).update(active=True)
    score_waiting()
    assert states() == ["accepted", "accepted", "new", "new"]
    action = Action.objects.get()
    assert (action.kind, action.by, action.source) == (Action.Kind.RULE, None, of)
    rows[0].refresh_from_db()
    assert rows[0].decision is not None
    assert "Принято правилом, а не человеком: 95 баллов" in rows[0].decision.note
    announced = {change.titles["ru"]: change.announce for change in Change.objects.all()}
    assert announced == {"О сходах сообщества": True, "Сход сообщества: другое": False}
    assert undo(action=action, by=analyst()) == (2, [])
    score_waiting()
    assert states() == ["new"] * 4, "what was taken back waits for a person"


def test_what_may_be_one_document_is_left_to_a_person(
    kind: DecisionKind, pair: tuple[Candidate, Candidate]
) -> None:
    rule(phrases_ru="сход", points=100)
    AutoAccept.objects.create(source=pair[0].source, kind=kind, active=True)
    score_waiting()
    assert states() == ["new", "new"]


# -- citations -------------------------------------------------------------------------


def test_a_reference_to_an_act_that_lost_force_is_flagged(sign_in: SignIn) -> None:
    kind = DecisionKind.objects.create(key="law", **NAMES)
    gone = Status.objects.create(key="repealed", ends=True, **NAMES)
    create_decision(
        kind=kind, number="148-II", date=dt.date(2001, 1, 23), public=True, status=gone,
        status_date=dt.date(2024, 5, 1), editions={"ru": {"title": "Закон"}},
    )  # fmt: skip
    one = candidate(summary="По закону от 23 января 2001 года № 148 <b>")
    client = sign_in()
    words = "этот акт утратил силу 1\N{NO-BREAK SPACE}мая 2024\N{NO-BREAK SPACE}г."
    listed = client.get("/admin/candidates/").content.decode()
    assert words.replace("\N{NO-BREAK SPACE}", " ") in listed.replace("\N{NO-BREAK SPACE}", " ")
    page = client.get(f"/admin/candidates/{one.pk}/").content.decode()
    assert ">23 января 2001 года № 148</a>" in page
    assert "&lt;b&gt;" in page


def test_a_pile_of_entries_is_put_aside_in_few_statements(
    django_assert_max_num_queries: Callable[..., Any],
) -> None:
    of = source()
    rows = [candidate(of, title=f"Решение {n}") for n in range(20)]
    by = analyst()
    with django_assert_max_num_queries(15):
        done = reject_many(candidates=rows, by=by, reason="не о нас")
    assert len(done.done) == 20
    assert Candidate.objects.filter(decided_at__lte=clock.now(), reason="не о нас").count() == 20


def test_nobody_but_an_analyst_may_do_any_of_it() -> None:
    one = candidate()
    for path in (BULK, "/admin/candidates/looked/", f"/admin/candidates/{one.pk}/same/"):
        assert Client().post(path, {"one": [one.pk], "do": "nothing"}).status_code == 302
    assert states() == ["new"]
