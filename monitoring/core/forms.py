"""The form that strangers fill in: it stands on cached pages, so it has no cookie and no token."""

from __future__ import annotations

from math import ceil

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from monitoring.core.clients import bucket_key, client_network, from_our_pages
from monitoring.core.services import take_token


class PublicForm(forms.Form):
    """Origin check, honeypot and token bucket in the place of a CSRF cookie.

    The view is `csrf_exempt`. On POST: `form = F(request.POST)`, then `form.admit(request,
    purpose=…, capacity=…, per_seconds=…)`. True: act, unless `form.is_from_a_program`, and give
    the same answer either way. False: render the page again and pass the answer through
    `form.refused(answer)`; the form carries the sentence and what was typed. The template
    includes `components/honeypot.html`.
    """

    use_required_attribute = False  # our sentences, in the page's language, not the browser's

    website = forms.CharField(required=False)
    """Hidden from people; whoever fills it in is a program."""

    status = 200
    wait = 0
    """Seconds after which a client that asked too often is heard again."""

    @property
    def is_from_a_program(self) -> bool:
        """Whether the field that no person sees was filled in."""
        return bool(self.cleaned_data.get("website"))

    def admit(self, request: HttpRequest, *, purpose: str, capacity: int, per_seconds: int) -> bool:
        """Whether a POST may be acted on; `capacity` tries a network come back in `per_seconds`.

        Else `status` is 403 (sent by another site), 400 (a field is wrong) or 429 (too many).
        Only forms without errors are counted: mending a typing error costs nobody a try.
        """
        if not from_our_pages(request):
            self.status = 403
            self.add_error(
                None, _("This form was sent from another site. Please send it from here.")
            )
        elif not self.is_valid():
            self.status = 400
        elif not take_token(
            key=bucket_key(purpose, client_network(request)),
            capacity=capacity,
            per_seconds=per_seconds,
        ):
            self.status, self.wait = 429, ceil(per_seconds / capacity)
            self.add_error(None, too_many(self.wait))
        return self.status == 200

    def refused(self, answer: HttpResponse) -> HttpResponse:
        """The page with the form, carrying the status of the refusal (and Retry-After)."""
        answer.status_code = self.status
        if self.wait:
            answer["Retry-After"] = str(self.wait)
        return answer


def too_many(seconds: int) -> str:
    """The sentence for a network that asked too often, with the minutes to wait."""
    minutes = max(1, ceil(seconds / 60))
    return ngettext(
        "Too many requests came from your network. Please try again in %(minutes)d minute.",
        "Too many requests came from your network. Please try again in %(minutes)d minutes.",
        minutes,
    ) % {"minutes": minutes}
