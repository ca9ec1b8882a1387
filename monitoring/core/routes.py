"""The words of public addresses in three languages: permanent, and barred as editors' slugs."""

from __future__ import annotations

from django.utils.functional import lazy
from django.utils.translation import get_language

WORDS: dict[str, dict[str, str]] = {
    "laws": {"kk": "zandar", "ru": "zakony", "en": "laws"},
    "procedures": {
        "kk": "kalay-kabyldanady",
        "ru": "kak-prinimayut-resheniya",
        "en": "how-decisions-are-made",
    },
    "guide": {"kk": "ne-isteuge-bolady", "ru": "chto-mozhno-sdelat", "en": "what-you-can-do"},
    "members": {"kk": "mushe-uiymdar", "ru": "organizatsii", "en": "organisations"},
    "news": {"kk": "zhanalyktar", "ru": "novosti", "en": "news"},
    "about": {"kk": "koalitsiya-turaly", "ru": "o-koalitsii", "en": "about"},
    "memorandum": {"kk": "memorandum", "ru": "memorandum", "en": "memorandum"},
    "data": {"kk": "derekter", "ru": "dannye", "en": "data"},
    "bodies": {"kk": "organdar", "ru": "organy", "en": "bodies"},
    "budgets": {"kk": "byudzhetter", "ru": "byudzhety", "en": "budgets"},
    "contact": {"kk": "baylanys", "ru": "kontakty", "en": "contact"},
    "method": {"kk": "adis", "ru": "metod", "en": "method"},
    "our-organisation": {
        "kk": "bizdin-uiym",
        "ru": "nasha-organizatsiya",
        "en": "our-organisation",
    },
    "issues": {"kk": "shygarylymdar", "ru": "vypuski", "en": "issues"},
    "library": {"kk": "kitapkhana", "ru": "biblioteka", "en": "library"},
    "events": {"kk": "is-sharalar", "ru": "sobytiya", "en": "events"},
    "press": {"kk": "baspasozge", "ru": "dlya-pressy", "en": "press"},
    "search": {"kk": "izdeu", "ru": "poisk", "en": "search"},
    "mail": {"kk": "khat-alu", "ru": "podpiska", "en": "subscribe"},
    "sources": {"kk": "derekkozder", "ru": "istochniki", "en": "sources"},
    "corrections": {"kk": "tuzetuler", "ru": "ispravleniya", "en": "corrections"},
    "calendar": {"kk": "kuntizbe", "ru": "kalendar", "en": "calendar"},
    "privacy": {"kk": "derbes-derekter", "ru": "dannye-o-vas", "en": "privacy"},
    "funding": {"kk": "karzhylandyru", "ru": "finansirovanie", "en": "funding"},
    "rules": {"kk": "erezheler", "ru": "pravila", "en": "rules"},
    "accessibility": {"kk": "kolzhetimdilik", "ru": "dostupnost", "en": "accessibility"},
    "tasks": {"kk": "tapsyrmalar", "ru": "zadachi", "en": "tasks"},
    "sign-in": {"kk": "kiru", "ru": "vkhod", "en": "sign-in"},
    "sign-out": {"kk": "shygu", "ru": "vykhod", "en": "sign-out"},
    "timeline": {"kk": "zhyldar", "ru": "po-godam", "en": "by-year"},
    "charts": {"kk": "sandar", "ru": "v-tsifrakh", "en": "in-figures"},
    "changes": {"kk": "ozgerister", "ru": "izmeneniya", "en": "changes"},
    "report-error": {
        "kk": "kateni-khabarlau",
        "ru": "soobshchit-ob-oshibke",
        "en": "report-an-error",
    },
    "second-factor": {"kk": "ekinshi-kadam", "ru": "vtoroy-shag", "en": "second-step"},
    "manage": {"kk": "zhazylymdar", "ru": "podpiski", "en": "subscriptions"},
}


def word(name: str, language: str) -> str:
    """The word of a route in a language. Raises KeyError for a route that is not in the table."""
    return WORDS[name][language[:2] if language[:2] in WORDS[name] else "kk"]


def reserved() -> frozenset[str]:
    """Every route word of every language."""
    return frozenset(value for words in WORDS.values() for value in words.values())


def _route(name: str, rest: str) -> str:
    return f"{word(name, get_language() or 'kk')}/{rest}"


route = lazy(_route, str)
"""`path(route("laws", "<int:pk>/"), …)`: the address follows the active language.

Django compiles a route that is not a plain str once a language.
"""
