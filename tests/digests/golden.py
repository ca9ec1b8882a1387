"""The golden mails: made from real acts at a fixed moment; what numbers rows is masked."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import re
from email.header import decode_header, make_header
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from monitoring.decisions.models import Decision, DecisionKind, Stage
from monitoring.decisions.models.reference import DeadlineKind
from monitoring.decisions.services import add_deadline, add_stage_event, create_decision
from monitoring.digests import editorials, runs
from monitoring.digests.queries import EVERYTHING
from monitoring.mailing.models import OutgoingMail
from monitoring.search.query import Query
from tests.factories import digests as make

FOLDER = Path(__file__).parent / "golden"
BEFORE = make.at("2026-11-16 09:00")
DURING = make.at("2026-11-20 12:00")
NOW = make.at("2026-11-23 08:01")
NUMBERED = (
    (r"/t/[^/\"\s<>]+/", "/t/TOKEN/"),
    (r"/(zandar|zakony|laws)/\d+-", r"/\1/N-"),
    (r"#deadline-\d+", "#deadline-N"),
    (r"/(shygarylymdar|vypuski|issues)/2026/\d+/", r"/\1/2026/N/"),
    (r"Feedback-ID: \d+:", "Feedback-ID: N:"),
    (r"<[0-9a-f]{32}@", "<ID@"),
)


def _kind(key: str, kk: str, ru: str, en: str, *, draft: bool = False) -> DecisionKind:
    values = {"name_kk": kk, "name_ru": ru, "name_en": en, "is_draft": draft}
    return DecisionKind.objects.update_or_create(key=key, defaults=values)[0]


def _stage(key: str, kk: str, ru: str, en: str) -> Stage:
    values = {"name_kk": kk, "name_ru": ru, "name_en": en}
    return Stage.objects.update_or_create(key=key, defaults=values)[0]


def _texts(**titles: str) -> dict[str, dict[str, str]]:
    return {
        code: {"title": title, "official_title": title, "summary": ""}
        for code, title in titles.items()
    }


def a_week(time_machine: Any, operator: Any) -> list[Decision]:
    """Four documents change in a week; a draft takes opinions until the next day."""
    time_machine.move_to(BEFORE, tick=False)
    adopted = _stage("adopted", "қабылданды", "принята", "adopted")
    in_force = _stage("in-force", "күшіне енді", "вступила в силу", "came into force")
    act = _kind("constitution", "Конституция", "Конституция", "Constitution")
    decree = _kind("maslikhat", "Мәслихат шешімі", "Решение маслихата", "Maslikhat decision")
    draft = _kind("draft", "Заң жобасы", "Законопроект", "Bill", draft=True)
    budget = make.topic("budget")
    budget.name_kk, budget.name_ru, budget.name_en = "Ауыл бюджеті", "Бюджет села", "Village budget"
    budget.save()
    constitution = create_decision(
        public=True,
        kind=act,
        date=dt.date(2026, 3, 15),
        links=["https://zan.gov.kz/client/#!/doc/223244/kaz"],
        editions=_texts(
            kk="Жаңа Конституция: жергілікті мемлекеттік басқару және өзін-өзі басқару",
            ru="Новая Конституция: местное государственное управление и самоуправление",
            en="New Constitution: local government and self-government",
        ),
        announce=False,
    )
    add_stage_event(decision=constitution, stage=adopted, date=dt.date(2026, 3, 15), announce=False)
    runs.run_digests()
    runs.close_window_now(frequency="weekly", by=operator)
    runs.run_digests()
    time_machine.move_to(DURING, tick=False)
    add_stage_event(decision=constitution, stage=in_force, date=dt.date(2026, 7, 1))
    village = create_decision(
        public=True,
        kind=decree,
        number="29-5",
        date=dt.date(2024, 12, 27),
        topics=[budget],
        links=["https://adilet.zan.kz/kaz/docs/G25SE00295M"],
        editions=_texts(
            kk="Көкалажар ауылдық округінің 2025–2027 жылдарға арналған бюджеті",
            ru="О бюджете Кокалажарского сельского округа на 2025–2027 годы",
        ),
    )
    rules = create_decision(
        public=True,
        kind=decree,
        number="225",
        date=dt.date(2024, 10, 11),
        links=["https://adilet.zan.kz/kaz/docs/G24LD00225M"],
        editions=_texts(kk="Жергілікті қоғамдастықтың бөлек жиындарын өткізу қағидалары"),
    )
    bill = create_decision(
        public=True,
        kind=draft,
        date=dt.date(2026, 11, 10),
        links=["https://legalacts.egov.kz/npa/view?id=1"],
        editions=_texts(
            kk="Жергілікті өзін-өзі басқару туралы заң жобасы (мысал)",
            ru="Проект закона о местном самоуправлении (пример)",
            en="Draft law on local self-government (example)",
        ),
    )
    comments = DeadlineKind.objects.update_or_create(
        key="comments",
        defaults={
            "name_kk": "Жария талқылау",
            "name_ru": "Публичное обсуждение",
            "name_en": "Public consultation",
            "takes_comments": True,
        },
    )[0]
    add_deadline(
        decision=bill,
        kind=comments,
        by=operator,
        date=dt.date(2026, 11, 24),
        hour=dt.time(18, 0),
        source="https://legalacts.egov.kz/npa/view?id=1",
        how={"kk": "Порталда пікір жазыңыз.", "ru": "Оставьте мнение на портале."},
    )
    return [constitution, village, rules, bill]


def golden_mails(time_machine: Any, operator: Any) -> dict[str, OutgoingMail]:
    """The weekly mail of a reader in each language, with a lead written in Kazakh alone."""
    a_week(time_machine, operator)
    for language, note in (("kk", "ауылымның ақшасы"), ("ru", "деньги моего села"), ("en", "")):
        make.subscriber(
            f"{language}@example.org",
            Query(filters=(("topic", ("budget",)),)),
            EVERYTHING,
            language=language,
            frequency="weekly",
            note=note,
        )
    editorials.save_editorial(
        frequency="weekly",
        version=0,
        by=operator,
        lead_kk="Ертең Мәжіліс жобасы бойынша пікір қабылдау аяқталады.",
        lead_ru="",
        lead_en="",
        elsewhere=True,
        news_kk="",
        news_ru="",
        news_en="",
        news_link="",
    )
    time_machine.move_to(NOW, tick=False)
    runs.run_digests()
    mails = OutgoingMail.objects.filter(template="digest")
    return {mail.language: mail for mail in mails}


def message_of(mail: OutgoingMail) -> EmailMessage:
    message = email.message_from_bytes(bytes(mail.raw or b""), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def headers_of(mail: OutgoingMail) -> dict[str, str]:
    """Headers by the older parser: the newer breaks words between two encoded ones."""
    message = email.message_from_bytes(bytes(mail.raw or b""), policy=email.policy.compat32)
    return {name: str(make_header(decode_header(value))) for name, value in message.items()}


def part_of(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def shown(mail: OutgoingMail) -> dict[str, str]:
    """File name → what is compared: headers, text and HTML, with numbers of rows masked."""
    message = message_of(mail)
    headers = "".join(f"{name}: {value}\n" for name, value in headers_of(mail).items())
    parts = {"headers": headers, "txt": part_of(message, "plain"), "html": part_of(message, "html")}
    return {f"{mail.language}.{name}": masked(text) for name, text in parts.items()}


def masked(text: str) -> str:
    """Text without what depends on the numbers that a database gives its rows."""
    for pattern, word in NUMBERED:
        text = re.sub(pattern, word, text)
    return re.sub(r"boundary=\"[^\"]+\"", "boundary=B", text)
