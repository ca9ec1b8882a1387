"""The secretariat's spreadsheet in the admin: out, in, looked at, applied."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.base import ViewSet

from coalition.registry.sheet import services
from coalition.registry.sheet.models import RegistryUpload
from coalition.registry.sheet.plan import CHANGED, ERROR, NEW, SAME
from monitoring.core import clock
from monitoring.evidence.sheets import files
from monitoring.evidence.sheets.files import XLSX

MOST_SHOWN = 200
"""Rows of one kind that the preview lists; the counts are of all."""


def may_use(user: Any) -> bool:
    """Whoever may add and change every organisation: secretariat and administrator."""
    rights = ("registry.add_organisation", "registry.change_organisation")
    return bool(user.is_active and user.has_perms(rights))


class SheetView(View):
    """A view of the spreadsheet; refused to everybody else, whatever they ask."""

    model = RegistryUpload

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Check the right before anything is read."""
        if not may_use(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class Desk(SheetView):
    """Export, a form to bring a file, the files brought so far."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The desk."""
        return self._page(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep the file and show what it would do; what is wrong with it stands at the field."""
        brought = request.FILES.get("file")
        if brought is None:
            return self._page(request, _("Choose a file first."))
        name = str(brought.name or "")
        try:
            if (brought.size or 0) > files.MOST_BYTES:  # not even read
                content = b"\0" * (files.MOST_BYTES + 1)
            else:
                content = brought.read()
            upload = services.keep_upload(name=name, content=content, by=request.user)  # type: ignore[arg-type] # signed in
        except ValidationError as error:
            return self._page(request, " ".join(error.messages), name)
        return redirect("registry_sheet:preview", pk=upload.pk)

    def _page(self, request: HttpRequest, error: str = "", name: str = "") -> HttpResponse:
        context = {
            "error": error,
            "file_name": name,
            "uploads": RegistryUpload.objects.select_related("by").defer("content")[:20],
            "most_megabytes": files.MOST_BYTES // 1024**2,
            "most_rows": files.MOST_ROWS,
        }
        return render(request, "registry/admin/sheet.html", context, status=422 if error else 200)


class Export(SheetView):
    """The registry as a workbook."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The file."""
        name = f"registry-{clock.today():%Y-%m-%d}.xlsx"
        return HttpResponse(
            services.export(),
            content_type=XLSX,
            headers={
                "Content-Disposition": f'attachment; filename="{name}"',
                "Cache-Control": "private, no-store",
            },
        )


class Preview(SheetView):
    """What a kept file would do now; applied or thrown away by POST."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The preview."""
        return self._page(request, get_object_or_404(RegistryUpload, pk=pk))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Do what was chosen; what stands in the way is said above the preview."""
        upload = get_object_or_404(RegistryUpload, pk=pk)
        chosen = request.POST.get("action", "")
        if chosen == "discard":
            services.discard_upload(pk=pk)
            messages.success(request, _("The file was thrown away. Nothing was written."))
            return redirect("registry_sheet:index")
        if chosen not in ("apply", "apply_good"):
            return self._page(request, upload, _("Choose what to do with the file."))
        try:
            done = services.apply_upload(
                pk=pk,
                seen=request.POST.get("seen", ""),
                by=request.user,  # type: ignore[arg-type] # signed in
                only_good=chosen == "apply_good",
            )
        except ValidationError as error:
            return self._page(request, upload, " ".join(error.messages))
        messages.success(
            request,
            _("Written: %(new)s new, %(changed)s changed, %(left)s left out.")
            % {"new": done.made, "changed": done.changed, "left": done.left_out},
        )
        return redirect("registry_sheet:index")

    def _page(self, request: HttpRequest, upload: RegistryUpload, error: str = "") -> HttpResponse:
        if upload.state != RegistryUpload.State.WAITING:
            messages.warning(request, _("This file has been decided on already."))
            return redirect("registry_sheet:index")
        plan = services.plan_of(bytes(upload.content))
        parts = [
            {"state": state, "rows": plan.of(state)[:MOST_SHOWN], "total": len(plan.of(state))}
            for state in (ERROR, NEW, CHANGED, SAME)
        ]
        context = {
            "upload": upload,
            "plan": plan,
            "parts": parts,
            "counts": {part["state"]: part["total"] for part in parts},
            "error": error,
            "most_shown": MOST_SHOWN,
        }
        status = 422 if error else 200
        return render(request, "registry/admin/sheet_preview.html", context, status=status)


class SheetItem(MenuItem):
    """The entry of the menu, for whoever may use it."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Only to the secretariat and administrators."""
        return may_use(request.user)


class SheetViewSet(ViewSet):
    """The spreadsheet among the desks of the member organisations."""

    name = "registry_sheet"
    url_prefix = "registry/sheet"
    url_namespace = "registry_sheet"
    icon = "table"
    menu_label = gettext_lazy("Spreadsheet")
    menu_item_class = SheetItem

    @cached_property
    def menu_url(self) -> str:
        """Where the entry leads."""
        return reverse("registry_sheet:index")

    def get_urlpatterns(self) -> list[URLPattern]:
        """The three addresses."""
        return [
            path("", Desk.as_view(), name="index"),
            path("export/", Export.as_view(), name="export"),
            path("<int:pk>/", Preview.as_view(), name="preview"),
        ]
