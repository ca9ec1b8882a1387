"""Pages as the journal knows them: what stands at an address, for the list of corrections."""

from __future__ import annotations

from django.urls import reverse
from django.utils import translation
from wagtail.models import Page, Site

from coalition.pages.selectors import shown
from monitoring.core.models import LANGUAGES
from monitoring.journal.subjects import Subject

KIND = "page"


def page_at(path: str) -> Subject | None:
    """The page that readers see at a path, and its titles where it exists: at most five queries."""
    language, _slash, rest = path.partition("?")[0].lstrip("/").partition("/")
    site = Site.objects.filter(is_default_site=True).select_related("root_page").first()
    if language not in LANGUAGES or site is None or "\0" in path:  # PostgreSQL takes no NUL
        return None
    homes = site.root_page.get_translations(inclusive=True)
    home = homes.filter(locale__language_code=language).first()
    if home is None:
        return None
    place = "/".join(part for part in rest.split("/") if part)
    wanted = f"{home.url_path}{place}/" if place else home.url_path
    page = shown(Page.objects.filter(url_path=wanted)).first()
    if page is None:
        return None
    versions = shown(page.get_translations(inclusive=True)).select_related("locale")
    titles, addresses = {}, {}
    for one in versions:
        code = one.locale.language_code
        titles[code] = one.title
        with translation.override(code):
            addresses[code] = one.url or reverse("wagtail_serve", args=[""])
    # Where the page is not in a language, its readers are led to the version that was corrected.
    return Subject(
        KIND,
        page.pk,
        {code: titles.get(code, page.title) for code in LANGUAGES},
        {code: addresses.get(code, addresses[language]) for code in LANGUAGES},
    )
