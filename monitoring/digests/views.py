"""Public pages: asking for mail, confirming, leaving. GET shows, POST acts. Managing: `manage`.

The pages carry no cookie and no CSRF token; `from_our_pages` and the signed link stand for them.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from monitoring.core.clients import from_our_pages
from monitoring.digests import links, services
from monitoring.digests.expected import how_often
from monitoring.digests.forms import AddressForm, SubscribeForm
from monitoring.digests.models import ESSENTIAL, Frequency
from monitoring.digests.selectors import latest_changes
from monitoring.search.query import Query

ASKED_A_HOUR = 20
"""Requests for mail from one address of the network; a school stands behind one."""


@contextmanager
def answered_evenly() -> Iterator[None]:
    """Ends on the next full step of time, so that how long an answer takes tells nothing either.

    What is written for a new address, a known one and one that has had its mail of this hour
    differs by some milliseconds; nothing is held open while it waits.
    """
    began = time.monotonic()
    try:
        yield
    finally:
        if step := settings.NEUTRAL_ANSWER_SECONDS:
            time.sleep(step - (time.monotonic() - began) % step)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def subscribe(request: HttpRequest) -> HttpResponse:
    """Says what comes and how often, then asks for the address."""
    if request.method != "POST":
        if "asked" in request.GET:
            return render(request, "digests/asked.html")
        asked = Query.from_params(request.GET)
        about = request.GET.get("about", "")[:200]
        search = "" if about or asked.is_empty else asked.to_query_string()
        form = SubscribeForm(
            initial={
                "about": about or ("search" if search else "all"),
                "query": search,
                "frequency": Frequency.WEEKLY,
                "kinds": ESSENTIAL.split(","),
                "remind": "3",
            }
        )
        return _form_page(request, form)
    form = SubscribeForm(request.POST)
    if not form.admit(request, purpose="subscribe", capacity=ASKED_A_HOUR, per_seconds=3600):
        return form.refused(_form_page(request, form))
    if not form.is_from_a_program:
        data = form.cleaned_data
        with answered_evenly():
            services.ask_subscription(
                address=data["address"],
                query=data["asked"],
                frequency=data["frequency"],
                kinds=data["kinds"],
                remind_days=data["remind"],
                quiet_month=data["quiet_month"],
                letters=data["letters"],
                note=data["note"],
                language=_language(),
                page=urlsplit(request.headers.get("Referer", "")).path[:200],
            )
    # The same answer for known, unknown, refused and invented addresses.
    return HttpResponseRedirect(f"{reverse('subscribe')}?asked=1")


def _form_page(request: HttpRequest, form: SubscribeForm) -> HttpResponse:
    language = _language()
    asked = form.asked
    context = {
        "form": form,
        "latest": latest_changes(language),
        "how_often": how_often(asked, language) if asked is not None else "",
        "from_a_mail": "forwarded" in request.GET,
    }
    return render(request, "digests/subscribe.html", context)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def fresh_link(request: HttpRequest) -> HttpResponse:
    """Asks for an address and mails it the way to its subscriptions; the answer is always one."""
    if request.method != "POST":
        return render(request, "digests/fresh_link.html", {"form": AddressForm()})
    form = AddressForm(request.POST)
    if not form.admit(request, purpose="subscribe", capacity=ASKED_A_HOUR, per_seconds=3600):
        return form.refused(render(request, "digests/fresh_link.html", {"form": form}))
    if not form.is_from_a_program:
        with answered_evenly():
            services.send_fresh_link(address=form.cleaned_data["address"])
    return HttpResponseRedirect(f"{reverse('subscribe')}?asked=1")


def _language() -> str:
    return (get_language() or "kk")[:2]


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind the confirmation link; its button confirms what it showed and was ticked."""
    subscriber = links.read(token, links.CONFIRM)
    if subscriber is None:
        return bad_link(request)
    language = _language()
    if request.method == "POST" and from_our_pages(request):
        ticked = [int(pk) for pk in request.POST.getlist("take") if pk.isdecimal()]
        active = services.confirm_subscriptions(
            subscriber=subscriber, ids=ticked if "shown" in request.POST else None
        )
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
def leave(request: HttpRequest, token: str) -> HttpResponse:
    """Ends the subscriptions of one mail by one POST, from this page or a mail program (RFC 8058).

    The program sends no cookie and is no page of ours: the signed link alone decides, and the
    answer is no redirect.
    """
    found = links.read_leave(token)
    if found is None:
        # Whoever leaves twice, or after being forgotten, has left.
        return bad_link(request)
    language = _language()
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
    }
    return render(request, "digests/leave.html", context)


def bad_link(request: HttpRequest) -> HttpResponse:
    """Says that a link does not work, and offers a fresh one."""
    return render(request, "digests/bad_link.html", {"form": AddressForm()}, status=404)
