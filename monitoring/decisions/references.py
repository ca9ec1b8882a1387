"""Which decision a person means: by address, code, number or id, as copied from anywhere."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from django.db.models import Q, QuerySet
from django.urls import Resolver404, resolve
from django.utils.translation import override

from monitoring.core.models import LANGUAGES
from monitoring.decisions.models import Decision

MOST = 5
"""Of several that fit, so many are named."""
_ADMIN = re.compile(r"/decisions/edit/(\d+)/")
_CODE = re.compile(r"/docs/([A-Z]\w{9,12})")


def decisions_meant(text: str) -> list[Decision]:
    """The decisions that a text names, at most MOST: one if it is clear; at most five queries.

    An address of this site (public or of the admin), an address or code of a document in an
    official collection, a number («148-II», «№ 60-VII»), or the id of the record.
    """
    text = unquote(text.strip()).removeprefix("№").strip()
    if not text or len(text) > 1000 or "\0" in text:
        return []
    if "://" in text or text.startswith("/"):
        return _at_address(text)
    found = Q(codes__value=text) | Q(adoption_number=text) | Q(register_number=text)
    found |= Q(key=text)
    rows = list(_rows().filter(found).distinct()[:MOST])
    if not rows and text.isascii() and text.isdigit() and len(text) < 10:
        rows = list(_rows().filter(pk=int(text)))
    return rows


def _rows() -> QuerySet[Decision]:
    return Decision.objects.select_related("kind").prefetch_related("editions").order_by("-pk")


def _at_address(text: str) -> list[Decision]:
    path = urlsplit(text).path
    if found := _ADMIN.search(path):
        return list(_rows().filter(pk=int(found[1])))
    if (pk := _public_id(path)) is not None:
        return list(_rows().filter(pk=pk))
    wanted = Q(links__url=text)
    if code := _CODE.search(path):
        wanted |= Q(codes__value=code[1])
    return list(_rows().filter(wanted).distinct()[:MOST])


def _public_id(path: str) -> int | None:
    language = path.lstrip("/").partition("/")[0]
    if language not in LANGUAGES:
        return None
    try:
        with override(language):
            found = resolve(path)
    except Resolver404:
        return None
    pk = found.kwargs.get("pk")
    return pk if found.url_name in {"decision", "decision_by_id"} and isinstance(pk, int) else None
