"""An organisation with somebody who speaks for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client

from coalition.accounts.models import User
from coalition.registry.models import ExperienceField, Organisation
from coalition.registry.own_values import FIELDS, Values, public_values
from coalition.registry.seeds import seed_organisations
from coalition.registry.services import MEMBER_ROLE, appoint_representative
from monitoring.core.seeds import Report
from monitoring.vocabulary.seeds import seed as seed_vocabulary
from tests.factories import registry as make

OURS: dict[str, Any] = {"HTTP_ORIGIN": "http://testserver"}
"""What a browser says when a page of the site sends a form."""
FORM = {
    "kk": "/kk/bizdin-uiym/",
    "ru": "/ru/nasha-organizatsiya/",
    "en": "/en/our-organisation/",
}
TASKS = {"kk": "/kk/tapsyrmalar/", "ru": "/ru/zadachi/", "en": "/en/tasks/"}


@dataclass
class Desk:
    """A member at the form of the own organisation."""

    organisation: Organisation
    person: User
    client: Client = field(default_factory=Client)

    def typed(self, **other: Any) -> Values:
        """What the form holds when nothing was changed, with what is typed over it."""
        values = public_values(self.organisation)
        held = {name: values[name] for name in FIELDS if name != "logo"}
        return {"version": "0", "action": "send", **held, "sentence_kk": "Бюджет оқимыз", **other}

    def post(self, language: str = "kk", **typed: Any) -> Any:
        """Send the form."""
        return self.client.post(FORM[language], self.typed(**typed), **OURS)


def make_desk(name: str = "Арай", address: str = "member@example.org") -> Desk:
    """An organisation and its member, signed in."""
    organisation = make.make_organisation(name)
    person = make.make_person("", address, first_name=f"Member of {name}")
    appoint_representative(organisation=organisation, user=person, role=MEMBER_ROLE, language="kk")
    desk = Desk(organisation, person)
    desk.client.force_login(person)
    return desk


@pytest.fixture(scope="module")
def desk_of_the_file(rows_of_the_file: None) -> tuple[int, int]:
    """The ids of the organisation «Арай» and of its member, made once for a file."""
    make.make_tree()
    for position, key in enumerate(("participation", "budget"), 1):
        names = {
            f"{kind}_{code}": f"{key} {code}" for kind in ("name", "short") for code in make.WORDS
        }
        ExperienceField.objects.get_or_create(key=key, defaults={"position": position, **names})
    made = make_desk()
    return made.organisation.pk, made.person.pk


@pytest.fixture
def desk(desk_of_the_file: tuple[int, int], db: None, settings: Any, tmp_path: Any) -> Desk:
    """The organisation «Арай» and its member, signed in."""
    settings.MEDIA_ROOT = str(tmp_path)
    organisation, person = desk_of_the_file
    found = Desk(Organisation.objects.get(pk=organisation), User.objects.get(pk=person))
    found.client.force_login(found.person)
    return found


@pytest.fixture
def secretariat(desk: Desk) -> Client:
    """Signed in as the secretariat."""
    client = Client()
    client.force_login(make.make_person("secretariat"))
    return client


@pytest.fixture(scope="module")
def founders_of_the_file(rows_of_the_file: None) -> None:
    """The 26 of 2005, without pages."""
    make.make_tree()
    seed_vocabulary(Report())
    seed_organisations(Report())


@pytest.fixture
def founders(founders_of_the_file: None, db: None) -> None:
    """For files that stand on them: written once a file, each test rolls back to them."""
