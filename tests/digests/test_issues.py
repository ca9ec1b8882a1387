"""Issues: a public page without anything personal, the editors' lead, holding, cancelling."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.test import Client

from monitoring.core import clock
from monitoring.decisions.services import withdraw_decision
from monitoring.digests import desk, editorials, runs
from monitoring.digests.issues import address_of_issue
from monitoring.digests.models import DigestRun, Editorial, Issue
from monitoring.mailing.models import OutgoingMail
from tests.digests.golden import a_week, golden_mails, message_of, part_of
from tests.factories import digests as make

pytestmark = pytest.mark.django_db

WORDS = dict.fromkeys(editorials.FIELDS, "") | {"elsewhere": True}


def editor(email: str = "editor@example.org") -> Any:
    user = get_user_model().objects.create_user(email=email, password="x")
    codes = ["access_admin", "view_digestrun", "edit_issue", "close_digestrun"]
    user.user_permissions.set(Permission.objects.filter(codename__in=codes))
    return user


def digests() -> list[OutgoingMail]:
    return list(OutgoingMail.objects.filter(template="digest").order_by("pk"))


# -- pages -----------------------------------------------------------------------


def test_an_issue_has_a_page_in_each_language_with_nothing_of_its_readers(
    time_machine: Any, operator: Any, client: Client, django_assert_max_num_queries: Any
) -> None:
    mails = golden_mails(time_machine, operator)
    issue = Issue.objects.get(run__mails__gt=0)
    for language, mail in mails.items():
        path = address_of_issue(issue, language)
        assert f"http://localhost:8000{path}" in part_of(message_of(mail), "plain")
        with django_assert_max_num_queries(15):
            answer = client.get(path)
        page = answer.content.decode()
        assert answer.status_code == 200
        assert f'<html lang="{language}"' in page
        assert "ауылымның ақшасы" not in page
        assert "деньги моего села" not in page
        assert "example.org" not in page
        assert "/t/" not in page
        assert json.loads(page.split('application/ld+json">')[1].split("</script>")[0])
    assert client.get(f"/kk/shygarylymdar/2025/{issue.pk}/").status_code == 404


def test_the_archive_the_feed_and_the_sitemap_name_the_issue(
    time_machine: Any, operator: Any, client: Client, django_assert_max_num_queries: Any
) -> None:
    golden_mails(time_machine, operator)
    issue = Issue.objects.get(run__mails__gt=0)
    for language, word in (("kk", "shygarylymdar"), ("ru", "vypuski"), ("en", "issues")):
        path = address_of_issue(issue, language)
        with django_assert_max_num_queries(15):
            assert path in client.get(f"/{language}/{word}/").content.decode()
        assert path in client.get(f"/{language}/{word}/2026/").content.decode()
        assert path in client.get(f"/{language}/{word}/atom.xml").content.decode()
        assert path in client.get(f"/sitemap-{language}-issues.xml").content.decode()
        assert client.get(f"/{language}/{word}/1999/").status_code == 404


def test_a_record_that_was_withdrawn_is_no_longer_named_on_the_page(
    operator: Any, client: Client
) -> None:
    make.subscriber()
    kept, gone = make.decision("Қалған заң"), make.decision("Алынған заң", number="9")
    runs.close_window_now(frequency="daily", by=operator)
    runs.run_digests()
    withdraw_decision(decision=gone, by=operator)
    page = client.get(address_of_issue(Issue.objects.get(), "kk")).content.decode()
    assert "Қалған заң" in page
    assert "Алынған заң" not in page
    assert "1 құжат енді жинақта жоқ" in page
    assert "Алынған заң" not in client.get("/kk/shygarylymdar/atom.xml").content.decode()
    assert kept.pk


# -- the lead ----------------------------------------------------------------------


def test_a_lead_in_one_language_is_marked_for_others_or_left_out(
    time_machine: Any, operator: Any
) -> None:
    mails = golden_mails(time_machine, operator)
    lead = "Ертең Мәжіліс жобасы бойынша"
    assert lead in part_of(message_of(mails["kk"]), "plain")
    russian = part_of(message_of(mails["ru"]), "html")
    assert lead in russian
    assert 'lang="kk"' in russian
    assert "(на казахском)" in part_of(message_of(mails["ru"]), "plain")
    row = Editorial.objects.get()
    row.elsewhere = False
    assert editorials.lead_in(row, "ru").text == ""
    assert editorials.lead_in(row, "kk").text.startswith(lead)


def test_the_second_of_two_editors_is_refused_and_sees_both(client: Client) -> None:
    client.force_login(editor())
    first = {**WORDS, "lead_kk": "Бірінші", "version": "0", "elsewhere": "on"}
    second = {**first, "lead_kk": "Екінші"}
    address = "/admin/digests/issue/weekly/"
    assert client.post(address, first).status_code == 302
    answer = client.post(address, second)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Бірінші" in page
    assert "Екінші" in page
    assert Editorial.objects.get().lead_kk == "Бірінші"


@pytest.mark.parametrize(
    "link", ["https://example.com/x", "//example.com/x", "javascript:alert(1)", "x"]
)
def test_a_news_item_leads_to_this_site_only(client: Client, link: str) -> None:
    client.force_login(editor())
    data = {**WORDS, "news_kk": "Жаңалық", "news_link": link, "version": "0"}
    answer = client.post("/admin/digests/issue/weekly/", data)
    assert answer.status_code == 422
    assert link in answer.content.decode()
    assert not Editorial.objects.exists()


# -- holding -----------------------------------------------------------------------


def a_held_run(time_machine: Any, operator: Any, after: str) -> DigestRun:
    time_machine.move_to(make.at("2026-11-22 09:00"), tick=False)
    runs.run_digests()
    make.subscriber()
    make.decision("Кідіртілген заң")
    row = desk.desk_editorial("daily")
    editorials.hold_issue(editorial=row, by=operator, after=after)
    time_machine.move_to(make.at("2026-11-23 08:01"), tick=False)
    runs.run_digests()
    return DigestRun.objects.get(frequency="daily", state="open")


def test_a_run_leaves_on_time_if_nobody_acts(time_machine: Any, operator: Any) -> None:
    time_machine.move_to(make.at("2026-11-22 09:00"), tick=False)
    runs.run_digests()
    make.subscriber()
    make.decision()
    words: dict[str, Any] = {**WORDS, "lead_kk": "Сөз"}
    editorials.save_editorial(frequency="daily", version=0, by=operator, **words)
    time_machine.move_to(make.at("2026-11-23 08:01"), tick=False)
    runs.run_digests()
    assert len(digests()) == 1
    assert Editorial.objects.get().run is not None


def test_a_held_run_waits_and_leaves_when_it_is_released(time_machine: Any, operator: Any) -> None:
    run = a_held_run(time_machine, operator, "leave")
    assert digests() == []
    time_machine.move_to(make.at("2026-11-24 07:59"), tick=False)
    runs.run_digests()
    assert digests() == []
    editorials.release_issue(editorial=run.editorial, by=operator)
    runs.run_digests()
    assert len(digests()) == 1


@pytest.mark.parametrize("after", ["leave", "cancel"])
def test_a_run_held_longer_than_a_day_is_settled_and_operators_are_told(
    time_machine: Any, operator: Any, after: str, settings: Any
) -> None:
    settings.OPERATOR_EMAILS = ["ops@example.org"]
    run = a_held_run(time_machine, operator, after)
    time_machine.move_to(make.at("2026-11-24 08:02"), tick=False)
    runs.run_digests()
    row = Editorial.objects.get(run=run)
    notes = OutgoingMail.objects.filter(template="issue_held")
    assert notes.count() == 1
    if after == "leave":
        assert row.outcome == "left"
        assert len(digests()) == 1
    else:
        assert (row.outcome, row.outcome_by) == ("cancelled", operator)
        run.refresh_from_db()
        assert (run.state, run.mails) == ("done", 0)
        # Nobody loses it: what the cancelled one would have told stands in the next.
        (mail,) = digests()
        assert "Кідіртілген заң" in part_of(message_of(mail), "plain")
    runs.run_digests()
    assert notes.count() == 1


def test_a_run_whose_mails_are_made_cannot_be_held(operator: Any) -> None:
    make.subscriber()
    make.decision()
    runs.close_window_now(frequency="daily", by=operator)
    runs.run_digests()
    run = DigestRun.objects.get(by_hand=True)
    row = Editorial.objects.create(frequency="daily", run=run, changed_at=clock.now())
    with pytest.raises(ValidationError):
        editorials.hold_issue(editorial=row, by=operator, after="leave")


# -- preview -----------------------------------------------------------------------


def test_a_preview_shows_neither_address_nor_note_nor_live_links(
    client: Client, time_machine: Any, operator: Any
) -> None:
    a_week(time_machine, operator)
    reader = make.subscriber("secret@example.org", frequency="weekly", note="жасырын себеп")
    client.force_login(editor())
    for query in (f"subscriber={reader.pk}", "language=ru", "language=en&kinds=deadline"):
        page = client.get(f"/admin/digests/issue/weekly/preview/?{query}").content.decode()
        assert "secret@example.org" not in page
        assert "жасырын" not in page
        assert "/t/" not in page
    assert "Көкалажар" in client.get("/admin/digests/issue/weekly/preview/").content.decode()
    desk_page = client.get("/admin/digests/issue/weekly/").content.decode()
    assert "secret@example.org" not in desk_page
    chosen = client.get("/admin/digests/issue/weekly/?kinds=deadline&kinds=text").content.decode()
    ticked = re.findall(r'name="kinds"\s+value="(\w+)"\s+checked', chosen)
    assert sorted(ticked) == ["deadline", "text"]
    assert chosen.count('type="hidden" name="kinds"') == 2
    assert client.post("/admin/digests/issue/weekly/test/", {"language": "ru"}).status_code == 302
    (mail,) = digests()
    assert mail.recipient == "editor@example.org"
    assert str(message_of(mail)["Subject"]).startswith("Проба: ") or "4 " in str(
        message_of(mail)["Subject"]
    )
