"""Dates, numbers and weekdays as the three languages write them, and the admin's own Kazakh."""

from __future__ import annotations

import json
import re
from datetime import date, time
from decimal import Decimal
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django import forms
from django.template import Context, Template
from django.test import Client
from django.utils import formats, translation
from django.utils.translation.trans_real import DjangoTranslation

ROOT = Path(__file__).resolve().parent.parent.parent
DAY = date(2026, 11, 24)


def shown(template: str, language: str) -> str:
    with translation.override(language):
        return Template(template).render(
            Context({"day": DAY, "hour": time(18, 0), "number": Decimal("12345.5")})
        )


@pytest.mark.parametrize(
    ("language", "expected"),
    [("kk", "2026 ж. 24 қараша"), ("ru", "24 ноября 2026 г."), ("en", "24 November 2026")],
)
def test_a_date_is_written_as_the_language_does(language: str, expected: str) -> None:
    assert shown("{{ day|date }}", language) == expected
    assert shown("{{ day|date:'SHORT_DATE_FORMAT' }}", language) == "24.11.2026"
    assert shown("{{ hour|time }}", language) == "18:00"


def test_weekdays_and_months_of_kazakh_are_in_lower_case_and_short_ones_in_two_letters() -> None:
    assert shown("{{ day|date:'j F, l' }}", "kk") == "24 қараша, сейсенбі"
    assert shown("{{ day|date:'N' }}", "kk") == "қар."
    with translation.override("kk"):
        week = [formats.date_format(date(2026, 11, day), "D") for day in range(23, 30)]
        assert week == ["Дс", "Сс", "Ср", "Бс", "Жм", "Сн", "Жс"]
        assert formats.date_format(date(2026, 11, 27), "l") == "жұма"


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_weeks_begin_on_monday(language: str) -> None:
    with translation.override(language):
        assert formats.get_format("FIRST_DAY_OF_WEEK") == 1


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_decimals_have_a_comma_and_thousands_a_no_break_space(language: str) -> None:
    with translation.override(language):
        assert formats.number_format(Decimal("12345.5"), force_grouping=True) == "12\u00a0345,5"


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
@pytest.mark.parametrize("typed", ["24.11.2026", "2026-11-24"])
def test_a_form_reads_a_date_typed_either_way(language: str, typed: str) -> None:
    with translation.override(language):
        assert forms.DateField(localize=True).clean(typed) == DAY


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("kk", "Осы жолды толтырыңыз."),
        ("ru", "Требуется заполнить это поле."),
        ("en", "This field is req"),
    ],
)
def test_a_form_speaks_the_language_of_the_page(language: str, sentence: str) -> None:
    with translation.override(language), pytest.raises(forms.ValidationError, match=sentence):
        forms.CharField().clean("")


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/admin/jsi18n/", "/admin/localize/jsi18n/"])
def test_the_scripts_of_the_admin_speak_kazakh(client: Client, address: str) -> None:
    client.cookies["django_language"] = "kk"
    page = client.get(address)
    assert page.status_code == 200
    found = re.search(r"const newcatalog = (.*?);\n", page.text, re.DOTALL)
    assert found
    catalogue = json.loads(found[1])
    assert catalogue["Collapse all"] == "Бәрін жинау"
    assert catalogue["Publish in "] == "Жарияланатын тіл: "


@pytest.mark.parametrize("domain", ["django", "djangojs"])
def test_russian_lacks_nothing_that_our_kazakh_of_the_framework_has(domain: str) -> None:
    """Django fills a gap of Russian with the default language: an editor would read Kazakh."""
    russian = DjangoTranslation("ru", domain=domain)
    russian._fallback = None  # type: ignore[attr-defined]  # what Russian itself holds
    path = ROOT / "coalition/locale/framework/kk/LC_MESSAGES" / f"{domain}.po"
    with path.open("rb") as text:
        sources = [message for message in read_po(text) if message.id]
    missing = []
    for message in sources:
        context = f"{message.context}\x04" if message.context else ""
        if isinstance(message.id, str):
            found = russian.gettext(context + message.id) != context + message.id
            found = found or context + message.id in russian._catalog  # type: ignore[attr-defined]
        else:
            one, many = (context + form for form in message.id)
            found = russian.ngettext(one, many, 5) != many
        if not found:
            missing.append(message.id)
    assert missing == []


@pytest.mark.django_db
def test_an_editor_signs_in_in_kazakh(client: Client) -> None:
    client.cookies["django_language"] = "kk"
    assert "Құпиясөзді ұмыттыңыз ба?" in client.get("/admin/", follow=True).text
