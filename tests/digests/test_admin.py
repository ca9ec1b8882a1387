"""The admin's pages: who may close a window, and who may read mail that left."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from wagtail.models import ModelLogEntry

from monitoring.digests.models import DigestRun
from monitoring.digests.runs import run_digests
from monitoring.mailing.models import OutgoingMail
from monitoring.mailing.sending import send_due
from tests.factories import digests as make
from tests.factories.mailing import queued

pytestmark = pytest.mark.django_db


def user_with(*permissions: str) -> Any:
    user = get_user_model().objects.create_user(email="staff@example.org", password="x")
    user.user_permissions.set(
        Permission.objects.filter(codename__in=["access_admin", *permissions])
    )
    return user


def test_closing_by_plain_http_makes_the_daily_run_and_names_who_did_it(
    client: Client, operator: Any
) -> None:
    make.subscriber()
    decision = make.decision()
    client.force_login(operator)
    answer = client.post("/admin/digests/close/", {"frequency": "daily"})
    assert (answer.status_code, answer["Location"]) == (302, "/admin/digests/")
    again = client.post("/admin/digests/close/", {"frequency": "daily"})
    assert again.status_code == 302
    run_digests()
    run = DigestRun.objects.get(frequency="daily", by_hand=True)
    assert (run.closed_by, run.mails) == (operator, 1)
    assert ModelLogEntry.objects.filter(action="digests.close", user=operator).exists()
    page = client.get("/admin/digests/").content.decode()
    assert "op@example.org" in page or str(operator) in page
    assert "reader@example.org" not in page
    assert decision.pk


def test_an_unknown_window_is_refused(client: Client, operator: Any) -> None:
    client.force_login(operator)
    assert client.post("/admin/digests/close/", {"frequency": "hourly"}).status_code == 302
    assert not DigestRun.objects.exists()
    assert client.get("/admin/digests/close/").status_code == 405


def test_an_analyst_sees_the_runs_and_closes_none(client: Client) -> None:
    client.force_login(user_with("view_digestrun"))
    page = client.get("/admin/digests/")
    assert page.status_code == 200
    assert "/admin/digests/close/" not in page.content.decode()
    client.post("/admin/digests/close/", {"frequency": "daily"})
    assert not DigestRun.objects.exists()


def test_whoever_has_no_such_right_sees_nothing(client: Client) -> None:
    client.force_login(user_with())
    assert client.get("/admin/digests/").status_code in {302, 403}
    # Without a language in its path a 404 first leads to the one with it.
    assert client.get("/admin/mail/", follow=True).status_code == 404


def test_a_superuser_reads_mail_that_left_in_the_browser(client: Client, operator: Any) -> None:
    mail = queued()
    send_due()
    client.force_login(operator)
    assert "reader@example.org" in client.get("/admin/mail/").content.decode()
    page = client.get(f"/admin/mail/{mail.pk}/").content.decode()
    assert "/kk/khat-alu/t/abc/" in page
    assert "sandbox" in page
    html = client.get(f"/admin/mail/{mail.pk}/html/")
    assert html.status_code == 200
    assert html["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert html["X-Frame-Options"] == "SAMEORIGIN"


def test_a_deleted_body_is_said_to_be_deleted(client: Client, operator: Any) -> None:
    mail = queued(transient=True)
    send_due()
    client.force_login(operator)
    assert client.get("/admin/mail/").status_code == 200
    assert client.get(f"/admin/mail/{mail.pk}/").status_code == 200
    assert client.get(f"/admin/mail/{mail.pk}/html/", follow=True).status_code == 404


def test_where_mail_reaches_people_nobody_reads_it(
    client: Client, operator: Any, settings: Any
) -> None:
    mail = queued()
    settings.MAIL_DELIVERY = {**settings.MAIL_DELIVERY, "kind": "smtp"}
    client.force_login(operator)
    for address in ("/admin/mail/", f"/admin/mail/{mail.pk}/", f"/admin/mail/{mail.pk}/html/"):
        assert client.get(address, follow=True).status_code == 404
    assert OutgoingMail.objects.count() == 1
