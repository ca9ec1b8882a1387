"""Search in the admin: what people ask, why a record matches, what a synonym would change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from monitoring.search import asked, kinds
from monitoring.search.analysis import Concept
from monitoring.search.backends.base import EngineError
from monitoring.search.models import Synonym
from monitoring.search.preview import TOP, effects
from monitoring.search.query import Query
from monitoring.search.selectors import Found, search
from monitoring.search.synonyms import LANGUAGES
from monitoring.search.why import explain

DAYS = 30


def _allowed(request: HttpRequest, right: str) -> None:
    user: Any = request.user
    if not user.has_perm(f"search.{right}"):
        raise PermissionDenied


def _language() -> str:
    language = (get_language() or "ru")[:2]
    return language if language in LANGUAGES else "ru"


@require_safe
def asked_queries(request: HttpRequest) -> HttpResponse:
    """The queries of the last days that found nothing, and the popular ones."""
    _allowed(request, "view_askedquery")
    user: Any = request.user
    context = {
        "days": DAYS,
        "networks": asked.NETWORKS,
        "kept_days": asked.KEPT_DAYS,
        "may_add": user.has_perm("search.add_synonym"),
        "failed": [_row(one) for one in asked.popular(DAYS, failed=True)],
        "popular": [_row(one) for one in asked.popular(DAYS)],
    }
    return render(request, "search/admin/asked.html", context)


def _row(one: asked.Asked) -> dict[str, Any]:
    field = "terms_en" if one.text.isascii() else "terms_ru"
    if not set("әғқңөұүһі").isdisjoint(one.text):
        field = "terms_kk"
    return {
        "asked": one,
        "synonym": f"{reverse(Synonym.snippet_viewset.get_url_name('add'))}?"  # type: ignore[attr-defined]  # Wagtail sets it
        + urlencode({field: one.text}),
        "why": f"{reverse('search_why')}?{urlencode({'q': one.text})}",
    }


@require_safe
def why(request: HttpRequest) -> HttpResponse:
    """A query's first results; of one of them everything that decides its place.

    `?q=…&record=decision:12`; words in the place of a record offer what they find.
    """
    _allowed(request, "view_askedquery")
    typed = request.GET.get("q", "")[:2_000].replace("\x00", "")
    query, language = Query.parse(typed), _language()
    record = request.GET.get("record", "")[:200].replace("\x00", "").strip()
    name, _colon, pk = record.partition(":")
    found = notice = None
    named: Sequence[Found] = ()
    if typed and record and not (kinds.get(name) and _is_id(pk)):
        named = search(Query.parse(record), language, size=TOP).hits
        notice = "" if named else _("No record has these words.")
    elif typed and record:
        try:
            found = explain(query, name, int(pk), language)
            notice = "" if found else _("There is no such record, or no index yet.")
        except EngineError:
            notice = _("The search engine does not answer at the moment.")
    hits = search(query, language, size=2 * TOP).hits if typed else ()
    context = {
        "typed": typed,
        "record": record,
        "why": found,
        "notice": notice,
        "picks": _explained(named, typed),
        "hits": _explained(hits, typed),
    }
    return render(request, "search/admin/why.html", context)


def _explained(hits: Sequence[Found], typed: str) -> list[dict[str, Any]]:
    """Records, each with the address at which its place for a query is explained."""
    return [
        {
            "hit": one,
            "address": "?" + urlencode({"q": typed, "record": f"{one.kind}:{one.id}"}),
        }
        for one in hits
    ]


def _is_id(typed: str) -> bool:
    return typed.isascii() and typed.isdecimal() and len(typed) < 18


@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """What the synonym of the form would change; nothing is saved."""
    _allowed(request, "view_synonym")
    pk = request.POST.get("synonym", "")
    known = Synonym.objects.filter(pk=int(pk)).first() if _is_id(pk) else None
    terms = {
        code: tuple(
            line.strip()[:200]
            for line in request.POST.get(f"terms_{code}", "").splitlines()[:20]
            if line.strip()
        )
        for code in LANGUAGES
    }
    concept = Concept(known.key if known else "-new-", terms, request.POST.get("opaque") == "on")
    found, notice = [], ""
    try:
        found = effects(concept, active=request.POST.get("active") == "on", language=_language())
    except EngineError:
        notice = _("The search engine does not answer at the moment.")
    context = {"effects": found, "notice": notice, "terms": terms, "top": TOP}
    return render(request, "search/admin/preview.html", context)
