"""State of the room `evidence`: where we look, what we asked, which bytes came back."""

from __future__ import annotations

import datetime as dt
import zlib
from typing import Any, NoReturn
from urllib.parse import urlsplit

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from monitoring.core import clock
from monitoring.evidence import reasons
from monitoring.institutions.models import Body
from monitoring.vocabulary.models import Topic

LANGUAGES = [("kk", _("Kazakh")), ("ru", _("Russian")), ("en", _("English"))]


class SourceQuerySet(models.QuerySet["Source"]):
    """Verbs of sources."""

    def due(self, now: dt.datetime) -> SourceQuerySet:
        """Sources that should be asked now and that nobody is asking."""
        return self.filter(Q(lease_until=None) | Q(lease_until__lt=now), paused=False).filter(
            next_due__lte=now
        )

    def claim(self, pk: int, now: dt.datetime, seconds: int) -> bool:
        """Take a due source for `seconds` by one conditional UPDATE; whether we have it."""
        until = now + dt.timedelta(seconds=seconds)
        return self.due(now).filter(pk=pk).update(lease_until=until) == 1


class Source(models.Model):
    """A place on the net that we look at again and again, and how we treat it."""

    name = models.CharField(_("name"), max_length=200, unique=True)
    kind = models.SlugField(_("kind of source"), default="feed")
    url = models.CharField(_("address"), max_length=1000, unique=True)
    language = models.CharField(
        _("language of its texts"), max_length=2, choices=LANGUAGES, blank=True
    )
    ca_bundle = models.CharField(
        _("file of certificates"),
        max_length=100,
        blank=True,
        help_text=_("Only where the site's own certificate chain is incomplete."),
    )
    every_minutes = models.PositiveIntegerField(_("ask every so many minutes"), default=60)
    fresh_within = models.PositiveIntegerField(
        _("late after so many hours without success"), default=48
    )
    announce_within = models.PositiveIntegerField(
        _("announce entries not older than so many days"),
        default=7,
        help_text=_("Older entries are recorded but not mailed."),
    )
    body = models.ForeignKey(
        Body,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("public body"),
        help_text=_("Proposed for each entry; the analyst may change it."),
    )
    topics = models.ManyToManyField(
        Topic,
        blank=True,
        related_name="+",
        verbose_name=_("topics"),
        help_text=_("Proposed for each entry; the analyst may change them."),
    )
    paused = models.BooleanField(_("paused"), default=False)
    paused_reason = models.CharField(_("why paused"), max_length=500, blank=True)

    settings = models.JSONField(default=dict, blank=True, editable=False)
    """What the kind of source wants to know besides (`kinds.Setting`), by name."""

    next_due = models.DateTimeField(default=clock.now, editable=False)
    ahead = models.JSONField(default=list, editable=False)
    """Further pages that a list named, still to be asked: [step, address, JSON to post]."""
    lease_until = models.DateTimeField(null=True, editable=False)
    etag = models.CharField(max_length=500, blank=True, editable=False)
    last_modified = models.CharField(max_length=100, blank=True, editable=False)
    failures = models.PositiveIntegerField(default=0, editable=False)
    last_fetch_at = models.DateTimeField(null=True, editable=False)
    last_success_at = models.DateTimeField(null=True, editable=False)
    last_new_at = models.DateTimeField(null=True, editable=False)
    looked_at = models.DateTimeField(null=True, editable=False)
    usual_gap = models.PositiveIntegerField(null=True, editable=False)  # hours, learned
    told_state = models.CharField(max_length=10, blank=True, editable=False)
    trouble = models.CharField(max_length=40, blank=True, editable=False)
    trouble_detail = models.JSONField(default=dict, editable=False)
    """Why the last fetch was not read well, as on its row; empty when it was."""
    turns = models.PositiveIntegerField(default=0, editable=False)
    chain_length = models.PositiveIntegerField(default=0, editable=False)
    chain_head = models.CharField(max_length=64, blank=True, editable=False)

    objects = SourceQuerySet.as_manager()

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="source_asked_at_most_each_minute", condition=Q(every_minutes__gte=1)
            ),
            models.CheckConstraint(
                name="source_paused_with_reason",
                condition=Q(paused=False) | ~Q(paused_reason=""),
            ),
        ]
        indexes = [models.Index(fields=["next_due"], name="source_due")]

    def __str__(self) -> str:
        return self.name

    @property
    def host(self) -> str:
        """The host of the address, for people."""
        return urlsplit(self.url).hostname or ""


class AppendOnlyError(Exception):
    """Somebody tried to change or remove what may only be added."""


class AppendOnlyQuerySet(models.QuerySet[Any]):
    """Rows are added and read, nothing else."""

    def update(self, **kwargs: Any) -> NoReturn:
        """Refused."""
        raise AppendOnlyError("these rows are never changed")

    def delete(self) -> NoReturn:
        """Refused."""
        raise AppendOnlyError("these rows are never removed")


class AppendOnly(models.Model):
    """A row that is written once."""

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert; a row that is there already is refused."""
        if not self._state.adding:
            raise AppendOnlyError("these rows are never changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused."""
        raise AppendOnlyError("these rows are never removed")


class Blob(AppendOnly):
    """Bytes under their own hash: the same bytes are kept once."""

    sha256 = models.CharField(primary_key=True, max_length=64)
    size = models.PositiveIntegerField()
    packed = models.BinaryField()

    def __str__(self) -> str:
        return self.sha256[:12]

    @property
    def raw(self) -> bytes:
        """The bytes as they came. Raises zlib.error when the row was tampered with."""
        return zlib.decompress(bytes(self.packed))


class Snapshot(AppendOnly):
    """What a source answered at a moment: one link of its chain.

    `link` hashes the previous link with everything the row says, so that a row cannot be changed,
    removed or moved without breaking all that follow (`services.link_of` has the recipe).
    """

    source = models.ForeignKey(Source, models.PROTECT, related_name="snapshots")
    position = models.PositiveIntegerField()
    blob = models.ForeignKey(Blob, models.PROTECT, related_name="+")
    url = models.CharField(max_length=2000)
    fetched_at = models.DateTimeField()
    headers = models.JSONField(default=dict)
    previous = models.CharField(max_length=64, blank=True)
    link = models.CharField(max_length=64, unique=True)

    class Meta:
        verbose_name = _("saved copy")
        verbose_name_plural = _("saved copies")
        ordering = ["source", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "position"], name="snapshot_one_place_in_chain"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_id}/{self.position}"

    @property
    def sha256(self) -> str:
        """The hash of the bytes."""
        return self.blob_id


class Fetch(models.Model):
    """One look at a source: when, what came of it, and why not.

    A row with bytes is `taken_in` once its entries have become candidates or its failure to be read
    has been noted; until then each sweep takes it up again.
    """

    source = models.ForeignKey(Source, models.PROTECT, related_name="fetches")
    url = models.CharField(max_length=2000)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    reason = models.CharField(max_length=40, default=reasons.STORED)
    detail = models.JSONField(default=dict)
    status = models.PositiveSmallIntegerField(null=True)
    size = models.PositiveIntegerField(default=0)
    etag = models.CharField(max_length=500, blank=True)
    last_modified = models.CharField(max_length=100, blank=True)
    snapshot = models.ForeignKey(Snapshot, models.PROTECT, null=True, related_name="fetches")
    step = models.PositiveSmallIntegerField(default=1)
    """1 for the source's own address, 2 for what that named, and so on."""
    taken_in = models.BooleanField(default=True)
    lease_until = models.DateTimeField(null=True)
    entries = models.PositiveIntegerField(default=0)
    new_entries = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("fetch")
        verbose_name_plural = _("fetches")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["id"], condition=Q(taken_in=False), name="fetch_to_take_in"),
        ]
        constraints = [
            models.CheckConstraint(
                name="fetch_ends_after_it_began", condition=Q(finished_at__gte=F("started_at"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_id}: {self.reason}"

    @property
    def ok(self) -> bool:
        """Whether the source answered as it should."""
        return self.reason in reasons.GOOD

    @property
    def sentence(self) -> str:
        """What came of it, in words, in the active language."""
        return reasons.sentence(self.reason, self.detail)


class Host(models.Model):
    """A host as a guest sees it: its robots.txt, and when it may be asked again."""

    key = models.CharField(primary_key=True, max_length=255)
    next_at = models.DateTimeField(default=clock.now)
    robots = models.TextField(blank=True)
    robots_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.key
