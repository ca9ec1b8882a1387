"""The draft of a version in the admin: what it changes, and its provisions added and taken out."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from wagtail.admin.forms import WagtailAdminModelForm

from coalition.accounts.models import User
from coalition.memorandum import drafts, selectors
from coalition.memorandum.models import Provision, Section, Version
from monitoring.core.models import LANGUAGES

RIGHT = "memorandum.change_version"


class ProvisionForm(WagtailAdminModelForm):
    """A text in each language; its number follows from its place."""

    class Meta:
        model = Provision
        fields = ("text_kk", "text_ru", "text_en")


class SectionForm(WagtailAdminModelForm):
    """A name in each language."""

    class Meta:
        model = Section
        fields = ("name_kk", "name_ru", "name_en")


def _require(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User) or not user.has_perm(RIGHT):
        raise PermissionDenied
    return user


@require_http_methods(["GET", "HEAD"])
def draft(request: HttpRequest, number: int) -> HttpResponse:
    """What a version changes against the one before it, and its sections with their provisions."""
    _require(request)
    version = get_object_or_404(Version, number=number)
    chosen = request.GET.get("text", "") or (get_language() or "kk")[:2]
    language = chosen if chosen in LANGUAGES else "kk"
    before = Version.objects.filter(number__lt=number).order_by("-number").first()
    context = {
        "version": version,
        "before": before,
        "language": language,
        "languages": LANGUAGES,
        "sections": version.sections.prefetch_related("provisions"),
    }
    if before is not None:
        context |= selectors.compared(before, version, language)
        context |= {"before_name": before.days(language), "after_name": version.days(language)}
    return render(request, "memorandum/admin/draft.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def add_provision(request: HttpRequest, number: int, section: int) -> HttpResponse:
    """A form with three texts; the provision goes to the end of the section."""
    user = _require(request)
    place = get_object_or_404(Section, version__number=number, pk=section)
    form = ProvisionForm(request.POST or None)
    return _adding(
        request,
        number,
        form,
        _("Add a provision: %(section)s") % {"section": place.label},
        lambda values: drafts.add_provision(section=place, by=user, **values),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def add_section(request: HttpRequest, number: int) -> HttpResponse:
    """A form with three names; the section goes after the others."""
    user = _require(request)
    version = get_object_or_404(Version, number=number)
    form = SectionForm(request.POST or None)
    return _adding(
        request,
        number,
        form,
        _("Add a section"),
        lambda values: drafts.add_section(version=version, by=user, **values),
    )


@require_POST
def remove_provision(request: HttpRequest, number: int, provision: int) -> HttpResponse:
    """Take a provision out of a prepared version."""
    user = _require(request)
    found = get_object_or_404(Provision, version__number=number, pk=provision)
    return _removing(
        request, number, lambda: drafts.remove_provision(provision=found, by=user), found.key
    )


@require_POST
def remove_section(request: HttpRequest, number: int, section: int) -> HttpResponse:
    """Take an empty section out of a prepared version."""
    user = _require(request)
    found = get_object_or_404(Section, version__number=number, pk=section)
    return _removing(
        request, number, lambda: drafts.remove_section(section=found, by=user), found.label
    )


def _adding(
    request: HttpRequest, number: int, form: WagtailAdminModelForm, title: str, write: Any
) -> HttpResponse:
    """Written through the service; what it refuses stands above the form, which keeps its text."""
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                made = write(form.cleaned_data)
            except ValidationError as refused:
                for name, errors in refused.update_error_dict({}).items():
                    form.add_error(name if name in form.fields else None, errors)
            else:
                messages.success(request, _("Added: %(name)s") % {"name": made})
                return redirect(_back(number))
    context = {"form": form, "title": title, "back": _back(number)}
    return render(request, "memorandum/admin/draft_form.html", context, status=status)


def _removing(request: HttpRequest, number: int, write: Any, name: str) -> HttpResponse:
    try:
        write()
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    else:
        messages.success(request, _("Taken out: %(name)s") % {"name": name})
    return redirect(_back(number))


def _back(number: int) -> str:
    return reverse("memorandum_draft", args=[number])
