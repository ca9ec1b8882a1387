"""Every kind of mail that a reader meets, in three languages, made from one world."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Any

from monitoring.core import clock
from monitoring.decisions.merging import merge_decisions
from monitoring.decisions.models import Deadline, Decision
from monitoring.decisions.services import add_stage_event, update_deadline, withdraw_decision
from monitoring.digests import (
    corrections,
    endings,
    letters,
    quiet,
    reminders,
    runs,
    services,
)  # fmt: skip
from monitoring.digests.models import Subscriber
from monitoring.digests.queries import EVERYTHING, of_decision
from monitoring.evidence.models import Source
from monitoring.journal.models import Change
from monitoring.mailing.models import OutgoingMail
from monitoring.mailing.sending import send_round
from tests.digests.golden import DURING, NOW, a_week, message_of, part_of
from tests.factories import digests as make
from tests.factories import evidence

PICTURES = "MAIL_PICTURES"
"""Names the folder to which `mail_pictures` wants them written."""
LONG = (
    "Ауыл, кент, ауылдық округ әкімінің аппаратына жергілікті өзін-өзі басқарудың бюджетін "
    "жергілікті қоғамдастық жиналысының келісімімен {} бекіту құқығы беріледі; бюджеттің "
    "атқарылуы туралы есеп жылына {} рет тұрғындардың алдында жарияланады және интернетте тұрады."
)


def every_mail(time_machine: Any, operator: Any) -> dict[str, OutgoingMail]:
    """The last mail of each kind and language, by «kind.language»."""
    found: dict[str, OutgoingMail] = {}
    constitution, village, rules, bill = a_week(time_machine, operator)
    source = evidence.source("https://adilet.zan.kz/rss", name="Әділет")
    evidence.stored(source)
    for language in ("kk", "ru", "en"):
        reader = make.subscriber(
            f"{language}@example.org", of_decision(bill.pk), make.about_topic("budget"), EVERYTHING,
            language=language, frequency="immediate", note="",
        )  # fmt: skip
        reader.subscriptions.update(remind_days=3)
        Subscriber.objects.filter(pk=reader.pk).update(letters=True, quiet_month=True)
    _keep(found, "confirm", "confirm")
    Source.objects.update(last_success_at=clock.now(), last_new_at=clock.now())
    add_stage_event(
        decision=bill,
        stage=constitution.stage_events.latest("pk").stage,
        date=dt.date(2026, 11, 20),
    )
    _rewrite(village, LONG.format("өз бетінше", "екі"))
    _run("immediate", operator, time_machine)
    _keep(found, "one", "digest")
    update_deadline(deadline=Deadline.objects.get(), by=operator, date=dt.date(2026, 11, 25))
    _rewrite(village, LONG.format("аудан әкімінің шешімімен", "бір"))
    Source.objects.update(last_success_at=clock.now() - dt.timedelta(days=30))
    _run("immediate", operator, time_machine)
    _keep(found, "two-broken", "digest")
    time_machine.move_to(NOW, tick=False)
    reminders.remind()
    _keep(found, "reminder", "reminder")
    for number in range(200 if os.environ.get(PICTURES) else 30):
        make.decision(
            f"{number + 1}-ауылдық округтің 2027–2029 жылдарға арналған бюджеті туралы",
            topics=list(village.topics.all()) if number < 140 else [],
            number=f"{number}-1",
        )
    _run("immediate", operator, time_machine)
    _keep(found, "many", "digest")
    change = Change.objects.filter(subject_id=village.pk).earliest("pk")
    said = {
        "kk": "Шешімнің нөмірі 29-5 емес, 29-6. Құжаттың өзі өзгерген жоқ.",
        "ru": "Номер решения не 29-5, а 29-6. Сам документ не менялся.",
        "en": "The number of the decision is 29-6, not 29-5. The document itself has not changed.",
    }
    draft = corrections.draft_correction(change=change, said=said, by=operator)
    corrections.release_correction(correction=draft, seen=1, by=operator)
    send_round()
    corrections.send_corrections()
    _keep(found, "correction", "correction")
    _letter(operator)
    _keep(found, "letter", "letter")
    time_machine.move_to(clock.now() + dt.timedelta(minutes=90), tick=False)
    for language in ("kk", "ru", "en"):
        services.send_fresh_link(address=f"{language}@example.org")
    _keep(found, "manage-link", "confirm")
    for first in (bill, None):
        if first is not None:
            withdraw_decision(decision=first, by=operator)
        else:
            for one in Subscriber.objects.order_by("pk"):
                make.subscriber(
                    one.address, of_decision(rules.pk), language=one.language, frequency="daily"
                )
            merge_decisions(kept=constitution, gone=rules, by=operator)
        time_machine.move_to(clock.now() + dt.timedelta(hours=2), tick=False)
        endings.end_what_is_over()
        _keep(found, "ended" if first else "ended-merged", "ended")
    Subscriber.objects.update(confirmed_at=DURING)
    for month, state in (("2027-01-01 08:01", "quiet"), ("2027-02-01 08:01", "quiet-broken")):
        time_machine.move_to(make.at(month) - dt.timedelta(days=9), tick=False)
        evidence.stored(source, month.encode())
        time_machine.move_to(make.at(month), tick=False)
        Source.objects.update(
            last_success_at=clock.now() - dt.timedelta(days=40 * (state == "quiet-broken"))
        )
        quiet.tell_of_quiet_month()
        _keep(found, state, "quiet")
    return found


def _rewrite(decision: Decision, words: str) -> None:
    edition = decision.editions.get(language="kk")
    edition.summary = words
    edition.save_revision().publish()


def _run(frequency: str, operator: Any, time_machine: Any) -> None:
    time_machine.move_to(clock.now() + dt.timedelta(minutes=1), tick=False)
    runs.close_window_now(frequency=frequency, by=operator)
    runs.run_digests()


def _letter(operator: Any) -> None:
    words = dict.fromkeys(letters.WORDS, "") | {
        "subject_kk": "Ауыл бюджеті туралы ашық талқылау",
        "text_kk": "Сейсенбіде, 24 қарашада заң жобасын бірге оқимыз.\n\n"
        "Қатысу сілтемесі: https://example.org/talqylau/2026/11/24/auyl-byudzheti-turaly-ashyk",
        "subject_ru": "Открытое обсуждение бюджета села",
        "text_ru": "Во вторник, 24 ноября, вместе читаем законопроект.\n\n"
        "Ссылка: https://example.org/talqylau/2026/11/24/auyl-byudzheti-turaly-ashyk",
        "audience": "all", "value": "", "is_public": True,
    }  # fmt: skip
    letter = letters.save_letter(letter=None, version=0, by=operator, **words)
    for code in ("kk", "ru"):
        letters.note_preview(letter=letter, language=code)
    letters.count_audience(letter=letter)
    letter.refresh_from_db()
    letters.send_letter(letter=letter, version=1, by=operator)
    letters.send_letters()


def _keep(found: dict[str, OutgoingMail], name: str, template: str) -> None:
    for language in ("kk", "ru", "en"):
        rows = OutgoingMail.objects.filter(template=template, language=language)
        found[f"{name}.{language}"] = rows.latest("pk")


def write(mails: dict[str, OutgoingMail], folder: Path) -> None:
    """HTML, text and headers of each mail, for the pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, mail in mails.items():
        message = message_of(mail)
        (folder / f"{name}.html").write_text(part_of(message, "html"))
        size = len(bytes(mail.raw or b""))
        head = f"Subject: {message['Subject']}\nList-Id: {message['List-Id']}\nBytes: {size}\n\n"
        (folder / f"{name}.txt").write_text(head + part_of(message, "plain"))
