"""Pictures that messengers show of a page: one template, drawn by typst with our own font."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable
from functools import cache as cache_in_process
from urllib.parse import urlsplit

import typst
from django.conf import settings
from django.core.cache import cache
from django.urls import reverse
from django.utils import translation
from django.utils.translation import pgettext
from PIL import Image
from wagtail.models import Page

from coalition.pages.models import BasePage
from coalition.pages.selectors import public
from monitoring.core.found import LONGEST_SHARED, Card, brief
from monitoring.decisions.models import Decision
from monitoring.decisions.selectors import for_rows
from monitoring.web.found import card_of_decision

logger = logging.getLogger(__name__)

TEMPLATE = settings.ROOT_DIR / "templates" / "website" / "card.typ"
FONTS = settings.ROOT_DIR / "deploy" / "fonts"
VERSION = "2"
"""Goes up when the template changes, so that no old picture is kept."""
A_MINUTE = {"client": 20, "all": 60}
"""Pictures drawn for one network, and for all of them: ten of a page's is a group chat at work."""
COLOURS = 32
"""Enough for letters of three colours with smooth edges; an eighth of the bytes of true colour."""


def address_of(card: Card) -> str:
    """The path of a card's picture; the fingerprint in it makes it good for ever."""
    return reverse(
        "card", args=[card.kind, card.id, card.language, f"{VERSION}{card.fingerprint()}"]
    )


def card_of(kind: str, pk: int, language: str) -> Card | None:
    """The card of a public thing as it reads now; None if there is no such thing to be seen."""
    find = KINDS.get(kind)
    return find(pk, language) if find is not None else None


def kept(card: Card) -> bytes | None:
    """The picture of a card if it was drawn before."""
    try:
        png: bytes | None = cache.get(_key(card))
    except Exception as error:  # any backend, any failure: the card is drawn all the same
        logger.warning("the cache of cards does not answer: %s", error)
        return None
    return png


def _key(card: Card) -> str:
    return f"card:{VERSION}:{card.fingerprint()}"


def draw(card: Card) -> bytes:
    """Draw the card as PNG, 1200 × 630, and keep it. About a tenth of a second of one processor."""
    host = urlsplit(settings.WAGTAILADMIN_BASE_URL).hostname or ""
    with translation.override(card.language):
        brand = [
            pgettext("brand, first line", "Coalition for Local"),
            pgettext("brand, second line", "Self-Government"),
        ]
    words = {
        "title": brief(card.title, LONGEST_SHARED + 50),
        "over": brief(card.over, 80),
        "under": brief(card.under, 70),
        "language": card.language,
        "brand": brand,
        "host": host,
    }
    drawn = typst.compile(
        str(TEMPLATE),
        root=str(TEMPLATE.parent),
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
        format="png",
        ppi=72,
        sys_inputs={"data": json.dumps(words, ensure_ascii=False)},
    )
    made = _smaller(drawn)
    try:
        cache.set(_key(card), made, None)
    except Exception as error:  # likewise
        logger.warning("the cache of cards takes nothing: %s", error)
    return made


@cache_in_process
def stock(language: str) -> bytes:
    """The picture of the site itself, for when too many of pages are asked for at once."""
    return draw(Card("site", 0, language, str(settings.SITE_FULL_NAMES[language])))


def _smaller(png: bytes) -> bytes:
    with Image.open(io.BytesIO(png)) as true_colour:
        few = true_colour.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    out = io.BytesIO()
    few.save(out, "PNG", optimize=True)
    return out.getvalue()


def _decision(pk: int, language: str) -> Card | None:
    found = for_rows(Decision.objects.public()).filter(pk=pk).first()
    return card_of_decision(found, language) if found is not None else None


def _page(pk: int, language: str) -> Card | None:
    page = public(Page.objects.filter(pk=pk, locale__language_code=language)).first()
    specific = page.specific if page is not None else None
    return specific.card() if isinstance(specific, BasePage) else None


KINDS: dict[str, Callable[[int, str], Card | None]] = {"decision": _decision, "page": _page}
