"""Who sits where and speaks for whom, in Popolo's terms. Of a person only the public role."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from monitoring.core.models import Trilingual
from monitoring.core.text import kazakh_key
from monitoring.institutions.models.bodies import (
    Attested,
    Body,
    Convocation,
    Lived,
    ends_after_it_begins,
)


class Person(Trilingual, Attested):
    """Somebody who holds a public office. No birthday, no address, no picture: the role alone."""

    name_ru = models.CharField(_("name in Russian"), max_length=500, blank=True)
    name_en = models.CharField(_("name in English"), max_length=500, blank=True)
    name_key = models.CharField(max_length=1000, blank=True, editable=False, db_index=True)
    links = models.TextField(
        _("official pages"),
        blank=True,
        help_text=_("One address a line: the page of the deputy or the akim on an official site."),
    )

    class Meta:
        verbose_name = _("person in office")
        verbose_name_plural = _("persons in office")
        ordering = ["name_key", "pk"]

    def clean(self) -> None:
        """Every line of the official pages is an address."""
        super().clean()
        self.name_key = kazakh_key(self.name_kk)[:1000]
        for line in self.addresses:
            try:
                URLValidator(schemes=("http", "https"))(line)
            except ValidationError:
                said = _("This line is no address: %(line)s")
                raise ValidationError({"links": said % {"line": line}}) from None

    @property
    def addresses(self) -> list[str]:
        """The official pages."""
        return [line.strip() for line in self.links.splitlines() if line.strip()]

    def label_in(self, language: str) -> str:
        """The name in a language, as it is written in Kazakh where no other is known."""
        return super().label_in(language) or self.name_kk


class Post(Trilingual, Attested):
    """An office of a body that a person may hold: akim, chair, secretary."""

    body = models.ForeignKey(
        Body, models.CASCADE, related_name="posts", verbose_name=_("public body")
    )

    class Meta:
        verbose_name = _("office of a body")
        verbose_name_plural = _("offices of bodies")
        ordering = ["body", "pk"]

    def __str__(self) -> str:
        return f"{self.label}: {self.body}"


class Membership(Lived, Attested):
    """A person sits in a body, or holds an office of it, from one day until another."""

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="memberships", verbose_name=_("person in office")
    )
    body = models.ForeignKey(
        Body, models.PROTECT, related_name="memberships", verbose_name=_("public body")
    )
    post = models.ForeignKey(
        Post,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="memberships",
        verbose_name=_("office of a body"),
        help_text=_("Empty: a member or deputy without an office of its own."),
    )
    convocation = models.ForeignKey(
        Convocation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="memberships",
        verbose_name=_("convocation"),
    )
    on_behalf_of = models.ForeignKey(
        Body,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="represented_by",
        verbose_name=_("on behalf of"),
        help_text=_("The party or body that the person stands for there."),
    )

    class Meta:
        verbose_name = _("seat in a body")
        verbose_name_plural = _("seats in bodies")
        ordering = ["body", "person__name_key", "pk"]
        constraints = [
            ends_after_it_begins("membership_ends_after_it_begins"),
            models.UniqueConstraint(
                fields=["person", "body"],
                condition=Q(date_to__isnull=True, post__isnull=True),
                name="membership_runs_once",
                violation_error_message=_("This person sits there already, without an end."),
            ),
            models.UniqueConstraint(
                fields=["person", "post"],
                condition=Q(date_to__isnull=True, post__isnull=False),
                name="membership_holds_a_post_once",
                violation_error_message=_("This person holds that office already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.post or self.body}"

    def clean(self) -> None:
        """Office and convocation are the body's own; a body that ended has nobody sitting in it."""
        super().clean()
        errors = {}
        body = Body.objects.filter(pk=self.body_id).first()
        if body is None:
            return  # said beside its own box
        if self.post and self.post.body_id != body.pk:
            errors["post"] = _("This office belongs to another body.")
        if self.convocation and self.convocation.body_id != body.pk:
            errors["convocation"] = _("This convocation is of another body.")
        if body.date_to and not self.date_to:
            errors["date_to"] = _("This body has an end: say until when the person sat.")
        elif self.date_to and self.date_to > body.last_possible_day:
            errors["date_to"] = _("The body had ended by then.")
        if self.date_from and self.date_from > body.last_possible_day:
            errors["date_from"] = _("The body had ended by then.")
        if errors:
            raise ValidationError(errors)
