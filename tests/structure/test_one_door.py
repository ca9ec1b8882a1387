"""Every mail of the platform takes one door: leases, suppression, allow-list hold for each."""

from __future__ import annotations

import re
from pathlib import Path

import coalition.settings.base as base

ROOT = Path(__file__).parents[2]
OTHER_DOORS = re.compile(r"\b(smtplib|anymail|get_connection|backends\.smtp|auth_password=)")


def test_mail_takes_the_outbox_whoever_sends_it() -> None:
    assert base.EMAIL_BACKEND == "monitoring.mailing.backend.OutboxBackend"
    for name in ("embedded", "env", "production"):
        assert "EMAIL_BACKEND" not in (ROOT / "coalition/settings" / f"{name}.py").read_text()


def test_nobody_but_the_mailing_room_opens_a_way_out() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for room in ("coalition", "monitoring")
        for path in sorted((ROOT / room).rglob("*.py"))
        if "monitoring/mailing" not in path.as_posix() and "settings" not in path.parts
        for line in path.read_text("utf-8").splitlines()
        if OTHER_DOORS.search(line)
    ]
    assert not found
