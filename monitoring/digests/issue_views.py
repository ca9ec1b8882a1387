"""Public pages of the issues: one an issue and language, the archive by year, the feed."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import get_language, gettext, override
from django.views.decorators.http import require_safe

from monitoring.core import clock
from monitoring.core.dates import long_date
from monitoring.core.feeds import LENGTH, Entry, atom
from monitoring.core.found import Found, absolute, breadcrumbs
from monitoring.core.models import LANGUAGES
from monitoring.digests.issues import LISTED, address_of_issue, shown_issue, visible_now
from monitoring.digests.models import Issue, Letter
from monitoring.evidence.selectors import chain_head

PAGE_SIZE = 50


def _language() -> str:
    return (get_language() or "kk")[:2]


def paths_of(name: str, *args: Any) -> dict[str, str]:
    """The path of a page in each language."""
    found = {}
    for code in LANGUAGES:
        with override(code):
            found[code] = reverse(name, args=args)
    return found


def switch(paths: dict[str, str]) -> list[dict[str, str]]:
    """The same for the switch of languages."""
    return [{"language": code, "url": url, "state": ""} for code, url in paths.items()]


def _day(issue: Issue, language: str) -> str:
    return long_date(issue.run.window_end.astimezone(clock.ALMATY).date(), "day", language)


@require_safe
def issue(request: HttpRequest, year: int, pk: int) -> HttpResponse:
    """One issue; nothing of a reader stands on it. Few queries whatever it tells."""
    language = _language()
    row = get_object_or_404(Issue.objects.select_related("run"), pk=pk, year=year)
    shown = shown_issue(row, language)
    paths = {code: address_of_issue(row, code) for code in LANGUAGES}
    title = shown.get("headline") or gettext("Issue of the digest")
    data = {
        "@type": "NewsArticle",
        "headline": title,
        "inLanguage": language,
        "datePublished": row.created_at.isoformat(),
        "url": absolute(paths[language]),
        "about": [{"@type": "Legislation", "name": one["title"]} for one in shown["items"][:20]],
    }
    steps = [
        (gettext("Home"), f"/{language}/"),
        (gettext("Issues of the digest"), reverse("digest_issues")),
        (title, paths[language]),
    ]
    context = {
        "issue": row,
        "shown": shown,
        "title": title,
        "day": _day(row, language),
        "head": chain_head(),
        "alternates": switch(paths),
        "found": Found(
            title=title,
            path=paths[language],
            language=language,
            description="; ".join(one["title"] for one in shown["items"][:3]),
            alternates=paths,
            kind="article",
            data=[data, breadcrumbs(steps)],
            noindex=row.run.frequency not in LISTED,
        ),
    }
    return render(request, "digests/issue.html", context)


@require_safe
def issues(request: HttpRequest, year: int | None = None) -> HttpResponse:
    """The archive: the issues and public letters of one year, newest first. Six queries.

    With `?last` it leads to the newest issue, if one has left.
    """
    language = _language()
    listed = Issue.objects.filter(run__frequency__in=LISTED)
    if "last" in request.GET:
        newest = listed.defer("content").order_by("-run__window_end", "-pk").first()
        if newest is not None:
            return HttpResponseRedirect(address_of_issue(newest, language))
    years = list(listed.order_by("-year").values_list("year", flat=True).distinct())
    if year is not None and year not in years:
        raise Http404
    chosen = year or (years[0] if years else clock.today().year)
    of_year = (
        listed.filter(year=chosen)
        .annotate(headline=KeyTextTransform("headline", KeyTransform(language, "content")))
        .defer("content")  # a year of issues holds megabytes
        .select_related("run")
        .order_by("-run__window_end", "-pk")
    )
    page = Paginator(of_year, PAGE_SIZE).get_page(request.GET.get("page"))
    letters = Letter.objects.filter(is_public=True, sent_at__year=chosen).order_by("-sent_at")
    args = [year] if year else []
    name = "digest_year" if year else "digest_issues"
    paths = paths_of(name, *args)
    context = {
        "year": chosen,
        "years": years,
        "rows": [
            {
                "url": address_of_issue(one, language),
                "day": _day(one, language),
                "frequency": one.run.frequency,
                "headline": one.headline or "",
            }
            for one in page.object_list
        ],
        "page": page,
        "previous_url": f"?page={page.number - 1}" if page.has_previous() else "",
        "next_url": f"?page={page.number + 1}" if page.has_next() else "",
        "letters": [letter_row(one, language) for one in letters] if page.number == 1 else [],
        "alternates": switch(paths),
        "found": Found(
            title=f"{gettext('Issues of the digest')} · {chosen}",
            path=paths[language],
            language=language,
            alternates=paths,
        ),
    }
    return render(request, "digests/issues.html", context)


def letter_row(row: Letter, language: str) -> dict[str, Any]:
    """A public letter as a line of the archive."""
    code = row.language_for(language)
    at = row.sent_at or row.changed_at
    return {
        "url": reverse("digest_letter", args=[row.pk]),
        "subject": row.words("subject", code),
        "language": code,
        "day": long_date(at.astimezone(clock.ALMATY).date(), "day", language),
    }


@require_safe
def feed(request: HttpRequest) -> HttpResponseBase:
    """Atom of the issues in a language, the newest first: three queries."""
    language = _language()
    listed = Issue.objects.filter(run__frequency__in=LISTED).select_related("run")
    rows = list(listed.order_by("-pk")[:LENGTH])
    contents = [row.content.get(language) or {} for row in rows]
    visible = visible_now([one for content in contents for one in content.get("items", ())[:5]])
    entries = []
    for row, content in zip(rows, contents, strict=True):
        told = content.get("items", ())[:5]
        titles = [one["title"] for one in told if tuple(one["record"]) in visible]
        entries.append(
            Entry(
                key=f"issue/{row.pk}",
                title=f"{content.get('headline', '')} · {_day(row, language)}",
                address=address_of_issue(row, language),
                summary="; ".join(titles),
                published=row.created_at,
                updated=row.created_at,
            )
        )
    return atom(
        request,
        key="issues",
        title=gettext("Issues of the digest"),
        address=reverse("digest_issues"),
        entries=entries,
        evidence=chain_head(),
    )
