"""Trees and organisations for tests."""

from __future__ import annotations

from typing import Any

from django.core.files.base import ContentFile
from wagtail.documents.models import Document
from wagtail.images.models import Image
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import Locale, Page, Site

from coalition.accounts.models import User
from coalition.accounts.services import create_user, sync_groups
from coalition.news.models import NewsIndexPage
from coalition.pages.services import confirm_language
from coalition.registry.models import Organisation, OrganisationIndexPage
from coalition.registry.services import create_organisation
from coalition.website.models import HomePage
from monitoring.vocabulary.models import Region

WORDS = {"kk": "Қазақша", "ru": "По-русски", "en": "In English"}


def make_tree(directory: bool = True) -> dict[str, Page]:
    """Home pages by language, with a list of news and (if asked) of organisations below each."""
    root = Page.objects.get(depth=1)
    Page.objects.filter(depth=2).delete()
    root.refresh_from_db()
    homes: dict[str, Page] = {}
    keys: dict[str, Any] = {}
    for language, word in WORDS.items():
        locale, _ = Locale.objects.get_or_create(language_code=language)
        home = HomePage(title=word, slug=language, motto=word, locale=locale)
        _join(root, home, keys)
        homes[language] = home
        if directory:
            _join(home, OrganisationIndexPage(title=f"{word} 1", locale=locale), keys)
        _join(home, NewsIndexPage(title=f"{word} 2", locale=locale), keys)
    Site.objects.all().delete()
    Site.objects.create(hostname="localhost", port=80, root_page=homes["kk"], is_default_site=True)
    return homes


def _join(parent: Page, page: Page, keys: dict[str, Any]) -> None:
    name = type(page).__name__
    if name in keys:
        page.translation_key = keys[name]
    parent.add_child(instance=page)
    page.save_revision().publish()
    if name in keys:
        confirm_language(page=page, by=None)
    keys[name] = page.translation_key


def make_region() -> Region:
    """Almaty."""
    region, _ = Region.objects.get_or_create(
        code="KZ-75",
        defaults={
            "name_kk": "Алматы",
            "name_ru": "Алматы",
            "name_en": "Almaty",
            "kato_prefix": "75",
            "centre_kk": "Алматы",
            "centre_ru": "Алматы",
            "centre_en": "Almaty",
            "lat": 43.2,
            "lon": 76.9,
            "tile_row": 5,
            "tile_col": 4,
        },
    )
    return region


def values(name: str = "Үй", **other: Any) -> dict[str, Any]:
    """Fields of an organisation called `name`."""
    found: dict[str, Any] = {"region": make_region(), "settlement": "city"}
    for language in WORDS:
        found[f"name_{language}"] = f"«{name}» {language}"
        found[f"short_name_{language}"] = f"{name} {language}"
        found[f"place_{language}"] = f"Алматы {language}"
    return {**found, **other}


def make_organisation(name: str = "Үй", **other: Any) -> Organisation:
    """An organisation with published pages in three languages (needs `make_tree`)."""
    organisation = create_organisation(values=values(name, **other))
    for page in organisation.pages.all():
        page.get_latest_revision().publish()
    return organisation


def make_person(role: str = "", address: str = "", **other: Any) -> User:
    """A person with a role; the groups are synced first."""
    sync_groups()
    return create_user(
        email=address or f"{role or 'nobody'}@example.org",
        password="correct horse battery",
        first_name=other.pop("first_name", role or "Nobody"),
        role=role,
        **other,
    )


def make_image(title: str, collection: Any, owner: User | None = None) -> Image:
    """A small picture in a collection."""
    return Image.objects.create(
        title=title,
        file=get_test_image_file(f"{title}.png"),
        collection=collection,
        uploaded_by_user=owner,
    )


def make_document(title: str, collection: Any, owner: User | None = None) -> Document:
    """A small file in a collection."""
    return Document.objects.create(
        title=title,
        file=ContentFile(b"text", name=f"{title}.txt"),
        collection=collection,
        uploaded_by_user=owner,
    )
