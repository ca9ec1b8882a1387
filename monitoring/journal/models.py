"""State of the room `journal`: changes (append-only), reported errors, corrections."""

from __future__ import annotations

import datetime as dt
from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from monitoring.core import clock
from monitoring.core.models import LANGUAGES


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
        RELATION = "relation", pgettext_lazy("change", "Related document")
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


class ErrorReport(models.Model):
    """What somebody says is wrong on a page; the address is there for the answer only."""

    class State(models.TextChoices):
        """What became of it."""

        NEW = "new", pgettext_lazy("error report", "waits for an answer")
        CORRECTED = "corrected", pgettext_lazy("error report", "corrected")
        KEPT = "kept", pgettext_lazy("error report", "nothing to correct")
        CLOSED = "closed", pgettext_lazy("error report", "closed without an answer")

    page = models.CharField(_("page"), max_length=500, blank=True)
    text = models.TextField(_("what is wrong"), max_length=3000)
    address = models.EmailField(_("e-mail"), max_length=254, blank=True)
    language = models.CharField(_("language"), max_length=2)
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.NEW, db_index=True
    )
    answer = models.TextField(_("answer"), max_length=3000, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("answered by"),
    )
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    created_at = models.DateTimeField(_("received at"), default=clock.now)

    class Meta:
        verbose_name = _("reported error")
        verbose_name_plural = _("reported errors")
        default_permissions = ("change", "view")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="new", answered_at__isnull=True)
                | (~models.Q(state="new") & models.Q(answered_at__isnull=False)),
                name="error_report_answered_or_new",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:60]

    @property
    def is_of_this_site(self) -> bool:
        """Whether `page` is a path that a link may lead to."""
        return self.page.startswith("/") and not self.page.startswith(("//", "/\\"))


class Correction(models.Model):
    """A line of the public list of corrections: what was mended, where and when."""

    report = models.OneToOneField(
        ErrorReport, models.SET_NULL, null=True, blank=True, related_name="correction"
    )
    subject = models.SlugField(max_length=30, blank=True, help_text=_("Kind of record: decision."))
    subject_id = models.BigIntegerField(null=True, blank=True)
    titles = models.JSONField(help_text=_("Title by language."))
    addresses = models.JSONField(help_text=_("Path by language."))
    said_kk = models.TextField(_("what was corrected, in Kazakh"), max_length=1000)
    said_ru = models.TextField(_("what was corrected, in Russian"), max_length=1000)
    said_en = models.TextField(_("what was corrected, in English"), max_length=1000)
    at = models.DateTimeField(default=clock.now, db_index=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["subject", "subject_id", "-at"], name="correction_of_record")
        ]

    def __str__(self) -> str:
        return self.said

    @property
    def day(self) -> dt.date:
        """The day of the correction in Kazakhstan."""
        return self.at.astimezone(clock.ALMATY).date()

    @property
    def said(self) -> str:
        """What was corrected, in the reader's language."""
        code = (get_language() or "kk")[:2]
        return str(getattr(self, f"said_{code if code in LANGUAGES else 'kk'}"))
