"""Runs: a window of the journal, and which reader was told what of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from monitoring.digests.models.readers import Frequency, Subscriber


class DigestRunQuerySet(models.QuerySet["DigestRun"]):
    """Verbs of runs."""

    def for_lists(self) -> DigestRunQuerySet:
        """With who closed or held each, and its page: no query more."""
        shown = self.select_related(
            "closed_by", "issue", "editorial__held_by", "editorial__outcome_by"
        )
        return shown.defer("issue__content")

    def uncancelled(self) -> DigestRunQuerySet:
        """Without those that a person cancelled: what they would have told, the next one tells."""
        return self.exclude(editorial__outcome="cancelled")


class DigestRun(models.Model):
    """One window of the journal, told to every reader of a frequency.

    The window is half-open twice: in time [window_start, window_end) for people, and in journal
    positions (first_position, last_position] for the work. Positions are given to committed rows
    only, so a change that was committed late falls into the next run instead of between two.
    """

    class State(models.TextChoices):
        OPEN = "open", _("being made")
        DONE = "done", _("done")

    frequency = models.CharField(_("how often"), max_length=10, choices=Frequency.choices)
    window_start = models.DateTimeField(_("from"))
    window_end = models.DateTimeField(_("until"))
    first_position = models.BigIntegerField(default=0)
    last_position = models.BigIntegerField(default=0)
    state = models.CharField(max_length=5, choices=State.choices, default=State.OPEN)
    created_at = models.DateTimeField()
    leaving_at = models.DateTimeField(null=True, blank=True)
    """From this moment nobody can hold it any more, and no word of its editors changes."""
    finished_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("closed by"),
    )
    by_hand = models.BooleanField(default=False)
    changes = models.PositiveIntegerField(_("changes"), default=0)
    mails = models.PositiveIntegerField(_("mails"), default=0)

    objects = DigestRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("digest run")
        verbose_name_plural = _("digest runs")
        ordering = ["-window_end", "-id"]
        default_permissions = ("view",)
        permissions = [("close_digestrun", "Can close a digest's window now")]
        constraints = [
            models.UniqueConstraint(
                fields=["frequency", "window_end"], name="digests_run_once_a_window"
            ),
            # Two that close at once begin at the same point: the database lets one of them in.
            models.UniqueConstraint(
                fields=["frequency", "window_start"], name="digests_run_one_successor"
            ),
            models.CheckConstraint(
                condition=Q(window_start__lt=models.F("window_end")), name="digests_run_forwards"
            ),
            models.CheckConstraint(
                condition=Q(first_position__lte=models.F("last_position")),
                name="digests_run_positions_forwards",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.frequency} {self.window_end:%Y-%m-%d %H:%M}"


class DigestRunSubscriber(models.Model):
    """A reader's mail of a run was made: what it told, in one transaction with the mail itself.

    `parts`: for each subscription that the mail serves (its id as text), the journal position after
    which it tells; empty once nothing of it is told any more. `again`: the reader changed something
    before it left, so it is held back and made anew of what is wanted now (`waiting`).
    """

    run = models.ForeignKey(DigestRun, models.CASCADE, related_name="told")
    subscriber = models.ForeignKey(Subscriber, models.CASCADE, related_name="told")
    changes = models.JSONField(default=list)
    parts = models.JSONField(default=dict)
    again = models.BooleanField(default=False)
    mail_key = models.CharField(max_length=200)
    built_at = models.DateTimeField()

    class Meta:
        verbose_name = _("mail of a digest run")
        verbose_name_plural = _("mails of digest runs")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["run", "subscriber"], name="digests_one_mail_a_run_and_reader"
            ),
        ]
        indexes = [
            models.Index(fields=["run"], condition=Q(again=True), name="digests_made_anew"),
        ]

    def __str__(self) -> str:
        return self.mail_key
