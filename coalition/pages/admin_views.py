"""Admin views of the room `pages`."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from wagtail.log_actions import log
from wagtail.models import Page

from coalition.pages import services
from coalition.pages.models import Confirmation
from coalition.pages.selectors import original_of, record_of


@require_http_methods(["GET", "HEAD", "POST"])
def confirm_language(request: HttpRequest, pk: int) -> HttpResponse:
    """GET shows the state and asks, POST confirms. Those who may publish the page may confirm."""
    page = get_object_or_404(Page.objects.select_related("locale"), pk=pk, depth__gt=1)
    if not page.permissions_for_user(request.user).can_publish():
        raise PermissionDenied
    if request.method == "POST":
        try:
            services.confirm_language(page=page, by=request.user)  # type: ignore[arg-type] # may publish: a User
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            log(instance=page, action="pages.confirm_language", user=request.user)
            messages.success(request, _("Readers now see this page as complete."))
        return redirect("wagtailadmin_explore", page.get_parent().pk)
    context = {
        "page": page,
        "original": original_of(page),
        "record": record_of(page),
        "last": Confirmation.objects.filter(page=page).order_by("-at").first(),
    }
    return render(request, "pages/admin/confirm_language.html", context)
