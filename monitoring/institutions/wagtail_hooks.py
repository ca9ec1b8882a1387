"""The room's lists in the admin."""

from __future__ import annotations

from wagtail.snippets.models import register_snippet

from monitoring.institutions import viewsets

for viewset in (
    viewsets.BodyViewSet,
    viewsets.BodyKindViewSet,
    viewsets.ConvocationViewSet,
    viewsets.PersonViewSet,
    viewsets.PostViewSet,
    viewsets.MembershipViewSet,
    viewsets.EventViewSet,
    viewsets.EventKindViewSet,
):
    register_snippet(viewset)
