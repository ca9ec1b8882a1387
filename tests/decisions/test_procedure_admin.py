"""Procedures are edited without a release, and given to a decision from its own screen."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
from wagtail.test.utils.form_data import inline_formset, nested_form_data
from wagtail.users.models import UserProfile

from coalition.accounts.models import User
from monitoring.decisions.models import Procedure
from tests.decisions.test_procedures import make_procedure
from tests.factories.record import make_decision

pytestmark = pytest.mark.django_db


@pytest.fixture
def analyst(client: Client) -> User:
    call_command("sync_groups")
    user = User.objects.create_user("analyst@example.com", "secret", is_active=True)
    user.groups.add(Group.objects.get(name="analyst"))
    client.force_login(user)
    return user


def typed(procedure: Procedure, **first: Any) -> dict[str, Any]:
    steps = [
        {
            "id": step.pk,
            "stage": step.stage_id,
            **{f"{name}_{code}": getattr(step, f"{name}_{code}") for name in ("who", "law", "note")
               for code in ("kk", "ru", "en")},
            "confirmed": "on",
        }
        for step in procedure.steps.all()
    ]  # fmt: skip
    steps[0] |= first
    names = {f"name_{code}": f"жаңа {code}" for code in ("kk", "ru", "en")}
    return {
        "key": procedure.key, "order": 5, "verified": "yes", "version": procedure.version,
        "date_from_precision": "day", "date_to_precision": "day", **names,
        **nested_form_data({"steps": inline_formset(steps, len(steps))}),
    }  # fmt: skip


def test_an_analyst_edits_a_procedure_with_its_steps(client: Client, analyst: User) -> None:
    procedure = make_procedure("way", "introduced", "adopted")
    url = reverse("wagtailsnippets_decisions_procedure:edit", args=[procedure.pk])
    assert client.get(url).status_code == 200
    answer = client.post(url, typed(procedure, term=30, unit="days", may_skip="on"))
    assert answer.status_code == 302
    first = Procedure.objects.get(pk=procedure.pk).steps.order_by("sort_order")[0]
    assert (first.term, first.unit, first.may_skip) == (30, "days", True)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("kk", "Бұл мерзім қайда жазылғанын көрсетіңіз."),
        ("ru", "Укажите, где записан этот срок."),
        ("en", "Say where this term is written."),
    ],
    ids=["kk", "ru", "en"],
)
def test_a_term_without_a_source_is_refused_in_words_and_kept_in_its_box(
    client: Client, analyst: User, language: str, said: str
) -> None:
    procedure = make_procedure("way", "introduced", "adopted")
    profile = UserProfile.get_for_user(analyst)
    profile.preferred_language = language
    profile.save()
    url = reverse("wagtailsnippets_decisions_procedure:edit", args=[procedure.pk])
    bad = typed(procedure, term=77, unit="days", law_kk="", confirmed="")
    with override(language):
        answer = client.post(url, bad)
    assert answer.status_code == 200
    page = answer.content.decode()
    assert said in page
    assert 'value="77"' in page
    assert not Procedure.objects.get(pk=procedure.pk).steps.filter(term=77).exists()


def test_the_procedure_of_a_decision_is_noted_and_taken_away_on_its_screen(
    client: Client, analyst: User
) -> None:
    decision, old = make_decision(), make_procedure("old", "introduced")
    new = make_procedure("new", "adopted")
    assert (
        reverse("decision_procedure", args=[decision.pk])
        in client.get(reverse("decisions:edit", args=[decision.pk])).content.decode()
    )
    url = reverse("decision_procedure", args=[decision.pk])
    assert client.post(url, {"procedure": old.pk}).status_code == 302
    wrong = {"procedure": new.pk, "since": "01.07.2026", "from_step": old.steps.get().pk}
    answer = client.post(url, wrong)
    assert "from_step" in answer.context["form"].errors
    assert "01.07.2026" in answer.content.decode()
    right = {"procedure": new.pk, "since": "01.07.2026", "from_step": new.steps.get().pk}
    assert client.post(url, right).status_code == 302
    rows = list(decision.procedures.all())
    assert [one.procedure.key for one in rows] == ["old", "new"]
    assert client.post(url, {"remove": rows[1].pk}).status_code == 302
    assert decision.procedures.count() == 1


def test_whoever_may_not_change_decisions_may_not_change_their_procedure(client: Client) -> None:
    call_command("sync_groups")
    user = User.objects.create_user("translator@example.com", "secret", is_active=True)
    user.groups.add(Group.objects.get(name="translator"))
    client.force_login(user)
    decision, old = make_decision(), make_procedure("old", "introduced")
    client.post(reverse("decision_procedure", args=[decision.pk]), {"procedure": old.pk})
    assert not decision.procedures.exists()
