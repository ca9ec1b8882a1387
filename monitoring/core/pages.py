"""Whole pages kept for readers: under which key, for how long, which at all. Pure but for settings.

A page is kept under generation, host, path, the query's known parameters and the language that
its path names. Anything public that changes makes a new generation (`core.generation`).
"""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import re
from urllib.parse import parse_qsl, urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import cc_delim_re

from monitoring.core.models import LANGUAGES

BIGGEST = 512 * 1024
"""Bytes of an answer that is still kept."""

_TRACKING = re.compile(
    r"utm_\w+|fbclid|gclid|dclid|yclid|ysclid|_openstat|igshid|mc_[ce]id|from_chat"
)
"""What messengers and mail programs append; it means nothing here."""

_OF_READERS = re.compile(rf"/(?:{'|'.join(LANGUAGES)})/")


def without_tracking(query: str) -> str:
    """A query string without what only counts clicks; the rest stays byte by byte.

    To read and write the rest anew would spoil what came unescaped: WSGI hands bytes as Latin-1.
    """
    parts = query.split("&")
    return "&".join(part for part in parts if not _TRACKING.fullmatch(part.partition("=")[0]))


def has_language(request: HttpRequest) -> bool:
    """Whether the address is one of the public site: it begins with a language."""
    return bool(_OF_READERS.match(request.path_info))


def is_readers(request: HttpRequest) -> bool:
    """Whether a request could be anybody's: a page of a language, asked without a session."""
    return (
        request.method in {"GET", "HEAD"}
        and has_language(request)
        and settings.SESSION_COOKIE_NAME not in request.COOKIES
        and "Authorization" not in request.headers
    )


def query_of(request: HttpRequest) -> str | None:
    """The query in one order of its names; None when it has a name that no page is known to read.

    Values of one name keep their order, which may mean something.
    """
    pairs = parse_qsl(request.META.get("QUERY_STRING", ""), keep_blank_values=True)
    if any(name not in settings.PAGE_CACHE_PARAMETERS for name, _ in pairs):
        return None
    return urlencode(sorted(pairs, key=lambda pair: pair[0]))


def key_of(request: HttpRequest, generation: str, query: str) -> str:
    """The key of a page in the cache; answers packed for the wire have their own."""
    packed = "gzip" in request.headers.get("Accept-Encoding", "")
    parts = (generation, request.get_host(), request.path, query, str(packed))
    return "page:" + hashlib.sha256("\n".join(parts).encode()).hexdigest()


def may_be_kept(answer: HttpResponse) -> bool:
    """Whether an answer is the same for every reader: no cookie, nothing private, no language of
    the browser."""
    if answer.status_code != 200 or answer.streaming or answer.cookies:
        return False
    said = {one.split("=")[0].lower() for one in cc_delim_re.split(answer.get("Cache-Control", ""))}
    varies = {one.lower() for one in cc_delim_re.split(answer.get("Vary", "")) if one}
    return (
        not said & {"private", "no-store", "no-cache"}
        and varies <= {"accept-encoding"}
        and len(answer.content) <= BIGGEST
    )


def until(began: dt.datetime, turn: dt.datetime) -> dt.datetime:
    """Until when a page that was begun at a moment may be shown: never past the next turn."""
    return min(began + dt.timedelta(seconds=settings.PAGE_CACHE_SECONDS), turn)


def tag_of(answer: HttpResponse) -> str:
    """The weak ETag of a body, the same packed and plain: packing adds letters by chance."""
    packed = answer.get("Content-Encoding") == "gzip"
    content = gzip.decompress(answer.content) if packed else answer.content
    return f'W/"{hashlib.sha256(content).hexdigest()[:24]}"'
