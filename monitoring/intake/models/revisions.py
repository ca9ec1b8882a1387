"""What a source says otherwise than it did: one row for each real change of an entry."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from monitoring.core import clock
from monitoring.evidence.models import AppendOnly, AppendOnlyQuerySet, Snapshot
from monitoring.intake.models.candidates import Candidate


class RevisionQuerySet(AppendOnlyQuerySet):
    """Verbs of changes in sources."""

    def waiting(self) -> RevisionQuerySet:
        """Those that the record did not follow by itself, and nobody has looked at."""
        return self.filter(outcome=Revision.Outcome.PROPOSED, look=None)


class Revision(AppendOnly):
    """An entry changed in its source: what it said before, what it says now, what came of it.

    `before` and `after` hold the fields that differ (title, link, summary, published_at; of an
    item's own page also number, status, date, deadline, mark), as the source wrote them. The saved
    copy proves the second, the row before it (or the entry's own copy) the first.
    """

    class Outcome(models.TextChoices):
        """What the record made of it."""

        WAITING = "waiting", pgettext_lazy("entry changed", "the entry was not decided on")
        APPLIED = "applied", pgettext_lazy("entry changed", "the record says it too")
        PROPOSED = "proposed", pgettext_lazy("entry changed", "waits for a person")
        MANY = "many", pgettext_lazy("entry changed", "the site rewrote all its entries at once")

    candidate = models.ForeignKey(Candidate, models.PROTECT, related_name="revisions")
    snapshot = models.ForeignKey(Snapshot, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    before = models.JSONField()
    after = models.JSONField()
    fingerprint = models.CharField(max_length=64)
    outcome = models.CharField(max_length=10, choices=Outcome)

    objects = RevisionQuerySet.as_manager()  # type: ignore[misc]  # its own verbs beside the base's

    class Meta:
        ordering = ["-pk"]
        default_permissions = ()
        indexes = [
            models.Index(fields=["candidate", "-id"], name="revision_of_entry"),
            models.Index(fields=["-at"], condition=Q(outcome="proposed"), name="revision_waits"),
        ]

    def __str__(self) -> str:
        return f"{self.candidate_id}: {self.outcome}"


class RevisionLook(models.Model):
    """A person compared what the source says now with the record, and did what had to be done."""

    revision = models.OneToOneField(Revision, models.PROTECT, related_name="look")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.revision_id}: {self.at:%Y-%m-%d}"
