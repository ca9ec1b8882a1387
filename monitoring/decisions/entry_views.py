"""One screen for entering an act: recognised from its address, compared with what stands."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from wagtail.admin.views import generic
from wagtail.log_actions import log

from monitoring.decisions.doubles import Double, DoubleError, Typed, entering, likely_doubles
from monitoring.decisions.entry_forms import NewDecisionForm, filled
from monitoring.decisions.fields import CodesField, PartialDateField
from monitoring.decisions.key_dates import set_dates
from monitoring.decisions.models import Decision
from monitoring.decisions.official import recognise
from monitoring.decisions.services import create_decision

MANY = ("bodies", "topics")
"""Boxes of which several can be ticked."""


def keep_errors(form: Any, error: ValidationError) -> None:
    """Put the errors of a service beside the boxes they speak of."""
    names = {"date": "when", "precision": "when"}
    by_name = error.error_dict if hasattr(error, "error_dict") else {"__all__": error.error_list}
    for name, errors in by_name.items():
        field = names.get(name, name)
        form.add_error(field if field in form.fields else None, errors)


class CreateDecisionView(generic.CreateView):
    """One screen: the facts and the first text. Whatever is refused, all that was typed stays.

    Likely doubles are offered while a person types; without JavaScript by the button that looks,
    and in any case before anything is saved.
    """

    doubles: list[Double] = []
    asks = False
    looked = False

    def get_form_class(self) -> type[NewDecisionForm]:
        """The form of a new decision."""
        return NewDecisionForm

    def get_form_kwargs(self) -> dict[str, Any]:
        """Publishing is offered to those who may."""
        kwargs: dict[str, Any] = super().get_form_kwargs()
        kwargs["may_publish"] = self.request.user.has_perm("decisions.publish_edition")
        return kwargs

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Saved; or only looked at: the boxes filled from the address, and the doubles."""
        if "look" not in request.POST:
            response: HttpResponse = super().post(request, *args, **kwargs)
            return response
        self.object = None
        self.looked = True
        boxes = filled_boxes(request.POST)
        self.doubles = likely_doubles(typed_of(boxes))
        self.form = NewDecisionForm(
            initial=boxes, may_publish=request.user.has_perm("decisions.publish_edition")
        )
        answer: HttpResponse = self.render_to_response(self.get_context_data(form=self.form))
        return answer

    def save_instance(self) -> Decision:
        """Through the service; `form.instance` is what was made."""
        facts = self.form.facts()
        with entering(self.form.typed(), another=_ids(self.request.POST.get("another", ""))):
            decision = create_decision(
                number=facts.pop("adoption_number"),
                editions=self.form.edition(),
                public=self.form.cleaned_data.get("publish", False),
                by=self.request.user,
                **facts,
            )
            set_dates(
                decision=decision, dates=self.form.dates(), by=self.request.user, announce=False
            )
        log(instance=decision, action="wagtail.create", user=self.request.user)
        return decision

    def form_valid(self, form: NewDecisionForm) -> HttpResponse:
        """Saved, or shown again with what the database refused or the record holds already."""
        try:
            response: HttpResponse = super().form_valid(form)
        except ValidationError as error:
            keep_errors(form, error)
            response = self._again(form)
        except DoubleError as error:
            self.doubles, self.asks = error.doubles, True
            form.add_error(
                None,
                _(
                    "The record may hold this act already: nothing was saved. Look at the "
                    "documents below; if yours is another one, say so and save again."
                ),
            )
            response = self._again(form)
            response.status_code = 409
        except IntegrityError:
            # A code that came into the record between the look and the writing.
            form.add_error(
                None,
                _("A colleague entered an act with this code at the same moment: see below."),
            )
            response = self._again(form)
            response.status_code = 409
        return response

    def _again(self, form: NewDecisionForm) -> HttpResponse:
        self.produced_error_message = self.get_error_message()
        answer: HttpResponse = self.form_invalid(form)
        return answer

    def form_invalid(self, form: NewDecisionForm) -> HttpResponse:
        """Shown again, with the doubles of what was typed."""
        if not self.doubles:
            self.doubles = likely_doubles(form.typed())
        response: HttpResponse = super().form_invalid(form)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the doubles, and whether the person has to say that it is another act."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["has_unsaved_changes"] = context["has_unsaved_changes"] or self.looked
        return {
            **context,
            "doubles": self.doubles,
            "asks": self.asks,
            "looked": self.looked,
            "another": ",".join(str(one.decision.pk) for one in self.doubles),
        }


def _ids(text: str) -> set[int]:
    return {
        int(one) for one in text.split(",") if one.isascii() and one.isdigit() and len(one) < 18
    }


def filled_boxes(data: QueryDict) -> dict[str, Any]:
    """What was typed, box by box, with what the pasted address says put into empty ones."""
    boxes: dict[str, Any] = {
        name: data.getlist(name) if name in MANY else data.get(name, "")
        for name in NewDecisionForm.base_fields
        if name in data
    }
    if known := recognise(boxes.get("address") or ""):
        for name, value in filled(known, boxes).items():
            lines = [boxes.get(name) or "", value] if name in ("codes", "links") else [value]
            boxes[name] = "\n".join(line for line in lines if line)
    return boxes


def typed_of(boxes: dict[str, Any]) -> Typed:
    """What half a form says; whatever cannot be read yet is not known yet."""

    def whole(name: str) -> int | None:
        value = str(boxes.get(name) or "")
        return int(value) if value.isascii() and value.isdigit() and len(value) < 18 else None

    try:
        date, _precision = PartialDateField().clean(boxes.get("when") or "")
    except ValidationError:
        date = None
    try:
        codes = CodesField(required=False).clean(boxes.get("codes") or "")
    except ValidationError:
        codes = []
    links = str(boxes.get("links") or "").splitlines()
    texts = {
        name: str(boxes.get(name) or "").replace("\0", "")[:2000]
        for name in ("title", "official_title", "adoption_number", "register_number")
    }
    return Typed(
        codes=codes,
        urls=[line.split()[0][:1000] for line in links if "://" in line][:20],
        number=texts["adoption_number"][:80],
        register_number=texts["register_number"][:80],
        year=date.year if date else None,
        kind=whole("kind"),
        bodies=frozenset(_ids(",".join(boxes.get("bodies") or []))),
        district=whole("district"),
        titles=(texts["title"], texts["official_title"]),
    )


@require_safe
def decision_doubles(request: HttpRequest) -> HttpResponse:
    """While a person types: what the address says, and the doubles in a few rows of HTML."""
    if not request.user.has_perm("decisions.add_decision"):
        raise PermissionDenied
    boxes = filled_boxes(request.GET)
    context = {"doubles": likely_doubles(typed_of(boxes))}
    known = recognise(request.GET.get("address", ""))
    answer = JsonResponse(
        {
            "filled": filled(known, request.GET) if known else {},
            "html": render_to_string("decisions/admin/doubles.html", context, request),
        }
    )
    answer["Cache-Control"] = "private, no-store"
    return answer
