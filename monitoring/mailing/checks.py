"""What `check --deploy` says about mail."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as CheckWarning

from monitoring.mailing import delivery, dkim, pace

LOCAL = {"localhost", "127.0.0.1", "::1"}


@register(Tags.security, deploy=True)
def deployment(**_: Any) -> list[CheckMessage]:
    """Mail that nobody signs lands in the spam folder; mail in clear is read on the way."""
    found: list[CheckMessage] = []
    config, target = settings.MAIL_DKIM, settings.MAIL_DELIVERY
    if not delivery.signed_elsewhere() and not (config["key"] and config["selector"]):
        found.append(
            CheckWarning(
                "Nobody signs the mail (DKIM).",
                hint="Set DKIM_KEY (or DKIM_KEY_FILE) and DKIM_SELECTOR, or MAIL_SIGNED_BY_RELAY=1 "
                "where the relay signs and covers List-Unsubscribe and List-Unsubscribe-Post.",
                id="mailing.W001",
            )
        )
    in_clear = target["kind"] == "smtp" and not (target["use_tls"] or target["use_ssl"])
    if in_clear and target["host"] not in LOCAL:
        found.append(
            CheckWarning(
                "Mail leaves this machine without TLS.",
                hint="EMAIL_URL: use smtp+tls:// or smtps://.",
                id="mailing.W002",
            )
        )
    if target["kind"] == "provider" and not settings.ANYMAIL["WEBHOOK_SECRET"]:
        found.append(
            CheckWarning(
                "The provider's reports of bounces and complaints are refused.",
                hint="Set MAIL_REPORTS_SECRET=USER:SECRET and give the provider the address "
                "https://USER:SECRET@HOST/mail/reports/.",
                id="mailing.W003",
            )
        )
    return found


@register
def configuration(**_: Any) -> list[CheckMessage]:
    """A key that signs nothing and a pace that is no number are found before the first mail."""
    found: list[CheckMessage] = []
    if settings.MAIL_DKIM["key"]:
        try:
            dkim.read_key(settings.MAIL_DKIM["key"])
        except dkim.BadKeyError as error:
            found.append(Error(str(error), id="mailing.E001"))
    if settings.MAIL_DELIVERY["kind"] == "provider":
        from monitoring.mailing.provider import backend_path  # its library is slow to load

        try:
            backend_path(settings.MAIL_DELIVERY["name"])
        except ImportError:
            found.append(
                Error(
                    f"EMAIL_URL names no provider: {settings.MAIL_DELIVERY['name']!r}.",
                    hint="The names are those of django-anymail: mailgun, postmark, amazon_ses…",
                    id="mailing.E003",
                )
            )
    try:
        pace.limits(tuple(settings.MAIL_PER_MINUTE))
    except ValueError:
        found.append(Error("MAIL_PER_MINUTE reads like 7000,gmail.com=300.", id="mailing.E002"))
    return found
