"""Public addresses of the record; the composition mounts them under each language."""

from __future__ import annotations

from django.urls import path

from monitoring.core.routes import route
from monitoring.web import (
    bodies,
    budgets,
    calendars,
    changes,
    charts,
    feeds,
    history,
    lists,
    open_data,
    procedures,
    texts,
    timeline,
    views,
)

urlpatterns = [
    path(route("laws", ""), lists.decision_list, name="decision_list"),
    path(route("laws", "decisions.csv"), open_data.decisions_csv, name="decisions_csv"),
    path(route("laws", "decisions.json"), open_data.decisions_json, name="decisions_json"),
    path(route("laws", "decisions.xml"), open_data.decisions_atom, name="decisions_atom"),
    path(route("charts", ""), charts.charts, name="charts"),
    path(route("charts", "<slug:by>.csv"), charts.chart_csv, name="chart_csv"),
    path(route("timeline", ""), timeline.timeline, name="timeline"),
    path(route("calendar", ""), timeline.calendar, name="calendar"),
    path(route("laws", "feed.xml"), feeds.changes, name="decision_feed"),
    path(route("laws", "deadlines.ics"), calendars.deadlines, name="deadlines_calendar"),
    path(route("laws", "deadlines/<int:pk>.ics"), calendars.deadline, name="deadline_calendar"),
    path(route("laws", "deadlines.xml"), feeds.deadlines, name="deadline_feed"),
    path(route("laws", "k/<slug:key>/"), views.decision_by_key, name="decision_by_key"),
    path(route("laws", "<int:pk>-<slug:slug>/"), views.decision, name="decision"),
    path(route("laws", "<int:pk>/history/"), history.decision_history, name="decision_history"),
    path(route("laws", "<int:pk>/"), views.decision, name="decision_by_id"),
    path(route("procedures", ""), procedures.procedures, name="procedures"),
    path(route("procedures", "<slug:key>/"), procedures.procedure, name="procedure"),
    path(route("laws", "<int:pk>/text/"), texts.text, name="decision_text"),
    path(route("laws", "<int:pk>/text/compare/"), texts.compare, name="text_compare"),
    path(route("laws", "<int:pk>/text/compare.csv"), texts.table, name="text_table"),
    path(route("laws", "<int:pk>/text/kk-ru/"), texts.languages, name="text_languages"),
    path(route("changes", ""), changes.changes, name="changes"),
    path(route("budgets", ""), budgets.budgets, name="budgets"),
    path(route("budgets", "figures.csv"), budgets.budgets_csv, name="budgets_csv"),
    path(route("bodies", ""), bodies.directory, name="bodies"),
    path(route("bodies", "dates/"), bodies.dates, name="body_dates"),
    path(route("bodies", "dates.ics"), calendars.dates, name="dates_calendar"),
    path(route("bodies", "votes/<int:pk>/"), bodies.vote, name="vote"),
    path(route("bodies", "<slug:key>/"), bodies.body, name="body"),
    path(route("bodies", "<slug:key>/votes/"), bodies.body_votes, name="body_votes"),
]
