"""State of the room `pages`: the base of every page, and in which languages a page exists."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, PublishingPanel
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail_localize.fields import BaseTranslatableField

from coalition.pages.blocks import BodyBlock
from coalition.pages.forms import BasePageForm
from monitoring.core import clock, routes
from monitoring.core.checklists import Check
from monitoring.core.found import Card, absolute
from monitoring.core.text import slugify


class OwnField(BaseTranslatableField):
    """A field that each language version keeps for itself: neither translated nor copied.

    The slug is one: translated as a string it would count as missing text; copied, a Russian page
    would get a Kazakh address again at every update.
    """


class BasePage(Page):
    """What every page of the site shares: lead, body, an address in Latin letters, honesty.

    A subclass whose address is a word of the route table names it in `route_word`; all other pages
    are refused such words.
    """

    slug: str  # Wagtail's field, untyped there
    route_word: ClassVar[str] = ""
    needs_text: ClassVar[bool] = False
    """Whether a page without lead and body says nothing at all, so that it is not published."""
    search_kind: ClassVar[str] = "page"
    shared_facts: ClassVar[tuple[str, ...]] = ()
    """Fields that say the same in every language; the original's are written into all versions."""

    lead: models.TextField[str, str] = models.TextField(
        _("lead"), max_length=600, blank=True, help_text=_("One or two sentences under the title.")
    )
    body = StreamField(BodyBlock(required=False), verbose_name=_("body"), blank=True)

    base_form_class = BasePageForm
    override_translatable_fields = [OwnField("slug")]
    content_panels = [
        FieldPanel("title", classname="title"),
        FieldPanel("lead"),
        FieldPanel("body"),
    ]
    promote_panels = [
        MultiFieldPanel(
            [
                FieldPanel(
                    "slug",
                    help_text=_("Latin letters. Leave it empty: it is made from the title."),
                ),
                FieldPanel("seo_title"),
                FieldPanel("search_description"),
            ],
            _("Address and search engines"),
        )
    ]
    settings_panels: ClassVar[list[Any]] = [PublishingPanel()]

    class Meta:
        abstract = True

    def get_full_url(self, request: HttpRequest | None = None) -> str | None:
        """The page's address with scheme and host of SITE_URL, whatever the row of the site says.

        That row is written once by the seed; SITE_URL may change with any start.
        """
        path = self.get_url(request)
        return absolute(path) if path else None

    full_url = property(get_full_url)

    def checklist(self) -> list[Check]:
        """What readers need of the page, as it stands; a page type may add to it."""
        from coalition.pages.checklist import of_page

        return of_page(self)

    def own_route_word(self) -> str:
        """The name of the route whose word is this page's address, or ""."""
        return self.route_word

    def search_id(self) -> int:
        """The id under which the search knows this page in all its languages. One query."""
        from coalition.pages import selectors

        return selectors.head_id(self)

    def search_text(self) -> str:
        """What is searched beside the title: lead and body as plain text."""
        from coalition.pages.texts import plain_text

        return plain_text(self)

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The page, or the page that says that it does not exist in this language."""
        from coalition.pages import selectors, views

        selectors.load_versions(self)
        if not getattr(request, "is_preview", False) and not selectors.is_shown(self):
            return views.not_in_language(request, self, self.locale.language_code)
        response: HttpResponse = super().serve(request, *args, **kwargs)
        return response

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Adds `alternates` for the language switch, the canonical address, `outdated_since`."""
        from coalition.pages import selectors

        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        context.update(selectors.page_context(self, request))
        return context

    def card(self) -> Card:
        """What stands on the picture that messengers show of the page."""
        from coalition.pages.found import card_of

        return card_of(self)

    def get_meta_description(self) -> str:
        """What search engines and messengers show under the title."""
        return str(self.search_description or self.lead)

    def get_sitemap_urls(self, request: HttpRequest | None = None) -> list[dict[str, Any]]:
        """Nothing for a language in which the page does not exist."""
        from coalition.pages import selectors

        shown = selectors.is_shown(self)
        return super().get_sitemap_urls(request) if shown else []

    def _set_core_field_defaults(self) -> None:
        # Wagtail calls this before every kind of validation, of drafts too.
        parent_is_known = bool(self.path or getattr(self, "_cached_parent_obj", None))
        if parent_is_known and self.title and (not self.slug or self._has_the_originals_slug()):
            word = self.own_route_word()
            base = routes.word(word, self._language()) if word else slugify(self.title)
            self.slug = self._get_autogenerated_slug(base)
        super()._set_core_field_defaults()

    def _language(self) -> str:
        locale = self.locale if self.locale_id else self.get_default_locale()
        return str(locale.language_code)

    def _has_the_originals_slug(self) -> bool:
        """Whether this is a translation, never published, still under the original's address.

        Localize copies a page with its slug; before the first publication it may still change.
        """
        if not self.pk or self.live or self.first_published_at or self.depth < 3:
            return False
        others = Page.objects.filter(translation_key=self.translation_key).exclude(pk=self.pk)
        return bool(others.filter(slug=self.slug).exclude(title=self.title).exists())

    def minimal_clean(self) -> None:
        """Wagtail's check of drafts, and ours of the address."""
        super().minimal_clean()
        self._check_slug()

    def clean(self) -> None:
        """Refuse addresses that are not Latin or that are words of the route table."""
        super().clean()
        self._check_slug()

    def _check_slug(self) -> None:
        if not self.slug:
            return
        if self.slug != slugify(self.slug, limit=255):
            raise ValidationError(
                {"slug": _("An address holds only Latin letters, digits and hyphens.")}
            )
        word = self.own_route_word()
        own = routes.WORDS[word].values() if word else ()
        if self.slug in routes.reserved() and self.slug not in own:
            raise ValidationError(
                {
                    "slug": _(
                        "The address “%(slug)s” belongs to a section of the site. Choose another."
                    )
                    % {"slug": self.slug}
                }
            )


class State(models.TextChoices):
    """How far a page exists in its language."""

    NONE = "none", _("not translated")
    PARTIAL = "partial", _("translated in part")
    COMPLETE = "complete", _("complete")
    OUTDATED = "outdated", _("the original has changed since")


SHOWN = (State.COMPLETE, State.OUTDATED)
"""The states in which readers see a page."""


class PageLanguage(models.Model):
    """How far one page exists in its language: written beside every save, read by every list.

    `original_digest` is, for the original, the digest of its text; for a translation, the digest
    of the original's text that it renders.
    """

    page = models.OneToOneField(Page, on_delete=models.CASCADE, related_name="language_record")
    is_original = models.BooleanField(_("original"), default=False)
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.NONE, db_index=True
    )
    original_digest = models.CharField(max_length=64, blank=True)
    outdated_since = models.DateTimeField(null=True, blank=True)
    translated = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    noted_at = models.DateTimeField(
        default=clock.now, help_text=_("When page, state or view restriction last changed.")
    )

    class Meta:
        verbose_name = _("page in a language")
        verbose_name_plural = _("pages in languages")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=State.values), name="page_language_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(is_original=False) | models.Q(state=State.COMPLETE),
                name="an_original_is_complete",
            ),
            models.CheckConstraint(
                condition=models.Q(state=State.OUTDATED, outdated_since__isnull=False)
                | ~models.Q(state=State.OUTDATED),
                name="outdated_since_a_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.page_id}: {self.state}"


class Gone(models.Model):
    """The address of a page that readers saw and an editor removed: answers 410, not 404."""

    path = models.CharField(max_length=500, unique=True)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("removed page")
        verbose_name_plural = _("removed pages")
        default_permissions = ()

    def __str__(self) -> str:
        return self.path


class Confirmation(models.Model):
    """An editor's word that a page says in its language what the original says. Append-only."""

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="confirmations")
    revision = models.ForeignKey(
        "wagtailcore.Revision", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    original_digest = models.CharField(max_length=64)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("confirmation of a translation")
        verbose_name_plural = _("confirmations of translations")

    def __str__(self) -> str:
        return f"{self.page_id} {self.at:%Y-%m-%d %H:%M}"
