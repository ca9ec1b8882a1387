"""What waits for translation: pages and texts of decisions in one queue, by language and age.

A page waits in a language when its original is public and readers of that language do not see it
complete; a decision when it is public and has no published text there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import CharField, Exists, F, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce, TruncDate
from django.urls import reverse
from wagtail.models import Locale, Page
from wagtail_localize.models import Translation

from coalition.pages.models import PageLanguage, State
from coalition.pages.selectors import public
from monitoring.core import clock
from monitoring.core.dates import short_date
from monitoring.core.models import LANGUAGES
from monitoring.decisions import selectors, upkeep
from monitoring.decisions.models import Decision, Edition

KINDS = ("page", "edition")


def missing_page_rows(language: str) -> Any:
    """Light rows of pages whose original is public and that are not complete in a language."""
    here = PageLanguage.objects.filter(
        page__translation_key=OuterRef("page__translation_key"),
        page__locale__language_code=language,
        page__alias_of=None,
    )
    public_pages = public(Page.objects.filter(depth__gt=2)).values("pk")
    originals = (
        PageLanguage.objects.filter(is_original=True, page__in=public_pages, page__alias_of=None)
        .exclude(page__locale__language_code=language)
        .exclude(Exists(here.filter(state=State.COMPLETE, page__live=True)))
        .annotate(
            changed=Subquery(here.values("outdated_since")[:1]),
            there=Subquery(here.values("state")[:1]),
        )
    )
    return originals.values(
        thing=Value("page", CharField()),
        target=Value(language, CharField()),
        pk=F("page_id"),
        progress=Coalesce(F("there"), Value(State.NONE.value), output_field=CharField()),
        since=TruncDate(Coalesce(F("changed"), F("page__first_published_at")), tzinfo=clock.ALMATY),
    )


def waiting_rows(*, languages: Sequence[str] = LANGUAGES, kinds: Sequence[str] = KINDS) -> Any:
    """Light rows of all that waits, the longest waiting first. One query, made when it is read."""
    parts: list[Any] = []
    columns = ("thing", "target", "pk", "progress", "since")
    for language in languages:
        if "page" in kinds:
            parts.append(missing_page_rows(language).values(*columns))
        if "edition" in kinds:
            parts.append(upkeep.missing_text_rows(language).values(*columns))
    first, *rest = (part.order_by() for part in parts)
    together = first.union(*rest, all=True) if rest else first
    return together.order_by("since", "thing", "pk", "target")


def filled(rows: Sequence[dict[str, Any]], language: str) -> list[dict[str, Any]]:
    """Rows with title, source language and the address of the one click. At most eight queries."""
    ids = {kind: {row["pk"] for row in rows if row["thing"] == kind} for kind in KINDS}
    pages = {
        page.pk: page
        for page in Page.objects.filter(pk__in=ids["page"]).select_related("locale", "content_type")
    }
    copies = _copies(pages)
    decisions = {
        one.pk: one for one in selectors.for_rows(Decision.objects.filter(pk__in=ids["edition"]))
    }
    drafts = {
        (decision, code): pk
        for decision, code, pk in Edition.objects.filter(decision__in=ids["edition"]).values_list(
            "decision", "language", "pk"
        )
    }
    words = dict(State.choices)
    shown = []
    for row in rows:
        target = row["target"]
        if row["thing"] == "page":
            page = pages[row["pk"]]
            more = {
                "title": page.title,
                "what": page.cached_content_type.model_class()._meta.verbose_name,
                "source_language": page.locale.language_code,
                "url": _page_url(page, copies.get((page.translation_key, target))),
                "address": page.url or "",
            }
        else:
            decision = decisions[row["pk"]]
            edition = decision.edition_for(language)
            draft = drafts.get((decision.pk, target))
            more = {
                "title": edition.short_title if edition else decision.naming(language),
                "what": decision.naming(language),
                "source_language": edition.language if edition else "",
                "url": _edition_url(decision, target, draft),
                "address": decision.address_in(language),
            }
        more["state_label"] = str(words[row["progress"]])
        more["since_shown"] = short_date(row["since"]) or "–"
        shown.append({**row, **more})
    return shown


def _copies(pages: dict[int, Page]) -> dict[tuple[Any, str], tuple[int, bool]]:
    """Translations that exist already: key and language to id, and whether localize keeps it."""
    keys = {page.translation_key for page in pages.values()}
    kept = Translation.objects.filter(
        source__object_id=OuterRef("translation_key"),
        target_locale=OuterRef("locale"),
        enabled=True,
    )
    found = Page.objects.filter(translation_key__in=keys, alias_of=None)
    rows = found.annotate(kept=Exists(kept)).values_list(
        "translation_key", "locale__language_code", "pk", "kept"
    )
    return {(key, language): (pk, kept) for key, language, pk, kept in rows}


def _page_url(page: Page, copy: tuple[int, bool] | None) -> str:
    """The translator's page: the copy's own if there is one, else where a copy is asked for."""
    if copy is not None:
        return reverse("wagtailadmin_pages:edit", args=[copy[0]])
    return reverse("wagtail_localize:submit_page_translation", args=[page.pk])


def _edition_url(decision: Decision, language: str, draft: int | None) -> str:
    if draft is not None:
        return reverse("wagtailsnippets_decisions_edition:edit", args=[draft])
    add = reverse("wagtailsnippets_decisions_edition:add")
    return f"{add}?decision={decision.pk}&language={language}"


def languages_of_site() -> list[str]:
    """The languages for which there is a tree of pages."""
    codes = set(Locale.objects.values_list("language_code", flat=True))
    return [code for code in LANGUAGES if code in codes]
