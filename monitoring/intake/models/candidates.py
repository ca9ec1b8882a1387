"""What came in and waits for a person."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from monitoring.core import clock
from monitoring.decisions.models import Decision
from monitoring.evidence.models import Snapshot, Source


class CandidateQuerySet(models.QuerySet["Candidate"]):
    """Verbs of candidates."""

    def waiting(self) -> CandidateQuerySet:
        """Those that nobody has decided on."""
        return self.filter(state=Candidate.State.NEW)


class Candidate(models.Model):
    """An entry of a source that may be a decision; an analyst says what it is.

    `key` and `fingerprint` are SHA-256 hashes: of the entry's own name, and of its link, title and
    text without regard to case, spaces and tracking parameters. One source has each only once.
    `score` is empty until the rules with the fingerprint `scored_with` have been asked; `reasons`
    are `relevance.Reason`s as JSON.
    """

    class State(models.TextChoices):
        """What an analyst made of it."""

        NEW = "new", pgettext_lazy("state of an entry", "waiting")
        ACCEPTED = "accepted", pgettext_lazy("state of an entry", "accepted")
        MERGED = "merged", pgettext_lazy("state of an entry", "merged")
        REJECTED = "rejected", pgettext_lazy("state of an entry", "rejected")

    source = models.ForeignKey(
        Source, models.PROTECT, related_name="candidates", verbose_name=_("source")
    )
    snapshot = models.ForeignKey(
        Snapshot, models.PROTECT, related_name="candidates", verbose_name=_("saved copy")
    )
    key = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=64)
    title = models.TextField(_("title"), blank=True)
    link = models.CharField(_("link"), max_length=2000, blank=True)
    summary = models.TextField(_("text"), blank=True)
    language = models.CharField(_("language"), max_length=2, blank=True)
    facts = models.JSONField(default=dict)
    """What else the source says (`Entry.facts`): number, code, kind, status, body, date …"""
    published_at = models.DateTimeField(_("date in the source"), null=True)
    seen_at = models.DateTimeField(_("came in"), default=clock.now)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.NEW)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    decision = models.ForeignKey(
        Decision, models.PROTECT, null=True, related_name="candidates", verbose_name=_("decision")
    )
    reason = models.TextField(_("reason"), blank=True)
    score = models.PositiveSmallIntegerField(_("relevance"), null=True)
    reasons = models.JSONField(default=list)
    scored_with = models.CharField(max_length=16, blank=True)

    objects = CandidateQuerySet.as_manager()

    class Meta:
        verbose_name = _("candidate")
        verbose_name_plural = _("candidates")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["source", "key"], name="candidate_once_by_key"),
            models.UniqueConstraint(
                fields=["source", "fingerprint"], name="candidate_once_by_content"
            ),
            models.CheckConstraint(
                name="candidate_rejected_with_reason",
                condition=~Q(state="rejected") | ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="candidate_decided_by_a_person_at_a_time",
                condition=Q(state="new", decided_at__isnull=True)
                | (~Q(state="new") & Q(decided_at__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="candidate_queue"),
            models.Index(fields=["state", "-score", "-id"], name="candidate_by_score"),
            models.Index(fields=["state", "scored_with", "-id"], name="candidate_to_score"),
        ]

    def __str__(self) -> str:
        return self.title or self.link

    @property
    def announced(self) -> bool:
        """Whether accepting it is news: it was young enough when it came in, or has no date."""
        if self.published_at is None:
            return True
        return (self.seen_at - self.published_at).days <= self.source.announce_within
