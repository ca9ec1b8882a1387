"""Standing has a history, representatives come and go, nobody overwrites a newer text."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import translation
from wagtail.models import GroupPagePermission
from wagtail.users.models import UserProfile

from coalition.registry.models import Organisation, Representative, Standing
from coalition.registry.services import (
    ChangedMeanwhileError,
    appoint_representative,
    create_organisation,
    retire_representative,
    set_standing,
    update_organisation,
)
from monitoring.core import clock
from monitoring.search.models import OutboxRow
from tests.factories import registry as make

pytestmark = pytest.mark.django_db


def test_who_is_a_member_depends_on_the_day() -> None:
    make.make_tree()
    organisation = make.make_organisation(number=1)
    with time_machine.travel("2026-11-20"):
        set_standing(
            organisation=organisation, kind="founder", since=dt.date(2005, 6, 21), precision="days"
        )
        set_standing(organisation=organisation, kind="confirmed", since=dt.date(2026, 3, 1))
        set_standing(organisation=organisation, kind="ended", since=dt.date(2026, 9, 1))
        confirmed = Organisation.objects.confirmed
        assert not confirmed(on=dt.date(2026, 2, 28)).exists()
        assert confirmed(on=dt.date(2026, 3, 1)).get() == organisation
        assert confirmed(on=dt.date(2026, 8, 31)).exists()
        assert not confirmed().exists()
        assert Organisation.objects.founders().get() == organisation


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("kk", "болашақта"),
        ("ru", "будущем"),
        ("en", "A standing cannot begin in the future."),
    ],
)
def test_a_standing_cannot_begin_tomorrow(language: str, sentence: str) -> None:
    make.make_tree()
    organisation = make.make_organisation()
    tomorrow = clock.today() + dt.timedelta(1)
    with translation.override(language):
        with pytest.raises(ValidationError) as refused:
            set_standing(organisation=organisation, kind="confirmed", since=tomorrow)
        assert sentence in str(refused.value.message_dict["since"])
    assert not Standing.objects.exists()


def test_a_new_organisation_gets_unpublished_pages_and_goes_to_the_index_of_the_search() -> None:
    make.make_tree()
    organisation = create_organisation(values=make.values("Дана"))
    assert [page.live for page in organisation.pages.all()] == [False, False, False]
    assert {page.slug for page in organisation.pages.all()} == {"dana-kk"}
    assert OutboxRow.objects.filter(kind="organisation", record_id=organisation.pk).exists()


def test_pages_take_the_new_name_of_their_organisation() -> None:
    make.make_tree()
    organisation = make.make_organisation("Дана")
    update_organisation(pk=organisation.pk, version=1, values={"short_name_ru": "Мудрая"})
    page = organisation.pages.get(locale__language_code="ru")
    assert (page.title, page.draft_title, page.slug) == ("Мудрая", "Мудрая", "dana-kk")


def test_an_older_version_is_refused_and_writes_nothing() -> None:
    make.make_tree()
    organisation = make.make_organisation("Дана")
    update_organisation(pk=organisation.pk, version=1, values={"note": "first"})
    with pytest.raises(ChangedMeanwhileError) as refused:
        update_organisation(pk=organisation.pk, version=1, values={"note": "second"})
    assert refused.value.current.note == "first"
    assert Organisation.objects.get().note == "first"


def test_a_representative_writes_for_one_organisation_until_retired() -> None:
    make.make_tree()
    organisation = make.make_organisation("Дана")
    person = make.make_person("", "person@example.org")
    appoint_representative(organisation=organisation, user=person)
    appoint_representative(organisation=organisation, user=person)
    assert Representative.objects.current().count() == 1
    pages = set(organisation.pages.values_list("pk", flat=True))
    organisation.refresh_from_db()
    rights = GroupPagePermission.objects.filter(group=organisation.group)
    assert {right.page_id for right in rights} == pages
    assert len(pages) == 3
    assert UserProfile.get_for_user(person).preferred_language == "ru"
    assert set(person.groups.values_list("name", flat=True)) == {
        "member-editor",
        f"organisation-{organisation.pk}",
    }
    assert retire_representative(organisation=organisation, user=person)
    assert not retire_representative(organisation=organisation, user=person)
    assert not person.groups.exists()
    assert not Representative.objects.current().exists()
    assert Representative.objects.count() == 1, "the history stays"


def test_the_role_stays_while_another_organisation_is_represented() -> None:
    make.make_tree()
    one, two = make.make_organisation("Дана"), make.make_organisation("Арай")
    person = make.make_person("", "person@example.org")
    for organisation in (one, two):
        appoint_representative(organisation=organisation, user=person)
    one.refresh_from_db()
    retire_representative(organisation=one, user=person)
    assert person.groups.filter(name="member-editor").exists()
    assert not person.groups.filter(name=f"organisation-{one.pk}").exists()


def test_the_database_itself_refuses_a_second_open_appointment() -> None:
    make.make_tree()
    organisation = make.make_organisation("Дана")
    person = make.make_person("", "person@example.org")
    appoint_representative(organisation=organisation, user=person)
    with pytest.raises(IntegrityError), transaction.atomic():
        Representative.objects.create(organisation=organisation, user=person)


def test_a_closed_account_is_not_appointed() -> None:
    make.make_tree()
    organisation = make.make_organisation("Дана")
    person = make.make_person("", "person@example.org")
    person.is_active = False
    person.save()
    with pytest.raises(ValidationError):
        appoint_representative(organisation=organisation, user=person)
    assert not person.groups.exists()


@pytest.fixture
def secretariat(client: Client) -> Client:
    make.make_tree()
    client.force_login(make.make_person("secretariat"))
    return client


def test_the_secretariat_appoints_somebody_by_address_and_ends_it(secretariat: Client) -> None:
    organisation = make.make_organisation("Дана")
    answer = secretariat.post(
        "/admin/representative/new/", {"organisation": organisation.pk, "email": "New@Example.org"}
    )
    assert answer.status_code == 302, answer.content.decode()
    row = Representative.objects.get()
    assert row.user is not None
    assert row.user.email == "new@example.org"
    assert row.user.has_usable_password(), "so that the password can be reset by mail"
    answer = secretariat.post(f"/admin/representative/delete/{row.pk}/")
    assert answer.status_code == 302
    row.refresh_from_db()
    assert row.until == clock.today()


def test_the_secretariat_adds_a_standing_and_nobody_changes_one(secretariat: Client) -> None:
    organisation = make.make_organisation("Дана")
    answer = secretariat.post(
        "/admin/standing/new/",
        {
            "organisation": organisation.pk,
            "kind": "confirmed",
            "since": "2026-01-15",
            "precision": "day",
            "source": "letter",
        },
    )
    assert answer.status_code == 302
    row = Standing.objects.get()
    assert row.by is not None
    for verb in ("edit", "delete"):
        secretariat.post(f"/admin/standing/{verb}/{row.pk}/", {"kind": "ended"})
    row.refresh_from_db()
    assert row.kind == "confirmed"
