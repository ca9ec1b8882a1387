"""Entries that a source shows again: the same, changed, or new under an old name.

White space, case, quotes, look-alike letters and order make no change; a real change of one entry
is one `Revision`, and one `journal.Change` of the decision that was made of it where the record
still says what the source said. What an editor wrote is never overwritten: there it is proposed.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from monitoring.decisions.models import Edition, FieldSource
from monitoring.decisions.publication import public_change
from monitoring.decisions.services import update_decision
from monitoring.evidence.entries import Entry
from monitoring.evidence.models import Fetch
from monitoring.intake.models import Candidate, Revision
from monitoring.intake.sameness import (
    alike,
    bare,
    fingerprint,
    key_hash,
    named_apart,
    normal,
    scrambled,
)

BACK_AND_FORTH = dt.timedelta(hours=24)
"""A return to what the entry said before is believed after so long: two servers of one site may
answer in turn, one of them with yesterday's copy."""
MANY = 5
"""Of so many known entries, most changed at once is a new layout of the site, no news."""
_TITLES = {"title": 300, "official_title": 2000}
"""Columns of a text that may hold the title, and how long it may be there."""
_FIELDS = ("title", "link", "summary")


@dataclass(frozen=True)
class Sorted:
    """An answer's entries: those not known (with keys of their own), those that say something else
    than before, and how many were known."""

    fresh: list[Entry]
    changed: list[tuple[Candidate, Entry]]
    known: int


def published(entry: Entry, seen: dt.datetime) -> dt.datetime | None:
    """The entry's own date; none if it lies in the future by more than a day: that is a mistake."""
    if not entry.published:
        return None
    moment = dt.datetime.fromisoformat(entry.published)
    return moment if moment <= seen + dt.timedelta(days=1) else None


def sort_out(fetch: Fetch, entries: Sequence[Entry]) -> Sorted:
    """Tell new entries from known ones and from changed ones: two queries, three if any is new."""
    apart = named_apart(entries)
    mine = Candidate.objects.filter(source=fetch.source_id).select_related("snapshot", "decision")
    by_key = {one.key: one for one in mine.filter(key__in=[key_hash(e.key) for e in apart])}
    strange = [entry for entry in apart if key_hash(entry.key) not in by_key]
    by_link: dict[str, list[Candidate]] = defaultdict(list)
    texts: set[str] = set()
    if strange:
        links = {entry.link for entry in strange if entry.link}
        for there in mine.filter(link__in=links):
            by_link[bare(there.link)].append(there)
        marks = [fingerprint(e.title, e.link, e.summary) for e in strange]
        texts = set(mine.filter(fingerprint__in=marks).values_list("fingerprint", flat=True))
    fresh: list[Entry] = []
    changed: list[tuple[Candidate, Entry]] = []
    known = 0
    asked_again = fetch.step == 1
    for entry in apart:
        one: Candidate | None = by_key.get(key_hash(entry.key))
        if one is None:
            if fingerprint(entry.title, entry.link, entry.summary) in texts:
                known += 1
                continue  # the same words under a new name
            one = _same_item(entry, by_link.get(bare(entry.link), []), apart)
            if one is None:
                fresh.append(entry)
                continue
        elif bare(one.link) != bare(entry.link) and not alike(one.title, entry.title):
            fresh.append(replace(entry, key=f"{entry.key}\n{bare(entry.link)}"))
            continue  # another item under a name that was used before
        known += 1
        if asked_again or one.snapshot.url == fetch.url:
            changed.append((one, entry))
    return Sorted(fresh, _really(changed, fetch), known)


def _same_item(
    entry: Entry, known: Sequence[Candidate], apart: Sequence[Entry]
) -> Candidate | None:
    """The one known entry at that link, if its title is alike and no other entry claims it."""
    if len(known) != 1 or not alike(known[0].title, entry.title):
        return None
    claims = sum(bare(other.link) == bare(entry.link) for other in apart)
    return known[0] if claims == 1 else None


def _really(
    pairs: Sequence[tuple[Candidate, Entry]], fetch: Fetch
) -> list[tuple[Candidate, Entry]]:
    """Those that say something else, each as it should be kept: what the source says now, and what
    it said before where it says nothing now, or says it in broken letters."""
    changed = []
    for one, entry in pairs:
        now = {}
        for name in _FIELDS:
            before, after = getattr(one, name), getattr(entry, name)
            worse = not after or (scrambled(after) and not scrambled(before))
            now[name] = before if worse else after
        kept = replace(entry, **now)
        was = fingerprint(one.title, one.link, one.summary)
        if fingerprint(kept.title, kept.link, kept.summary) != was or _other_day(one, kept, fetch):
            changed.append((one, kept))
    return changed


def _other_day(one: Candidate, entry: Entry, fetch: Fetch) -> bool:
    """Whether the source dates the entry on another day now. A date that moves along with our
    visits says nothing: some sites write the day of the request."""
    date = published(entry, fetch.started_at)
    if date is None or one.published_at is None or date.date() == one.published_at.date():
        return False
    return fetch.started_at - date > dt.timedelta(hours=36)


def note_changes(fetch: Fetch, found: Sorted) -> int:
    """Write what changed, in the caller's transaction; returns how many entries did."""
    many = found.known >= MANY and len(found.changed) * 5 > found.known * 3
    return sum(_note(fetch, one, entry, many=many) for one, entry in found.changed)


def _note(fetch: Fetch, one: Candidate, entry: Entry, *, many: bool) -> bool:
    said = fingerprint(entry.title, entry.link, entry.summary)
    others = Candidate.objects.filter(source=fetch.source_id, fingerprint=said).exclude(pk=one.pk)
    if others.exists() or _flips(one, said, fetch.started_at):
        return False
    date = published(entry, fetch.started_at)
    now = {name: getattr(entry, name) for name in _FIELDS}
    before = {name: getattr(one, name) for name in _FIELDS}
    differs = [name for name in _FIELDS if _compared(name, now) != _compared(name, before)]
    stamp: dict[str, Any] = {"fingerprint": said, **{name: now[name] for name in differs}}
    old, new = ({name: side[name] for name in differs} for side in (before, now))
    if _other_day(one, entry, fetch) and date and one.published_at:
        old["published_at"] = one.published_at.isoformat()
        new["published_at"] = date.isoformat()
        stamp["published_at"] = date
    if one.state == Candidate.State.NEW:
        stamp["snapshot_id"] = fetch.snapshot_id
    outcome = Revision.Outcome.MANY if many else _carry_over(fetch, one, old, new)
    assert fetch.snapshot_id is not None
    Revision.objects.create(
        candidate=one,
        snapshot_id=fetch.snapshot_id,
        at=fetch.started_at,
        before=old,
        after=new,
        fingerprint=said,
        outcome=outcome,
    )
    Candidate.objects.filter(pk=one.pk).update(**stamp, scored_with="")  # its points are old now
    return True


def _compared(name: str, said: dict[str, str]) -> str:
    return bare(said[name]) if name == "link" else normal(said[name])


def _flips(one: Candidate, said: str, now: dt.datetime) -> bool:
    """Whether the entry only goes back, within a day, to what it said before."""
    last = one.revisions.order_by("-pk").first()
    if last is None or now - last.at > BACK_AND_FORTH:
        return False
    if one.revisions.filter(fingerprint=said).exists():
        return True
    first = one.revisions.order_by("pk").first()
    assert first is not None
    words = {name: first.before.get(name, getattr(one, name)) for name in _FIELDS}
    return fingerprint(words["title"], words["link"], words["summary"]) == said


def _carry_over(
    fetch: Fetch, one: Candidate, old: dict[str, str], new: dict[str, str]
) -> Revision.Outcome:
    """Let the record say what the source says now, where it said what the source said before."""
    if one.decision is None:
        return Revision.Outcome.WAITING
    left = [name for name in ("title", "link") if name in new]
    if not left:
        return Revision.Outcome.WAITING  # the record holds neither its text nor its date
    published_at = one.published_at or one.seen_at
    announce = (fetch.started_at - published_at).days <= one.source.announce_within
    with public_change(one.decision.pk, announce=announce):
        if "title" in new and _retitle(fetch, one, old["title"], new["title"]):
            left.remove("title")
        if "link" in new and _relink(fetch, one, old["link"], new["link"]):
            left.remove("link")
    return Revision.Outcome.PROPOSED if left else Revision.Outcome.APPLIED


def _retitle(fetch: Fetch, one: Candidate, old: str, new: str) -> bool:
    """Publish the new title where the published text has the old one and nobody works on it."""
    assert one.decision is not None
    for edition in Edition.objects.filter(decision=one.decision, live=True):
        for field, longest in _TITLES.items():
            if normal(getattr(edition, field)) != normal(old) or len(new) > longest:
                continue
            if edition.has_unpublished_changes or edition.locked or edition.workflow_in_progress:
                return False
            setattr(edition, field, new)
            edition.full_clean()
            edition.save_revision().publish(skip_permission_checks=True)
            FieldSource.objects.create(
                decision=one.decision,
                field=f"{field}-{edition.language}",
                value=new,
                source=one.link,
                snapshot_id=fetch.snapshot_id,
                at=fetch.started_at,
            )
            return True
    return False


def _relink(fetch: Fetch, one: Candidate, old: str, new: str) -> bool:
    """Put the new address beside the old one; a person's list of links is left alone."""
    assert one.decision is not None
    links = list(one.decision.links.values("url", "label_kk", "label_ru", "label_en", "checked"))
    if any(bare(link["url"]) == bare(new) for link in links):
        return True
    update_decision(
        decision=one.decision, links=[*links, {"url": new}], snapshot=fetch.snapshot, source=new
    )
    return bool(one.decision.links.filter(url=new).exists())
