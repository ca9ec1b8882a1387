"""What analysts do with entries that came in, over HTTP, in three languages."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.utils import translation
from django.utils.html import escape

from monitoring.core import clock
from monitoring.decisions.models import Decision, DecisionKind, Stage
from monitoring.decisions.services import create_decision
from monitoring.evidence.entries import Entry
from monitoring.institutions.models import Body, BodyKind
from monitoring.intake import services
from monitoring.intake.models import Candidate
from monitoring.intake.services import take_in_entries
from monitoring.journal.models import Change
from monitoring.vocabulary.models import Topic
from tests.factories.evidence import candidate, source, stored
from tests.intake.conftest import SignIn, analyst

pytestmark = pytest.mark.django_db

NAMES = {"name_kk": "қаз", "name_ru": "рус", "name_en": "eng"}
TYPED = "Тақырып, оны ешкім жоғалтпайды"


@pytest.fixture
def kind() -> DecisionKind:
    return DecisionKind.objects.create(key="maslikhat-decision-test", **NAMES)


@pytest.fixture
def body() -> Body:
    return Body.objects.create(
        key="maslikhat-test",
        kind=BodyKind.objects.create(key="maslikhat-kind-test", **NAMES),
        **NAMES,
    )


@pytest.fixture
def topic() -> Topic:
    return Topic.objects.create(slug="budget-test", name="budget-test", **NAMES)


def facts(kind: DecisionKind, **changes: Any) -> dict[str, Any]:
    return {
        "title_kk": "",
        "title_ru": "Решение о бюджете",
        "title_en": "",
        "kind": kind.pk,
        "date": "24.11.2026",
        "number": "57",
        **changes,
    }


def entry(**changes: str) -> Entry:
    values: dict[str, Any] = {
        "key": "urn:1",
        "title": "Решение № 57",
        "link": "http://example.kz/57",
        "summary": "О бюджете",
        **changes,
    }
    return Entry(**values)


# -- the same entry never twice --------------------------------------------------------


def test_an_entry_becomes_one_candidate_however_often_it_comes() -> None:
    fetch = stored(source())
    assert take_in_entries(fetch, [entry(), entry()]) == 1
    assert take_in_entries(fetch, [entry()]) == 0
    assert Candidate.objects.get().title == "Решение № 57"


@pytest.mark.parametrize(
    "changes",
    [
        {"key": "urn:other"},
        {"key": "urn:other", "title": "РЕШЕНИЕ   № 57"},
        {"key": "urn:other", "link": "http://EXAMPLE.kz/57?utm_source=rss#top"},
        {"title": "Решение № 57 (исправлено)"},
    ],
    ids=["new name", "new case and spaces", "new tracking", "new title, same name"],
)
def test_the_same_entry_under_another_name_is_the_same(changes: dict[str, str]) -> None:
    fetch = stored(source())
    take_in_entries(fetch, [entry()])
    assert take_in_entries(fetch, [entry(**changes)]) == 0


def test_two_entries_that_share_a_link_are_two() -> None:
    fetch = stored(source())
    other = entry(key="urn:2", summary="О назначении")
    assert take_in_entries(fetch, [entry(), other]) == 2
    assert take_in_entries(stored(source("https://b.kz/")), [entry()]) == 1


def test_an_entry_comes_with_its_saved_copy_and_the_newest_stands_first(sign_in: SignIn) -> None:
    fetch = stored(source())
    take_in_entries(fetch, [entry(key="new", title="Новая"), entry(key="old", title="Старая")])
    assert {one.snapshot_id for one in Candidate.objects.all()} == {fetch.snapshot_id}
    text = sign_in().get("/admin/candidates/").content.decode()
    assert text.index("Новая") < text.index("Старая")


# -- accept ----------------------------------------------------------------------------


def test_an_accepted_entry_is_a_public_decision_with_its_source(
    sign_in: SignIn, kind: DecisionKind, body: Body, topic: Topic
) -> None:
    one = candidate()
    client = sign_in()
    page = client.get(f"/admin/candidates/{one.pk}/").content.decode()
    assert one.title in page
    done = client.post(
        f"/admin/candidates/{one.pk}/accept/", facts(kind, bodies=[body.pk], topics=[topic.pk])
    )
    assert done.status_code == 302
    one.refresh_from_db()
    decision = one.decision
    assert decision is not None
    assert (one.state, str(one.decided_by)) == ("accepted", "analyst@example.kz")
    assert decision.is_public
    assert (decision.adoption_number, decision.date) == ("57", dt.date(2026, 11, 24))
    assert [*decision.bodies.all()] == [body]
    assert [*decision.topics.all()] == [topic]
    assert [link.url for link in decision.links.all()] == [one.link]
    assert Change.objects.get().announce
    after = client.get(done["Location"]).content.decode()
    found = re.search(r'<a class="decision" href="([^"]+)"', after)
    assert found
    public = Client().get(found[1], follow=True)
    assert public.status_code == 200
    assert "Решение о бюджете" in public.content.decode()


def test_the_form_proposes_what_entry_and_source_say(
    sign_in: SignIn, kind: DecisionKind, body: Body, topic: Topic
) -> None:
    of = source(body=body)
    of.topics.add(topic)
    one = candidate(of, language="", title="Мәслихат шешімі")
    form = sign_in().get(f"/admin/candidates/{one.pk}/").context["accept"]
    assert form.initial == {
        "title_kk": "Мәслихат шешімі",
        "bodies": [body.pk],
        "topics": [topic.pk],
    }


@pytest.mark.parametrize(("days", "announced"), [(1, True), (30, False)])
def test_an_old_entry_is_recorded_and_not_announced(
    kind: DecisionKind, days: int, announced: bool
) -> None:
    one = candidate(days=days)
    services.accept_candidate(candidate=one, by=analyst(), kind=kind, titles={"ru": "Решение"})
    assert [change.announce for change in Change.objects.all()] == [announced]


def test_a_long_title_is_kept_whole(kind: DecisionKind) -> None:
    title = "О внесении изменений и дополнений " * 13
    decision = services.accept_candidate(
        candidate=candidate(), by=analyst(), kind=kind, titles={"ru": title.strip()}
    )
    edition = decision.editions.get()
    assert edition.official_title == title.strip()


def test_nothing_is_decided_when_the_decision_is_refused(
    kind: DecisionKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = candidate()
    with pytest.raises(ValidationError):
        services.accept_candidate(
            candidate=one, by=analyst(), kind=kind, titles={"ru": "Р"}, number="9" * 200
        )
    one.refresh_from_db()
    assert one.state == "new"
    assert Decision.objects.count() == 0


SENTENCES = {
    "title_kk": "Give a title in one language at least.",
    "date": "Write the date as 24.11.2026, 11.2026 or 2026; here is “%(value)s”.",
}


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("title_kk", {"title_ru": ""}),
        ("date", {"date": "вчера"}),
        ("date", {"date": "31.02.2026"}),
        ("kind", {"kind": ""}),
        ("kind", {"kind": "99999"}),
        ("number", {"number": "9" * 81}),
        ("title_ru", {"title_ru": "я" * 2001}),
        ("bodies", {"bodies": ["99999"]}),
    ],
)
def test_a_faulty_form_says_what_is_wrong_at_the_field_and_keeps_what_was_typed(
    sign_in: SignIn, kind: DecisionKind, language: str, field: str, changes: dict[str, Any]
) -> None:
    one = candidate()
    typed = facts(kind, title_en="What was typed & kept", number="57-ЖБ")
    if field == "title_kk":
        typed["title_en"] = ""
    typed |= changes
    answer = sign_in(language=language).post(f"/admin/candidates/{one.pk}/accept/", typed)
    assert answer.status_code == 422
    form = answer.context["accept"]
    assert [*form.errors] == [field]
    text = answer.content.decode()
    with translation.override(language):  # lazy sentences are said where they are shown
        (sentence,) = map(str, form.errors[field])
    with translation.override("en"):
        english = str(translation.gettext(SENTENCES.get(field, ""))) % {"value": typed["date"]}
    if english:
        assert (sentence == english) == (language == "en")
    if language == "kk":
        assert re.search("[әғқңөұүһі]", sentence)
    if language == "ru":
        assert re.search("[а-я]", sentence)
        assert not re.search("[әғқңөұүһі]", sentence)
    assert escape(sentence) in text
    for name in ("title_ru", "title_en", "number", "date"):
        assert form[name].value() == typed[name]
    assert one.summary in text
    one.refresh_from_db()
    assert one.state == "new"


# -- merge -----------------------------------------------------------------------------


def known(kind: DecisionKind, **values: Any) -> Decision:
    return create_decision(
        kind=kind,
        number="148",
        editions={"ru": {"title": "О местном управлении"}},
        public=True,
        **values,
    )


def test_an_entry_is_merged_with_the_decision_found_by_number(
    sign_in: SignIn, kind: DecisionKind
) -> None:
    decision = known(kind)
    one = candidate()
    client = sign_in()
    page = client.get(f"/admin/candidates/{one.pk}/", {"q": "148"}).content.decode()
    assert "О местном управлении" in page
    stage = Stage.objects.create(key="second-reading-test", **NAMES)
    done = client.post(
        f"/admin/candidates/{one.pk}/merge/",
        {"decision": decision.pk, "stage": stage.pk, "date": "11.2026"},
    )
    assert done.status_code == 302
    one.refresh_from_db()
    assert (one.state, one.decision) == ("merged", decision)
    assert one.link in {link.url for link in decision.links.all()}
    step = decision.stage_events.get()
    assert (step.stage, step.precision, step.url) == (stage, "month", one.link)
    assert Decision.objects.count() == 1


def test_merging_without_a_step_adds_a_source_alone(kind: DecisionKind) -> None:
    decision = known(kind, links=["https://example.kz/known"])
    services.merge_candidate(candidate=candidate(), decision=decision, by=analyst())
    assert decision.links.count() == 2
    assert decision.stage_events.count() == 0


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
@pytest.mark.parametrize("typed", ["", "99999", "abc"])
def test_merging_with_nothing_is_refused_in_words(
    sign_in: SignIn, language: str, typed: str
) -> None:
    one = candidate()
    answer = sign_in(language=language).post(
        f"/admin/candidates/{one.pk}/merge/", {"decision": typed, "date": "2026"}
    )
    assert answer.status_code == 422
    assert [*answer.context["merge"].errors] == ["decision"]
    assert answer.context["merge"]["date"].value() == "2026"
    with translation.override(language):
        (sentence,) = map(str, answer.context["merge"].errors["decision"])
    assert sentence in answer.content.decode()
    assert bool(re.search("[а-я]", sentence)) == (language != "en")


# -- reject, and two at once ---------------------------------------------------------


def test_a_rejection_keeps_its_reason(sign_in: SignIn) -> None:
    one = candidate()
    client = sign_in()
    done = client.post(f"/admin/candidates/{one.pk}/reject/", {"reason": "не решение"})
    assert done.status_code == 302
    assert "не решение" in client.get(done["Location"]).content.decode()
    assert one.title not in client.get("/admin/candidates/").content.decode()
    assert one.title in client.get("/admin/candidates/?state=rejected").content.decode()


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_a_rejection_without_reason_is_refused(sign_in: SignIn, language: str) -> None:
    one = candidate()
    answer = sign_in(language=language).post(
        f"/admin/candidates/{one.pk}/reject/", {"reason": "  "}
    )
    assert answer.status_code == 422
    assert [*answer.context["reject"].errors] == ["reason"]
    with translation.override(language):
        said = translation.gettext("Say why: the next analyst will ask.")
    assert said in answer.content.decode()


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
@pytest.mark.parametrize("action", ["accept", "merge", "reject"])
def test_the_second_of_two_analysts_sees_what_the_first_did_and_loses_nothing(
    sign_in: SignIn, kind: DecisionKind, language: str, action: str
) -> None:
    one = candidate()
    decision = known(kind)
    first = sign_in("first@example.kz")
    first.post(f"/admin/candidates/{one.pk}/accept/", facts(kind))
    typed = {
        "accept": facts(kind, title_kk=TYPED),
        "merge": {"decision": decision.pk, "date": "12.2025"},
        "reject": {"reason": TYPED},
    }[action]
    answer = sign_in("second@example.kz", language).post(
        f"/admin/candidates/{one.pk}/{action}/", typed
    )
    assert answer.status_code == 409
    text = answer.content.decode()
    with translation.override(language):
        said = translation.gettext(
            "Somebody else decided on this entry before you; nothing was written. What you typed "
            "stands below."
        )
        accepted = translation.pgettext("state of an entry", "accepted")
    assert said in text
    assert "first@example.kz" in text
    assert accepted in text
    assert "Решение о бюджете" in text
    assert (TYPED if action != "merge" else "12.2025") in text
    assert Decision.objects.count() == 2
    one.refresh_from_db()
    assert str(one.decided_by) == "first@example.kz"


# -- doors -------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["", "{pk}/"])
def test_the_queue_is_closed_to_others(path: str) -> None:
    one = candidate()
    url = f"/admin/candidates/{path.format(pk=one.pk)}"
    assert Client().get(url).status_code == 302
    outsider = analyst("outsider@example.kz")
    outsider.user_permissions.set(outsider.user_permissions.filter(codename="access_admin"))
    client = Client()
    client.force_login(outsider)
    assert client.get(url).status_code == 302
    answer = client.post(f"/admin/candidates/{one.pk}/reject/", {"reason": "x"})
    assert answer.status_code == 302
    one.refresh_from_db()
    assert one.state == "new"


def test_a_look_decides_nothing(sign_in: SignIn) -> None:
    one = candidate()
    client = sign_in()
    for action in ("accept", "merge", "reject"):
        assert client.get(f"/admin/candidates/{one.pk}/{action}/").status_code == 405


@pytest.mark.parametrize("query", ["state=nothing", "source=abc", "source=" + "9" * 30, "p=zzz"])
def test_an_odd_filter_is_no_fault(sign_in: SignIn, query: str) -> None:
    candidate()
    assert sign_in().get(f"/admin/candidates/?{query}").status_code == 200


def test_hostile_words_of_an_entry_are_shown_as_words(sign_in: SignIn) -> None:
    one = candidate(title="<script>alert(1)</script>", summary="<img src=x onerror=alert(1)>")
    text = sign_in().get(f"/admin/candidates/{one.pk}/").content.decode()
    assert "<script>alert(1)" not in text
    assert "<img src=x" not in text


def test_the_saved_copy_is_a_file_that_no_browser_opens(sign_in: SignIn) -> None:
    one = candidate()
    answer = sign_in().get(f"/admin/sources/copies/{one.snapshot_id}/")
    assert answer.content == one.snapshot.blob.raw
    assert answer["Content-Disposition"].startswith("attachment")


def test_a_page_of_the_queue_costs_few_queries(
    sign_in: SignIn, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    client = sign_in()
    client.get("/admin/candidates/")
    of = source()
    costs = []
    for _ in range(2):
        for _ in range(5):
            candidate(of)
        with django_assert_max_num_queries(25) as taken:
            client.get("/admin/candidates/")
        costs.append(len(taken))
    assert costs[0] == costs[1]


def test_the_database_keeps_a_decided_entry_whole() -> None:
    one = candidate()
    with connection.cursor() as cursor, pytest.raises(Exception, match=r"(?i)check|constraint"):
        cursor.execute(
            "UPDATE intake_candidate SET state = 'rejected', decided_at = %s WHERE id = %s",
            [clock.now(), one.pk],
        )
