"""Turns a template trio into one frozen message. Pure: no database, no clock of its own."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from email.headerregistry import Address
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime
from functools import cache, lru_cache
from typing import Any
from urllib.parse import urlsplit

import css_inline
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.crypto import salted_hmac

from monitoring.mailing.packing import encoded_size

WIDTH = 72
"""Columns of the text part."""
FILLER = "\u034f\u00a0" * 70
"""Letters that nobody sees: mail programs show beside a subject what stands first in the body, and
after the first line they shall find nothing."""
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


COLUMNS = 78
"""Columns of a header's line (RFC 5322, section 2.1.1)."""
POLICY = _Policy(linesep=SMTP.linesep, max_line_length=COLUMNS)


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
        "filler": FILLER,
        **context,
    }
    with translation.override(language):
        subject = render_to_string(f"email/{template}/subject.txt", values)
        values.setdefault("mail_title", one_line(subject))
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
) -> list[bytes]:
    """The pieces of the message (see `packing.whole`), the same for the same arguments.

    Raises TooLongError over 100 KB.
    """
    local, _, domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")
    boundary = f"=_{hashlib.sha256(key.encode()).hexdigest()[:24]}"
    head = {
        "From": str(Address(site_name(language), local, domain)),
        "To": to,
        "Subject": parts.subject,
        "Date": format_datetime(date),
        "Message-ID": message_id(key),
        "Auto-Submitted": "auto-generated",
        **{name: one_line(value) for name, value in (headers or {}).items()},
        "MIME-Version": "1.0",
        "Content-Type": f'multipart/alternative; boundary="{boundary}"',
        "Content-Language": language,
    }
    stands, pieces = "".join(_header(name, value) for name, value in head.items()), list[bytes]()
    for kind, text, more in (
        ("plain", parts.text, ""),
        ("html", parts.html, "MIME-Version: 1.0\r\n"),
    ):
        # Base64 passes every relay unchanged, so a signature over the body survives.
        stands += (
            f"\r\n--{boundary}\r\n"
            f'Content-Type: text/{kind}; charset="utf-8"\r\n'
            f"Content-Transfer-Encoding: base64\r\n{more}"
            f"Content-Language: {language}\r\n\r\n"
        )
        pieces += [stands.encode("ascii"), b"\r\n".join(text.encode().splitlines()) + b"\r\n"]
        stands = ""
    pieces.append(f"\r\n--{boundary}--\r\n".encode("ascii"))
    size = sum(map(len, pieces[::2])) + sum(encoded_size(len(one)) for one in pieces[1::2])
    if size > LIMIT:
        raise TooLongError(f"{size} bytes")
    return pieces


PLAIN = re.compile(r"[!-~][ !-~]*")
"""Values that stand in a header as they are; `=?` would begin an encoded word."""
ADDRESSES = {"From", "To", "Reply-To"}
SIMPLE = re.compile(r"[A-Za-z0-9_+-]+(\.[A-Za-z0-9_+-]+)*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")


def _header(name: str, value: str) -> str:
    """A header's line or lines, as the standard library folds them; most need no folding.

    The library takes ten milliseconds for a mail's headers, which is why it is asked only where
    its answer is more than "name: value". Raises ValueError for a value with a line break.
    """
    short = name.startswith("List-") or len(name) + 2 + len(value) <= COLUMNS
    as_it_is = SIMPLE if name in ADDRESSES else PLAIN
    if short and as_it_is.fullmatch(value) and "=?" not in value and value == value.strip():
        return f"{name}: {value}\r\n"
    return _folded(name, value)


@lru_cache(maxsize=4096)
def _folded(name: str, value: str) -> str:
    return str(POLICY.fold(*POLICY.header_store_parse(name, value)))


def message_id(key: str) -> str:
    """The Message-ID that belongs to a key for ever; nobody else can tell which one it is.

    Who could guess it could forge a report about that mail, and end somebody's subscriptions.
    """
    host = urlsplit(settings.WAGTAILADMIN_BASE_URL).hostname or "localhost"
    mark = salted_hmac(
        "mailing.message_id", key, secret=settings.MAIL_HASH_KEY or None, algorithm="sha256"
    ).hexdigest()
    return f"<{mark[:32]}@{host}>"


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
