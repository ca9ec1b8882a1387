"""Saving over somebody's newer change to a plain record is refused, with both texts shown.

For records without a version column: the form carries a digest of what the person was shown. When
the record reads otherwise by now, nothing is written; each field that differs says what stands
there, what was typed stays typed, and a second save is made knowingly.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext
from wagtail.snippets.views.snippets import EditView

from monitoring.core.seeds import digest

SEEN = "seen"
"""Name of the hidden field."""


class RefuseOlder:
    """A mixin for Wagtail's edit views of records."""

    object: Any
    model: Any

    def get_form(self, form_class: Any = None) -> Any:
        """The form, with the digest of what it shows."""
        form = super().get_form(form_class)  # type: ignore[misc] # a mixin
        shown = _stored(form, self.object)
        form.fields[SEEN] = forms.CharField(widget=forms.HiddenInput, required=False)
        form.initial[SEEN] = digest(shown)
        return form

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """One save at a time: the row is locked from the look at it until what was typed is in it.

        A lock and no version counted up, since these records have none and services write them too.
        """
        shown = self.object if hasattr(self, "object") else self.get_object()  # type: ignore[attr-defined] # the view's
        with transaction.atomic():
            # SQLite locks the whole database at BEGIN IMMEDIATE; PostgreSQL locks the row.
            rows = self.model._base_manager.select_for_update()
            self.object = get_object_or_404(rows, pk=shown.pk)
            answer: HttpResponse = super().post(request, *args, **kwargs)  # type: ignore[misc] # a mixin
        return answer

    def form_valid(self, form: Any) -> HttpResponse:
        """Saved, unless the record reads otherwise than the person was shown."""
        current = self.model._base_manager.get(pk=self.object.pk)
        stored = _stored(form, current)
        now = digest(stored)
        if form.data.get(form.add_prefix(SEEN), "") not in ("", now):
            _show_both(form, current, stored, now)
        answer: HttpResponse
        if form.errors:
            self.produced_error_message = " ".join(form.non_field_errors())
            answer = self.form_invalid(form)  # type: ignore[attr-defined] # the view's
            answer.status_code = 409
        else:
            answer = super().form_valid(form)  # type: ignore[misc] # a mixin
        return answer


class RecordEditView(RefuseOlder, EditView):
    """The edit view of a snippet without drafts."""


def _stored(form: Any, row: models.Model) -> dict[str, Any]:
    """The record's own fields as the form would show them; related rows by their ids."""
    names = [name for name in form.fields if name != SEEN]
    held = forms.model_to_dict(row, fields=names)
    found = {
        name: sorted(one.pk for one in value) if isinstance(value, list) else str(value)
        for name, value in held.items()
        if not hasattr(value, "stream_block")
    }
    also = getattr(form, "also_stored", None)  # what a form shows beside the columns of its record
    return found | also(row) if also else found


def _show_both(form: Any, current: models.Model, stored: dict[str, Any], now: str) -> None:
    typed = _stored(form, form.instance)
    typed |= {
        name: sorted(one.pk for one in form.cleaned_data[name])
        for name, value in stored.items()
        if isinstance(value, list) and form.cleaned_data.get(name) is not None
    }
    form.data = form.data.copy()
    form.data[form.add_prefix(SEEN)] = now
    differing = [name for name in stored if typed.get(name) != stored[name]]
    for name in differing:
        form.add_error(
            name if name in form.fields else None,
            gettext(
                "Meanwhile somebody saved here: “%(now)s”. Your text is kept below; save again "
                "to put it in that place."
            )
            % {"now": _as_shown(current, name, stored[name])},
        )
    if differing:
        form.add_error(
            None, gettext("This record was changed after you opened it. Nothing was saved.")
        )


def _as_shown(row: models.Model, name: str, stored: Any) -> str:
    if not hasattr(row, name):
        return str(stored) or "–"
    display = getattr(row, f"get_{name}_display", None)
    value = display() if display else getattr(row, name)
    if isinstance(value, models.Manager) or hasattr(value, "all"):
        return ", ".join(str(one) for one in value.all()) or "–"
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    return "–" if value in (None, "") else str(value)
