"""A page that may carry one picture, always with words for who does not see it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel

from coalition.pages.models import BasePage


class IllustratedPage(BasePage):
    """A page with one picture, shown 16:9. What it shows is said in the language of the page.

    The words belong to the page and not to the picture: they are translated with it, and a
    translation without them is not complete.
    """

    image: models.ForeignKey[Any, Any] = models.ForeignKey(
        "wagtailimages.Image",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("picture"),
        help_text=_("Shown 16:9; the focal point of the picture decides what is cut."),
    )
    image_alt: models.CharField[str, str] = models.CharField(
        _("what the picture shows"),
        max_length=255,
        blank=True,
        help_text=_("Read aloud to people who do not see it."),
    )

    picture_panel = MultiFieldPanel(
        [FieldPanel("image"), FieldPanel("image_alt")], heading=_("Picture")
    )

    class Meta:
        abstract = True

    def clean(self) -> None:
        """A picture says in words what it shows."""
        super().clean()
        if self.image_id and not self.image_alt.strip():
            raise ValidationError({"image_alt": _("Say in a few words what the picture shows.")})
