"""The secretariat's review: one mail an occasion, in the person's language, with whole links."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage

import pytest
from django.conf import settings
from django.test import Client
from wagtail.models import WorkflowState
from wagtail.users.models import UserProfile

from coalition.accounts.models import User
from coalition.accounts.services import OLD_REVIEW, REVIEW, sync_groups
from coalition.news.models import NewsIndexPage, NewsPage
from monitoring.decisions.models import Edition
from monitoring.mailing.models import OutgoingMail
from tests.factories import record
from tests.factories import registry as make

pytestmark = pytest.mark.django_db

WORDS = {
    "kk": ("Тексеруге: ", "Мақұлданды: ", "Бір жерін түзету керек: ", "kk"),
    "ru": ("На проверку: ", "Одобрено: ", "Нужно исправить одно место: ", "ru"),
    "en": ("For review: ", "Approved: ", "One thing needs correcting: ", "en"),
}


def person(role: str, language: str, address: str = "") -> User:
    made = make.make_person(role, address)
    UserProfile.objects.filter(user=made).update(preferred_language=language)
    return made


def mails() -> list[EmailMessage]:
    """What was queued since the last look."""
    rows = list(OutgoingMail.objects.order_by("pk"))
    OutgoingMail.objects.all().delete()
    policy = email.policy.default
    return [email.message_from_bytes(bytes(row.raw or b""), policy=policy) for row in rows]


def text_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def squeezed(text: str) -> str:
    """Python reads folded headers with a space too many or too few; mail programs do not."""
    return text.replace(" ", "")


def subject_of(mail: EmailMessage) -> str:
    return squeezed(mail["Subject"])


def html_of(mail: EmailMessage) -> str:
    part = mail.get_body(("html",))
    assert part is not None
    return str(part.get_content())


def make_news(owner: User) -> NewsPage:
    make.make_tree()
    index = NewsIndexPage.objects.get(locale__language_code="kk")
    news = NewsPage(title="Жиын өтті", live=False, owner=owner)
    index.add_child(instance=news)
    news.save_revision(user=owner)
    return news


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_each_step_sends_one_mail_in_the_language_of_who_gets_it(language: str) -> None:
    author = person("editor", language)
    reviewer = person("secretariat", language)
    User.objects.create_superuser("root@example.org", "x")
    news = make_news(author)
    sent, approved, returned, code = WORDS[language]
    root = settings.WAGTAILADMIN_BASE_URL.rstrip("/")

    news.get_workflow().start(news, author)
    (mail,) = mails()
    assert mail["To"] == reviewer.email, "not to the superuser, not to the author"
    assert subject_of(mail) == squeezed(sent + "Жиын өтті")
    assert squeezed(settings.SITE_NAMES[code]) in squeezed(mail["From"])
    assert f'lang="{code}"' in str(html_of(mail))
    assert f"{root}/admin/pages/{news.pk}/edit/" in text_of(mail)

    state = WorkflowState.objects.get()
    state.current_task_state.reject(user=reviewer, comment="Күнін тексеріңіз")
    (mail,) = mails()
    assert mail["To"] == author.email
    assert subject_of(mail) == squeezed(returned + "Жиын өтті")
    assert "Күнін тексеріңіз" in text_of(mail)
    assert f"{root}/admin/pages/{news.pk}/edit/" in text_of(mail)

    state.refresh_from_db()
    state.resume(user=author)
    (mail,) = mails()
    assert subject_of(mail) == squeezed(sent + "Жиын өтті")

    state.refresh_from_db()
    state.current_task_state.approve(user=reviewer)
    (mail,) = mails()
    assert mail["To"] == author.email
    assert subject_of(mail) == squeezed(approved + "Жиын өтті")
    news.refresh_from_db()
    assert news.live
    assert str(news.full_url) in text_of(mail)


def test_a_text_of_a_decision_goes_the_same_way() -> None:
    translator, reviewer = person("translator", "ru"), person("secretariat", "kk")
    decision = record.make_decision()
    edition = Edition.objects.create(
        decision=decision, language="ru", title="О бюджете села", live=False
    )
    edition.save_revision(user=translator)
    assert edition.get_workflow().name == REVIEW
    edition.get_workflow().start(edition, translator)
    (mail,) = mails()
    assert mail["To"] == reviewer.email
    assert f"/admin/snippets/decisions/edition/edit/{edition.pk}/" in text_of(mail)
    WorkflowState.objects.get().current_task_state.approve(user=reviewer)
    (mail,) = mails()
    assert mail["Subject"] == "Одобрено: О бюджете села"
    assert decision.address_in("ru") in text_of(mail)


def test_without_a_secretariat_the_superuser_hears_of_it() -> None:
    root = User.objects.create_superuser("root@example.org", "x")
    author = person("editor", "ru")
    news = make_news(author)
    news.get_workflow().start(news, author)
    assert [mail["To"] for mail in mails()] == [root.email]


def test_who_switched_a_mail_off_gets_none_and_nobody_writes_to_oneself() -> None:
    author, reviewer = person("secretariat", "ru"), person("secretariat", "ru", "b@example.org")
    UserProfile.objects.filter(user=reviewer).update(submitted_notifications=False)
    news = make_news(author)
    news.get_workflow().start(news, author)
    assert mails() == []


def test_a_remark_is_shown_where_the_author_opens_the_text() -> None:
    author = person("editor", "kk")
    news = make_news(author)
    news.get_workflow().start(news, author)
    state = WorkflowState.objects.get()
    state.current_task_state.reject(user=person("secretariat", "ru"), comment="Күнін тексеріңіз")
    client = Client()
    client.force_login(author)
    text = client.get(f"/admin/pages/{news.pk}/edit/").content.decode()
    assert "Хатшылық бұл мәтінді қайтарды: «Күнін тексеріңіз»" in text


@pytest.mark.parametrize(
    ("language", "words"),
    [("kk", "Тексеруге жіберу"), ("ru", "Отправить на проверку"), ("en", "Send for review")],
)
def test_the_button_says_send_for_review(language: str, words: str) -> None:
    author = person("editor", language)
    news = make_news(author)
    client = Client()
    client.force_login(author)
    text = client.get(f"/admin/pages/{news.pk}/edit/").content.decode()
    assert words in text
    assert REVIEW not in text.replace("&#x27;", "'").partition('name="action-submit"')[2][:400]
    translator = person("translator", language)
    edition = record.make_decision().editions.get()
    client.force_login(translator)
    text = client.get(f"/admin/snippets/decisions/edition/edit/{edition.pk}/").content.decode()
    assert words in text


def test_the_workflow_of_before_is_renamed_and_not_made_twice() -> None:
    from wagtail.models import GroupApprovalTask, Workflow

    sync_groups()
    Workflow.objects.update(name=OLD_REVIEW)
    GroupApprovalTask.objects.update(name=OLD_REVIEW)
    sync_groups()
    assert [one.name for one in Workflow.objects.all()] == [REVIEW]
    assert [one.name for one in GroupApprovalTask.objects.all()] == [REVIEW]
