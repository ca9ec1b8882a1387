"""Rules of relevance and of acceptance in the admin."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, MultiFieldPanel, ObjectList
from wagtail.snippets.views.snippets import CreateView, SnippetViewSet

from monitoring.core import sweeps
from monitoring.core.models import LANGUAGES
from monitoring.core.two_editors import RecordEditView
from monitoring.decisions.fields import DecisionField
from monitoring.decisions.models import Decision
from monitoring.intake import scoring
from monitoring.intake.models import AutoAccept, TopicRule
from monitoring.intake.relevance import lines
from monitoring.intake.services import SCORING

MOST_PHRASES = 200
PREVIEW = "action-preview"


class ActsField(forms.CharField):
    """Acts of the record, one a line: a number, a code, an address or an id."""

    def clean(self, value: Any) -> list[Decision]:
        """The acts. Raises ValidationError with a sentence for a line that names none."""
        one = DecisionField(required=False)
        found = [one.clean(line) for line in lines(super().clean(value) or "")]
        return list({act.pk: act for act in found}.values())

    def prepare_value(self, value: Any) -> Any:
        """The acts' ids, each with its name, or what was typed."""
        if isinstance(value, list):
            return "\n".join(_named(act) for act in value)
        return value


def _named(act: Decision) -> str:
    """By what the act is found again: its code if it has one, else its address."""
    code = act.codes.first()
    return code.value if code else reverse("decisions:edit", args=[act.pk])


class TopicRuleForm(WagtailAdminModelForm):
    """Phrases are few and short; a rule has at least one ground."""

    acts = ActsField(
        label=_("acts watched"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One a line: the code, the number or the address of an act of the record."),
    )

    def clean(self) -> dict[str, Any]:
        """Say what is too much, at its field."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        grounds = any(cleaned.get(name) for name in ("bodies", "kinds", "acts"))
        for code in LANGUAGES:
            for name in (f"phrases_{code}", f"against_{code}"):
                rows = lines(cleaned.get(name) or "")
                grounds = grounds or bool(rows)
                if len(rows) > MOST_PHRASES:
                    self.add_error(
                        name,
                        gettext("At most %(most)s phrases; here are %(n)s.")
                        % {"most": MOST_PHRASES, "n": len(rows)},
                    )
                long = next((row for row in rows if len(row) > 200), None)
                if long:
                    self.add_error(
                        name, gettext("Too long for a phrase: “%(text)s…”.") % {"text": long[:60]}
                    )
        if not grounds and not self.errors:
            self.add_error(None, gettext("Give at least one phrase, body, kind or act."))
        return cleaned


class Previewed:
    """A mixin: a second button shows what the typed rule would change, and saves nothing."""

    request: Any

    def form_valid(self, form: Any) -> HttpResponse:
        """Show or save."""
        if PREVIEW not in self.request.POST:
            answer: HttpResponse = super().form_valid(form)  # type: ignore[misc] # a mixin
            sweeps.ring(SCORING)
            return answer
        said = {**form.cleaned_data, "id": form.instance.pk}
        changed = scoring.preview(scoring.rule_of(said), active=bool(said.get("active")))
        context = self.get_context_data(form=form)  # type: ignore[attr-defined] # the view's
        context |= {"previewed": True, "changed": changed[:100], "most": scoring.PREVIEW}
        return self.render_to_response(context)  # type: ignore[attr-defined,no-any-return] # the view's


class TopicRuleCreateView(Previewed, CreateView):
    """A new rule."""


class TopicRuleEditView(Previewed, RecordEditView):
    """A rule that was there."""


_AREA = forms.Textarea(attrs={"rows": 4})


class TopicRuleViewSet(SnippetViewSet):
    """Under `/admin/relevance/`."""

    model = TopicRule
    icon = "sliders"
    menu_label = _("Rules of relevance")
    base_url_path = "relevance"
    create_template_name = "intake/rule_create.html"
    edit_template_name = "intake/rule_edit.html"
    add_view_class = TopicRuleCreateView
    edit_view_class = TopicRuleEditView
    copy_view_enabled = False
    list_display = ["__str__", "points", "active", "reviewed"]
    list_filter = ["active", "reviewed"]
    ordering = ["pk"]
    edit_handler = ObjectList(
        [
            HelpPanel(
                _(
                    "One phrase a line, in its basic form: every ending is understood, and words "
                    "typed without Kazakh letters too. Points of all rules are added, from 0 to "
                    "100. “Show what it changes” looks at the newest 200 entries and saves nothing."
                )
            ),
            MultiFieldPanel(
                [FieldPanel("name_kk"), FieldPanel("name_ru"), FieldPanel("name_en")],
                heading=_("Name of the rule"),
            ),
            FieldPanel("key"),
            MultiFieldPanel(
                [
                    FieldPanel("points"),
                    FieldPanel("phrases_kk", widget=_AREA),
                    FieldPanel("phrases_ru", widget=_AREA),
                    FieldPanel("phrases_en", widget=_AREA),
                ],
                heading=_("Phrases"),
            ),
            MultiFieldPanel(
                [
                    FieldPanel("against_points"),
                    FieldPanel("against_kk", widget=_AREA),
                    FieldPanel("against_ru", widget=_AREA),
                    FieldPanel("against_en", widget=_AREA),
                ],
                heading=_("What speaks against"),
            ),
            MultiFieldPanel(
                [
                    FieldPanel("act_points"),
                    FieldPanel("acts"),
                    FieldRowPanel([FieldPanel("body_points"), FieldPanel("kind_points")]),
                    FieldPanel("bodies", widget=forms.CheckboxSelectMultiple),
                    FieldPanel("kinds", widget=forms.CheckboxSelectMultiple),
                ],
                heading=_("Acts cited, bodies, kinds of document"),
            ),
            FieldPanel("title_only"),
            FieldRowPanel([FieldPanel("active"), FieldPanel("reviewed")]),
            FieldPanel("note"),
        ],
        base_form_class=TopicRuleForm,
    )


class AutoAcceptForm(WagtailAdminModelForm):
    """Who switched it on is kept."""

    def clean_threshold(self) -> int:
        """Never from nothing on."""
        value: int = self.cleaned_data["threshold"]
        if value < 1:
            raise ValidationError(gettext("From one point on at least."))
        return value


class AutoAcceptViewSet(SnippetViewSet):
    """Under `/admin/accept-by-rule/`."""

    model = AutoAccept
    icon = "cogs"
    menu_label = _("Acceptance by rule")
    base_url_path = "accept-by-rule"
    edit_view_class = RecordEditView
    copy_view_enabled = False
    list_display = ["__str__", "active", "threshold", "kind"]
    edit_handler = ObjectList(
        [
            HelpPanel(
                _(
                    "Entries of the source with so many points become public decisions without a "
                    "person. The record says so, and every run can be undone at once under “What "
                    "was done”. Entries that may be one document with another still wait for a "
                    "person."
                )
            ),
            FieldPanel("source"),
            FieldPanel("active"),
            FieldPanel("threshold"),
            FieldPanel("kind"),
        ],
        base_form_class=AutoAcceptForm,
    )
