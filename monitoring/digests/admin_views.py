"""The digests' page in the admin: what ran, and the button that ends a window now."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from wagtail.log_actions import log

from monitoring.core import clock
from monitoring.digests.issues import LISTED
from monitoring.digests.models import DigestRun, Frequency, Subscriber
from monitoring.digests.runs import PERIOD, close_window_now, last_end

LATEST = 50


@require_safe
def run_list(request: HttpRequest) -> HttpResponse:
    """Runs with their counts, and how many read each frequency. No address is shown."""
    user: Any = request.user
    if not user.has_perm("digests.view_digestrun"):
        raise PermissionDenied
    now = clock.now()
    active = Subscriber.objects.filter(state=Subscriber.State.ACTIVE)
    context = {
        "runs": DigestRun.objects.for_lists()[:LATEST],
        "may_edit": user.has_perm("digests.edit_issue"),
        "may_write": user.has_perm("digests.send_letter"),
        "may_close": user.has_perm("digests.close_digestrun"),
        "frequencies": [
            {
                "value": value,
                "label": label,
                "desk": reverse("digest_desk", args=[value]) if value in LISTED else "",
                "next": last_end(now, value) + PERIOD[Frequency(value)],
                "readers": active.filter(
                    subscriptions__frequency=value,
                    subscriptions__confirmed_at__isnull=False,
                    subscriptions__ended_at=None,
                )
                .distinct()
                .count(),
            }
            for value, label in Frequency.choices
        ],
    }
    return render(request, "digests/run_list.html", context)


@require_POST
def close_window(request: HttpRequest) -> HttpResponse:
    """End a window now; who and when stand on the run and in the audit log."""
    user: Any = request.user
    if not user.has_perm("digests.close_digestrun"):
        raise PermissionDenied
    frequency = request.POST.get("frequency", "")
    if frequency not in Frequency.values:
        messages.error(request, _("Choose which window to close."))
        return HttpResponseRedirect(reverse("digest_runs"))
    run = close_window_now(frequency=frequency, by=user)
    log(run, "digests.close", user=user)
    messages.success(request, _("The window is closed; the mails are being made."))
    return HttpResponseRedirect(reverse("digest_runs"))
