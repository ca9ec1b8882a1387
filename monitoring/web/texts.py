"""The words of an act: as of a day, two versions compared, Kazakh beside Russian.

An address with a day or language that the record does not hold shows the nearest one it holds.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.dateparse import parse_date
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from monitoring.core.dates import long_date
from monitoring.core.found import Found
from monitoring.decisions import selectors
from monitoring.decisions.citations import Acts
from monitoring.decisions.models import Decision, TextVersion
from monitoring.decisions.text import comparison
from monitoring.decisions.text.citations import find_citations
from monitoring.decisions.text.comparison import Comparison, Group, Row
from monitoring.decisions.text.parse import ARTICLE, CONTENTS, HEADED, NOTE, Act, Piece
from monitoring.decisions.text.redline import Runs
from monitoring.decisions.versions import (
    Versions,
    acts,
    both_languages,
    compare_versions,
    versions_of,
)
from monitoring.web.views import alternates, leads_on

_DEPTH = {"paragraph": 0, "subparagraph": 1, "point": 2}


def _asked(request: HttpRequest, pk: int) -> tuple[Decision, Versions, str]:
    """The decision, its versions, and the language of the text; 404 where there is no text."""
    decision = get_object_or_404(selectors.for_rows(Decision.objects.public()), pk=pk)
    versions = versions_of(decision)
    language = versions.language_for(request.GET.get("text", ""), _language())
    if not language:
        raise Http404
    return decision, versions, language


def _language() -> str:
    return (get_language() or "kk")[:2]


def _day(request: HttpRequest, name: str) -> dt.date | None:
    try:
        return parse_date(request.GET.get(name, ""))
    except ValueError:  # 2026-02-31
        return None


def _frame(request: HttpRequest, decision: Decision, name: str, title: str) -> dict[str, Any]:
    """What the three pages share."""
    edition = decision.edition_for(_language())
    shown = edition.short_title if edition else decision.naming(_language())
    return {
        "found": Found(
            title=f"{title}: {shown}",
            path=request.path,
            language=_language(),
            description=title,
            noindex=bool(request.GET),
        ),
        "decision": decision,
        "naming": decision.naming(_language()),
        "title": shown,
        "title_language": edition.language if edition else _language(),
        "alternates": alternates(name, decision.pk, query=request.GET.urlencode()),
    }


def _dates(rows: list[TextVersion]) -> list[dict[str, Any]]:
    language = _language()
    return [
        {"version": row, "days": long_date(row.valid_from, row.precision, language)} for row in rows
    ]


@require_safe
@leads_on
def text(request: HttpRequest, pk: int) -> HttpResponse:
    """The text as of `?on=2014-11-07` (the newest without it), in `?text=ru`. 8 queries."""
    decision, versions, language = _asked(request, pk)
    version = versions.as_of(language, _day(request, "on"))
    assert version is not None  # the language has a text
    (act,) = acts([version])
    title = gettext("Text of the act")
    context = _frame(request, decision, "decision_text", title) | {
        "version": version,
        "versions": versions,
        "days": long_date(version.valid_from, version.precision, _language()),
        "later": _dates(versions.later(version)),
        "all_versions": _dates(versions.of(language)),
        "languages": [code for code in versions.languages() if code != language],
        "text_language": language,
        "lines": list(_lines(act, decision.pk, version.valid_from)),
        "contents": [one for one in act.provisions if one.kind in HEADED],
        "ended": act.ended,
    }
    return render(request, "web/text.html", context)


def _lines(act: Act, pk: int, on: dt.date) -> Iterator[dict[str, Any]]:
    """The pieces as the page shows them: notes beside the words, the table of contents not.

    The acts that the words name are links: two queries at most.
    """
    cited = [find_citations(piece.text) for piece in act.pieces]
    acts_cited = Acts((one for found in cited for one in found), but=pk)
    for piece, found in zip(act.pieces, cited, strict=True):
        if piece.kind == CONTENTS:
            continue
        chain = [one for one in act.chain(piece.eid) if one.kind in _DEPTH]
        yield {
            "piece": piece,
            "parts": acts_cited.parts(piece.text, _language(), on=on, found=found),
            "is_note": piece.kind == NOTE,
            "is_heading": piece.kind in HEADED,
            "is_article": piece.kind == ARTICLE,
            "depth": max((_DEPTH[one.kind] for one in chain), default=0),
        }


@require_safe
@leads_on
def compare(request: HttpRequest, pk: int) -> HttpResponse:
    """Two versions, `?from=` and `?to=` days; `?view=changes` leaves out what stayed. 6 queries."""
    decision, versions, language = _asked(request, pk)
    if len(versions.of(language)) < 2:
        language = next((code for code in versions.languages() if len(versions.of(code)) > 1), "")
    older, newer = _pair(request, versions, language)
    title = gettext("Two versions compared")
    context = _frame(request, decision, "text_compare", title) | {
        "versions": versions,
        "text_language": language,
        "all_versions": _dates(versions.of(language)),
        "languages": [
            code for code in versions.languages() if code != language and len(versions.of(code)) > 1
        ],
        "older": older,
        "newer": newer,
    }
    if older and newer:
        found = compare_versions(older, newer)
        only = request.GET.get("view") == "changes"
        newest = versions.of(language)[-1]
        context |= {
            "older_key": older.valid_from.isoformat(),
            "newer_key": newer.valid_from.isoformat(),
            "older_days": long_date(older.valid_from, older.precision, _language()),
            "newer_days": long_date(newer.valid_from, newer.precision, _language()),
            "provisions": list(_shown(found, only=only)),
            "outside": [
                group.heading.before or group.heading.after
                for group in found.groups
                if group.state == comparison.OUTSIDE and group.heading
            ],
            "is_excerpt": not (older.is_whole and newer.is_whole),
            "added": found.added,
            "removed": found.removed,
            "only": only,
            "newest": newest if newest != newer else None,
        }
    return render(request, "web/text_compare.html", context)


def _pair(
    request: HttpRequest, versions: Versions, language: str
) -> tuple[TextVersion | None, TextVersion | None]:
    """The two versions asked for, the older first; the last two where nothing fits."""
    rows = versions.of(language)
    if len(rows) < 2:
        return None, None
    newer = versions.as_of(language, _day(request, "to")) or rows[-1]
    before = [row for row in rows if row.valid_from < newer.valid_from]
    day = _day(request, "from")
    older = versions.as_of(language, day) if day else None
    if older is None or older.pk == newer.pk:
        older = before[-1] if before else rows[1]
    pair = sorted((older, newer), key=lambda row: row.valid_from)
    return pair[0], pair[1]


def _shown(found: Comparison, *, only: bool) -> Iterator[dict[str, Any]]:
    """The provisions as components/redline.html takes them; what stayed is folded or left out."""
    quiet: list[dict[str, Any]] = []
    for group in found.groups:
        if group.state == comparison.OUTSIDE:
            continue
        named = False
        for row in group.all_rows:
            is_heading = row is group.heading
            if row.state == comparison.OUTSIDE:
                continue
            if row.state == comparison.SAME and not row.moved:
                quiet.append(_provision(row, is_heading=is_heading))
                continue
            if not named and not is_heading and group.heading:
                if quiet and quiet[-1]["key"] == group.heading.eid:
                    quiet.pop()
                if quiet and not only:
                    yield {"folded": quiet}
                quiet = []
                yield _provision(group.heading, is_heading=True)
            elif quiet:
                if not only:
                    yield {"folded": quiet}
                quiet = []
            named = True
            yield _provision(row, is_heading=is_heading)
    if quiet and not only:
        yield {"folded": quiet}


def _provision(row: Row, *, is_heading: bool) -> dict[str, Any]:
    label_before, label_both = _labels(row)
    return {
        "key": row.eid if row.after else f"old-{row.eid}",
        "is_heading": is_heading,
        "state": row.state,
        "runs": label_both + row.runs,
        "before_runs": label_before + row.before_runs,
        "note": _note(row),
    }


def _labels(row: Row) -> tuple[Runs, Runs]:
    """The number of a provision before its words: in the older text, and in both."""
    before = row.before.label if row.before else ""
    after = row.after.label if row.after else ""
    space = ("same", " ")
    if not row.before or not row.after or before == after:
        mark = "del" if not row.after else "ins" if not row.before else "same"
        label = before or after
        runs: Runs = ((mark, label), space) if label else ()
        return (runs if row.before else ()), runs
    older: Runs = (("del", before), space) if before else ()
    newer: Runs = (("ins", after), space) if after else ()
    return older, older + newer


def _note(row: Row) -> str:
    if row.state == comparison.EXCLUDED:
        return gettext("This provision lost force")
    if row.state == comparison.LEFT:
        return gettext("This provision moved to another article")
    if row.moved:
        return gettext("This provision stood in another article before")
    return ""


@require_safe
@leads_on
def table(request: HttpRequest, pk: int) -> HttpResponse:
    """The comparative table as CSV: what changed, and an empty column for the justification."""
    decision, versions, language = _asked(request, pk)
    older, newer = _pair(request, versions, language)
    if not older or not newer:
        raise Http404
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    name = f"{decision.pk}-{older.valid_from}-{newer.valid_from}-{language}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.write("\ufeff")  # Excel takes a file without it for another alphabet
    writer = csv.writer(answer)
    writer.writerow(
        [
            "№",
            gettext("Structural element"),
            gettext("Earlier wording"),
            gettext("Later wording"),
            gettext("Justification"),
        ]
    )
    changed = [
        (group, row)
        for group in compare_versions(older, newer).groups
        for row in group.all_rows
        if row.state not in (comparison.SAME, comparison.OUTSIDE, comparison.LEFT) or row.moved
    ]
    for number, (group, row) in enumerate(changed, start=1):
        writer.writerow([number, _citation(group, row), _line(row.before), _line(row.after), ""])
    return answer


def _citation(group: Group, row: Row) -> str:
    """«2-бап. … 1.»: the heading and the number below it."""
    heading = group.heading and (group.heading.after or group.heading.before)
    piece = row.after or row.before
    if not piece:
        return ""
    labels = [heading.label] if heading and heading is not piece else []
    return " ".join(filter(None, [*labels, piece.label])) or {
        "title": gettext("Title of the act"),
        "preamble": gettext("Preamble"),
    }.get(piece.kind, "")


def _line(piece: Piece | None) -> str:
    # A cell that begins with a sign of a formula is run by a spreadsheet.
    line = piece.line if piece else ""
    return f"'{line}" if line[:1] in "=+-@" and line else line


@require_safe
@leads_on
def languages(request: HttpRequest, pk: int) -> HttpResponse:
    """Kazakh beside Russian as of `?on=`; where numbers or dates differ, both. 6 queries."""
    decision, versions, _text_language = _asked(request, pk)
    days = versions.days_in_both()
    if not days:
        raise Http404
    asked = _day(request, "on")
    day = max((one for one in days if asked is None or one <= asked), default=days[0])
    sides = both_languages(versions, day)
    rows = [row for code in ("kk", "ru") for row in versions.of(code) if row.valid_from == day]
    title = gettext("Kazakh and Russian texts side by side")
    context = _frame(request, decision, "text_languages", title) | {
        "versions": versions,
        "sides": sides,
        "day": day,
        "days": long_date(day, rows[0].precision, _language()),
        "all_days": [{"day": one, "days": long_date(one, "day", _language())} for one in days],
        "texts": rows,
        "disagreeing": [side for side in sides if side.disagree],
        "alone": sum(side.alone for side in sides),
        "later": [one for one in days if one > day],
    }
    return render(request, "web/text_languages.html", context)
