"""State of the room `journal`: what became public, before and after, append-only."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from monitoring.core import clock


class AppendOnlyError(Exception):
    """A row of the journal was to be changed or removed."""


class ChangeQuerySet(models.QuerySet["Change"]):
    """Verbs of changes."""

    def between(self, start: int, end: int) -> ChangeQuerySet:
        """Changes at positions `start` < position <= `end`, in order.

        A window that begins where the last one ended misses nothing and repeats nothing:
        positions are given by one sequencer, to committed rows only, so a row that commits
        late takes a position after every one given before. Take `end` from
        `journal.services.close_window()`.
        """
        return self.filter(position__gt=start, position__lte=end).order_by("position")

    def announced(self) -> ChangeQuerySet:
        """Changes that readers are told of: not seeded, not back-filled."""
        return self.filter(announce=True)

    def of(self, subject: str, subject_id: int) -> ChangeQuerySet:
        """Changes of one record, newest first."""
        return self.filter(subject=subject, subject_id=subject_id).order_by("-pk")

    def update(self, **values: Any) -> int:
        """Refused, except for giving a position to rows that have none."""
        if set(values) != {"position"}:
            raise AppendOnlyError("a change is never rewritten")
        return models.QuerySet.update(self.filter(position__isnull=True), **values)

    def delete(self) -> NoReturn:
        """Refused."""
        raise AppendOnlyError("a change is never removed")


class Change(models.Model):
    """One change of the public record, as a reader saw it before and after."""

    class Kind(models.TextChoices):
        """What happened."""

        PUBLISHED = "published", pgettext_lazy("change", "Added to the record")
        UPDATED = "updated", pgettext_lazy("change", "Details corrected or completed")
        STAGE = "stage", pgettext_lazy("change", "New stage")
        EDITION = "edition", pgettext_lazy("change", "New text")
        DEADLINE = "deadline", pgettext_lazy("change", "Deadline")
        WITHDRAWN = "withdrawn", pgettext_lazy("change", "Removed from the record")

    at = models.DateTimeField(default=clock.now, db_index=True)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    subject = models.SlugField(max_length=30, help_text=_("Kind of record: decision."))
    subject_id = models.BigIntegerField()
    titles = models.JSONField(help_text=_("Title by language."))
    addresses = models.JSONField(help_text=_("Path by language."))
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    fingerprint = models.CharField(max_length=64)
    announce = models.BooleanField(default=True)
    position = models.BigIntegerField(null=True, unique=True, editable=False)

    objects = ChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["subject", "subject_id", "-id"], name="change_of_record"),
            models.Index(
                fields=["id"],
                condition=models.Q(position__isnull=True),
                name="change_without_position",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject} {self.subject_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add the row; a row that stands is refused with AppendOnlyError."""
        if self.pk is not None:
            raise AppendOnlyError("a change is never rewritten")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused."""
        raise AppendOnlyError("a change is never removed")
