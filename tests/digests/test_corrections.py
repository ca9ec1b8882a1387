"""A correction reaches exactly those who got the wrong item, once, and the public list."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from monitoring.core import clock
from monitoring.digests import corrections, runs, services
from monitoring.digests.models import (
    CorrectionTold,
    DigestRun,
    Editorial,
    ItemCorrection,
    Subscriber,
)
from monitoring.digests.remaking import make_mails_anew
from monitoring.digests.wishes import change_subscription
from monitoring.journal.models import Change, Correction
from monitoring.mailing.models import OutgoingMail
from monitoring.mailing.sending import send_due
from monitoring.mailing.services import queue_prepared
from tests.digests.test_runs import close, text_of
from tests.factories import digests as make

pytestmark = pytest.mark.django_db
SAID = {"said_kk": "Нөмірі 7 емес, 8.", "said_ru": "Номер не 7, а 8.", "said_en": "It is 8, not 7."}


def told() -> Change:
    """Five readers; all but one of another topic are told of a change."""
    land, money = make.topic("land"), make.topic("money")
    for name in ("got", "left", "other-left"):
        make.subscriber(f"{name}@example.org", make.about_topic("land"))
    make.subscriber("ru@example.org", make.about_topic("land"), language="ru")
    make.subscriber("money@example.org", make.about_topic("money"))
    make.decision("Жер кодексі", topics=[land])
    make.decision("Бюджет кодексі", topics=[money])
    return Change.objects.order_by("pk")[0]


def drafted(operator: Any) -> ItemCorrection:
    change = told()
    close(operator)
    send_due()
    said = {code: SAID[f"said_{code}"] for code in ("kk", "ru", "en")}
    return corrections.draft_correction(change=change, said=said, by=operator)


def sent() -> dict[str, str]:
    rows = OutgoingMail.objects.filter(template="correction").order_by("pk")
    return {one.recipient: " ".join(text_of(one).split()) for one in rows}


def test_those_who_got_it_and_still_read_are_told_once(operator: Any) -> None:
    row = drafted(operator)
    left = Subscriber.objects.get(address="left@example.org")
    services.end_subscriptions(subscriber=left, how="test")
    # Who ended all and began anew later has not asked to be told of what came before.
    back = Subscriber.objects.get(address="other-left@example.org")
    services.end_subscriptions(subscriber=back, how="test")
    make.subscriber("other-left@example.org", make.about_topic("land"))
    make.subscriber("new@example.org", make.about_topic("land"))
    assert len(list(corrections.audience(row))) == 2
    assert corrections.send_corrections() == 0  # a draft stays
    corrections.release_correction(correction=row, seen=1, by=operator)
    assert corrections.send_corrections() == 2
    assert corrections.send_corrections() == 0
    assert set(sent()) == {"got@example.org", "ru@example.org"}
    assert SAID["said_kk"] in sent()["got@example.org"]
    assert SAID["said_ru"] in sent()["ru@example.org"]
    entry = Correction.objects.get()
    assert (entry.said_en, entry.subject) == (SAID["said_en"], "decision")
    with pytest.raises(corrections.EditedError):
        corrections.release_correction(correction=row, seen=1, by=operator)
    assert Correction.objects.count() == 1


def test_who_may_have_got_it_is_told_and_who_was_refused_is_not(operator: Any) -> None:
    row = drafted(operator)
    mails = OutgoingMail.objects.filter(template="digest")
    mails.filter(recipient="got@example.org").update(state="failed", cause="unsure")
    mails.filter(recipient="left@example.org").update(state="failed", cause="refused")
    mails.filter(recipient="other-left@example.org").update(state="suppressed")
    corrections.release_correction(correction=row, seen=1, by=operator)
    assert corrections.send_corrections() == 2
    assert set(sent()) == {"got@example.org", "ru@example.org"}


def test_it_comes_after_what_it_corrects_and_not_at_all_where_that_never_left(
    operator: Any,
) -> None:
    change = told()
    close(operator)
    said = {code: SAID[f"said_{code}"] for code in ("kk", "ru", "en")}
    row = corrections.draft_correction(change=change, said=said, by=operator)
    for frequency in ("immediate", "weekly"):
        close(operator, frequency)
    changing = Subscriber.objects.get(address="left@example.org")
    change_subscription(subscription=changing.subscriptions.get(), note="Why I follow it")
    mails = OutgoingMail.objects.filter(template="digest")
    mails.filter(recipient="ru@example.org").update(
        due_at=clock.now() + dt.timedelta(hours=1), cause="later"
    )
    send_due()
    assert len(list(corrections.audience(row))) == 4
    corrections.release_correction(correction=row, seen=1, by=operator)
    assert corrections.send_corrections() == 2
    assert set(sent()) == {"got@example.org", "other-left@example.org"}
    make_mails_anew()
    send_due()
    mails.filter(recipient="ru@example.org").update(state="failed", cause="overdue")
    assert corrections.send_corrections() == 1
    assert "left@example.org" in sent()
    assert ItemCorrection.objects.get().state == "done"


def test_whoever_gets_the_wrong_item_later_gets_the_correction_too(operator: Any) -> None:
    row = drafted(operator)
    make.subscriber("weekly@example.org", make.about_topic("land"), frequency="weekly")
    corrections.release_correction(correction=row, seen=1, by=operator)
    corrections.send_corrections()
    assert "weekly@example.org" not in sent()
    close(operator, "weekly")
    runs.close_window_now(frequency="immediate", by=operator)
    runs.run_digests()
    send_due()
    corrections.send_corrections()
    assert "weekly@example.org" in sent()
    row.refresh_from_db()
    assert (row.state, row.mails) == ("done", CorrectionTold.objects.count())


def test_it_waits_for_readers_whose_issue_was_cancelled(operator: Any) -> None:
    row = drafted(operator)
    for frequency in ("immediate", "weekly"):
        close(operator, frequency)
    corrections.release_correction(correction=row, seen=1, by=operator)
    daily = DigestRun.objects.get(frequency="daily")
    was = Editorial.objects.create(
        frequency="daily", run=daily, outcome="cancelled", changed_at=clock.now()
    )
    corrections.send_corrections()
    assert ItemCorrection.objects.get().state == "released"  # the next daily one tells it
    was.delete()
    corrections.send_corrections()
    assert ItemCorrection.objects.get().state == "done"


def test_killed_between_two_readers_it_goes_on_with_the_second(
    operator: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = drafted(operator)
    corrections.release_correction(correction=row, seen=1, by=operator)
    queue = queue_prepared
    made: list[str] = []

    def die_at_the_second(**values: Any) -> Any:
        if made:
            raise KeyboardInterrupt
        made.append(values["mail"].key)
        return queue(**values)

    with monkeypatch.context() as patched:
        patched.setattr(corrections, "queue_prepared", die_at_the_second)
        with pytest.raises(KeyboardInterrupt):
            corrections.send_corrections()
    assert len(sent()) == 1
    corrections.send_corrections()
    assert len(sent()) == 4


def test_the_screen_shows_mail_and_audience_before_the_button(
    client: Client, operator: Any
) -> None:
    change = told()
    close(operator)
    client.force_login(operator)
    assert "Жер кодексі" in client.get("/admin/digests/corrections/").content.decode()
    new = f"/admin/digests/corrections/new/{change.pk}/"
    refused = client.post(new, {**SAID, "said_ru": " "})
    assert refused.status_code == 400
    assert SAID["said_kk"] in refused.content.decode()
    assert not ItemCorrection.objects.exists()
    page = client.post(new, SAID, follow=True)
    row = ItemCorrection.objects.get()
    assert page.context["audience"] == 4
    html = page.content.decode()
    assert all(said in html for said in SAID.values())
    # Another editor changes it in the meantime: neither the edit nor the release passes.
    address = f"/admin/digests/corrections/{row.pk}/"
    assert client.post(address, {**SAID, "said_kk": "Басқасы.", "seen": "1"}).status_code == 302
    late = client.post(address, {**SAID, "said_kk": "Менікі.", "seen": "1"})
    assert late.status_code == 409
    assert "Басқасы." in late.content.decode()
    assert "Менікі." in late.content.decode()
    client.post(f"{address}release/", {"seen": "1"})
    row.refresh_from_db()
    assert row.state == "draft"
    client.post(f"{address}release/", {"seen": "2"})
    row.refresh_from_db()
    assert (row.state, row.released_by, row.previewed) == ("released", operator, 2)
    assert row.released_at is not None
    assert row.released_at <= clock.now()
