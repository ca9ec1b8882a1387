"""The memorandum's rows keep their promises."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from coalition.accounts.models import User
from coalition.memorandum.models import Accession, MemorandumPage, OpenRule, Version
from coalition.memorandum.seeds import seed_memorandum
from coalition.registry.models import Organisation
from monitoring.core.seeds import Report
from monitoring.search.models import OutboxRow
from tests import kept

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def seeded(rows_of_the_file: None) -> None:
    kept.seed()


def test_a_rule_has_a_date_and_three_texts_or_none(db: None) -> None:
    rule = OpenRule.objects.get(key="quorum")
    rule.adopted_on = dt.date(2027, 1, 1)
    with pytest.raises(IntegrityError), transaction.atomic():
        rule.save()


def test_an_adopted_rule_leaves_the_box_and_says_since_when(client: Client) -> None:
    OpenRule.objects.filter(key="quorum").update(
        adopted_on=dt.date(2027, 1, 1), rule_kk="Жартысы", rule_ru="Половина", rule_en="Half"
    )
    text = client.get("/ru/memorandum/").content.decode()
    box = text[text.index('id="rules"') :]
    assert box.index("</ul>") < box.index("Половина")
    assert "1 января 2027" in box


def test_who_acceded_is_shown_from_the_first_accession_on(client: Client) -> None:
    assert "әзірге бірде-бір ұйым қосылған жоқ" in client.get("/kk/memorandum/").content.decode()
    Accession.objects.create(
        version=Version.objects.get(),
        organisation=Organisation.objects.founders()[0],
        acceded_on=dt.date(2027, 2, 3),
        source="letter",
    )
    text = client.get("/kk/memorandum/").content.decode()
    assert "әзірге бірде-бір ұйым қосылған жоқ" not in text
    assert "letter" not in text


def test_an_organisation_accedes_to_a_version_once() -> None:
    values = {
        "version": Version.objects.get(),
        "organisation": Organisation.objects.founders()[0],
        "acceded_on": dt.date(2027, 2, 3),
        "source": "letter",
    }
    Accession.objects.create(**values)
    with pytest.raises(IntegrityError), transaction.atomic():
        Accession.objects.create(**values)


def test_the_address_to_write_to_is_shown_once_it_is_known(
    client: Client, settings: object
) -> None:
    assert "mailto:" not in client.get("/en/memorandum/").content.decode()
    settings.SECRETARIAT_EMAIL = "office@example.org"  # type: ignore[attr-defined] # pytest-django's
    assert "mailto:office@example.org" in client.get("/en/memorandum/").content.decode()


def test_a_corrected_provision_is_left_alone_by_the_seed() -> None:
    version = Version.objects.get()
    version.provisions.filter(number=3).update(text_kk="Түзетілді.")
    report = Report()
    seed_memorandum(report)
    assert report.left_alone == ["memorandum.version:1"]
    assert version.provisions.get(number=3).text_kk == "Түзетілді."


def test_there_is_one_memorandum_page_a_language() -> None:
    assert MemorandumPage.objects.count() == 3


def test_the_provisions_are_searched_with_their_page() -> None:
    page = MemorandumPage.objects.get(locale__language_code="ru")
    assert "Коалиция организует общественную поддержку" in page.search_text()
    assert "Коалиция жергілікті басқару" not in page.search_text()


def test_a_corrected_provision_asks_for_indexing() -> None:
    user = User.objects.create_superuser("editor@example.org", "x")
    client = Client()
    client.force_login(user)
    provision = Version.objects.get().provisions.get(number=3)
    OutboxRow.objects.all().delete()
    response = client.post(
        f"/admin/snippets/memorandum/provision/edit/{provision.pk}/",
        {"text_kk": "Бір.", "text_ru": "Один.", "text_en": "One."},
    )
    assert response.status_code == 302, response.context["form"].errors
    head = MemorandumPage.objects.earliest("pk")
    assert OutboxRow.objects.filter(kind="page", record_id=head.pk).exists()
