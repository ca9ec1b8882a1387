"""Public pages of the record."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse


def decision_list(request: HttpRequest) -> HttpResponse:
    """Laws and decisions: filters, pages."""
    raise Http404


def feed(request: HttpRequest) -> HttpResponse:
    """What changed, as Atom."""
    raise Http404


def decision_by_key(request: HttpRequest, key: str) -> HttpResponse:
    """Leads from a permanent key to the decision's page."""
    raise Http404


def decision(request: HttpRequest, pk: int, slug: str = "") -> HttpResponse:
    """One decision."""
    raise Http404


def body(request: HttpRequest, key: str) -> HttpResponse:
    """One public body."""
    raise Http404
