"""What a source says again: the same in other clothes is no event, a real change is exactly one."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from coalition.accounts.models import User
from monitoring.core import clock
from monitoring.decisions.models import Decision, DecisionKind
from monitoring.decisions.services import update_decision
from monitoring.evidence.models import Source
from monitoring.evidence.services import take_in
from monitoring.intake.connectors.feed import parse
from monitoring.intake.models import Candidate, Revision, RevisionLook
from monitoring.intake.sameness import alike, named_apart, normal, scrambled
from monitoring.intake.services import accept_candidate
from monitoring.journal.models import Change
from tests.factories.evidence import source, stored
from tests.intake.feeds import item, rss

TITLE = "О бюджете сельских округов на 2027 год"
OTHER = "О бюджете сельских округов на 2028 год"


@pytest.mark.parametrize(
    "other",
    [
        "О  бюджете\u00a0сельских округов на 2027 год",
        "О БЮДЖЕТЕ СЕЛЬСКИХ ОКРУГОВ НА 2027 ГОД",
        "«О бюджете сельских округов на 2027 год».",
        "О бюджeтe сельских oкругов на 2027 год",
    ],
    ids=["spaces", "case", "quotes", "Latin letters"],
)
def test_a_title_in_other_clothes_is_the_same(other: str) -> None:
    assert normal(other) == normal(TITLE)


@pytest.mark.parametrize(
    ("one", "other"),
    [("№ 57", "№ 75"), ("1,5 млн", "15 млн"), ("о бюджете", "не о бюджете"), ("п. 3-1", "п. 3")],
)
def test_a_digit_a_comma_and_a_word_count(one: str, other: str) -> None:
    assert normal(one) != normal(other)


def test_two_items_under_one_id_are_told_apart_and_one_item_twice_is_one() -> None:
    read = parse(rss(item(1), item(2, guid="urn:act:1"), item(1)), "http://example.kz/")
    keys = [one.key for one in named_apart(read.entries)]
    assert len(set(keys)) == 2
    assert alike("Решение № 5 о бюджете", "Решение № 5 о бюджете района")
    assert not alike("Решение о бюджете", "Постановление акимата")


def test_letters_of_a_wrong_encoding_are_seen() -> None:
    for text in (TITLE, "Сіз бен біз: «Рәсім» – шешім"):
        assert not scrambled(text)
        assert scrambled(text.encode().decode("cp1251", "replace"))
        assert scrambled(text.encode().decode("latin-1"))


# -- from the feed to the journal ----------------------------------------------------

pytestmark = pytest.mark.django_db


def says(of: Source, *items: str, hours: float = 1) -> None:
    """The source answers so many hours after the last time."""
    now = clock.now() + dt.timedelta(hours=hours)
    clock_was = clock.now
    clock.now = lambda: now
    try:
        take_in(fetch=stored(of, rss(*items)))
    finally:
        clock.now = clock_was


def decision_of(one: Candidate, **changes: Any) -> Decision:
    kind, _ = DecisionKind.objects.get_or_create(
        key="act", defaults={"name_kk": "Акт", "name_ru": "Акт", "name_en": "Act"}
    )
    titles = {"ru": changes.pop("title", one.title)}
    return accept_candidate(candidate=one, by=None, kind=kind, titles=titles)


def test_white_space_case_order_and_tracking_make_no_event() -> None:
    one = source()
    says(one, item(1, title=TITLE), item(2))
    decision = decision_of(Candidate.objects.get(title=TITLE))
    before = Change.objects.count()
    says(
        one,
        item(2),
        item(1, title=f"  {TITLE.upper()} ", link="http://EXAMPLE.kz/act/1?utm_source=x"),
    )
    assert (Candidate.objects.count(), Revision.objects.count()) == (2, 0)
    assert Change.objects.count() == before
    assert decision.title_in("ru") == TITLE


def test_a_real_change_is_one_change_of_the_record_with_before_and_after() -> None:
    one = source()
    says(one, item(1, title=TITLE), item(2))
    decision = decision_of(Candidate.objects.get(title=TITLE))
    for hours in (1, 2, 3):
        says(one, item(1, title=OTHER), item(2), hours=hours)
    revision = Revision.objects.get()
    assert (revision.before, revision.after) == ({"title": TITLE}, {"title": OTHER})
    assert revision.outcome == Revision.Outcome.APPLIED
    changes = Change.objects.of("decision", decision.pk)
    assert changes.count() == 2, "that it came in, and that it changed"
    last = changes[0]
    assert last.announce
    assert last.before["editions"]["ru"]["short_title"] == TITLE
    assert last.after["editions"]["ru"]["short_title"] == OTHER
    assert Candidate.objects.count() == 2


def _proposed() -> tuple[Decision, Revision]:
    one = source()
    says(one, item(1, title=TITLE))
    decision = decision_of(Candidate.objects.get(), title="Бюджет сёл")
    says(one, item(1, title=OTHER))
    return decision, Revision.objects.get()


def test_what_an_editor_wrote_is_proposed_and_not_overwritten() -> None:
    decision, revision = _proposed()
    assert revision.outcome == Revision.Outcome.PROPOSED
    assert Decision.objects.get(pk=decision.pk).title_in("ru") == "Бюджет сёл"
    assert Change.objects.of("decision", decision.pk).count() == 1


def test_what_is_proposed_waits_for_an_analyst_who_compares_it_once(client: Client) -> None:
    decision, revision = _proposed()
    call_command("sync_groups")
    analyst = User.objects.create_user("analyst@example.com", "secret", is_active=True)
    analyst.groups.add(Group.objects.get(name="analyst"))
    client.force_login(analyst)
    page = client.get(reverse("revisions")).content.decode()
    assert TITLE in page
    assert OTHER in page
    assert reverse("decisions:edit", args=[decision.pk]) in page
    assert reverse("revisions") in client.get("/admin/").content.decode()
    for _press in range(2):
        answer = client.post(reverse("revision_compared", args=[revision.pk]))
        assert answer.status_code == 302
    assert RevisionLook.objects.get().by == analyst
    assert OTHER not in client.get(reverse("revisions")).content.decode()
    unknown = reverse("revision_compared", args=[revision.pk + 1])
    assert client.post(unknown, follow=True).status_code == 404


def test_an_entry_older_than_the_source_announces_changes_without_a_word() -> None:
    one = source()
    says(one, item(1, title=TITLE, date="Fri, 02 Jan 2026 08:00:00 +0500"))
    decision = decision_of(Candidate.objects.get())
    says(one, item(1, title=OTHER, date="Fri, 02 Jan 2026 08:00:00 +0500"))
    changes = Change.objects.of("decision", decision.pk)
    assert [change.announce for change in changes] == [False, False]
    assert Decision.objects.get(pk=decision.pk).title_in("ru") == OTHER


def test_two_servers_that_answer_in_turn_make_one_event_and_not_one_an_hour() -> None:
    one = source()
    says(one, item(1, title=TITLE))
    for hours in range(1, 9):
        says(one, item(1, title=OTHER if hours % 2 else TITLE), hours=hours)
    assert Revision.objects.count() == 1


def test_a_lost_text_and_broken_letters_do_not_replace_good_ones() -> None:
    one = source()
    says(one, item(1, title=TITLE))
    says(one, item(1, title=TITLE, text=""))
    says(one, item(1, title=TITLE.encode().decode("latin-1")))
    assert Revision.objects.count() == 0
    assert Candidate.objects.get().summary == "О бюджете 1"


def test_a_new_layout_of_the_whole_site_is_no_news_of_each_entry() -> None:
    one = source()
    numbers = range(8)
    says(one, *(item(n) for n in numbers))
    decision = decision_of(Candidate.objects.get(title="Решение № 3"))
    says(one, *(item(n, title=f"Сайт маслихата | Решение № {n} | Новости") for n in numbers))
    assert set(Revision.objects.values_list("outcome", flat=True)) == {"many"}
    assert Change.objects.of("decision", decision.pk).count() == 1
    assert Candidate.objects.count() == 8


def test_a_new_item_under_a_used_id_is_new_and_a_reworded_one_under_a_new_id_is_not() -> None:
    one = source()
    says(one, item(1, title=TITLE))
    says(one, item(9, guid="urn:act:1", title="Постановление акимата о дорогах"))
    assert Candidate.objects.count() == 2
    says(one, item(1, guid="urn:new", title=OTHER), hours=2)
    assert Candidate.objects.count() == 2
    assert Revision.objects.get().after == {"title": OTHER}


def test_a_date_in_the_future_is_not_kept_and_one_that_moves_with_us_says_nothing() -> None:
    one = source()
    says(one, item(1, date="Fri, 02 Jan 2099 08:00:00 +0500"))
    assert Candidate.objects.get().published_at is None
    two = source("http://two.example.kz/feed")
    for hours in (1, 30, 60):
        moment = clock.now() + dt.timedelta(hours=hours)
        says(two, item(1, date=f"{moment:%a, %d %b %Y %H:%M:%S} +0000"), hours=hours)
    assert Revision.objects.count() == 0


def test_an_editors_list_of_links_is_left_alone_and_a_machines_grows() -> None:
    one = source()
    says(one, item(1, title=TITLE))
    decision = decision_of(Candidate.objects.get())
    says(one, item(1, title=TITLE, link="http://example.kz/new/1"))
    assert Revision.objects.get().outcome == Revision.Outcome.APPLIED
    assert decision.links.count() == 2
    from django.contrib.auth import get_user_model

    person = get_user_model().objects.create_user(email="a@example.kz", password="x")
    update_decision(decision=decision, links=["http://example.kz/mine"], by=person)
    says(one, item(1, title=TITLE, link="http://example.kz/newer/1"), hours=30)
    assert Revision.objects.latest("pk").outcome == Revision.Outcome.PROPOSED
    assert [link.url for link in decision.links.all()] == ["http://example.kz/mine"]
