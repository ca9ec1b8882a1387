"""What a run has to tell: the changed records, who follows them, and all that mails say of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from monitoring.core import clock
from monitoring.core.models import LANGUAGES
from monitoring.core.sections import Section, collect
from monitoring.decisions.models import Deadline, Decision, Link, Stage
from monitoring.decisions.selectors import still_open
from monitoring.decisions.wording import others_named
from monitoring.digests.changes import Names
from monitoring.digests.matching import seen_before
from monitoring.digests.messages import Found, Health, Record
from monitoring.digests.models import DigestRun
from monitoring.evidence.selectors import chain_head, sources_health
from monitoring.journal.models import Change
from monitoring.search import kinds
from monitoring.search.documents import SearchDocument
from monitoring.vocabulary.models import Status

CHUNK = 500


def batched(items: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    """Slices of at most `size`: databases take only so many values in one question."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def documents_of(changes: Sequence[Change]) -> list[SearchDocument]:
    """The changed records as they can be read now; what was withdrawn meanwhile is left out."""
    ids: dict[str, set[int]] = defaultdict(set)
    for change in changes:
        ids[change.subject].add(change.subject_id)
    documents: list[SearchDocument] = []
    for name, wanted in ids.items():
        kind = kinds.get(name)
        if kind is not None:
            visible = kind.visible(sorted(wanted))
            documents += [d for d in kinds.documents(kind, sorted(wanted)) if d.id in visible]
    return documents


def found_of(
    run: DigestRun, changes: Sequence[Change], documents: Sequence[SearchDocument]
) -> Found:
    """All that mails say of changed records, read once; some twenty queries for any number."""
    by_record: dict[Record, list[Change]] = defaultdict(list)
    for change in changes:
        by_record[change.subject, change.subject_id].append(change)
    hits: dict[str, dict[Record, kinds.Hit]] = {language: {} for language in LANGUAGES}
    for name in {document.kind for document in documents}:
        kind = kinds.get(name)
        assert kind is not None  # its documents were just read
        ids = [document.id for document in documents if document.kind == name]
        for language in LANGUAGES:
            for pk, hit in kind.hits(ids, language).items():
                hits[language][name, pk] = hit
    decisions = [document.id for document in documents if document.kind == "decision"]
    return Found(
        changes=by_record,
        seen=seen_before(changes, run),
        hits=hits,
        sources=_sources(documents),
        names=_names(by_record),
        health={one: _health(one) for one in LANGUAGES} if documents else {},
        deadlines=_deadlines(decisions),
        under_way=_under_way(decisions),
        key=_key(decisions),
        sections={one: _sections(decisions, one) for one in LANGUAGES},
    )


def _deadlines(decisions: Sequence[int]) -> dict[Record, list[Deadline]]:
    found: dict[Record, list[Deadline]] = defaultdict(list)
    for some in batched(decisions, CHUNK):
        rows = Deadline.objects.filter(decision_id__in=some).select_related("kind")
        for one in still_open(rows, clock.now()):
            found["decision", one.decision_id].append(one)
    return found


def _under_way(decisions: Sequence[int]) -> frozenset[Record]:
    found: set[Record] = set()
    for some in batched(decisions, CHUNK):
        drafts = Decision.objects.filter(pk__in=some, kind__is_draft=True)
        rows = drafts.exclude(status__ends=True).values_list("pk", flat=True)
        found |= {("decision", pk) for pk in rows}
    return frozenset(found)


def _key(decisions: Sequence[int]) -> frozenset[Record]:
    found: set[Record] = set()
    for some in batched(decisions, CHUNK):
        rows = Decision.objects.filter(pk__in=some, is_key=True).values_list("pk", flat=True)
        found |= {("decision", pk) for pk in rows}
    return frozenset(found)


def _sections(decisions: Sequence[int], language: str) -> dict[Record, list[Section]]:
    """What upper rooms say of decisions in a mail: the coalition's position."""
    shown = collect("digest.item", decisions, language) if decisions else {}
    return {("decision", pk): sections for pk, sections in shown.items() if sections}


def _health(language: str) -> Health:
    """One line on the watch itself: how many sources are asked, and which do not answer."""
    sources = [one for one in sources_health(language) if one.state != "paused"]
    if not sources:
        return Health()
    silent = [one.name for one in sources if one.state in {"late", "broken"}]
    with translation.override(language):
        count = len(sources)
        said = ngettext("%(count)d source is asked.", "%(count)d sources are asked.", count)
        state = _("No news from: %(names)s.") if silent else _("All of them answer.")
        head = chain_head()
        kept = _("Hash over all saved copies: %(head)s") % {"head": head} if head else ""
    names = {"names": ", ".join(silent)}
    line = f"{said % {'count': count}} {state % names if silent else state}"
    return Health(line, broken=bool(silent), head=kept)


def _sources(documents: Sequence[SearchDocument]) -> dict[Record, str]:
    """The first address of each decision: where a reader can check."""
    ids = [document.id for document in documents if document.kind == "decision"]
    found: dict[Record, str] = {}
    for link in Link.objects.filter(decision_id__in=ids).exclude(url="").order_by("pk"):
        found.setdefault(("decision", link.decision_id), link.url)
    return found


def _names(changes: Mapping[Record, Sequence[Change]]) -> Names:
    return Names(
        {row.key: row for row in Stage.objects.all()},
        {row.key: row for row in Status.objects.all()},
        others_named(one for of_record in changes.values() for one in of_record),
    )
