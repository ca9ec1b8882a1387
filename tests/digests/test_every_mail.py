"""Each kind of mail in each language: fits, says what it is, speaks one language, wraps nowhere."""

from __future__ import annotations

import os
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from monitoring.digests import messages
from monitoring.mailing import compose
from tests.digests.every_mail import PICTURES, every_mail, write
from tests.digests.golden import message_of, part_of

pytestmark = pytest.mark.django_db


def test_every_mail_is_complete_in_its_language(time_machine: Any, operator: Any) -> None:
    mails = every_mail(time_machine, operator)
    if os.environ.get(PICTURES):
        write(mails, Path(os.environ[PICTURES]))
    assert len(mails) == 36
    for name, mail in mails.items():
        message = message_of(mail)
        html, text = part_of(message, "html"), part_of(message, "plain")
        assert len(bytes(mail.raw or b"")) < compose.LIMIT, name
        assert f'<html lang="{mail.language}"' in html, name
        assert all(len(line) <= compose.WIDTH or "://" in line for line in text.split("\n")), name
        assert not re.search(r"<(img|script|link|iframe|form)\b|url\(", html), name
        title = unescape(re.findall(r"<title>(.*?)</title>", html)[0])
        assert title.strip(), name
        # What programs show beside the subject is of this mail, and nothing follows it there.
        first, filler = re.findall(r'<div class="pre"[^>]*>(.*?)</div>', html, re.DOTALL)
        assert set(unescape(filler)) <= {"\u034f", "\xa0"}, name
        assert len(filler) > 100, name
        assert (first.strip() != "") != (name.startswith("manage-link")), name
        # A long word that fits no telephone: the chain's head, an address.
        assert "overflow-wrap: anywhere" in html, name
        assert text.count(" \n") == 0, name
    assert "(in Kazakh)" in part_of(message_of(mails["correction.en"]), "html")
    text = part_of(message_of(mails["correction.en"]), "plain")
    assert "[in Kazakh]" in " ".join(text.split())

    if not os.environ.get(PICTURES):
        many = part_of(message_of(mails["many.kk"]), "plain")
        assert len(re.findall(r"^\d+\. ", many, re.MULTILINE)) == messages.CAP == 12
        assert "Тағы 18 өзгеріс: Тақырыбы: Ауыл бюджеті" in many
    changed = part_of(message_of(mails["two-broken.kk"]), "html")
    assert re.search(r"<del[^>]*>өз бетінше</del>", changed)
    assert re.search(r"<ins[^>]*>аудан әкімінің шешімімен</ins>", changed)
    # What is wrong with the watch stands on top; the chain's head in the footer, as ever.
    assert changed.index("Кей дереккөз") < changed.index("<h1") < changed.index("хеші: ")
