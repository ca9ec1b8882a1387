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
from monitoring.core.seeds import digest
from monitoring.core.text import fold, kazakh_key
from monitoring.decisions.models.decision import Decision
from monitoring.decisions.text.titles import shorten

LANGUAGE_CHOICES = [("kk", _("Kazakh")), ("ru", _("Russian")), ("en", _("English"))]

KEY = 240
"""Digits of a title's key: 120 letters, where half of the real titles share the first 50."""


def title_key(text: str) -> str:
    """What a title is found by: blind to case, spaces, Kazakh letters and what is no letter."""
    return kazakh_key(fold(text))[:KEY]


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

    # Folded, in digits: what a title is found by, also by its beginning, on every database.
    title_key = models.CharField(max_length=KEY, blank=True, editable=False, db_index=True)
    official_key = models.CharField(max_length=KEY, blank=True, editable=False, db_index=True)

    made_from = models.CharField(
        _("made from the text"),
        max_length=2,
        choices=LANGUAGE_CHOICES,
        blank=True,
        help_text=_("Empty: written by itself, not translated."),
    )
    made_from_revision = models.ForeignKey(
        "wagtailcore.Revision",
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    # The revision may be pruned one day: what it said, and since when, is kept with the text.
    made_from_digest = models.CharField(max_length=64, blank=True, editable=False)
    made_from_at = models.DateTimeField(null=True, blank=True, editable=False)

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

    def save(self, *args: Any, **kwargs: Any) -> None:
        """With the keys of its titles."""
        self.title_key, self.official_key = title_key(self.title), title_key(self.official_title)
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "title_key", "official_key"}
        super().save(*args, **kwargs)

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

    def words_digest(self) -> str:
        """The hash of what a translator reads of it."""
        return digest([self.title, self.official_title, self.summary])

    def note_made_from(self, source: Edition) -> None:
        """Say that this text follows the published text of another language as it stands now."""
        self.made_from = source.language
        self.made_from_revision_id = source.live_revision_id
        self.made_from_digest = source.words_digest()
        self.made_from_at = source.last_published_at

    def is_behind(self, source: Edition | None) -> bool:
        """Whether the text it was made from reads otherwise now; False where that is not known."""
        return bool(
            source is not None
            and source.live
            and self.made_from == source.language
            and self.made_from_digest
            and self.made_from_digest != source.words_digest()
        )

    def with_content_json(self, content: Any) -> Any:
        """A draft is of the decision its text is of now: a merge may have moved it since."""
        draft = super().with_content_json(content)
        draft.decision_id = self.decision_id
        return draft

    def clean(self) -> None:
        """One of the titles is there; no text is made from itself."""
        if self.made_from and self.made_from == self.language:
            raise ValidationError({"made_from": _("A text is not made from itself.")})
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
