"""Votes in the admin: one screen for the question, the numbers and who voted how."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, MultiFieldPanel, ObjectList
from wagtail.snippets.views.snippets import SnippetViewSet

from monitoring.core.seeds import digest
from monitoring.decisions.choosers import DecisionChooser
from monitoring.decisions.models import MotionKind, Option, VoteEvent
from monitoring.decisions.votes import find_persons, record_vote
from monitoring.institutions.models import Person
from monitoring.institutions.viewsets import ATTESTED, AddRecordView, EditRecordView, plain


def _names(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("One name a line, as it stands among the persons in office."),
    )


class VoteForm(WagtailAdminModelForm):
    """A vote; people are named one a line under how they voted."""

    names_yes = _names(gettext_lazy("who voted for"))
    names_no = _names(gettext_lazy("who voted against"))
    names_abstain = _names(gettext_lazy("who abstained"))
    names_absent = _names(gettext_lazy("who did not vote"))
    names_seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.votes: dict[Person, str] = {}
        stored = _stored_names(self.instance)
        self.initial |= {f"names_{option}": "\n".join(names) for option, names in stored.items()}
        self.initial["names_seen"] = digest(stored)

    def clean(self) -> dict[str, Any]:
        """Every name means one person, each person votes once, and nobody saved meanwhile."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for option in Option:
            field = f"names_{option.value}"
            lines = [line.strip() for line in data.get(field, "").splitlines() if line.strip()]
            found, unknown = find_persons(lines, data.get("body"))
            if unknown:
                said = _("No such person in office, or several of that name: %(names)s")
                self.add_error(field, said % {"names": "; ".join(unknown)})
            for name, person in found.items():
                if person in self.votes:
                    self.add_error(field, _("Named twice: %(names)s") % {"names": name})
                self.votes[person] = option.value
        self._refuse_older(data.get("names_seen", ""))
        return data

    def _refuse_older(self, seen: str) -> None:
        """As `core.two_editors` does for columns: what stands there is told, nothing is lost."""
        stored = _stored_names(self.instance)
        if self.instance.pk is None or seen in ("", digest(stored)):
            return
        self.data: Any = self.data.copy()
        self.data[self.add_prefix("names_seen")] = digest(stored)
        said = _(
            "Meanwhile somebody saved here: “%(now)s”. Your text is kept below; save again "
            "to put it in that place."
        )
        for option, names in stored.items():
            if names != self.data.get(self.add_prefix(f"names_{option}"), "").split("\n"):
                now = ", ".join(names) or "–"
                self.add_error(f"names_{option}", said % {"now": now})


def _stored_names(event: VoteEvent) -> dict[str, list[str]]:
    rows = event.votes.select_related("person").order_by("person__name_key") if event.pk else []
    stored: dict[str, list[str]] = {option.value: [] for option in Option}
    for row in rows:
        stored[row.option].append(row.person.name_kk)
    return stored


class _Voting:
    """Written with the names, which are no columns of the vote."""

    form: Any

    def write(self, event: VoteEvent) -> None:
        """Through the service."""
        record_vote(event=event, votes=self.form.votes)


class AddVoteView(_Voting, AddRecordView):
    """A vote entered."""


class EditVoteView(_Voting, EditRecordView):
    """A vote corrected."""


class VoteEventViewSet(SnippetViewSet):
    """Votes of bodies."""

    model = VoteEvent
    add_view_class = AddVoteView
    edit_view_class = EditVoteView
    icon = "clipboard-list"
    copy_view_enabled = False
    list_display = ("body", "kind", "date", "result", "decision", "verified")
    list_filter = ("body", "kind", "result", "verified")
    edit_handler = ObjectList(
        [
            plain("body"),
            plain("convocation"),
            plain("kind"),
            FieldRowPanel([FieldPanel("date"), FieldPanel("precision")]),
            FieldPanel("decision", widget=DecisionChooser),
            FieldRowPanel([plain("person"), plain("post")]),
            FieldPanel("motion_kk"),
            FieldPanel("motion_ru"),
            FieldPanel("motion_en"),
            FieldPanel("result"),
            MultiFieldPanel(
                [
                    HelpPanel(gettext_lazy("An empty number was not found; 0 means nobody.")),
                    FieldRowPanel([FieldPanel(f"count_{option.value}") for option in Option]),
                    *(FieldPanel(f"names_{option.value}") for option in Option),
                    FieldPanel("names_seen"),
                ],
                heading=gettext_lazy("How many, and who"),
            ),
            FieldPanel("is_shown"),
            *ATTESTED,
        ],
        base_form_class=VoteForm,
    )


class MotionKindViewSet(SnippetViewSet):
    """Kinds of vote."""

    model = MotionKind
    add_view_class = AddRecordView
    edit_view_class = EditRecordView
    icon = "tag"
    copy_view_enabled = False
    list_display = ("__str__", "key")
    panels = [FieldPanel(name) for name in ("key", "name_kk", "name_ru", "name_en", "order")]
