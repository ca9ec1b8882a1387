"""State of the room `search`."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _


class OutboxRow(models.Model):
    """A record that changed and is not in the index yet; written in the change's transaction."""

    kind = models.CharField(max_length=40)
    record_id = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("record to index")
        verbose_name_plural = _("records to index")

    def __str__(self) -> str:
        return f"{self.kind}:{self.record_id}"


class Build(models.Model):
    """One index: where it lies, what it was made with, how far its making has come.

    The one in state `current` answers. A rebuild fills a fresh one in steps, resumes after any
    interruption at `kind` and `last_id`, and takes over in one transaction.
    """

    class State(models.TextChoices):
        BUILDING = "building", _("being built")
        CURRENT = "current", _("in use")
        RETIRED = "retired", _("replaced")
        FAILED = "failed", _("failed")

    name = models.SlugField(unique=True)
    engine = models.CharField(max_length=20)
    fingerprint = models.CharField(max_length=80)
    state = models.CharField(max_length=10, choices=State.choices, default=State.BUILDING)
    kind = models.CharField(max_length=40, blank=True)
    last_id = models.BigIntegerField(default=0)
    concepts = models.JSONField(default=list)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        verbose_name = _("search index")
        verbose_name_plural = _("search indexes")
        constraints = [
            models.UniqueConstraint(
                fields=["state"],
                condition=models.Q(state="current"),
                name="search_build_one_current",
            ),
            models.UniqueConstraint(
                fields=["state"],
                condition=models.Q(state="building"),
                name="search_build_one_building",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.state})"


class VocabularyPart(models.Model):
    """Counts of the words and grams of some documents of an index (`analysis.Tally`, dumped)."""

    build = models.ForeignKey(Build, on_delete=models.CASCADE, related_name="vocabulary_parts")
    data = models.BinaryField()

    class Meta:
        verbose_name = _("part of the vocabulary")
        verbose_name_plural = _("parts of the vocabulary")

    def __str__(self) -> str:
        return f"{self.build_id}/{self.pk}"


class TitleToken(models.Model):
    """A token of a record's titles and numbers, for answers without an engine."""

    kind = models.CharField(max_length=40)
    record_id = models.BigIntegerField()
    token = models.CharField(max_length=80)

    class Meta:
        verbose_name = _("token of a title")
        verbose_name_plural = _("tokens of titles")
        constraints = [
            models.UniqueConstraint(
                fields=["token", "kind", "record_id"], name="search_titletoken_once"
            )
        ]
        indexes = [models.Index(fields=["kind", "record_id"], name="search_titletoken_record")]

    def __str__(self) -> str:
        return f"{self.kind}:{self.record_id} {self.token}"


class Suggestion(models.Model):
    """A title or number offered while somebody types; `key` is how it begins, made comparable.

    `key`: see `suggestions.key_of`. A title is offered by its beginning, by its quoted name and by
    the words inside; rows of these have no `text`.
    """

    kind = models.CharField(max_length=40)
    record_id = models.BigIntegerField()
    language = models.CharField(max_length=2, blank=True)
    key = models.CharField(max_length=120)
    text = models.CharField(max_length=160)

    class Meta:
        verbose_name = _("suggestion")
        verbose_name_plural = _("suggestions")
        indexes = [
            models.Index(fields=["language", "key"], name="search_suggestion_begins"),
            models.Index(fields=["kind", "record_id"], name="search_suggestion_record"),
        ]

    def __str__(self) -> str:
        return self.text


class Stretch(models.Model):
    """Some thousand letters of a long text, from which an excerpt may be cut (see `stretches`).

    In the order of the text, by their ids. `words`: its stems in one letter each, UTF-16; `data`:
    the lines and the provisions that they are; `digest`: the same for all stretches of one text.
    """

    kind = models.CharField(max_length=40)
    record_id = models.BigIntegerField()
    language = models.CharField(max_length=2)
    digest = models.CharField(max_length=32)
    words = models.BinaryField()
    data = models.BinaryField()

    class Meta:
        verbose_name = _("stretch of a long text")
        verbose_name_plural = _("stretches of long texts")
        default_permissions = ()
        indexes = [models.Index(fields=["kind", "record_id"], name="search_stretch_record")]

    def __str__(self) -> str:
        return f"{self.kind}:{self.record_id} {self.language}"


class AskedQuery(models.Model):
    """How often a query was asked on a day, and how often nothing was found.

    Only of queries that several networks asked on that day and that look like nobody's data (see
    `asked`); who asked is nowhere.
    """

    day = models.DateField()
    key = models.CharField(max_length=120)
    text = models.CharField(_("query"), max_length=120)
    asked = models.PositiveIntegerField(_("asked"), default=0)
    found_none = models.PositiveIntegerField(_("nothing found"), default=0)

    class Meta:
        verbose_name = _("query that was asked")
        verbose_name_plural = _("queries that were asked")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["day", "key"], name="search_askedquery_once_a_day")
        ]

    def __str__(self) -> str:
        return self.text


class EmbeddingQuerySet(models.QuerySet["Embedding"]):
    """Verbs of embeddings."""

    def waiting(self, now: dt.datetime) -> Self:
        """Rows to be embedded: asked for, or begun by somebody who did not come back."""
        return self.filter(models.Q(due=True) | models.Q(claimed_until__lt=now))


class Embedding(models.Model):
    """What a record's texts mean, as vectors of their windows; the row is the job as well.

    `due`: the record changed, or nobody has looked yet. `claimed_until`: somebody embeds it.
    `fingerprint` is that of the windows in `vectors`, so that a change elsewhere costs nothing.
    `filed`: it stands in the files that readers use. `gone`: the record is no longer public.
    """

    kind = models.CharField(max_length=40)
    record_id = models.BigIntegerField()
    version = models.BigIntegerField(default=0)
    fingerprint = models.CharField(max_length=32, blank=True)
    languages = models.TextField(blank=True)
    vectors = models.BinaryField(default=bytes)
    due = models.BooleanField(default=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    filed = models.BooleanField(default=True)
    gone = models.BooleanField(default=False)

    objects = EmbeddingQuerySet.as_manager()

    class Meta:
        verbose_name = _("vectors of a record")
        verbose_name_plural = _("vectors of records")
        constraints = [
            models.UniqueConstraint(fields=["kind", "record_id"], name="search_embedding_once")
        ]
        indexes = [
            models.Index(
                fields=["tries", "id"], condition=models.Q(due=True), name="search_embedding_due"
            ),
            models.Index(
                fields=["id"], condition=models.Q(filed=False), name="search_embedding_unfiled"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}:{self.record_id}"


class SavedQuery(models.Model):
    """A query that somebody follows; equal queries are one row."""

    query = models.JSONField(_("query"))
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("saved query")
        verbose_name_plural = _("saved queries")

    def __str__(self) -> str:
        return str(self.query.get("text", "")) or self.digest[:8]


class Synonym(models.Model):
    """Terms that name one thing, by language, one term a line; kept by editors.

    `opaque`: the term names a body of its own, so its inner words that name another one do not
    count (a record on the National Kurultai is not found by "Kurultai").
    """

    key = models.SlugField(unique=True, max_length=120)
    terms_kk = models.TextField(_("terms in Kazakh"), blank=True)
    terms_ru = models.TextField(_("terms in Russian"), blank=True)
    terms_en = models.TextField(_("terms in English"), blank=True)
    opaque = models.BooleanField(_("stands for itself alone"), default=False)
    active = models.BooleanField(_("used by search"), default=True)
    reviewed = models.BooleanField(_("reviewed by an editor"), default=False)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("search synonym")
        verbose_name_plural = _("search synonyms")

    def __str__(self) -> str:
        return self.terms_kk.partition("\n")[0] or self.key
