"""Public pages of the journal: reporting an error, the list of corrections and its Atom."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language, gettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from monitoring.journal import selectors, services
from monitoring.journal.forms import ReportForm
from monitoring.journal.models import Correction

REPORTS_A_HOUR = 10
"""Reports from one network; a class of pupils may look for errors together."""
PAGE_SIZE = 30
LENGTH = 50


def _language() -> str:
    return (get_language() or "kk")[:2]


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def report_error(request: HttpRequest) -> HttpResponse:
    """Asks what is wrong on which page (`?page=PATH`) and keeps it. No cookie; no query on GET."""
    if request.method != "POST":
        if "sent" in request.GET:
            return render(request, "journal/reported.html")
        page = request.GET.get("page", "")[:500].replace("\0", "")
        form = ReportForm(initial={"page": page})
        return render(request, "journal/report.html", {"form": form})
    form = ReportForm(request.POST)
    if not form.admit(request, purpose="report", capacity=REPORTS_A_HOUR, per_seconds=3600):
        return form.refused(render(request, "journal/report.html", {"form": form}))
    if not form.is_from_a_program:
        services.report_error(
            page=form.cleaned_data["page"],
            text=form.cleaned_data["text"],
            address=form.cleaned_data["address"],
            language=_language(),
        )
    return HttpResponseRedirect(f"{reverse('report_error')}?sent=1")


@require_safe
def corrections(request: HttpRequest) -> HttpResponse:
    """What was corrected, when and where, the latest first: two queries."""
    page = Paginator(selectors.corrections(), PAGE_SIZE).get_page(request.GET.get("page"))
    language = _language()
    context = {
        "rows": [{"correction": one, **_where(one, language)} for one in page.object_list],
        "page": page,
        "previous_url": f"?page={page.number - 1}" if page.has_previous() else "",
        "next_url": f"?page={page.number + 1}" if page.has_next() else "",
    }
    return render(request, "journal/corrections.html", context)


@require_safe
def corrections_feed(request: HttpRequest) -> HttpResponse:
    """Atom of the list in the language of the address: one query."""
    language = _language()
    home = request.build_absolute_uri(reverse("corrections"))
    host = urlsplit(home).hostname
    feed = Atom1Feed(
        title=gettext("Corrections"),
        link=home,
        description=None,
        language=language,
        feed_url=request.build_absolute_uri(request.path),
        feed_guid=f"tag:{host},2026:corrections/{language}",
    )
    for one in selectors.corrections()[:LENGTH]:
        where = _where(one, language)
        feed.add_item(
            title=where["title"] or where["address"] or gettext("Corrections"),
            link=request.build_absolute_uri(where["address"] or home),
            description=one.said,
            pubdate=one.at,
            updateddate=one.at,
            unique_id=f"tag:{host},2026:correction/{one.pk}/{language}",
        )
    return HttpResponse(feed.writeString("utf-8"), content_type=feed.content_type)


def _where(correction: Correction, language: str) -> dict[str, str]:
    """Title and path of the corrected page; a path is shown only if it is one of ours."""
    addresses, titles = correction.addresses, correction.titles
    address = str(addresses.get(language) or addresses.get("kk") or "")
    ours = address.startswith("/") and not address.startswith(("//", "/\\"))
    return {
        "title": str(titles.get(language) or titles.get("kk") or ""),
        "address": address if ours else "",
    }
