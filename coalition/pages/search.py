"""Pages in the search: one document for a page in all its languages, only those that exist."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Min, QuerySet
from django.utils import translation
from django.utils.translation import gettext
from wagtail.models import Page

from coalition.pages.models import SHOWN, BasePage
from coalition.pages.selectors import in_language, public
from monitoring.core.models import LANGUAGES
from monitoring.search.documents import SearchDocument, Text
from monitoring.search.kinds import Hit, Kind
from monitoring.search.services import touch

Extras = Callable[[Any], Mapping[str, Any]]
"""What a kind adds to its document (facets, date) from the first shown version."""


def touch_page(page: Page) -> None:
    """Ask for a page to be indexed anew, under the kind and the id its type has chosen."""
    specific = page.specific
    if isinstance(specific, BasePage):
        touch(specific.search_kind, [specific.search_id()])


def make_kind(
    name: str,
    models: Callable[[], Sequence[type[BasePage]]],
    labels: Callable[[str, Sequence[str], str], Mapping[str, str]],
    extras: Extras | None = None,
) -> Kind:
    """The kind of some types of page. A document's id is that of the page's oldest version."""

    def queryset() -> QuerySet[Page]:
        keys = _shown(models()).values("translation_key")
        heads = (
            Page.objects.filter(translation_key__in=keys)
            .values("translation_key")
            .annotate(head=Min("pk"))
            .values("head")
        )
        return Page.objects.filter(pk__in=heads)  # type: ignore[no-any-return] # Wagtail is untyped

    def from_db(head: Page) -> SearchDocument | None:
        found = _versions([head])[head.pk]
        if not found:
            return None
        pages = {code: page.specific for code, page in found.items()}
        first = next(iter(pages.values()))
        return SearchDocument(
            kind=name,
            id=head.pk,
            version=max(
                int(page.language_record.noted_at.timestamp() * 1_000_000)
                for page in found.values()
            ),
            texts={code: Text(one.title, one.search_text()) for code, one in pages.items()},
            **(extras(first) if extras is not None else {}),
        )

    def visible(ids: Iterable[int]) -> set[int]:
        heads = Page.objects.filter(pk__in=list(ids))
        return {pk for pk, found in _versions(list(heads)).items() if found}

    def hits(ids: Sequence[int], language: str) -> Mapping[int, Hit]:
        heads = Page.objects.filter(pk__in=list(ids))
        found = {pk: pages for pk, pages in _versions(list(heads)).items() if pages}
        return {pk: _hit(pages, language) for pk, pages in found.items()}

    return Kind(name, labels, queryset, from_db, visible, hits)


def _hit(pages: Mapping[str, Page], language: str) -> Hit:
    """The reader's language, else the first that exists."""
    page = pages.get(language[:2]) or next(iter(pages.values()))
    return Hit(
        page.title,
        page.get_url() or "",
        page.locale.language_code,
        changed=page.last_published_at,
    )


def _shown(models: Sequence[type[BasePage]]) -> QuerySet[Page]:
    return (  # type: ignore[no-any-return] # Wagtail is untyped
        public(Page.objects.all())
        .type(*models)
        .filter(alias_of__isnull=True, language_record__state__in=SHOWN)
    )


def _versions(heads: Sequence[Page]) -> dict[int, dict[str, Page]]:
    """The shown versions of pages by language, Kazakh first; a query and one a language."""
    keys = {head.translation_key: head.pk for head in heads}
    found: dict[int, dict[str, Page]] = defaultdict(dict, {head.pk: {} for head in heads})
    for code in LANGUAGES:
        pages = in_language(Page.objects.filter(translation_key__in=list(keys)), code)
        for page in pages.select_related("locale", "language_record"):
            found[keys[page.translation_key]][code] = page
    return dict(found)


def _plain_types() -> list[type[BasePage]]:
    from django.apps import apps

    return [
        model
        for model in apps.get_models()
        if issubclass(model, BasePage) and model.search_kind == "page"
    ]


def _labels(facet: str, values: Sequence[str], language: str) -> Mapping[str, str]:
    if facet != "kind":
        return {}
    with translation.override(language):
        return {"page": gettext("Page of the site")}


KIND = make_kind("page", _plain_types, _labels)
"""Every type of page that no room has made a kind of its own."""
