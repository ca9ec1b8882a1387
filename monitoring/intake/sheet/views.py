"""Tables in the admin: brought, mapped, looked at, written; taken out again in the same shape."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views import View
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.base import ViewSet

from monitoring.core import clock
from monitoring.evidence.sheets import files
from monitoring.intake.models import SheetUpload
from monitoring.intake.sheet import services
from monitoring.intake.sheet.kinds import CHANGED, ERROR, NEW, SAME, Sheet, get

MOST_SHOWN = 200
"""Rows of one kind that the preview lists; the counts are of all."""
SAMPLES = 3
"""Cells that stand beside a column when it is mapped."""


class SheetView(View):
    """A view of one kind of table; refused to everybody without its rights, whatever they ask."""

    kind = ""
    model = SheetUpload

    @cached_property
    def sheet(self) -> Sheet:
        """The kind of table."""
        return get(self.kind)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Check the rights before anything is read."""
        if not (request.user.is_active and request.user.has_perms(self.sheet.rights)):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def link(self, name: str, *args: Any) -> str:
        """An address of the same kind of table."""
        return reverse(f"{self.kind}_sheet:{name}", args=args)


class Desk(SheetView):
    """A form to bring a file, the template, the export, the files brought so far."""

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
            upload = services.keep_table(
                sheet=self.sheet, name=name, content=content, by=request.user
            )
        except ValidationError as error:
            return self._page(request, " ".join(error.messages), name)
        return redirect(self.link("preview", upload.pk))

    def _page(self, request: HttpRequest, error: str = "", name: str = "") -> HttpResponse:
        uploads = SheetUpload.objects.filter(kind=self.kind).select_related("by")
        context = {
            "sheet": self.sheet,
            "error": error,
            "file_name": name,
            "uploads": [
                (one, self.link("preview", one.pk) if one.state == "waiting" else "")
                for one in uploads.defer("rows", "names", "notes", "mapping")[:20]
            ],
            "links": {
                "index": self.link("index"),
                "template": self.link("template"),
                "xlsx": self.link("export", "xlsx"),
                "csv": self.link("export", "csv"),
            },
            "most_megabytes": files.MOST_BYTES // 1024**2,
            "most_rows": files.MOST_ROWS,
        }
        return render(request, "intake/admin/sheet.html", context, status=422 if error else 200)


class Export(SheetView):
    """All rows, in the shape in which they are read."""

    def get(self, request: HttpRequest, form: str) -> HttpResponse:
        """The file, as XLSX or CSV."""
        if form not in ("xlsx", "csv"):
            raise Http404
        return self.file(form, self.sheet.export(), f"{self.kind}-{clock.today():%Y-%m-%d}")

    def file(self, form: str, rows: Any, name: str) -> HttpResponse:
        """Rows under the names of the columns."""
        names: Sequence[str] = [column.name for column in self.sheet.columns]
        made = files.write_csv(names, rows) if form == "csv" else files.write_xlsx(names, rows)
        return HttpResponse(
            made,
            content_type="text/csv; charset=utf-8" if form == "csv" else files.XLSX,
            headers={
                "Content-Disposition": f'attachment; filename="{name}.{form}"',
                "Cache-Control": "private, no-store",
            },
        )


class Template(Export):
    """A workbook with the columns and no rows."""

    def get(self, request: HttpRequest, form: str = "xlsx") -> HttpResponse:
        """The file."""
        return self.file("xlsx", [], f"{self.kind}-template")


class Preview(SheetView):
    """What a kept table would do now; its columns are mapped, it is written or thrown away."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The preview."""
        return self._page(request, get_object_or_404(SheetUpload, pk=pk, kind=self.kind))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Do what was chosen; what stands in the way is said above the preview."""
        upload = get_object_or_404(SheetUpload, pk=pk, kind=self.kind)
        chosen = request.POST.get("action", "")
        if chosen == "discard":
            services.discard_table(pk=pk)
            messages.success(request, _("The file was thrown away. Nothing was written."))
            return redirect(self.link("index"))
        try:
            if chosen == "map" and upload.state == SheetUpload.State.WAITING:
                mapping = {
                    str(place): request.POST.get(f"column-{place}", "")
                    for place in range(len(upload.names))
                }
                services.map_columns(upload=upload, mapping=mapping, by=request.user)
                return redirect(self.link("preview", pk))
            if chosen not in ("apply", "apply_good"):
                return self._page(request, upload, _("Choose what to do with the file."))
            done = services.apply_table(
                pk=pk,
                seen=request.POST.get("seen", ""),
                by=request.user,
                only_good=chosen == "apply_good",
            )
        except ValidationError as error:
            return self._page(request, upload, " ".join(error.messages))
        messages.success(
            request,
            _("Written: %(new)s new, %(changed)s changed, %(left)s left out.")
            % {"new": done.made, "changed": done.changed, "left": done.left_out},
        )
        return redirect(self.link("index"))

    def _page(self, request: HttpRequest, upload: SheetUpload, error: str = "") -> HttpResponse:
        if upload.state != SheetUpload.State.WAITING:
            messages.warning(request, _("This file has been decided on already."))
            return redirect(self.link("index"))
        plan = services.plan_of(upload)
        counts = {state: len(plan.of(state)) for state in (ERROR, NEW, CHANGED, SAME)}
        context = {
            "sheet": self.sheet,
            "upload": upload,
            "plan": plan,
            "parts": [
                {"state": state, "rows": plan.of(state)[:MOST_SHOWN], "total": counts[state]}
                for state in (ERROR, NEW, CHANGED)
            ],
            "noted": [row for row in plan.rows if row.notes and not row.errors][:MOST_SHOWN],
            "counts": counts,
            "columns": [
                {
                    "place": place,
                    "name": name or f"({place + 1})",
                    "chosen": upload.mapping.get(str(place), ""),
                    "samples": [
                        str(cells[place]).lstrip("\ue000")[:40]
                        for _number, cells in upload.rows[:50]
                        if cells[place] not in (None, "")
                    ][:SAMPLES],
                }
                for place, name in enumerate(upload.names)
            ],
            "error": error,
            "most_shown": MOST_SHOWN,
            "action": self.link("preview", upload.pk),
        }
        status = 422 if error else 200
        return render(request, "intake/admin/sheet_preview.html", context, status=status)


class SheetItem(MenuItem):
    """The entry of the menu, for whoever may use it."""

    rights: Sequence[str] = ()

    def is_shown(self, request: HttpRequest) -> bool:
        """Only to those with the rights."""
        return bool(request.user.has_perms(self.rights))


def viewset(sheet: Sheet, order: int) -> ViewSet:
    """The desk of a kind of table, with an entry in the menu."""
    classes = {"index": Desk, "export": Export, "template": Template, "preview": Preview}
    views = {name: view.as_view(kind=sheet.kind) for name, view in classes.items()}

    class SheetViewSet(ViewSet):
        name = f"{sheet.kind}_sheet"
        url_prefix = f"tables/{sheet.kind}"
        url_namespace = f"{sheet.kind}_sheet"
        icon = "table"
        menu_label = sheet.title
        menu_order = order
        add_to_admin_menu = True
        menu_item_class = type("Item", (SheetItem,), {"rights": sheet.rights})

        @cached_property
        def menu_url(self) -> str:
            """Where the entry leads."""
            return reverse(f"{self.url_namespace}:index")

        def get_urlpatterns(self) -> list[URLPattern]:
            """The four addresses."""
            return [
                path("", views["index"], name="index"),
                path("export/<slug:form>/", views["export"], name="export"),
                path("template/", views["template"], name="template"),
                path("<int:pk>/", views["preview"], name="preview"),
            ]

    return SheetViewSet()
