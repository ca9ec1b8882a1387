"""What a page lacks before readers see it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from monitoring.core.checklists import Check

LONG_TITLE = 100
"""Letters of a title that a phone shows in four lines; longer ones are read by nobody."""
FILE_NAME = re.compile(
    r"\.(jpe?g|png|webp|gif)$|^(IMG|DSC|image|photo|скан|фото|сурет)[\W_]*\d*$", re.IGNORECASE
)
"""What a camera or a scanner calls a picture is no description of it."""


def pictures(page: Any) -> Iterator[Any]:
    """The picture blocks of a page's body."""
    for block in page.body or ():
        if block.block_type == "image":
            yield block.value


def of_page(page: Any) -> list[Check]:
    """The checks of any page: title, lead, text, descriptions of pictures."""
    body = page.body or ()
    described = [_is_description(one.get("alt") or "") for one in pictures(page)]
    checks = [
        Check(
            bool(page.title) and len(page.title) <= LONG_TITLE,
            _("Title"),
            _("Write one of at most %(number)s letters.") % {"number": LONG_TITLE},
        ),
        Check(
            bool(page.lead.strip()),
            _("Lead"),
            _("Write one or two sentences: lists, search and messengers show them."),
        ),
        Check(len(body) > 0, _("Text"), _("Add at least one paragraph under “Body”.")),
    ]
    if described:
        checks.append(
            Check(
                all(described),
                _("Descriptions of pictures"),
                _("Say in words what each picture shows; a file's name is no description."),
            )
        )
    return checks


def _is_description(alt: str) -> bool:
    return len(alt.strip()) > 3 and not FILE_NAME.search(alt.strip())
