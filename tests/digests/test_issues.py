"""Issues: a public page without anything personal, the editors' lead, holding, cancelling."""

from __future__ import annotations

import datetime as dt
import json
import re
import threading
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from monitoring.decisions.services import withdraw_decision
from monitoring.digests import corrections, desk, editorials, runs, wishes
from monitoring.digests.issues import address_of_issue
from monitoring.digests.models import DigestRun, Editorial, Issue, Subscription
from monitoring.journal.models import Change
from monitoring.mailing.models import OutgoingMail
from monitoring.search import matching as search_matching
from tests.digests.golden import a_week, golden_mails, message_of, part_of
from tests.digests.test_runs import forget_the_last_press
from tests.factories import digests as make

pytestmark = pytest.mark.django_db

WORDS = dict.fromkeys(editorials.FIELDS, "") | {"elsewhere": True}


def editor(email: str = "editor@example.org") -> Any:
    user = get_user_model().objects.create_user(email=email, password="x")
    codes = ["access_admin", "view_digestrun", "edit_issue", "close_digestrun"]
    user.user_permissions.set(Permission.objects.filter(codename__in=codes))
    return user


def close_daily(operator: Any) -> None:
    forget_the_last_press()
    runs.close_window_now(frequency="daily", by=operator)
    runs.run_digests()


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


def test_the_last_issue_is_one_press_away_and_its_absence_is_said(
    client: Client, operator: Any
) -> None:
    archive = "/kk/shygarylymdar/"
    assert "Әзірге шығарылым жоқ" in client.get(f"{archive}?last").content.decode()
    make.subscriber()
    make.decision()
    for _ in range(2):
        make.decision()
        close_daily(operator)
    newest = Issue.objects.order_by("-pk")[0]
    answer = client.get(f"{archive}?last")
    assert (answer.status_code, answer["Location"]) == (302, address_of_issue(newest, "kk"))
    assert f'href="{archive}?last"' in client.get("/kk/izdeu/?q=заң").content.decode()


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


def test_a_text_that_was_taken_back_is_no_longer_quoted_and_a_correction_is_marked(
    operator: Any, client: Client
) -> None:
    make.subscriber()
    one, other = make.decision("Бірінші атауы"), make.decision("Екінші атауы", number="9")
    close_daily(operator)
    edition = one.editions.get(language="kk")
    for words in ("Алым 100 теңге.", "Алым 250 теңге, Асановтың телефоны 12345."):
        edition.summary = words
        edition.save_revision().publish()
        close_daily(operator)
    path = address_of_issue(Issue.objects.latest("pk"), "kk")
    page = client.get(path).content.decode()
    assert "12345" in page
    assert re.search(r"<del>100</del>", page)
    edition.refresh_from_db()
    edition.unpublish()
    page = client.get(path).content.decode()
    assert "12345" not in page
    assert "Бірінші атауы (орысша)" in page
    change = Change.objects.get(subject_id=other.pk)
    said = {code: f"Нөмірі {code} 9 емес, 10." for code in ("kk", "ru", "en")}
    draft = corrections.draft_correction(change=change, said=said, by=operator)
    first = address_of_issue(Issue.objects.earliest("pk"), "ru")
    assert "Исправлено" not in client.get(first).content.decode()
    corrections.release_correction(correction=draft, seen=1, by=operator)
    assert "Нөмірі ru 9 емес, 10." in client.get(first).content.decode()
    assert "Нөмірі kk" not in client.get(path).content.decode()


def test_a_year_of_issues_is_read_in_pages_without_their_contents(
    operator: Any, client: Client
) -> None:
    end = make.at("2026-06-01 08:00")
    rows = [
        DigestRun(
            frequency="daily",
            window_start=end + dt.timedelta(days=n),
            window_end=end + dt.timedelta(days=n + 1),
            created_at=end,
            state="done",
        )
        for n in range(120)
    ]
    DigestRun.objects.bulk_create(rows)
    Issue.objects.bulk_create(
        Issue(run=run, year=2026, created_at=end, content={"kk": {"headline": f"{n} өзгеріс"}})
        for n, run in enumerate(DigestRun.objects.order_by("window_end"))
    )
    with CaptureQueriesContext(connection) as seen:
        page = client.get("/kk/shygarylymdar/").content.decode()
    assert len(seen) <= 15
    assert "119 өзгеріс" in page
    assert "69 өзгеріс" not in page
    assert "?page=2" in page
    assert "69 өзгеріс" in client.get("/kk/shygarylymdar/?page=2").content.decode()
    assert not any('"digests_issue"."content",' in one["sql"] for one in seen)


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
    editorials.hold_issue(frequency="daily", by=operator, after=after)
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
    a_held_run(time_machine, operator, "leave")
    assert digests() == []
    time_machine.move_to(make.at("2026-11-24 07:59"), tick=False)
    runs.run_digests()
    assert digests() == []
    editorials.release_issue(frequency="daily", by=operator)
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


def test_who_goes_to_another_frequency_after_a_cancelled_issue_is_told_by_that_one(
    time_machine: Any, operator: Any
) -> None:
    a_held_run(time_machine, operator, "leave")
    editorials.cancel_issue(frequency="daily", by=operator)
    wishes.change_frequency(subscription=Subscription.objects.get(), frequency="weekly")
    for day in range(24, 31):
        time_machine.move_to(make.at(f"2026-11-{day} 08:01"), tick=False)
        runs.run_digests()
    (mail,) = digests()
    assert "Кідіртілген заң" in part_of(message_of(mail), "plain")


# What is done to an issue after it began to leave, or to another than the editor saw, says so.


@pytest.fixture
def leaving(operator: Any) -> DigestRun:
    """A run that may leave, before its first mail is made."""
    make.subscriber()
    make.decision()
    run = runs.close_window_now(frequency="daily", by=operator)
    assert editorials.may_leave(run)
    return run


def test_what_has_begun_to_leave_is_neither_held_nor_rewritten(
    leaving: DigestRun, operator: Any
) -> None:
    seen = f"run-{leaving.pk}"
    for act in (editorials.hold_issue, editorials.release_issue, editorials.cancel_issue):
        more = {"after": "leave"} if act is editorials.hold_issue else {}
        with pytest.raises(ValidationError):
            act(frequency="daily", by=operator, seen=seen, **more)
    with pytest.raises(editorials.TwoEditorsError) as caught:
        editorials.save_editorial(frequency="daily", version=0, by=operator, seen=seen, **WORDS)
    assert caught.value.left
    assert not Editorial.objects.exists()
    assert runs.make_run(run=leaving) == 1


def test_what_was_written_for_an_issue_that_left_is_kept_and_offered_for_the_next(
    client: Client, operator: Any
) -> None:
    client.force_login(editor())
    address = "/admin/digests/issue/daily/"
    seen = editorials.issue_key("daily")
    make.decision()
    runs.close_window_now(frequency="daily", by=operator)
    runs.run_digests()
    words = {**WORDS, "lead_kk": "Бүгінгі сөз", "version": "0", "elsewhere": "on", "issue": seen}
    answer = client.post(address, words)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Бүгінгі сөз" in page
    assert not Editorial.objects.exists()
    now = editorials.issue_key("daily")
    assert f'value="{now}"' in page
    for what in ("hold", "release", "cancel"):
        said = client.post(f"{address}act/", {"what": what, "after": "leave", "issue": seen})
        assert said.status_code == 302
    assert not Editorial.objects.exists()
    assert client.post(address, {**words, "issue": now}).status_code == 302
    assert Editorial.objects.get().lead_kk == "Бүгінгі сөз"


def held_in_another_transaction(frequency: str, operator: Any, seen: str) -> Any:
    """Hold an issue in a thread of its own, and tell what came of it."""
    found: list[Any] = []

    def hold() -> None:
        try:
            found.append(
                editorials.hold_issue(frequency=frequency, by=operator, after="leave", seen=seen)
            )
        except ValidationError as error:
            found.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    return thread, found


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("opened", [True, False])
def test_holding_waits_for_what_is_leaving_in_another_transaction_and_is_refused(
    operator: Any, opened: bool
) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one transaction write at a time")
    first = runs.close_window_now(frequency="daily", by=operator)
    assert editorials.may_leave(first)
    DigestRun.objects.update(state="done", by_hand=False)
    if opened:
        run = runs.close_window_now(frequency="daily", by=operator)
    seen = editorials.issue_key("daily")
    with transaction.atomic():
        if opened:
            assert editorials.may_leave(run)
        else:
            runs.close_window_now(frequency="daily", by=operator)
        thread, found = held_in_another_transaction("daily", operator, seen)
        thread.join(0.5)
        assert thread.is_alive()
    thread.join(10)
    assert isinstance(found[0], ValidationError)
    assert not Editorial.objects.exists()


# -- preview -----------------------------------------------------------------------


def test_the_desk_files_the_stored_queries_only_for_who_asks_for_the_count(
    client: Client, time_machine: Any, operator: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_week(time_machine, operator)
    monkeypatch.setattr(desk, "SOON_COUNTED", 0)
    filed: list[object] = []
    file_all = search_matching._brought_up_to_date

    def filing() -> object:
        filed.append(0)
        return file_all()

    monkeypatch.setattr(search_matching, "_brought_up_to_date", filing)
    make.topic("elsewhere")
    reader = make.subscriber("one@example.org", make.about_topic("elsewhere"), frequency="weekly")
    client.force_login(editor())
    page = client.get("/admin/digests/issue/weekly/").content.decode()
    assert 'href="?count=1"' in page
    preview = "/admin/digests/issue/weekly/preview/"
    assert "Көкалажар" in client.get(preview).content.decode()
    assert "Көкалажар" not in client.get(f"{preview}?subscriber={reader.pk}").content.decode()
    assert not filed
    counted = client.get("/admin/digests/issue/weekly/?count=1").content.decode()
    assert filed
    assert 'href="?count=1"' not in counted


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
