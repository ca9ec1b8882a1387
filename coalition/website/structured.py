"""What our pages are in the terms of schema.org. Nothing here asks the database."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.templatetags.static import static

from coalition.registry.models import OrganisationPage
from coalition.registry.selectors import public_contacts
from coalition.website.frame import links
from monitoring.core.found import LONGEST_SHARED, Found, absolute, brief


def organisation(language: str) -> dict[str, Any]:
    """The coalition itself, under its full name; founded on 20–21 June 2005."""
    return {
        "@type": "Organization",
        "name": settings.SITE_FULL_NAMES[language],
        "alternateName": settings.SITE_NAMES[language],
        "url": absolute(f"/{language}/"),
        "logo": absolute(static("img/mark.png")),
        "foundingDate": "2005-06",
    }


def home(page: Any, found: Found) -> dict[str, Any]:
    """The home page speaks for the coalition."""
    return organisation(found.language)


def news(page: Any, found: Found) -> dict[str, Any]:
    """https://schema.org/NewsArticle."""
    changed = page.last_published_at
    data = {
        "@type": "NewsArticle",
        "headline": brief(page.title, LONGEST_SHARED),
        "datePublished": page.date.isoformat(),
        "inLanguage": found.language,
        "mainEntityOfPage": found.canonical,
        "publisher": organisation(found.language),
        "author": organisation(found.language),
    }
    if found.image:
        data["image"] = [found.image_url]
    if changed is not None and changed.date() >= page.date:
        data["dateModified"] = changed.isoformat()
    return data


def event(page: Any, found: Found) -> dict[str, Any]:
    """https://schema.org/Event: begins, ends if known, where, whether it was called off."""
    where: list[dict[str, Any]] = []
    if page.place:
        where.append({"@type": "Place", "name": page.place, "address": page.place})
    if page.online:
        where.append({"@type": "VirtualLocation", "url": page.online})
    modes = {
        (True, False): "OfflineEventAttendanceMode",
        (False, True): "OnlineEventAttendanceMode",
        (True, True): "MixedEventAttendanceMode",
    }
    mode = modes.get((bool(page.place), bool(page.online)))
    state = "EventCancelled" if page.cancelled else "EventScheduled"
    data: dict[str, Any] = {
        "@type": "Event",
        "name": page.title,
        "startDate": page.start.isoformat(),
        "eventStatus": f"https://schema.org/{state}",
        "location": where,
        "organizer": organisation(found.language),
        "inLanguage": found.language,
        "url": found.canonical,
    }
    if mode:
        data["eventAttendanceMode"] = f"https://schema.org/{mode}"
    if page.end:
        data["endDate"] = page.end.isoformat()
    if found.description:
        data["description"] = found.description
    if found.image:
        data["image"] = [found.image_url]
    return data


def member(page: OrganisationPage, found: Found) -> dict[str, Any]:
    """https://schema.org/Organization: what its page says of name, place and public contacts.

    Nothing of its standing: to be named in the list of 2005 is not to be a member today.
    """
    row, language = page.organisation, found.language
    contacts = public_contacts(page)
    where = {
        "@type": "PostalAddress",
        "addressCountry": "KZ",
        "addressLocality": row.place(language),
        "streetAddress": contacts["address"],
    }
    data = {
        "@type": "Organization",
        "@id": f"{found.canonical}#organisation",
        "name": row.label_in(language),
        "alternateName": row.short_name(language),
        "url": contacts["website"] or found.canonical,
        "mainEntityOfPage": found.canonical,
        "description": page.lead,
        "address": {name: value for name, value in where.items() if value},
        "telephone": contacts["phone"],
        "email": contacts["email"],
    }
    return {name: value for name, value in data.items() if value}


DESCRIBED = {
    "website.HomePage": home,
    "news.NewsPage": news,
    "news.EventPage": event,
    "registry.OrganisationPage": member,
}


def _news_list(language: str) -> tuple[str, str]:
    (link,) = links(("news",), language)
    return link["label"], link["url"]


ABOVE = {"news.NewsPage": _news_list}
