"""Mail in the admin: how its delivery goes, and, on one machine with file delivery, what left.

The delivery page shows no address and no subject; the mails themselves only superusers read, and
only where mail goes into files. One address is not the admin's: where a mail provider reports.
"""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    HttpResponseForbidden,
    HttpResponseRedirect,
)
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe
from wagtail.log_actions import log

from monitoring.core.sections import collect
from monitoring.mailing import gate, selectors
from monitoring.mailing.models import Gate, OutgoingMail
from monitoring.mailing.services import retry_failed, retry_mail

PAGE = 50


def may_read(request: HttpRequest) -> bool:
    """Whether mail is readable here at all: never where it goes to people by SMTP."""
    user: Any = request.user
    return settings.MAIL_DELIVERY["kind"] == "file" and bool(user.is_superuser)


def _guard(request: HttpRequest) -> None:
    if not may_read(request):
        raise Http404


def _parsed(mail: OutgoingMail) -> EmailMessage | None:
    if mail.raw is None:
        return None
    message = email.message_from_bytes(bytes(mail.raw), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def _part(message: EmailMessage | None, kind: str) -> str:
    part = message.get_body((kind,)) if message is not None else None
    return str(part.get_content()) if part is not None else ""


@require_safe
def mail_list(request: HttpRequest) -> HttpResponse:
    """The outbox, newest first. Three queries."""
    _guard(request)
    page = Paginator(OutgoingMail.objects.all(), PAGE).get_page(request.GET.get("p"))
    rows = []
    for mail in page:
        message = _parsed(mail)
        rows.append({"mail": mail, "subject": message["Subject"] if message else ""})
    return render(request, "mailing/mail_list.html", {"page": page, "rows": rows})


@require_safe
def mail_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One mail: headers, text part, and the HTML part in a frame that can do nothing."""
    _guard(request)
    mail = get_object_or_404(OutgoingMail, pk=pk)
    message = _parsed(mail)
    context = {
        "mail": mail,
        "headers": [(name, value) for name, value in message.items()] if message else [],
        "subject": message["Subject"] if message else "",
        "text": _part(message, "plain"),
        "has_html": bool(_part(message, "html")),
    }
    return render(request, "mailing/mail_detail.html", context)


@require_safe
@xframe_options_sameorigin
def mail_html(request: HttpRequest, pk: int) -> HttpResponse:
    """The HTML part alone: no script, no form, nothing fetched."""
    _guard(request)
    html = _part(_parsed(get_object_or_404(OutgoingMail, pk=pk)), "html")
    if not html:
        raise Http404
    response = HttpResponse(html)
    response["Content-Security-Policy"] = (
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
    )
    return response


def _allowed(request: HttpRequest, right: str) -> Any:
    user: Any = request.user
    if not user.has_perm(f"mailing.{right}"):
        raise PermissionDenied
    return user


@require_safe
def delivery(request: HttpRequest) -> HttpResponse:
    """States, rate, failures with their reasons, and the buttons of brake and silence."""
    user = _allowed(request, "view_outgoingmail")
    context = {
        **selectors.delivery_state(),
        "sections": collect("delivery", [0], get_language() or "kk")[0],
        "may_release": user.has_perm("mailing.release_mail"),
    }
    return render(request, "mailing/delivery.html", context)


@require_POST
def release(request: HttpRequest) -> HttpResponse:
    """End brake and silence, or try again what failed for one cause; the audit log says who."""
    user = _allowed(request, "release_mail")
    what = request.POST.get("what", "")
    state = Gate.objects.filter(pk=1).first()
    cause = request.POST.get("cause", "")
    if what == "retry" and cause in OutgoingMail.Cause.values:
        count = retry_failed(cause=cause)
        log(state or gate.load(), "mailing.retry", user=user, data={"cause": cause, "mails": count})
        sentence = ngettext(
            "%(count)d mail is tried again.", "%(count)d mails are tried again.", count
        )
        messages.success(request, sentence % {"count": count})
    elif what not in {"release", "cancel"}:
        messages.error(request, _("Choose whether to let the mail go or to cancel it."))
    elif state is None or not (state.silent_since or state.brake_since):
        messages.info(request, _("The mail moves; there is nothing to release."))
    else:
        cancelled = gate.release_mail(by=str(user), cancel=what == "cancel")
        log(state, f"mailing.{what}", user=user, data={"cancelled": cancelled})
        if what == "cancel":
            sentence = ngettext(
                "%(count)d mail is cancelled.", "%(count)d mails are cancelled.", cancelled
            )
            messages.success(request, sentence % {"count": cancelled})
        else:
            messages.success(request, _("The mail moves again."))
    return HttpResponseRedirect(reverse("mail_delivery"))


@require_POST
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Give one failed mail its tries anew."""
    user = _allowed(request, "release_mail")
    mail = get_object_or_404(OutgoingMail.objects.defer("raw"), pk=pk)
    if retry_mail(mail=mail):
        log(mail, "mailing.retry", user=user)
        messages.success(request, _("The mail is tried again."))
    else:
        messages.error(request, _("This mail has not failed, or its text was deleted."))
    return HttpResponseRedirect(reverse("mail_delivery"))


@csrf_exempt
@never_cache
def provider_report(request: HttpRequest) -> HttpResponse:
    """`/mail/reports/`: bounces and complaints, told by the provider that carries our mail.

    403 without a provider or without a secret; 400 for another secret and for what is no report.
    """
    target = settings.MAIL_DELIVERY
    if target["kind"] != "provider" or not settings.ANYMAIL["WEBHOOK_SECRET"]:
        return HttpResponseForbidden("Nobody reports here.\n", content_type="text/plain")
    from monitoring.mailing import provider  # its library is slow to load

    provider.connect()
    try:
        answer: HttpResponse = provider.report_view(target["name"])(request)
    except ImportError:
        return HttpResponseForbidden("It reports nothing.\n", content_type="text/plain")
    except (ValueError, LookupError, TypeError, AttributeError):
        return HttpResponseBadRequest("This is no report.\n", content_type="text/plain")
    return answer
