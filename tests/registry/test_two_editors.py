"""Two people save one record: the second is shown both texts and loses nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from wagtail.users.models import UserProfile

from coalition.registry.models import Organisation
from coalition.registry.services import update_organisation
from tests.factories import registry as make

pytestmark = pytest.mark.django_db

REFUSED = {
    "kk": (
        "Бұл жазба сіз ашқаннан кейін өзгертілген. Ештеңе сақталған жоқ.",
        "басқа мәтін сақталды",
    ),
    "ru": (
        "Эту запись изменили после того, как вы её открыли. Ничего не сохранено.",
        "здесь сохранили другой текст",
    ),
    "en": (
        "This record was changed after you opened it. Nothing was saved.",
        "Meanwhile somebody saved here",
    ),
}


def _open(client: Client, pk: int) -> dict[str, Any]:
    """What the form holds when it is opened."""
    form = client.get(f"/admin/organisation/edit/{pk}/").context["form"]
    held = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    return {name: "" if value in (None, False) else value for name, value in held.items()}


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_saving_over_a_newer_text_is_refused_with_both_texts_shown(
    client: Client, language: str
) -> None:
    make.make_tree()
    organisation = make.make_organisation("Дана")
    person = make.make_person("secretariat")
    UserProfile.objects.filter(user=person).update(preferred_language=language)
    client.force_login(person)
    typed = _open(client, organisation.pk)
    update_organisation(pk=organisation.pk, version=1, values={"place_kk": "Семей қаласы"})

    answer = client.post(
        f"/admin/organisation/edit/{organisation.pk}/", {**typed, "place_kk": "Өскемен қаласы"}
    )

    whole, at_field = REFUSED[language]
    text = answer.content.decode()
    assert answer.status_code == 200
    assert whole in text
    assert at_field in answer.context["form"].errors["place_kk"][0]
    assert "Семей қаласы" in text
    assert 'value="Өскемен қаласы"' in text
    assert Organisation.objects.get().place_kk == "Семей қаласы"

    # Having seen both, the person decides: the same form once more goes through.
    again = {
        **typed,
        "place_kk": "Өскемен қаласы",
        "version": answer.context["form"].data["version"],
    }
    assert client.post(f"/admin/organisation/edit/{organisation.pk}/", again).status_code == 302
    assert Organisation.objects.get().place_kk == "Өскемен қаласы"


def test_the_same_text_saved_by_both_is_no_conflict(client: Client) -> None:
    make.make_tree()
    organisation = make.make_organisation("Дана")
    client.force_login(make.make_person("secretariat"))
    typed = {**_open(client, organisation.pk), "place_kk": "Семей қаласы"}
    update_organisation(pk=organisation.pk, version=1, values={"place_kk": "Семей қаласы"})
    answer = client.post(f"/admin/organisation/edit/{organisation.pk}/", typed)
    assert answer.status_code == 302
