"""Readers' pages from one cache; floods answered with 429 before they cost anything."""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import ceil
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import DisallowedHost, RequestDataTooBig
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.multipartparser import MultiPartParserError
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.http import parse_etags

from monitoring.core import clock, generation, pages, turns
from monitoring.core.clients import bucket_key, client_network
from monitoring.core.forms import too_many
from monitoring.core.services import take_token

logger = logging.getLogger(__name__)

Answer = Callable[[HttpRequest], HttpResponse]

STATED = "public, max-age=0, s-maxage=1"
"""To browsers: ask each time (an ETag answers); to the proxy before us: a second."""

WAIT = 5.0
"""Seconds for which a request waits for another that is making the same page."""


class PageCache:
    """Answers readers from whole pages kept under the present generation.

    Stands before compression and sessions: a hit costs a look into the cache and, once a second,
    one query. Of many requests for a page that is not there one makes it (in each process), the
    others wait for it. A cache that fails is no cache; nothing else changes.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response
        self.being_made = Making()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The kept page, or a fresh one that is kept when it is everybody's."""
        if not pages.is_readers(request):
            return self.get_response(request)
        request.META["QUERY_STRING"] = pages.without_tracking(request.META.get("QUERY_STRING", ""))
        number = self._generation(request)
        query = pages.query_of(request)
        if not number or query is None:
            return self.get_response(request)
        key = pages.key_of(request, number, query)
        kept = _look(key)
        if kept is None:
            with self.being_made.alone(key):
                kept = _look(key)
                if kept is None:
                    # Before the page is made: what turns meanwhile is not in it.
                    until = _until(number)
                    answer = self.get_response(request)
                    return _keep(request, key, answer, until)
        return _from_cache(request, kept)

    def _generation(self, request: HttpRequest) -> str:
        """The present generation; empty where no page may be kept."""
        if not settings.PAGE_CACHE_SECONDS:
            return ""
        try:
            host_is_ours = bool(request.get_host())
        except DisallowedHost:
            return ""  # refused further in, with its own page
        return generation.current() if host_is_ours else ""


class Making:
    """Which pages are being made in this process; the second to ask for one waits."""

    def __init__(self) -> None:
        self.locks: dict[str, tuple[threading.Lock, int]] = {}
        self.own = threading.Lock()

    @contextmanager
    def alone(self, key: str) -> Iterator[None]:
        """Hold the key's lock; go on without it when its holder takes too long."""
        with self.own:
            lock, waiting = self.locks.get(key, (threading.Lock(), 0))
            self.locks[key] = (lock, waiting + 1)
        held = lock.acquire(timeout=WAIT)
        try:
            yield
        finally:
            if held:
                lock.release()
            with self.own:
                lock, waiting = self.locks[key]
                if waiting == 1:
                    del self.locks[key]
                else:
                    self.locks[key] = (lock, waiting - 1)


def _look(key: str) -> dict[str, Any] | None:
    try:
        kept: dict[str, Any] | None = cache.get(key)
    except Exception as error:  # any backend, any failure: a reader gets the page all the same
        logger.warning("the cache of pages does not answer: %s", error)
        return None
    # Backends drop entries late, and none knows the clock that pages are written by.
    return kept if kept and kept["until"] > clock.now().timestamp() else None


def _until(number: str) -> dt.datetime | None:
    """Until when a page begun now may be shown; None, not at all, while that cannot be known."""
    now = clock.now()
    try:
        return pages.until(now, turns.next_turn(now, number))
    except DatabaseError as error:
        logger.warning("when pages turn cannot be read: %s", error)
        return None


def _keep(
    request: HttpRequest, key: str, answer: HttpResponse, until: dt.datetime | None
) -> HttpResponse:
    if request.method != "GET" or not pages.may_be_kept(answer):
        return answer
    if not answer.has_header("ETag"):
        answer["ETag"] = pages.tag_of(answer)
    if not answer.has_header("Cache-Control"):
        answer["Cache-Control"] = STATED
    seconds = ceil((until - clock.now()).total_seconds()) if until is not None else 0
    if until is not None and seconds > 0:
        kept = {
            "content": answer.content,
            "headers": dict(answer.items()),
            "until": until.timestamp(),
        }
        try:
            cache.set(key, kept, seconds)
        except Exception as error:  # likewise
            logger.warning("the cache of pages takes nothing: %s", error)
    return _unless_known(request, answer)


def _from_cache(request: HttpRequest, kept: dict[str, Any]) -> HttpResponse:
    answer = HttpResponse(kept["content"], headers=kept["headers"])
    answer["X-Cache"] = "hit"
    return _unless_known(request, answer)


def _unless_known(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """304 when the reader's own copy is this one."""
    known = parse_etags(request.headers.get("If-None-Match", ""))
    if not known or not ("*" in known or answer["ETag"] in known):
        return answer
    short = HttpResponseNotModified()
    for name in ("ETag", "Cache-Control", "Vary", "X-Cache"):
        if answer.has_header(name):
            short[name] = answer[name]
    return short


class Floods:
    """Answers 429 to a network that asks for more than people do; everybody else goes on.

    Counted is what the cache of pages cannot answer: searches, filtered lists, sent forms, and
    pages asked with a session. One bucket a network in the database, so that every process counts
    together; a network just refused is refused from memory for a second, which costs no query.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response
        self.refused: dict[str, float] = {}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The page, or the sentence that says when to come back, with what was typed."""
        if not self._counts(request):
            return self.get_response(request)
        key = bucket_key("flood", client_network(request))
        if self.refused.get(key, 0.0) > time.monotonic():
            return _refusal(request)
        try:
            granted = take_token(key=key, capacity=settings.ASKED_A_MINUTE, per_seconds=60)
        except DatabaseError as error:
            logger.warning("requests cannot be counted: %s", error)
            granted = True
        if granted:
            return self.get_response(request)
        if len(self.refused) > MOST_REFUSED:
            self.refused.clear()
        self.refused[key] = time.monotonic() + 1
        return _refusal(request)

    def _counts(self, request: HttpRequest) -> bool:
        if not settings.ASKED_A_MINUTE or not pages.has_language(request):
            return False
        costly = request.META.get("QUERY_STRING") or settings.SESSION_COOKIE_NAME in request.COOKIES
        return bool(costly) or request.method not in {"GET", "HEAD"}


MOST_REFUSED = 10_000
"""Networks remembered as refused in one process."""

MOST_TYPED = 100_000
"""Letters of a form that are given back with a refusal."""


def _refusal(request: HttpRequest) -> HttpResponse:
    """Made without the database: a flood must cost next to nothing."""
    wait = max(1, ceil(60 / settings.ASKED_A_MINUTE))
    with translation.override(request.path_info[1:3]):
        context = {
            "request": request,
            "sentence": too_many(60),
            "action": request.path,
            "method": "post" if request.method == "POST" else "get",
            "typed": _typed(request),
        }
        page = render_to_string("429.html", context)
    answer = HttpResponse(page, status=429)
    answer["Retry-After"] = str(wait)
    answer["Cache-Control"] = "no-store"
    answer._has_been_logged = True  # type: ignore[attr-defined] # Django's mark: a line each is a flood too
    return answer


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    """The fields that were sent, to be sent again; files and secrets are not repeated."""
    if request.method != "POST":
        data = request.GET
    elif request.content_type == "application/x-www-form-urlencoded":
        try:
            data = request.POST
        except (RequestDataTooBig, MultiPartParserError, OSError):
            return []
    else:
        return []
    fields = [
        (name, value)
        for name, values in data.lists()
        for value in values
        if "password" not in name and name != "csrfmiddlewaretoken"
    ]
    return fields if sum(len(value) for _, value in fields) <= MOST_TYPED else []
