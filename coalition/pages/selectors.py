"""Reads of the room `pages`: the one place that decides what a reader of a language sees."""

from __future__ import annotations

from typing import Any, TypedDict, TypeVar

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Length, Substr
from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation
from wagtail.models import Page, PageViewRestriction
from wagtail.query import PageQuerySet

from coalition.pages.found import found_of_page
from coalition.pages.models import SHOWN, PageLanguage, State
from monitoring.core.models import LANGUAGES

Pages = TypeVar("Pages", bound=PageQuerySet)


class Alternate(TypedDict):
    """One entry of the language switch; `full_url` only where readers see the page."""

    language: str
    url: str
    state: str
    full_url: str


def in_language(pages: Pages, language: str) -> Pages:
    """The pages that exist for a reader of a language: live, public, complete or outdated.

    No query more than the list itself.
    """
    found: Pages = shown(pages).filter(locale__language_code=language[:2])
    return found


def shown(pages: Pages) -> Pages:
    """The versions that readers see, each in its own language."""
    found: Pages = public(pages).filter(alias_of__isnull=True, language_record__state__in=SHOWN)
    return found


def in_any_language(pages: Pages, language: str) -> Pages:
    """Each page once: its version in the language, or, lacking that, the oldest that is shown.

    For lists that tell a reader what exists in another language only. No query more than the list.
    """
    same = Page.objects.filter(translation_key=OuterRef("translation_key"))
    here = in_language(same, language)
    older = shown(same.filter(pk__lt=OuterRef("pk")))
    found: Pages = shown(pages).filter(
        Q(locale__language_code=language[:2]) | (~Exists(here) & ~Exists(older))
    )
    return found


def public(pages: Pages) -> Pages:
    """The live pages that neither they themselves nor a page above restricts.

    Wagtail's own `public()` reads the restrictions first: a query more in every list.
    """
    restrictions = PageViewRestriction.objects.filter(
        page__path=Substr(OuterRef("path"), 1, Length("page__path"))
    )
    found: Pages = pages.live().exclude(Exists(restrictions))
    return found


def is_shown(page: Page) -> bool:
    """Whether readers see this page in its own language. One query, none if the row is loaded."""
    record = record_of(page)
    return page.alias_of_id is None and record is not None and record.state in SHOWN


def record_of(page: Page) -> PageLanguage | None:
    """The row that says how far the page exists in its language."""
    if "language_record" not in page._state.fields_cache:
        found = PageLanguage.objects.filter(page_id=page.pk).first()
        page._state.fields_cache["language_record"] = found
    return page._state.fields_cache["language_record"]  # type: ignore[no-any-return] # Wagtail is untyped


def versions(page: Page) -> dict[str, Page]:
    """The live, public language versions of a page by language, in whatever state. One query."""
    rows = (
        public(Page.objects.all())
        .filter(translation_key=page.translation_key, alias_of__isnull=True)
        .select_related("locale", "language_record")
    )
    return {row.locale.language_code: row for row in rows}


def load_versions(page: Page) -> dict[str, Page]:
    """The versions, read once for a request and kept on the page with its locale and its row."""
    if not hasattr(page, "_versions"):
        page._versions = versions(page)
        for version in page._versions.values():
            if version.pk == page.pk:
                page._state.fields_cache["locale"] = version.locale
                page._state.fields_cache["language_record"] = record_of(version)
    found: dict[str, Page] = page._versions
    return found


def language_state(page: Page, language: str) -> str:
    """`none`, `partial`, `complete` or `outdated`: how far a page exists in a language."""
    found = versions(page).get(language[:2])
    return _state(found)


def original_of(page: Page) -> Page | None:
    """The version to offer where one is missing: the original, else any that is shown."""
    return _original(versions(page))


def head_id(page: Page) -> int:
    """The id that stands for a page in all its languages: that of its oldest version."""
    ids = Page.objects.filter(translation_key=page.translation_key).order_by("pk")
    return int(ids.values_list("pk", flat=True)[:1].get())


def alternates(page: Page, request: HttpRequest | None = None) -> list[Alternate]:
    """The page's address in each language, always one that answers with status 200.

    A version that is there has its own address; a missing one has the page's permanent address in
    that language (`/ru/p/17/`), which says so and, once the version is there, leads to it.
    """
    return _alternates(page, versions(page), request)


def parent_of(page: Page) -> Page | None:
    """The page above, for the way back; None right below the home page. One query."""
    return page.get_parent() if page.depth > 3 else None


def load_related(page: Page, *names: str) -> None:
    """Read several foreign keys of a page in one query instead of one each.

    A draft that names others than the published page reads those by itself.
    """
    missing = [name for name in names if not page._meta.get_field(name).is_cached(page)]
    wanted = [name for name in missing if getattr(page, f"{name}_id")]
    if len(wanted) < 2:
        return
    found = type(page).objects.filter(pk=page.pk).select_related(*wanted).first()
    for name in wanted:
        if found is not None and getattr(found, f"{name}_id") == getattr(page, f"{name}_id"):
            page._state.fields_cache[name] = getattr(found, name)


def page_context(page: Page, request: HttpRequest) -> dict[str, Any]:
    """What the base template needs of a page: switch, canonical address, notice. One query."""
    found = load_versions(page)
    record = record_of(page)
    outdated = record is not None and record.state == State.OUTDATED
    original = _original(found) if outdated else None
    alternates = _alternates(page, found, request)
    real = {one["language"]: one["full_url"] for one in alternates if one["full_url"]}
    return {
        "alternates": alternates,
        "found": found_of_page(page, real, request),
        "canonical": page.get_full_url(request),
        "outdated_since": record.outdated_since if record is not None and outdated else None,
        "original": original,
        "original_url": original.get_url(request) if original is not None else "",
    }


def _state(page: Page | None) -> str:
    record = record_of(page) if page is not None else None
    return str(record.state) if record is not None else str(State.NONE)


def _original(found: dict[str, Page]) -> Page | None:
    shown = [page for page in found.values() if is_shown(page)]
    shown.sort(key=lambda page: (not page.language_record.is_original, page.pk))
    return shown[0] if shown else None


def _alternates(page: Page, found: dict[str, Page], request: HttpRequest | None) -> list[Alternate]:
    entries: list[Alternate] = []
    oldest = min((version.pk for version in found.values()), default=page.pk)
    for language in LANGUAGES:
        version = found.get(language)
        if version is not None:
            url = version.get_url(request)
        else:
            with translation.override(language):
                url = reverse("page_in_language", args=[oldest])
        full = version.get_full_url(request) if version is not None and is_shown(version) else ""
        entries.append(
            {"language": language, "url": url, "state": _state(version), "full_url": full}
        )
    return entries
