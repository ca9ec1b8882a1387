"""Mail that left, read in the browser: on one machine with file delivery, by superusers only."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from monitoring.mailing.models import OutgoingMail

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
