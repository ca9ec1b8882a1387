"""What was done in the queue, so that it can be undone; and who looked and found nothing."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import pgettext_lazy

from monitoring.core import clock
from monitoring.decisions.models import Decision
from monitoring.evidence.models import Source
from monitoring.intake.models.candidates import Candidate


class Action(models.Model):
    """One press of a button, or one run of a rule: what it did to which entries."""

    class Kind(models.TextChoices):
        """What was done."""

        ACCEPT = "accept", pgettext_lazy("what was done", "accepted")
        MERGE = "merge", pgettext_lazy("what was done", "added to a known decision")
        SAME = "same", pgettext_lazy("what was done", "made one decision")
        REJECT = "reject", pgettext_lazy("what was done", "put aside")
        NOTHING = "nothing", pgettext_lazy("what was done", "looked, nothing relevant")
        RULE = "rule", pgettext_lazy("what was done", "accepted by rule")

    kind = models.CharField(max_length=10, choices=Kind)
    source = models.ForeignKey(Source, models.SET_NULL, null=True, related_name="+")
    note = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=clock.now)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        ordering = ["-pk"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"


class ActionItem(models.Model):
    """What an action did to one entry.

    `made`: the decision did not exist before; `linked`: the entry's address was added to it;
    `step`: the id of the stage event that was added (0: none). `seen` is what the decision read
    as right after: undoing is refused when it reads otherwise.
    """

    action = models.ForeignKey(Action, models.CASCADE, related_name="items")
    candidate = models.ForeignKey(Candidate, models.CASCADE, related_name="items")
    decision = models.ForeignKey(Decision, models.SET_NULL, null=True, related_name="+")
    made = models.BooleanField(default=False)
    linked = models.BooleanField(default=False)
    step = models.BigIntegerField(default=0)
    seen = models.CharField(max_length=64, blank=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["action", "candidate"], name="action_once_to_an_entry"),
            models.UniqueConstraint(
                fields=["candidate"],
                condition=Q(undone_at=None),
                name="action_one_stands_for_an_entry",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action_id}/{self.candidate_id}"


class Look(models.Model):
    """A person looked through a source and found nothing relevant."""

    source = models.ForeignKey(Source, models.CASCADE, related_name="looks")
    action = models.ForeignKey(Action, models.CASCADE, null=True, related_name="looks")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-pk"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.source_id} {self.at:%d.%m.%Y}"


class Mark(models.Model):
    """By what an entry may be the same document as another: equal marks of two entries."""

    class Kind(models.TextChoices):
        """What they share."""

        NUMBER = "number", pgettext_lazy("two entries share", "the number and date")
        LINK = "link", pgettext_lazy("two entries share", "the address in another language")
        TITLE = "title", pgettext_lazy("two entries share", "the title")

    candidate = models.ForeignKey(Candidate, models.CASCADE, related_name="marks")
    kind = models.CharField(max_length=10, choices=Kind)
    value = models.CharField(max_length=64)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["value", "kind", "candidate"], name="mark_once_an_entry"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.candidate_id}"


class NotSame(models.Model):
    """An analyst said that two entries are two documents; they are not proposed again."""

    first = models.ForeignKey(Candidate, models.CASCADE, related_name="+")
    second = models.ForeignKey(Candidate, models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="not_same_once_a_pair"),
            models.CheckConstraint(
                name="not_same_lower_id_first", condition=Q(first__lt=F("second"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} {self.second_id}"
