"""The memorandum on paper: PDF/UA-1 by typst, the same bytes for the same words."""

from __future__ import annotations

import hashlib
import json
import logging
from functools import cache as once
from importlib.metadata import version as version_of
from typing import Any, Final

import typst
from django.conf import settings
from django.core.cache import cache
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext, ngettext, pgettext

from coalition.memorandum.models import Accession, Version
from coalition.memorandum.selectors import provisions
from coalition.registry.models import Organisation
from monitoring.core import dates

logger = logging.getLogger(__name__)

TEMPLATE = settings.ROOT_DIR / "templates" / "memorandum" / "paper.typ"
FONTS = settings.ROOT_DIR / "deploy" / "fonts"
STANDARD: Final = "ua-1"
"""PDF/UA-1, ISO 14289-1: tagged, with title and language, for readers by ear."""


def paper_of(version: Version, language: str) -> tuple[bytes, str]:
    """A version as PDF in a language, and the fingerprint of everything it is made of.

    Five queries; kept in the cache under the fingerprint, so a changed word is a new paper.
    """
    words = json.dumps(contents(version, language), ensure_ascii=False, sort_keys=True)
    fingerprint = hashlib.sha256(f"{_maker()}\n{words}".encode()).hexdigest()
    key = f"paper:{fingerprint}"
    try:
        kept: bytes | None = cache.get(key)
    except Exception as error:  # any backend, any failure: the paper is made all the same
        logger.warning("the cache of papers does not answer: %s", error)
        kept = None
    if kept is None:
        kept = make_pdf(words)
        try:
            cache.set(key, kept, None)
        except Exception as error:  # likewise
            logger.warning("the cache of papers takes nothing: %s", error)
    return kept, fingerprint


def make_pdf(words: str) -> bytes:
    """Set the words (JSON as of `contents`) as PDF. Takes about a third of a second."""
    return typst.compile(
        str(TEMPLATE),
        root=str(TEMPLATE.parent),
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"data": words},
        pdf_standards=STANDARD,
    )


def contents(version: Version, language: str) -> dict[str, Any]:
    """Every word of the paper, in one language."""
    with translation.override(language):
        brand = [
            pgettext("brand, first line", "Coalition for Local"),
            pgettext("brand, second line", "Self-Government"),
        ]
        days = version.days(language)
        address = settings.WAGTAILADMIN_BASE_URL.rstrip("/") + reverse(
            "memorandum_version", args=[version.number]
        )
        founders = Organisation.objects.founders()
        return {
            "language": language,
            "author": " ".join(brand),
            "title": version.label_in(language),
            "version": gettext("Version %(number)s, %(days)s")
            % {"number": version.number, "days": days},
            "participants": ngettext(
                "%(count)s participant signed",
                "%(count)s participants signed",
                version.participants,
            )
            % {"count": version.participants}
            if version.participants
            else "",
            "place": version.place,
            "retold": ""
            if version.verified
            else gettext(
                "The content is retold, not quoted word for word; it has not been compared with "
                "the original yet."
            ),
            "parts": _parts(version),
            "acceded_heading": gettext("Who has acceded"),
            "nobody": gettext("No organisation has acceded since 2005 yet."),
            "acceded": [
                {
                    "name": one.organisation.label_in(language),
                    "place": one.organisation.place(language),
                    "date": dates.long_date(one.acceded_on, language=language),
                }
                for one in Accession.objects.filter(version=version).select_related("organisation")
            ],
            "founders_heading": gettext("Founding organisations (2005)"),
            "founders_note": gettext(
                "As listed in 2005. The source does not say that each of them signed; membership "
                "today is not confirmed by this list."
            ),
            "founders": [
                {
                    "number": one.number,
                    "name": one.label_in(language),
                    "place": one.place(language),
                }
                for one in founders
            ],
            "address": address,
            "footer": f"{version.label_in(language)} · {days}",
        }


def _parts(version: Version) -> list[dict[str, Any]]:
    parts: list[dict[str, Any]] = []
    for one in provisions(version):
        if not parts or parts[-1]["pk"] != one.section_id:
            parts.append({"pk": one.section_id, "name": one.section.label, "provisions": []})
        parts[-1]["provisions"].append({"key": one.key, "text": one.text})
    return parts


@once
def _maker() -> str:
    """What sets the words: typst, the template, the fonts."""
    files = [TEMPLATE, *sorted(FONTS.glob("*.ttf"))]
    digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in files]
    return "\n".join([version_of("typst"), STANDARD, *digests])
