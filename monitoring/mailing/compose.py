"""Turns a template trio into one frozen message. Pure: no database, no clock of its own."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import css_inline
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

WIDTH = 72
"""Columns of the text part."""
LIMIT = 100 * 1024
"""Most bytes of a message; mail programs cut longer ones off."""


class _Policy(EmailPolicy):
    """SMTP's lines, but List-… headers in one piece.

    The standard folding turns an address longer than a line into an encoded word, which no mail
    program reads as an address. RFC 5322 allows lines of 998 characters.
    """

    def fold(self, name: str, value: str) -> str:
        """A header as it stands in the message."""
        return f"{name}: {value}\r\n" if name.startswith("List-") else super().fold(name, value)

    def fold_binary(self, name: str, value: str) -> bytes:
        """The same in bytes."""
        if name.startswith("List-"):
            return self.fold(name, value).encode("ascii")
        return super().fold_binary(name, value)


POLICY = _Policy(linesep=SMTP.linesep, max_line_length=SMTP.max_line_length)


@dataclass(frozen=True)
class Parts:
    """A rendered trio: subject in one line, text at 72 columns, HTML with inlined CSS."""

    subject: str
    text: str
    html: str


class TooLongError(ValueError):
    """A message over the limit: its caller must cut its list and link to the rest."""


def render(template: str, language: str, context: Mapping[str, Any]) -> Parts:
    """Render `templates/email/<template>/{subject.txt,body.txt,body.html}` in a language.

    The templates also get `language`, `site_name`, `site_full_name` and `site_url`.
    """
    values = {
        "language": language,
        "site_name": site_name(language),
        "site_full_name": settings.SITE_FULL_NAMES.get(language, site_name(language)),
        "site_url": settings.WAGTAILADMIN_BASE_URL.rstrip("/"),
        **context,
    }
    with translation.override(language):
        subject = render_to_string(f"email/{template}/subject.txt", values)
        text = render_to_string(f"email/{template}/body.txt", values)
        html = render_to_string(f"email/{template}/body.html", values)
    return Parts(one_line(subject), wrap(text), _inliner().inline(html))


def assemble(
    parts: Parts,
    *,
    key: str,
    to: str,
    language: str,
    date: dt.datetime,
    headers: Mapping[str, str] | None = None,
) -> bytes:
    """The message's bytes, the same for the same arguments. Raises TooLongError over 100 KB."""
    message = EmailMessage(policy=POLICY)
    local, _, domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")
    message["From"] = Address(site_name(language), local, domain)
    message["To"] = to
    message["Subject"] = parts.subject
    message["Date"] = format_datetime(date)
    message["Message-ID"] = message_id(key)
    message["Auto-Submitted"] = "auto-generated"
    for name, value in (headers or {}).items():
        message[name] = one_line(value)
    # Base64 passes every relay unchanged, so a signature over the body survives.
    message.set_content(parts.text, cte="base64")
    message.add_alternative(parts.html, subtype="html", cte="base64")
    # Last, of the whole and of each part: making alternatives moves Content-… to the first.
    for part in message.walk():
        part["Content-Language"] = language
    message.set_boundary(f"=_{hashlib.sha256(key.encode()).hexdigest()[:24]}")
    raw = message.as_bytes()
    if len(raw) > LIMIT:
        raise TooLongError(f"{len(raw)} bytes")
    return raw


def message_id(key: str) -> str:
    """The Message-ID that belongs to a key for ever; the key cannot be read from it."""
    host = urlsplit(settings.WAGTAILADMIN_BASE_URL).hostname or "localhost"
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{host}>"


def site_name(language: str) -> str:
    """The sender's name in a language."""
    return str(settings.SITE_NAMES.get(language, settings.SITE_NAME))


def one_line(text: str) -> str:
    """Text without line breaks: a title from a source must not add a header."""
    return " ".join(text.split())


def wrap(text: str) -> str:
    """Lines of at most 72 columns, indents kept, addresses whole, at most one empty line."""
    lines: list[str] = []
    for line in text.strip().splitlines():
        body = line.strip()
        indent = line[: len(line) - len(line.lstrip())]
        if len(line.rstrip()) <= WIDTH or not body:
            lines.append(indent + body if body else "")
            continue
        hang = re.match(r"\d+\. |- ", body)
        lines += textwrap.wrap(
            body,
            WIDTH,
            initial_indent=indent,
            subsequent_indent=indent + " " * (hang.end() if hang else 0),
            break_long_words=False,
            break_on_hyphens=False,
        )
    return tidy("\n".join(lines))


def tidy(text: str) -> str:
    """At most one empty line in a row, and one line end at the end."""
    return re.sub(r"\n{3,}", "\n\n", text.strip("\n")) + "\n"


def inline(fragment: str) -> str:
    """A piece of a mail's HTML with the styles of all mails put into its elements."""
    return _inliner().inline_fragment(fragment, _style())


@cache
def _style() -> str:
    return render_to_string("email/style.css")


@cache
def _inliner() -> css_inline.CSSInliner:
    # Media queries (dark, narrow) stay in the style sheet; nothing is ever fetched.
    return css_inline.CSSInliner(
        inline_style_tags=True, keep_at_rules=True, load_remote_stylesheets=False
    )
