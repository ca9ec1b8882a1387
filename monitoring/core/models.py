"""State of the room `core`: labels, heartbeats, buckets, leases, generations, seed records."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from monitoring.core import clock

LANGUAGES = ("kk", "ru", "en")
"""Every text a person reads stands in these, Kazakh first."""


class Trilingual(models.Model):
    """Reference data with a name in Kazakh, Russian and English."""

    name_kk = models.CharField(_("name in Kazakh"), max_length=500)
    name_ru = models.CharField(_("name in Russian"), max_length=500)
    name_en = models.CharField(_("name in English"), max_length=500)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return self.label_in(get_language() or "kk")

    def label_in(self, language: str) -> str:
        """The name in a language; an unknown one reads the Kazakh."""
        code = language[:2]
        return str(getattr(self, f"name_{code if code in LANGUAGES else 'kk'}"))


class Heartbeat(models.Model):
    """When a process last made progress."""

    name = models.SlugField(primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} {self.at:%H:%M:%S}"


class LeaseQuerySet(models.QuerySet["Lease"]):
    """Verbs of leases."""

    def take(self, name: str, holder: str, seconds: int) -> bool:
        """Take or renew a named lease by one conditional UPDATE; whether `holder` has it now."""
        now = clock.now()
        self.get_or_create(name=name, defaults={"holder": "", "until": now - dt.timedelta(1)})
        return bool(
            self.filter(Q(name=name), Q(holder=holder) | Q(until__lt=now)).update(
                holder=holder, until=now + dt.timedelta(seconds=seconds)
            )
        )

    def give_back(self, name: str, holder: str) -> None:
        """End a lease that `holder` has; another's is left alone."""
        self.filter(name=name, holder=holder).update(until=clock.now() - dt.timedelta(1))


class Lease(models.Model):
    """Who alone may do a named piece of work, until when."""

    name = models.SlugField(primary_key=True)
    holder = models.CharField(max_length=80, blank=True)
    until = models.DateTimeField()

    objects = LeaseQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.name}: {self.holder}"


class TokenBucket(models.Model):
    """How much of an allowance is left; one row a key (an address' keyed hash, an IP's)."""

    key = models.CharField(max_length=120, primary_key=True)
    tokens = models.FloatField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.tokens:.1f}"


class Generation(models.Model):
    """Something public changed: one row, written in the change's own transaction.

    The site's pages belong to the generation "highest id, number of rows". Nobody updates a row, so
    writers never wait for one another; a writer that commits after a later id still makes a new
    generation, because it adds to the number. Old rows go only together with a new one.
    """

    at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.pk}"


class SeedRecord(models.Model):
    """The hash of what the seed last wrote into a row."""

    key = models.CharField(max_length=200, primary_key=True)
    digest = models.CharField(max_length=64)
    at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.key
