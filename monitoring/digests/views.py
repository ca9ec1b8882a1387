"""Public pages: asking for mail, confirming, managing, leaving. GET shows, POST acts.

The pages carry no cookie and no CSRF token; `from_our_pages` and the signed link stand for them.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from monitoring.core.clients import from_our_pages
from monitoring.core.models import LANGUAGES
from monitoring.digests import links, services
from monitoring.digests.forms import SubscribeForm
from monitoring.digests.models import Frequency, Subscriber
from monitoring.digests.selectors import latest_changes
from monitoring.search.query import Query

ASKED_A_HOUR = 20
"""Requests for mail from one address of the network; a school stands behind one."""


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def subscribe(request: HttpRequest) -> HttpResponse:
    """Says what comes and how often, then asks for the address."""
    if request.method != "POST":
        if "asked" in request.GET:
            return render(request, "digests/asked.html")
        asked = Query.from_params(request.GET)
        search = "" if asked.is_empty else asked.to_query_string()
        form = SubscribeForm(
            initial={
                "about": request.GET.get("about") or ("search" if search else "all"),
                "query": search,
                "frequency": Frequency.WEEKLY,
            }
        )
        return _form_page(request, form)
    form = SubscribeForm(request.POST)
    if not form.admit(request, purpose="subscribe", capacity=ASKED_A_HOUR, per_seconds=3600):
        return form.refused(_form_page(request, form))
    if not form.is_from_a_program:
        services.ask_subscription(
            address=form.cleaned_data["address"],
            query=form.cleaned_data["asked"],
            frequency=form.cleaned_data["frequency"],
            note=form.cleaned_data["note"],
            language=(get_language() or "kk")[:2],
            page=urlsplit(request.headers.get("Referer", "")).path[:200],
        )
    # The same answer for known, unknown, refused and invented addresses.
    return HttpResponseRedirect(f"{reverse('subscribe')}?asked=1")


def _form_page(request: HttpRequest, form: SubscribeForm) -> HttpResponse:
    context = {"form": form, "latest": latest_changes((get_language() or "kk")[:2])}
    return render(request, "digests/subscribe.html", context)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind the confirmation link; its button confirms."""
    subscriber = links.read(token, links.CONFIRM)
    if subscriber is None:
        return _bad_link(request)
    language = (get_language() or "kk")[:2]
    if request.method == "POST" and from_our_pages(request):
        active = services.confirm_subscriptions(subscriber=subscriber)
        context = {
            "active": [services.spoken(one, language) for one in active],
            "manage_link": links.manage_link(subscriber),
        }
        return render(request, "digests/confirmed.html", context)
    waiting = subscriber.subscriptions.waiting().select_related("query").order_by("pk")
    context = {
        "waiting": [services.spoken(one, language) for one in waiting],
        "manage_link": links.manage_link(subscriber),
    }
    return render(request, "digests/confirm.html", context)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def subscriptions(request: HttpRequest, token: str) -> HttpResponse:
    """Everything a reader follows, and every way to change it."""
    subscriber = links.read(token, links.MANAGE)
    if subscriber is None:
        return _bad_link(request)
    done = ""
    if request.method == "POST" and from_our_pages(request):
        if request.POST.get("action") == "erase":
            services.erase_subscriber(subscriber=subscriber)
            return render(request, "digests/erased.html")
        done = _act(request, subscriber)
        subscriber.refresh_from_db()
    language = (get_language() or "kk")[:2]
    rows = subscriber.subscriptions.active().select_related("query").order_by("pk")
    context = {
        "subscriber": subscriber,
        "rows": [services.spoken(one, language) for one in rows],
        "frequencies": Frequency.choices,
        "languages": [("kk", "Қазақша"), ("ru", "Русский"), ("en", "English")],
        "done": done,
    }
    return render(request, "digests/manage.html", context)


def _act(request: HttpRequest, subscriber: Subscriber) -> str:
    """Do what a button of the manage page says; the sentence that tells so, or nothing."""
    action = request.POST.get("action", "")
    if action == "leave":
        services.end_subscriptions(subscriber=subscriber, how="manage page")
        return _("You follow nothing any more. No mail will come.")
    if action == "language" and request.POST.get("language") in LANGUAGES:
        services.change_language(subscriber=subscriber, language=request.POST["language"])
        return _("The language of the mails is changed.")
    pk = request.POST.get("subscription", "")
    row = subscriber.subscriptions.active().filter(pk=pk).first() if pk.isdecimal() else None
    if row is None:
        return ""
    if action == "remove":
        services.end_subscriptions(subscriber=subscriber, ids=[row.pk], how="manage page")
        return _("The subscription has ended.")
    if action == "frequency" and request.POST.get("frequency") in Frequency.values:
        services.change_frequency(subscription=row, frequency=request.POST["frequency"])
        return _("How often we write is changed.")
    return ""


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, token: str) -> HttpResponse:
    """Ends the subscriptions of one mail by one POST, from this page or a mail program (RFC 8058).

    The program sends no cookie and is no page of ours: the signed link alone decides, and the
    answer is no redirect.
    """
    found = links.read_leave(token)
    if found is None:
        # Whoever leaves twice, or after being forgotten, has left.
        return _bad_link(request)
    language = (get_language() or "kk")[:2]
    if request.method == "POST":
        services.end_subscriptions(
            subscriber=found.subscriber, ids=found.subscriptions, how="unsubscribe link"
        )
    rows = (
        found.subscriber.subscriptions.filter(pk__in=found.subscriptions)
        .select_related("query")
        .order_by("pk")
    )
    context = {
        "alive": [services.spoken(one, language) for one in rows if one.ended_at is None],
        "ended": [services.spoken(one, language) for one in rows if one.ended_at is not None],
        "manage_link": links.manage_link(found.subscriber),
    }
    return render(request, "digests/leave.html", context)


def _bad_link(request: HttpRequest) -> HttpResponse:
    return render(request, "digests/bad_link.html", status=404)
