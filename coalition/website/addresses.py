"""Where somebody meant to go whose address holds the words of another language."""

from __future__ import annotations

from django.urls import Resolver404, resolve, reverse, translate_url
from django.utils.translation import override
from wagtail.models import Page

from monitoring.core.models import LANGUAGES


def right_address(path: str) -> str:
    """The address under the path's own language prefix of what another language calls so.

    `/ru/zandar/57-zan/` → `/ru/zakony/57-zan/`; `/ru/ne-isteuge-bolady/` → the permanent address of
    that page in Russian. Empty if no language knows it. Two queries at most.
    """
    parts = path.lstrip("/").split("/", 1)
    if len(parts) < 2 or parts[0] not in LANGUAGES or not parts[1]:
        return ""
    own, rest = parts
    return _route(own, rest) or _page(own, rest)


def _route(own: str, rest: str) -> str:
    for language in LANGUAGES:
        if language == own:
            continue
        there = f"/{language}/{rest}"
        with override(language):
            try:
                match = resolve(there)
            except Resolver404:
                continue
            if match.url_name == "wagtail_serve":
                continue
            here = translate_url(there, own)
        if here.startswith(f"/{own}/") and here != f"/{own}/{rest}":
            return here
    return ""


def _page(own: str, rest: str) -> str:
    homes = Page.objects.filter(depth=2).exclude(locale__language_code=own)
    paths = [f"{home}{rest.rstrip('/')}/" for home in homes.values_list("url_path", flat=True)]
    found = Page.objects.live().filter(url_path__in=paths).values_list("pk", flat=True).first()
    if found is None:
        return ""
    with override(own):
        return reverse("page_in_language", args=[found])
