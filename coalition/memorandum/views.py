"""The memorandum's versions: each at its own address, any two side by side, each on paper."""

from __future__ import annotations

from dataclasses import replace

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from coalition.memorandum import papers, selectors
from coalition.memorandum.models import Version
from monitoring.core.found import Found


def _language() -> str:
    return (get_language() or "kk")[:2]


def _head(
    request: HttpRequest, title: str, language: str, alternates: list[dict[str, str]]
) -> Found:
    """What search engines and messengers are told of a page of this room."""
    return Found(
        title=title,
        path=request.path,
        language=language,
        alternates={one["language"]: one["url"] for one in alternates},
    )


@require_safe
def version(request: HttpRequest, number: int) -> HttpResponse:
    """One version as it stood, with a notice when a newer one is in force."""
    language = _language()
    found = get_object_or_404(Version.objects.adopted(), number=number)
    context = selectors.memorandum_context(language, request, found)
    context |= {
        "memorandum_url": selectors.page_address(language, request),
        "alternates": selectors.alternates("memorandum_version", number),
    }
    title = f"{found.label_in(language)}, {context['days']}"
    context["found"] = _head(request, title, language, context["alternates"])
    return render(request, "memorandum/version.html", context)


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Two versions as a redline: `from` and `to` are their numbers, by default the newest two."""
    language = _language()
    versions = list(Version.objects.adopted())
    by_number = {str(one.number): one for one in versions}
    newer = by_number.get(request.GET.get("to", ""), versions[0] if versions else None)
    if newer is None:
        raise Http404
    older = by_number.get(request.GET.get("from", ""))
    if older is None:
        older = next((one for one in versions if one.number < newer.number), newer)
    if older.number > newer.number:  # a comparison runs with time, however it was asked for
        older, newer = newer, older
    context = {
        "versions": [{"version": one, "days": one.days(language)} for one in versions],
        "older": older,
        "newer": newer,
        "older_days": older.days(language),
        "newer_days": newer.days(language),
        "is_old": newer != versions[0],
        "newest": versions[0],
        "memorandum_url": selectors.page_address(language, request),
        "alternates": selectors.alternates(
            "memorandum_compare", query=f"from={older.number}&to={newer.number}"
        ),
    }
    if older != newer:
        context |= selectors.compared(older, newer, language)
    title = gettext("Memorandum: two versions compared")
    context["found"] = replace(
        _head(request, title, language, selectors.alternates("memorandum_compare")), noindex=True
    )
    return render(request, "memorandum/compare.html", context)


@require_safe
def paper(request: HttpRequest, number: int) -> HttpResponse:
    """A version as PDF in the language of the address, with the list of who founded and acceded."""
    language = _language()
    found = get_object_or_404(Version.objects.adopted(), number=number)
    content, fingerprint = papers.paper_of(found, language)
    tag = f'"{fingerprint}"'
    if request.headers.get("If-None-Match") == tag:
        return HttpResponseNotModified()
    name = f"memorandum-{found.number}-{language}.pdf"
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="{name}"',
            "Content-Language": language,
            "ETag": tag,
        },
    )
