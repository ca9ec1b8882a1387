"""The words of a decision in one language: drafted, reviewed, published on their own."""

from __future__ import annotations

from typing import Any

from django.contrib.contenttypes.fields import GenericRelation
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.models import (
    DraftStateMixin,
    LockableMixin,
    PreviewableMixin,
    RevisionMixin,
    WorkflowMixin,
)

from monitoring.core.checklists import Check
from monitoring.decisions.models.decision import Decision
from monitoring.decisions.text.titles import shorten

LANGUAGE_CHOICES = [("kk", _("Kazakh")), ("ru", _("Russian")), ("en", _("English"))]


class EditionQuerySet(models.QuerySet["Edition"]):
    """Verbs of editions."""

    def delete(self) -> tuple[int, dict[str, int]]:
        """Remove them one by one: each is a public change of its own decision."""
        with transaction.atomic():
            counts = [edition.delete()[0] for edition in self]
        return sum(counts), {}


class Edition(
    WorkflowMixin, DraftStateMixin, LockableMixin, RevisionMixin, PreviewableMixin, models.Model
):
    """The words of a decision in one language, drafted, reviewed and published on their own."""

    decision = models.ForeignKey(
        Decision, models.CASCADE, related_name="editions", verbose_name=_("decision")
    )
    language = models.CharField(_("language"), max_length=2, choices=LANGUAGE_CHOICES)
    title = models.CharField(
        _("short title"),
        max_length=300,
        blank=True,
        help_text=_("What it is, in the words of residents. Empty: taken from the official title."),
    )
    official_title = models.TextField(_("official title"), max_length=2000, blank=True)
    summary = models.TextField(
        _("what changes for residents"),
        max_length=5000,
        blank=True,
        help_text=_("At most five lines, each with its article; one thought a line."),
    )

    _revisions = GenericRelation(
        "wagtailcore.Revision",
        content_type_field="base_content_type",
        object_id_field="object_id",
        related_query_name="edition",
        for_concrete_model=False,
    )
    workflow_states = GenericRelation(
        "wagtailcore.WorkflowState",
        content_type_field="base_content_type",
        object_id_field="object_id",
        related_query_name="edition",
        for_concrete_model=False,
    )

    objects = EditionQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("text of a decision", "edition")
        verbose_name_plural = pgettext_lazy("texts of decisions", "editions")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["decision", "language"],
                name="edition_once_a_language",
                violation_error_message=_("The decision has a text in this language already."),
            ),
            models.CheckConstraint(
                condition=~Q(title="") | ~Q(official_title=""), name="edition_has_a_title"
            ),
        ]

    def __str__(self) -> str:
        return self.short_title

    @property
    def revisions(self) -> Any:
        """Its drafts and published versions."""
        return self._revisions

    @property
    def short_title(self) -> str:
        """The editor's title, else the part of the official one that says what it is about."""
        return self.title or shorten(self.official_title)

    @property
    def lines(self) -> list[str]:
        """The thoughts of the summary, one a line."""
        return [line.strip(" •-–\t") for line in self.summary.splitlines() if line.strip()]

    @property
    def first_line(self) -> str:
        """The first thought of the summary, for rows of lists."""
        return next(iter(self.lines), "")

    def clean(self) -> None:
        """One of the titles is there."""
        if not self.title and not self.official_title:
            raise ValidationError({"title": _("Enter a short or an official title.")})

    def checklist(self) -> list[Check]:
        """What readers need of the text, as it stands."""
        from monitoring.decisions.checklist import of_edition

        return of_edition(self)

    def get_preview_template(self, request: Any, mode_name: str) -> str:
        """The page on which a draft is looked at."""
        return "decisions/edition_preview.html"

    def publish(self, revision: Any, **kwargs: Any) -> None:
        """Make a draft the published text; journal and search hear of it or nothing happens.

        Every path ends here: editor, workflow, schedule, bulk action, command.
        """
        from monitoring.decisions.publication import public_change

        with public_change(self.decision_id, "edition"):
            super().publish(revision, **kwargs)

    def unpublish(
        self,
        set_expired: bool = False,
        commit: bool = True,
        user: Any = None,
        log_action: bool | str = True,
    ) -> None:
        """Take the text from readers; likewise."""
        from monitoring.decisions.publication import public_change

        with public_change(self.decision_id, "edition"):
            super().unpublish(
                set_expired=set_expired, commit=commit, user=user, log_action=log_action
            )

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Remove the text; a published one is taken from readers in the same transaction."""
        from monitoring.decisions.publication import public_change

        with public_change(self.decision_id, "edition"):
            return super().delete(*args, **kwargs)
