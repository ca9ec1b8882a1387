"""State of the organisations' own work: what they want changed, and whether all is still right."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from monitoring.core import clock
from monitoring.core.models import LANGUAGES


class OwnDraftQuerySet(models.QuerySet["OwnDraft"]):
    """Verbs of drafts."""

    def open(self) -> OwnDraftQuerySet:
        """Not yet published: being written, sent, or returned."""
        return self.exclude(state=OwnDraft.State.PUBLISHED)

    def sent(self) -> OwnDraftQuerySet:
        """With the secretariat, oldest first."""
        return self.filter(state=OwnDraft.State.SENT).order_by("sent_at", "pk")


class OwnDraft(models.Model):
    """What the people of an organisation want its page to say; one open draft an organisation.

    `values` holds what was typed, right or wrong, so that nothing typed is lost; what is right also
    stands as a draft of the organisation's pages (`revisions`: page id to the revision written).
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("being written")
        SENT = "sent", _("with the secretariat")
        RETURNED = "returned", _("returned")
        PUBLISHED = "published", _("published")

    organisation = models.ForeignKey(
        "registry.Organisation",
        models.CASCADE,
        related_name="own_drafts",
        verbose_name=_("organisation"),
    )
    values: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    replaced: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        default=dict, blank=True
    )
    """Texts of this draft in whose place somebody put others in the admin; shown once more."""
    revisions: models.JSONField[dict[str, int], dict[str, int]] = models.JSONField(
        default=dict, blank=True
    )
    version = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    language = models.CharField(max_length=2, choices=[(code, code) for code in LANGUAGES])
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    by_name = models.CharField(max_length=300, blank=True)
    saved_at = models.DateTimeField(default=clock.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    note = models.TextField(_("what to correct"), max_length=600, blank=True)
    workflow_state = models.ForeignKey(
        "wagtailcore.WorkflowState", models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = OwnDraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("draft of an organisation")
        verbose_name_plural = _("drafts of organisations")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"],
                condition=~Q(state="published"),
                name="own_draft_one_open",
            ),
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(sent_at__isnull=False), name="own_draft_sent_at"
            ),
            models.CheckConstraint(
                condition=~Q(state="returned") | ~Q(note=""), name="own_draft_returned_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation}: {self.get_state_display()}"


class DataCheckQuerySet(models.QuerySet["DataCheck"]):
    """Verbs of data checks."""

    def waiting(self) -> DataCheckQuerySet:
        """Asked, neither answered nor given up."""
        return self.filter(answered_at__isnull=True, closed_at__isnull=True)

    def answered(self) -> DataCheckQuerySet:
        """Confirmed by somebody of the organisation, newest first."""
        return self.filter(answered_at__isnull=False).order_by("-answered_at", "-pk")


class DataCheck(models.Model):
    """One question "is this still right?" to an organisation, and its answer.

    The answer says that the data shown are right; it does not say that the organisation is a
    member: that is a standing, and the secretariat's.
    """

    class How(models.TextChoices):
        MAIL = "mail", _("by the link of a mail")
        FORM = "form", _("on the page «Our organisation»")

    organisation = models.ForeignKey(
        "registry.Organisation",
        models.CASCADE,
        related_name="data_checks",
        verbose_name=_("organisation"),
    )
    asked_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    how = models.CharField(max_length=4, choices=How, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    by_name = models.CharField(max_length=300, blank=True)

    objects = DataCheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("check of an organisation’s data")
        verbose_name_plural = _("checks of organisations’ data")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"],
                condition=Q(answered_at__isnull=True, closed_at__isnull=True),
                name="data_check_one_waiting",
            ),
            models.CheckConstraint(
                condition=Q(asked_at__isnull=False) | Q(answered_at__isnull=False),
                name="data_check_asked_or_answered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation}: {self.answered_on or '–'}"

    @property
    def answered_on(self) -> dt.date | None:
        """The day of the answer, in Kazakhstan."""
        return self.answered_at.astimezone(clock.ALMATY).date() if self.answered_at else None
