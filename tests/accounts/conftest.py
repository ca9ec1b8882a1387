"""Two organisations that must not meet."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.test import Client
from wagtail.models import Comment, Page

from coalition.accounts.models import User
from coalition.news.models import NewsIndexPage, NewsPage
from coalition.registry.models import Organisation, OrganisationPage
from coalition.registry.services import appoint_representative
from tests.accounts.walk import Ids
from tests.factories import registry as make


@dataclass
class World:
    """Organisations A and B, an editor of each, and a secretariat."""

    a: Organisation
    b: Organisation
    editor_a: User
    editor_b: User
    secretariat: User
    news_a: NewsPage
    news_b: NewsPage

    def client(self, user: User) -> Client:
        """A browser in which a person has signed in."""
        client = Client()
        client.force_login(user)
        return client


SECRETS = (
    "ZZ-lead",
    "ZZ-news",
    "ZZ-image",
    "ZZ-document",
    "zz-b@example.org",
    "Zz-person",
    "ZZ-comment",
)
"""What nobody of A may read: B's drafts, files, people."""


def _fill(organisation: Organisation, user: User, mark: str) -> NewsPage:
    """Drafts, a proposal under review, files and a comment."""
    for page in organisation.pages.all():
        page.lead = f"{mark}-lead"
        page.save_revision(user=user)
    page = organisation.pages.get(locale__language_code="kk")
    Comment.objects.create(page=page, user=user, text=f"{mark}-comment", contentpath="lead")
    page.get_workflow().start(page, user)
    index = NewsIndexPage.objects.get(locale__language_code="kk")
    news = NewsPage(title=f"{mark}-news", lead=f"{mark}-lead", live=False, owner=user)
    index.add_child(instance=news)
    news.save_revision(user=user)
    news.get_workflow().start(news, user)
    make.make_image(f"{mark}-image", organisation.collection, user)
    make.make_document(f"{mark}-document", organisation.collection, user)
    return news


@pytest.fixture
def world(db: None, settings: object, tmp_path: object) -> World:
    """Both organisations with pages, drafts under review, news proposals and files."""
    settings.MEDIA_ROOT = str(tmp_path)  # type: ignore[attr-defined] # pytest-django's fixture
    make.make_tree()
    a, b = make.make_organisation("Ардагер"), make.make_organisation("Намыс")
    secretariat = make.make_person("secretariat")
    editor_a = make.make_person("", "a@example.org", first_name="Anna")
    editor_b = make.make_person("", "zz-b@example.org", first_name="Zz-person")
    appoint_representative(organisation=a, user=editor_a, by=secretariat)
    appoint_representative(organisation=b, user=editor_b, by=secretariat)
    a.refresh_from_db()
    b.refresh_from_db()
    return World(
        a, b, editor_a, editor_b, secretariat, _fill(a, editor_a, "AA"), _fill(b, editor_b, "ZZ")
    )


def ids_of(organisation: Organisation, user: User, news: NewsPage) -> Ids:
    """Every id that belongs to an organisation and its editor."""
    pages: list[Page] = [*OrganisationPage.objects.filter(organisation=organisation), news]
    assert organisation.collection_id
    assert organisation.group_id
    states = [state for page in pages for state in page.workflow_states.all()]
    return Ids(
        page=[page.pk for page in pages],
        revision=[
            revision.pk for page in (pages[0], news) for revision in page.revisions.order_by("pk")
        ],
        workflow_state=[state.pk for state in states],
        task_state=[task.pk for state in states for task in state.task_states.all()],
        task=[state.workflow.workflow_tasks.get().task_id for state in states[:1]],
        workflow=[state.workflow_id for state in states[:1]],
        image=list(_in(organisation, "image")),
        document=list(_in(organisation, "document")),
        collection=[organisation.collection_id],
        user=[user.pk],
        group=[organisation.group_id],
        session=[1],
        row={"registry.Organisation": [organisation.pk]},
    )


def _in(organisation: Organisation, kind: str) -> list[int]:
    from wagtail.documents.models import Document
    from wagtail.images.models import Image

    model = Image if kind == "image" else Document
    return list(
        model.objects.filter(collection=organisation.collection).values_list("pk", flat=True)
    )
