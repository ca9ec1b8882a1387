"""What one act is to another: said on both pages, entered and removed on the admin's screen."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from wagtail.users.models import UserProfile

from coalition.accounts.models import User
from monitoring.decisions.models import Decision, FieldSource, Relation
from monitoring.decisions.references import decisions_meant
from monitoring.decisions.relations import add_relation, related_ids, remove_relation
from monitoring.decisions.services import update_decision, withdraw_decision
from monitoring.decisions.wording import sentence
from monitoring.journal.models import Change
from tests.factories.record import make_decision

pytestmark = pytest.mark.django_db

SAID = {
    "amends": {
        "kk": ("Қай құжаттарды өзгертеді", "Өзгеріс енгізген құжаттар"),
        "ru": ("Вносит изменения в", "Изменён документами"),
        "en": ("Amends", "Amended by"),
    },
    "repeals": {
        "kk": ("Қай құжаттардың күшін жояды", "Күшін жойған құжат"),
        "ru": ("Отменяет", "Утратил силу по документу"),
        "en": ("Repeals", "Repealed by"),
    },
    "replaces": {
        "kk": ("Қай құжаттың орнына келді", "Орнына келген құжат"),
        "ru": ("Принят вместо", "Заменён документом"),
        "en": ("Replaces", "Replaced by"),
    },
    "returned": {
        "kk": ("Кейін қайта енгізілген жоба", "Бұрын енгізілген жоба"),
        "ru": ("Внесён заново как", "Вносился раньше как"),
        "en": ("Returned as", "Introduced earlier as"),
    },
    "related": {
        "kk": ("Байланысты құжаттар", "Байланысты құжаттар"),
        "ru": ("Связанные документы", "Связанные документы"),
        "en": ("Related documents", "Related documents"),
    },
}


@pytest.fixture
def analyst(client: Client) -> User:
    call_command("sync_groups")
    user = User.objects.create_user("analyst@example.org", "secret", is_active=True)
    user.groups.add(Group.objects.get(name="analyst"))
    client.force_login(user)
    return user


def two() -> tuple[Decision, Decision]:
    return make_decision("Өзгертетін заң", number="8"), make_decision("Негізгі заң", number="7")


@pytest.mark.parametrize("kind", sorted(SAID))
def test_both_pages_say_it_in_words_of_their_own_end(client: Client, kind: str) -> None:
    subject, target = two()
    add_relation(subject=subject, kind=kind, target=target, date=dt.date(2024, 6, 1))
    for language, (out, back) in SAID[kind].items():
        page = client.get(subject.address_in(language)).content.decode()
        assert f"<h3>{out}</h3>" in page
        assert "Негізгі заң" in page
        page = client.get(target.address_in(language)).content.decode()
        assert f"<h3>{back}</h3>" in page
        assert "Өзгертетін заң" in page


def test_a_new_relation_is_a_change_of_both_with_its_source_and_so_is_its_end() -> None:
    subject, target = two()
    relation = add_relation(
        subject=subject, kind="returned", target=target, source="https://parlam.kz/1"
    )
    told = {}
    for one in (subject, target):
        change = Change.objects.of("decision", one.pk)[0]
        assert (change.kind, change.announce) == ("relation", True)
        told[one.pk] = sentence(change, "en")
        source = FieldSource.objects.get(decision=one, field=f"relation-{relation.pk}")
        assert source.source == "https://parlam.kz/1"
    assert told == {
        subject.pk: "Returned as: Негізгі заң",
        target.pk: "Introduced earlier as: Өзгертетін заң",
    }
    assert related_ids(subject.pk, "returned", is_subject=True) == [target.pk]
    assert related_ids(target.pk, "returned", is_subject=False) == [subject.pk]
    withdraw_decision(decision=target, by=None)
    change = Change.objects.of("decision", subject.pk).get(kind="relation")
    assert sentence(change, "en") == "Returned as", "what was withdrawn is named nowhere"
    remove_relation(relation=relation)
    assert not Relation.objects.exists()


def test_an_act_has_no_relation_to_itself_and_two_have_one_whichever_way() -> None:
    subject, target = two()
    with pytest.raises(ValidationError):
        add_relation(subject=subject, kind="amends", target=subject)
    add_relation(subject=subject, kind="amends", target=target)
    for pair in ((subject, target), (target, subject)):
        with pytest.raises(ValidationError):
            add_relation(subject=pair[0], kind="related", target=pair[1])
    assert Relation.objects.count() == 1
    assert Change.objects.filter(kind="relation").count() == 2


def test_a_document_is_found_by_whatever_a_person_copies(client: Client) -> None:
    one = make_decision(
        number="148-II",
        codes={"adilet": "Z010000148_"},
        links=["https://zan.gov.kz/client/#!/doc/7966/rus"],
    )
    for text in (
        "148-II", "№ 148-II", "Z010000148_", str(one.pk),
        "https://adilet.zan.kz/rus/docs/Z010000148_", "https://zan.gov.kz/client/#!/doc/7966/rus",
        f"http://testserver{one.address_in('ru')}", one.address_in("en"),
        f"/admin/decisions/edit/{one.pk}/",
    ):  # fmt: skip
        assert decisions_meant(text) == [one], text
    for text in ("", "\0", "148", "99999999999", "https://adilet.zan.kz/rus/docs/Z999", "/kk/"):
        assert decisions_meant(text) == [], text


def screen(decision: Decision) -> str:
    return reverse("decisions:edit", args=[decision.pk])


def typed(decision: Decision, **more: Any) -> dict[str, Any]:
    return {
        "kind": decision.kind_id,
        "adoption_number": decision.adoption_number,
        "when": "31.05.2024",
        "verified": "no",
        "visibility": "auto",
        "note": "менің ескертпем",
        "version": decision.version,
        **more,
    }


def test_an_analyst_adds_and_removes_a_relation_on_the_same_screen(
    client: Client, analyst: User
) -> None:
    subject, target = two()
    more = {"relation": "amends:in", "relation_to": "8", "relation_when": "2024"}
    answer = client.post(screen(target), typed(target, **more, codes="adilet Z1\nzan 5\nzan 6"))
    assert answer.status_code == 302, answer.content.decode()
    relation = Relation.objects.get()
    assert (relation.subject, relation.kind, relation.target) == (subject, "amends", target)
    assert (relation.precision, relation.by) == ("year", analyst)
    assert [str(code) for code in target.codes.all()] == ["adilet Z1", "zan 5", "zan 6"]
    page = client.get(screen(subject)).content.decode()
    assert "Негізгі заң" in page
    target.refresh_from_db()
    data = typed(target, codes="adilet Z1", relations_removed=[relation.pk])
    assert client.post(screen(target), data).status_code == 302
    assert not Relation.objects.exists()


SELF = {
    "kk": "Құжатты өзімен байланыстыруға болмайды",
    "ru": "Документ нельзя связать с ним самим",
    "en": "A document has no relation to itself",
}
NOBODY = {"kk": "жинақтан құжат табылмады", "ru": "ничего не найдено", "en": "No document"}
KIND = {
    "kk": "Бұл құжаттың екіншісіне қатысын таңдаңыз",
    "ru": "Выберите, чем этот документ приходится второму",
    "en": "Choose what this document is to the other",
}
TAKEN = {
    "kk": "коды басқа құжатқа тиесілі",
    "ru": "принадлежит другому документу",
    "en": "belongs to another document",
}
LINE = {"kk": "1-жол: жинақ", "ru": "Строка 1", "en": "Line 1"}
FAULTS: dict[str, tuple[dict[str, str], str, dict[str, str]]] = {
    "itself": ({"relation": "amends:out", "relation_to": "8"}, "relation_to", SELF),
    "nobody": ({"relation": "amends:out", "relation_to": "404-Ж"}, "relation_to", NOBODY),
    "no kind": ({"relation": "", "relation_to": "7"}, "relation", KIND),
    "taken code": ({"codes": "adilet Z7"}, "codes", TAKEN),
    "half a code": ({"codes": "adilet"}, "codes", LINE),
}


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_wrong_relation_or_code_is_refused_in_words_beside_its_box_and_all_typed_stays(
    client: Client, analyst: User, fault: str, language: str
) -> None:
    UserProfile.objects.create(user=analyst, preferred_language=language)
    subject, target = two()
    update_decision(decision=target, codes={"adilet": "Z7"})
    wrong, field, sentences = FAULTS[fault]
    answer = client.post(screen(subject), typed(subject, **wrong))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert field in answer.context["form"].errors
    assert sentences[language] in page
    assert all(value in page for value in (*wrong.values(), "менің ескертпем"))
    if fault == "taken code":
        assert f'href="{screen(target)}"' in page, "the other document is named with a link"
        assert "Негізгі заң" in page
    assert not Relation.objects.exists()
    assert not subject.codes.exists()
