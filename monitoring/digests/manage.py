"""The manage page behind a signed link: what is known of a reader, and every way to change it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from monitoring.core.clients import from_our_pages
from monitoring.core.models import LANGUAGES
from monitoring.digests import links, services, wishes
from monitoring.digests.export import everything_about, sent_to
from monitoring.digests.forms import PauseForm, SubscribeForm, WishesForm, aspects_offered
from monitoring.digests.models import ESSENTIAL, KEY_ONLY, Frequency, Subscriber, Subscription
from monitoring.digests.views import bad_link


class Page:
    """What one POST did: the sentence that says so, forms with errors to show again."""

    def __init__(self) -> None:
        self.done = ""
        self.bound: dict[int, WishesForm] = {}
        self.pause: PauseForm | None = None
        self.add: SubscribeForm | None = None

    @property
    def status(self) -> int:
        """400 if a form was refused."""
        return 400 if self.bound or self.pause or self.add else 200


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def subscriptions(request: HttpRequest, token: str) -> HttpResponse:
    """Everything a reader follows, what was sent, and every way to change it."""
    subscriber = links.read(token, links.MANAGE)
    if subscriber is None:
        return bad_link(request)
    page = Page()
    if request.method == "POST" and from_our_pages(request):
        action = request.POST.get("action", "")
        if action == "erase":
            services.erase_subscriber(subscriber=subscriber)
            return render(request, "digests/erased.html")
        if action == "export":
            return _export(subscriber)
        if action == "renew":
            subscriber = wishes.renew_links(subscriber=subscriber)
            link = links.manage_link(subscriber)
            return render(request, "digests/renewed.html", {"manage_link": link})
        _act(request.POST, subscriber, page)
        subscriber.refresh_from_db()
    return _page(request, subscriber, page)


def _page(request: HttpRequest, subscriber: Subscriber, page: Page) -> HttpResponse:
    language = (get_language() or "kk")[:2]
    rows = subscriber.subscriptions.active().select_related("query").order_by("pk")
    add = page.add or SubscribeForm(
        initial={"about": "all", "frequency": Frequency.WEEKLY, "kinds": ESSENTIAL.split(",")}
    )
    context = {
        "subscriber": subscriber,
        "rows": [
            {
                **services.spoken(one, language),
                "form": page.bound.get(one.pk)
                or WishesForm(prefix=str(one.pk), initial=_now(one), wide=one.is_wide),
            }
            for one in rows
        ],
        "add": add,
        "pause": page.pause or PauseForm(),
        "languages": [("kk", "Қазақша"), ("ru", "Русский"), ("en", "English")],
        "sent": sent_to(subscriber, language),
        "done": page.done,
        "refused": page.status != 200,
    }
    return render(request, "digests/manage.html", context, status=page.status)


def _now(row: Subscription) -> dict[str, Any]:
    """A subscription as the form shows it."""
    every = [value for value, _label in aspects_offered()]
    return {
        "frequency": row.frequency,
        "kinds": row.kinds.split(",") if row.kinds else every,
        "key_only": KEY_ONLY in row.wanted,
        "remind": str(row.remind_days or ""),
        "language": row.language or row.subscriber.language,
        "muted_until": row.muted_until,
        "note": row.note,
    }


def _export(subscriber: Subscriber) -> HttpResponse:
    answer = JsonResponse(
        everything_about(subscriber), json_dumps_params={"ensure_ascii": False, "indent": 2}
    )
    answer["Content-Disposition"] = 'attachment; filename="subscriptions.json"'
    return answer


def _act(posted: QueryDict, subscriber: Subscriber, page: Page) -> None:
    """Do what a button of the page says."""
    action = posted.get("action", "")
    if action == "leave":
        services.end_subscriptions(subscriber=subscriber, how="manage page")
        page.done = _("You follow nothing any more. No mail will come.")
    elif action == "language" and posted.get("language") in LANGUAGES:
        services.change_reader(subscriber=subscriber, language=posted["language"])
        page.done = _("The language of the mails is changed.")
    elif action == "reader":
        services.change_reader(
            subscriber=subscriber, quiet_month="quiet_month" in posted, letters="letters" in posted
        )
        page.done = _("Saved.")
    elif action == "pause":
        _pause(posted, subscriber, page)
    elif action == "add":
        _add(posted, subscriber, page)
    else:
        _act_on_one(posted, subscriber, page)


def _act_on_one(posted: QueryDict, subscriber: Subscriber, page: Page) -> None:
    pk = posted.get("subscription", "")
    rows = subscriber.subscriptions.active().select_related("subscriber")
    row = (
        rows.filter(pk=int(pk)).first()
        if pk.isascii() and pk.isdecimal() and pk[18:] == ""
        else None
    )
    action = posted.get("action", "")
    if row is None:
        return
    if action == "remove":
        services.end_subscriptions(subscriber=subscriber, ids=[row.pk], how="manage page")
        page.done = _("The subscription has ended.")
    elif action == "frequency" and (how := str(posted.get("frequency"))) in Frequency.values:
        wishes.change_frequency(subscription=row, frequency=how)
        page.done = _("How often we write is changed.")
    elif action == "save":
        form = WishesForm(posted, prefix=str(row.pk), wide=row.is_wide)
        if form.is_valid():
            asked = form.wishes
            if not row.language and asked["language"] == subscriber.language:
                asked["language"] = ""
            wishes.change_subscription(subscription=row, **asked)
            page.done = _("Saved.")
        else:
            page.bound[row.pk] = form


def _pause(posted: QueryDict, subscriber: Subscriber, page: Page) -> None:
    form = PauseForm(posted)
    if not form.is_valid():
        page.pause = form
        return
    until = form.cleaned_data["until"]
    wishes.pause(subscriber=subscriber, until=until)
    if until:
        page.done = _("We write nothing until %(day)s.") % {"day": until.strftime("%d.%m.%Y")}
    else:
        page.done = _("The pause has ended.")


def _add(posted: QueryDict, subscriber: Subscriber, page: Page) -> None:
    data = posted.copy()
    data["address"] = subscriber.address
    form = SubscribeForm(data)
    if not form.is_valid():
        page.add = form
        return
    wishes.add_subscription(
        subscriber=subscriber,
        query=form.cleaned_data["asked"],
        frequency=form.cleaned_data["frequency"],
        kinds=form.cleaned_data["kinds"],
    )
    page.done = _("Added to what you follow.")
