"""The golden mails: as they were judged by eye; every link may be opened by a machine.

`GOLDEN=write pytest tests/digests/test_golden.py` writes them anew: look at them before you commit.
"""

from __future__ import annotations

import os
import re
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from monitoring.mailing import compose
from tests.accounts.walk import Writes
from tests.digests.golden import FOLDER, golden_mails, headers_of, message_of, part_of, shown

pytestmark = pytest.mark.django_db


def test_golden_mails_stand_as_they_were_judged(time_machine: Any, operator: Any) -> None:
    mails = golden_mails(time_machine, operator)
    assert sorted(mails) == ["en", "kk", "ru"]
    for mail in mails.values():
        for name, text in shown(mail).items():
            if os.environ.get("GOLDEN") == "write":
                FOLDER.mkdir(exist_ok=True)
                (FOLDER / name).write_text(text)
            assert (FOLDER / name).read_text() == text, name


def test_every_link_of_every_golden_mail_opens_and_changes_nothing(
    time_machine: Any, operator: Any, client: Client
) -> None:
    from django.db import connection

    links: set[str] = set()
    for mail in golden_mails(time_machine, operator).values():
        message = message_of(mail)
        html, text = part_of(message, "html"), part_of(message, "plain")
        found = {unescape(one) for one in re.findall(r'href="([^"]+)"', html)}
        found |= set(re.findall(r"https?://[^\s<>]+", text))
        found.add(str(message["List-Unsubscribe"]).strip("<>"))
        ours = {one for one in found if one.startswith("http://localhost:8000/")}
        # M14: pages and links speak the language of the mail.
        assert {urlsplit(one).path[:4] for one in ours} == {f"/{mail.language}/"}
        assert all(one.startswith(("http://", "https://")) for one in found)
        links |= ours
    writes = Writes()
    with connection.execute_wrapper(writes):
        for link in sorted(links):
            parts = urlsplit(link)
            path = f"{parts.path}?{parts.query}" if parts.query else parts.path
            answer = client.get(path)
            assert answer.status_code == 200, path
    assert writes.take() == []
    assert len(links) > 20


def test_golden_mails_fit_and_name_themselves(time_machine: Any, operator: Any) -> None:
    for language, mail in golden_mails(time_machine, operator).items():
        message = message_of(mail)
        assert len(bytes(mail.raw or b"")) < 40_000 < compose.LIMIT
        assert headers_of(mail)["From"] == f"{compose.site_name(language)} <noreply@localhost>"
        assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert message["Auto-Submitted"] == "auto-generated"
        assert str(message["List-Id"]).startswith("<weekly.digest.")
        assert len(str(message["Feedback-ID"]).split(":")) == 4
        html = part_of(message, "html")
        assert not re.search(r"<(img|script|link|iframe|form)\b|url\(", html)
        assert all(
            len(line) <= 72 or "://" in line for line in part_of(message, "plain").split("\n")
        )
