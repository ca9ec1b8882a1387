"""What a text lacks is said above its form and after publishing; an empty page is not published."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import translation
from wagtail.blocks import StreamBlock
from wagtail.users.models import UserProfile

from coalition.accounts.models import User
from coalition.news.models import NewsIndexPage, NewsPage
from coalition.pages.blocks import BodyBlock
from coalition.pages.checklist import of_page
from monitoring.core.checklists import missing
from tests.factories import record
from tests.factories import registry as make

pytestmark = pytest.mark.django_db

REST = {
    "body-count": "0",
    "comments-TOTAL_FORMS": "0",
    "comments-INITIAL_FORMS": "0",
    "decision_links-TOTAL_FORMS": "0",
    "decision_links-INITIAL_FORMS": "0",
    "slug": "",
    "date": "2026-01-15",
    "seo_title": "",
    "search_description": "",
}
EMPTY = {
    "kk": "Бұл тілде бет әлі бос: кіріспе сөз не абзац жазыңыз.",
    "ru": "На этом языке страница ещё пуста: напишите вступление или абзац.",
    "en": "The page is still empty in this language: write a lead or a paragraph.",
}


def signed_in(role: str = "secretariat", language: str = "en") -> Client:
    person = make.make_person(role)
    UserProfile.objects.filter(user=person).update(preferred_language=language)
    client = Client()
    client.force_login(person)
    return client


def make_draft(**values: Any) -> NewsPage:
    make.make_tree()
    index = NewsIndexPage.objects.get(locale__language_code="kk")
    news = NewsPage(**{"title": "Жиын өтті", "live": False, **values})
    index.add_child(instance=news)
    news.save_revision()
    return news


def labels(thing: Any) -> list[str]:
    with translation.override("en"):
        return [check.label for check in missing(thing)]


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
@pytest.mark.parametrize("action", ["action-publish", "action-submit"])
def test_an_empty_page_is_refused_with_the_typed_text_kept(language: str, action: str) -> None:
    news = make_draft()
    client = signed_in(language=language)
    typed = {**REST, "title": "Жиын болды", "lead": "", action: "1"}
    answer = client.post(f"/admin/pages/{news.pk}/edit/", typed)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert EMPTY[language] in text
    assert answer.context["form"].errors.keys() == {"lead"}
    assert 'value="Жиын болды"' in text
    news.refresh_from_db()
    assert not news.live
    assert news.current_workflow_state is None


def test_a_draft_may_be_empty() -> None:
    news = make_draft()
    answer = signed_in().post(
        f"/admin/pages/{news.pk}/edit/", {**REST, "title": "Жиын болды", "lead": ""}
    )
    assert answer.status_code == 302
    news.refresh_from_db()
    assert news.get_latest_revision_as_object().title == "Жиын болды"


def test_what_is_published_with_gaps_is_published_and_the_gaps_are_named() -> None:
    news = make_draft()
    answer = signed_in().post(
        f"/admin/pages/{news.pk}/edit/",
        {**REST, "title": "Жиын өтті", "lead": "Тұрғындар жиналды.", "action-publish": "1"},
    )
    assert answer.status_code == 302
    news.refresh_from_db()
    assert news.live
    said = [str(one) for one in get_messages(answer.wsgi_request)]
    assert any("readers still miss this: Text. Add at least one paragraph" in one for one in said)


def test_a_file_name_describes_no_picture() -> None:
    make.make_tree()
    from wagtail.models import Collection

    image = make.make_image("x", Collection.objects.get(depth=1))

    def lacking(alt: str) -> bool:
        body = [("image", {"image": image, "alt": alt, "caption": ""})]
        page = NewsPage(title="Жиын", lead="Жиын.", body=body)
        return not all(check.done for check in of_page(page))

    assert not lacking("Тұрғындар мектеп ауласында тұр")
    for alt in ("", "IMG_2031", "foto.JPG", "сурет 1", "x"):
        assert lacking(alt), alt


def test_the_form_shows_the_checklist_of_the_page() -> None:
    news = make_draft()
    text = signed_in(language="kk").get(f"/admin/pages/{news.pk}/edit/").content.decode()
    assert "Оқырманға көрінбес бұрын" in text
    assert "Бір-екі сөйлем жазыңыз" in text


def test_a_text_of_a_decision_and_the_decision_have_theirs() -> None:
    decision = record.make_decision()
    edition = decision.editions.get()
    assert labels(edition) == ["Official title", "What changes for residents"]
    edition.official_title = "Ауыл бюджеті туралы"
    edition.summary = "\n".join(f"{n}-бап" for n in range(6))
    assert labels(edition) == ["What changes for residents"], "six lines are too many"
    edition.summary = "1-бап"
    assert labels(edition) == []
    assert labels(decision) == [
        "Public body",
        "Source",
        "Topic",
        "A published text in each language",
    ]
    client = signed_in("analyst", "ru")
    text = client.get(f"/admin/decisions/edit/{decision.pk}/").content.decode()
    assert "Нет: на русском, на английском." in text
    text = client.get(f"/admin/snippets/decisions/edition/edit/{edition.pk}/").content.decode()
    assert "Скопируйте из источника буква в букву." in text


def test_there_are_at_most_ten_blocks_in_three_groups_each_with_a_preview() -> None:
    blocks: StreamBlock = BodyBlock()
    assert len(blocks.child_blocks) <= 10
    groups = {str(block.meta.group) for block in blocks.child_blocks.values()}
    assert len(groups) == 3
    for name, block in blocks.child_blocks.items():
        assert block.is_previewable, name
        for language in ("kk", "ru"):
            with translation.override(language):
                told = str(block.get_description())
                assert told, name
                assert told.isascii() is False, f"{name} is not translated into {language}"


@pytest.mark.parametrize("name", list(BodyBlock().child_blocks))
def test_the_preview_of_each_block_is_drawn_in_the_sites_own_style(name: str) -> None:
    block = NewsPage._meta.get_field("body").stream_block.child_blocks[name]
    client = Client()
    client.force_login(User.objects.create_superuser("root@example.org", "x"))
    answer = client.get("/admin/block-preview/", {"id": block.definition_prefix})
    assert answer.status_code == 200
    assert "css/site.css" in answer.content.decode()


def test_a_preview_carries_the_accessibility_checker_and_a_public_page_does_not() -> None:
    news = make_draft(lead="Жиын.")
    client = signed_in()
    address = f"/admin/pages/{news.pk}/edit/preview/"
    client.post(address, {**REST, "title": "Жиын өтті", "lead": "Жиын."})
    preview = client.get(address, {"in_preview_panel": "true"}).content.decode()
    assert "userbar.js" in preview
    assert "alt-text-quality" in preview
    news.get_latest_revision().publish()
    news.refresh_from_db()
    assert "userbar" not in client.get(news.url).content.decode()


@pytest.mark.parametrize(("language", "shown"), [("kk", False), ("ru", False), ("en", True)])
def test_the_score_of_readability_is_shown_for_english_alone(language: str, shown: bool) -> None:
    make.make_tree()
    index = NewsIndexPage.objects.get(locale__language_code=language)
    news = NewsPage(title="x", live=False)
    index.add_child(instance=news)
    text = signed_in().get(f"/admin/pages/{news.pk}/edit/").content.decode()
    assert "data-content-word-count" in text
    assert ("data-content-readability-score" in text) is shown
