"""An analyst names the double of a record, looks at both, merges them, and can undo it."""

from __future__ import annotations

import html

import pytest
from django.test import Client
from django.urls import reverse

from monitoring.decisions.models import Merge
from monitoring.decisions.services import update_decision
from tests.decisions.test_version_admin import enter
from tests.factories.record import make_decision

pytestmark = pytest.mark.django_db


def test_two_records_are_looked_at_merged_and_taken_apart_on_the_screen(client: Client) -> None:
    user = enter(client, "analyst")
    kept = make_decision("Осы қалады", number="7", codes={"adilet": "Z1"})
    gone = make_decision("Екінші", number="8", register_number="55")
    screen = reverse("decision_merge", args=[kept.pk])
    assert screen in client.get(reverse("decisions:edit", args=[kept.pk])).content.decode()

    look = client.get(screen, {"other": gone.address_in("kk")})
    shown = html.unescape(look.content.decode())
    assert "Осы қалады" in shown
    assert "Екінші" in shown
    assert "Остаётся то, что у остающейся записи" in shown  # both have a text in Kazakh
    asked = [row["name"] for row in look.context["rows"] if row.get("name")]
    assert asked == ["adoption_number"]

    posted = {
        "other": "8", "seen": look.context["seen"], "fact-adoption_number": "gone",
    }  # fmt: skip
    update_decision(decision=gone, by=None, note="Түзетілді")
    late = client.post(screen, posted)
    assert late.status_code == 409
    assert "Ничего не объединено" in html.unescape(late.content.decode())
    assert 'value="gone" aria-describedby="label-2" checked' in late.content.decode()
    assert not Merge.objects.exists()

    done = client.post(screen, {**posted, "seen": late.context["seen"]}, follow=True)
    merge = Merge.objects.get()
    undo = reverse("merge_undo", args=[merge.pk])
    assert done.content.decode().count(undo) == 2  # in the message and in the list
    kept.refresh_from_db()
    assert (merge.by, kept.adoption_number, kept.register_number) == (user, "8", "55")
    assert undo in client.get(reverse("decision_merge", args=[gone.pk])).content.decode()

    assert client.get(undo).status_code == 200
    assert Merge.objects.filter(undone_at=None).exists()  # looking undoes nothing
    assert client.post(undo).status_code == 302
    kept.refresh_from_db()
    assert (kept.adoption_number, kept.register_number) == ("7", "")
    again = client.post(undo)
    assert again.status_code == 409
    assert "разъедин" in html.unescape(again.content.decode())


@pytest.mark.parametrize(
    ("language", "unknown", "itself", "already"),
    [
        ("kk", "Мұндай құжат тізілімде жоқ", "өзімен біріктіруге болмайды",
         "басқа құжатпен біріктірілген"),
        ("ru", "Такого документа в реестре нет", "нельзя объединить с ним самим",
         "уже объединён с другим"),
        ("en", "No such document is in the record", "cannot be merged with itself",
         "merged with another already"),
    ],
    ids=["kk", "ru", "en"],
)  # fmt: skip
def test_a_wrong_double_is_refused_in_words_and_what_was_typed_stays(
    client: Client, language: str, unknown: str, itself: str, already: str
) -> None:
    enter(client, "administrator", language)
    kept, other = make_decision(number="7"), make_decision(number="9")
    double = make_decision(number="8")
    Merge.objects.create(kept=other, gone=double)
    screen = reverse("decision_merge", args=[kept.pk])
    for typed, said in (("№ 77-XX", unknown), ("7", itself), ("8", already)):
        for ask in (client.get, client.post):
            answer = ask(screen, {"other": typed})
            assert answer.status_code == 422
            assert said in str(answer.context["form"].errors["other"])
            assert f'value="{typed}"' in answer.content.decode()
    make_decision("Сол нөмірлі", number="9")
    several = client.get(screen, {"other": "9"})
    assert several.status_code == 422
    assert reverse("decisions:edit", args=[other.pk]) in several.content.decode()
    assert Merge.objects.count() == 1


@pytest.mark.parametrize("role", ["translator", "editor", "secretariat"])
def test_nobody_else_merges_or_undoes(client: Client, role: str) -> None:
    enter(client, role)
    kept, gone = make_decision(number="7"), make_decision(number="8")
    screen = reverse("decision_merge", args=[kept.pk])
    assert client.get(screen, {"other": "8"}).status_code in (302, 403)
    client.post(screen, {"other": "8", "seen": "x"})
    merge = Merge.objects.create(kept=kept, gone=gone)
    client.post(reverse("merge_undo", args=[merge.pk]))
    merge.refresh_from_db()
    assert merge.undone_at is None
    assert Merge.objects.count() == 1
