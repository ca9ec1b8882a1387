"""What the page of components shows: every component in every state.

Pure data: no row of the database stands behind it, so that a state nobody has entered yet can be
seen as well. The words, all examples, stand in styleguide.json in three languages.
"""

from __future__ import annotations

import datetime as dt
import json
from functools import cache
from pathlib import Path
from typing import Any

from django import forms

from monitoring.core import charts
from monitoring.decisions.wording import until

LANGUAGES = ("kk", "ru", "en")
"""The order of the words in styleguide.json."""


@cache
def _words() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))
    return found


def _say(group: str, language: str) -> dict[str, str]:
    """The words of a group by their name; Kazakh where the language is not known."""
    place = LANGUAGES.index(language) if language in LANGUAGES else 0
    return {name: said[place] for name, said in _words()[group].items()}


class ExampleForm(forms.Form):
    """Fields of every kind; its labels are set in the language that is asked for."""

    name = forms.CharField()
    sentence = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 3}))
    phone = forms.CharField()
    often = forms.ChoiceField(widget=forms.RadioSelect)
    topics = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple, required=False)
    place = forms.ChoiceField()
    agree = forms.BooleanField(required=False)


def _form(language: str) -> ExampleForm:
    """A form that was sent with a telephone number one digit short."""
    form = ExampleForm({"name": "Арай", "phone": "+7 7XX XXX XX X", "often": "weekly"})
    for name, label in _say("labels", language).items():
        form.fields[name].label = label
    for name, hint in _say("hints", language).items():
        form.fields[name].help_text = hint
    for name in ("often", "topics", "place"):
        field = form.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(_say("choices", language).items())
    form.full_clean()
    form.errors.clear()
    form.add_error("phone", _say("wrong_phone", language)["phone"])
    return form


def _deadlines(today: dt.date) -> list[dict[str, Any]]:
    day = dt.timedelta(days=1)
    at = {"how_url": "#deadline", "ics_url": "#deadline", "hour": dt.time(18)}
    return [
        {"state": "open", "date": today + 3 * day, "days": 3, **at},
        {"state": "tomorrow", "date": today + day, "days": 1, **at},
        {"state": "today", "date": today, "hours": 6, **at},
        {"state": "closed", "date": today - 40 * day, "answer_url": "#deadline"},
        {"state": "closed", "date": today - 40 * day, "answer_due": today + 5 * day},
        {"state": "none", "mail_url": "#deadline"},
    ]


def _stage_lines(text: dict[str, str], language: str) -> list[dict[str, Any]]:
    day = dt.date(2026, 9, 4)
    done = {"label": text["consultation"], "state": "done", "date": day, "precision": "day"}
    undated = {"label": text["government"], "state": "undated"}
    under_way = [
        done,
        undated,
        {"label": text["first"], "state": "now", "is_now": True},
        {"label": text["second"], "state": "unconfirmed"},
        {"label": text["president"], "state": "todo"},
    ]
    lines: list[dict[str, Any]] = [
        {"steps": under_way, "procedure": text["procedure"], "number": 3, "total": 5}
    ]
    for word in ("withdrawn", "returned", "repealed"):
        end = {
            "label": text[word],
            "state": "stopped",
            "is_now": True,
            "date": dt.date(2007, 3, 13),
        }
        begin = {"label": text["introduced"], "state": "done", "date": dt.date(2006, 6, 29)}
        lines.append({"steps": [begin, end]})
    in_force = {"label": text["in_force"], "state": "done", "date": day, "is_now": True}
    return [*lines, {"steps": [done, undated, in_force]}, *_outlooks(text, language)]


def _outlooks(text: dict[str, str], language: str) -> list[dict[str, Any]]:
    """What happens next, by when, in every state."""
    now = {"label": text["first"], "state": "now", "is_now": True}
    ahead = {"label": text["second"], "state": "todo"}
    coming: dict[str, Any] = {
        "label": text["second"],
        "by": until(dt.date(2026, 12, 4), language),
        "confirmed": True,
    }
    changes: list[dict[str, Any]] = [
        {},
        {"confirmed": False},
        {"about": True},
        {"late": True},
        {"by": ""},
    ]
    following = [coming | one for one in changes]
    changed = [{"name": text["procedure"], "url": "#stages", "confirmed": False}]
    return [
        *({"steps": [now, ahead], "next": one} for one in following),
        {"steps": [{**now, "state": "waiting"}, ahead], "outlook": "waiting"},
        {"steps": [now, ahead], "outlook": "unknown", "procedures": changed},
    ]


def _redline(text: dict[str, str], language: str) -> list[dict[str, Any]]:
    runs = _words()["runs"].get(language) or _words()["runs"]["kk"]
    whole = [("same", text["sentence"])]
    return [
        {"key": "example-1", "title": text["article"], "state": "changed", "runs": runs},
        {"key": "example-2", "title": text["article_new"], "state": "new", "runs": whole},
        {"key": "example-3", "title": text["article_gone"], "state": "removed", "runs": whole},
    ]


def _tiles(regions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every level of tint in turn, at the true places."""
    levels = [("", 0), ("few", 1), ("some", 3), ("many", 5)]
    return [
        {**region, "level": level, "count": count, "url": "#map" if count else ""}
        for number, region in enumerate(regions)
        for level, count in [levels[number % len(levels)]]
    ]


def examples(language: str, today: dt.date, regions: list[dict[str, Any]]) -> dict[str, Any]:
    """All that templates/styleguide/page.html shows; `regions` with label, row and column."""
    text = _say("text", language)
    deadlines = _deadlines(today)
    source = {"url": "https://adilet.zan.kz/", "host": "adilet.zan.kz", "code": "Z2100000060"}
    checked = source | {"checked": today}
    columns = [text["column_element"], text["column_now"], text["column_then"]]
    cells = ["45-бап, 4-тармақ", "–", text["sentence"]]
    row = [{"name": name, "text": said} for name, said in zip(columns, cells, strict=True)]
    return {
        "names": _say("names", language),
        "said": text,
        "deadlines": deadlines,
        "open_deadline": deadlines[0],
        "lines": _stage_lines(text, language),
        "positions": ["support", "amend", "oppose", "watch", "discussed", "none"],
        "record_date": today - dt.timedelta(days=3),
        "facets": [
            {
                "name": "topic",
                "title": text["topic"],
                "options": [
                    {"value": "1", "label": text["gathering"], "count": 4, "checked": True},
                    {"value": "2", "label": text["basis"], "count": 2, "checked": False},
                    {"value": "3", "label": text["budget"], "count": 2, "checked": False},
                ],
            }
        ],
        "chips": [
            {"label": text["budget"], "address": "#filters"},
            {"label": text["gathering"], "address": "#filters"},
        ],
        "sources": [
            checked | {"copy_url": "#source"},
            checked | {"checked_by": text["organisation"]},
            source | {"only": True},
            source | {"silent_since": today - dt.timedelta(days=3)},
        ],
        "form": _form(language),
        "columns": columns,
        "table_rows": [row, row],
        "chart": {
            "bars": charts.bars(
                [charts.Row(text["budget"], 4, "#charts"), charts.Row(text["gathering"], 1)]
            ),
            "columns": charts.columns(
                [charts.Row("2024", 2), charts.Row("2025", 0), charts.Row("2026", 5)]
            ),
        },
        "tiles": _tiles(regions),
        "provisions": _redline(text, language),
        "colours": [
            *("paper", "felt", "wash", "ink", "muted", "brand", "due", "ins", "del", "mark"),
            *("sup", "amd", "opp", "wat"),
        ],
    }
