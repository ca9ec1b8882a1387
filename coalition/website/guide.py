"""The guide and its norms: what the record says of them, and which pages they have left behind.

Nobody marks a page outdated: it is, from the moment the record says that one of its norms changed
after the day on which the page was checked, until somebody checks it again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch

from coalition.pages.models import State
from coalition.pages.selectors import in_language, public, record_of
from coalition.website.models import READ, GuidePage
from monitoring.core.clock import ALMATY
from monitoring.decisions.models import Decision, DecisionAlias, Edition
from monitoring.decisions.publication import SUBJECT
from monitoring.journal.models import Change

SAID_OF_A_NORM = (
    "kind", "number", "register_number", "date", "status", "status_date", "stages",
)  # fmt: skip
"""Parts of `publication.picture` that speak of the norm itself.

A new summary, a topic or a second address says nothing of what the norm demands.
"""


@dataclass(frozen=True)
class Norm:
    """One norm of a page in the words of a language."""

    article: str
    title: str
    address: str
    title_language: str
    status: str
    url: str
    read: str
    read_words: str


def context_of(page: GuidePage) -> dict[str, Any]:
    """What the template of a guide page shows of the record. Five queries at most."""
    decisions = _decisions(_keys(page))
    checked = _checked_version(page)
    return {
        "norms": _norms(page, decisions),
        "checked": checked,
        "norm_changed_on": _changed_on([checked], decisions).get(checked.pk),
    }


def outdated() -> list[tuple[GuidePage, dt.date]]:
    """The live originals whose norms changed since they were checked, with the day of the change.

    Four queries at most, however many pages there are.
    """
    pages = list(
        public(GuidePage.objects.filter(language_record__is_original=True)).order_by("path")
    )
    decisions = _decisions({key for page in pages for key in _keys(page)})
    changed = _changed_on(pages, decisions)
    return [(page, changed[page.pk]) for page in pages if page.pk in changed]


def by_topic(language: str) -> dict[str, str]:
    """The addresses of the guide's pages by topic, where they exist in a language. One query."""
    pages = in_language(GuidePage.objects.exclude(topic=""), language).select_related("locale")
    return {page.topic: page.get_url() or "" for page in pages}


def speaks_of_the_norm(change: Change) -> bool:
    """Whether a change of a record means that what the norm says may have changed.

    To be entered into the record is no change of the norm; to be taken out of it is one, for the
    page then rests on nothing a reader can see. An official title that reads otherwise is one too:
    «және өзін-өзі басқару» came into the title of law 148 with new articles.
    """
    if change.kind == Change.Kind.PUBLISHED:
        return False
    if change.kind == Change.Kind.WITHDRAWN:
        return True
    if any(change.before.get(name) != change.after.get(name) for name in SAID_OF_A_NORM):
        return True
    before, after = _official_titles(change.before), _official_titles(change.after)
    return any(after[code] != before[code] for code in before.keys() & after.keys())


def _official_titles(picture: Mapping[str, Any]) -> dict[str, str]:
    editions = picture.get("editions", {})
    return {code: one["official_title"] for code, one in editions.items() if one["official_title"]}


def _checked_version(page: GuidePage) -> GuidePage:
    """The version whose check counts: of a translation that says the same, the original's.

    An original that was looked at again and left as it was is not translated anew. One query.
    """
    record = record_of(page)
    if record is None or record.is_original or record.state != State.COMPLETE:
        return page
    originals = GuidePage.objects.filter(
        translation_key=page.translation_key, language_record__is_original=True
    )
    return originals.first() or page


def _keys(page: GuidePage) -> list[str]:
    return [str(block.value["key"]) for block in page.norms]


def _decisions(keys: Iterable[str]) -> dict[str, Decision]:
    """The decisions that keys, former keys or ids name, public or not. Three queries at most."""
    wanted = set(keys)
    if not wanted:
        return {}
    rows = Decision.objects.select_related("kind", "status").prefetch_related(
        Prefetch("editions", Edition.objects.filter(live=True))
    )
    ids = {int(key) for key in wanted if key.isdigit() and len(key) < 10}
    found: dict[str, Decision] = {}
    for one in rows.filter(key__in=wanted) | rows.filter(pk__in=ids):
        found.setdefault(str(one.pk), one)
        if one.key:
            found[one.key] = one
    missing = wanted - found.keys()
    if missing:
        aliases = DecisionAlias.objects.filter(key__in=missing)
        by_alias = dict(aliases.values_list("key", "decision_id"))
        for one in rows.filter(pk__in=by_alias.values()) if by_alias else ():
            found |= {key: one for key, pk in by_alias.items() if pk == one.pk}
    return {key: found[key] for key in wanted & found.keys()}


def _norms(page: GuidePage, decisions: Mapping[str, Decision]) -> list[Norm]:
    language = page.locale.language_code
    words = dict(READ)
    made = []
    for block in page.norms:
        value = block.value
        decision = decisions.get(str(value["key"]))
        shown = decision if decision is not None and decision.is_public else None
        edition = shown.edition_for(language) if shown else None
        made.append(
            Norm(
                article=value["article"],
                title=_title(shown, edition, language),
                address=shown.address_in(language) if shown else "",
                title_language=edition.language if edition else language,
                status=shown.status.label_in(language) if shown and shown.status else "",
                url=value["url"],
                read=value["read"],
                read_words=str(words.get(value["read"], "")),
            )
        )
    return made


def _title(decision: Decision | None, edition: Edition | None, language: str) -> str:
    if decision is None:
        return ""
    return edition.short_title if edition else decision.naming(language)


def _changed_on(
    pages: Sequence[GuidePage], decisions: Mapping[str, Decision]
) -> dict[int, dt.date]:
    """The newest day on which a norm of a page changed after the page was checked, by page id.

    On the day of the check itself only what came after the page's last publication counts.
    """
    ids = {one.pk for one in decisions.values()}
    if not ids or not pages:
        return {}
    first = min(page.checked_on for page in pages)
    since = dt.datetime.combine(first, dt.time(), ALMATY)
    changes = Change.objects.announced().filter(subject=SUBJECT, subject_id__in=ids, at__gte=since)
    speaking = [one for one in changes.order_by("pk") if speaks_of_the_norm(one)]
    found: dict[int, dt.date] = {}
    for page in pages:
        norms = {decisions[key].pk for key in _keys(page) if key in decisions}
        for change in speaking:
            if change.subject_id in norms and _is_after(change.at, page):
                found[page.pk] = change.at.astimezone(ALMATY).date()
    return found


def _is_after(moment: dt.datetime, page: GuidePage) -> bool:
    day = moment.astimezone(ALMATY).date()
    if day == page.checked_on:
        return page.last_published_at is not None and moment > page.last_published_at
    return bool(day > page.checked_on)
