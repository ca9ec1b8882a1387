"""Pages of an organisation's own people: what is asked of it now."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from coalition.registry.models import Organisation, Representative


@never_cache
@login_required
def tasks(request: HttpRequest) -> HttpResponse:
    """The organisations that a person speaks for."""
    current = Representative.objects.current().filter(user__in=[request.user.pk or 0])
    own = Organisation.objects.filter(representatives__in=current)
    return render(request, "registry/own/tasks.html", {"organisations": own, "noindex": True})
