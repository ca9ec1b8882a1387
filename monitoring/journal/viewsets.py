"""Reported errors in the admin: the queue, and the screen on which one is answered."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.log_actions import log

from monitoring.core.models import LANGUAGES
from monitoring.journal.forms import AnswerForm
from monitoring.journal.models import ErrorReport
from monitoring.journal.services import AnsweredError, answer_report


class AnswerView(generic.EditView):
    """The report above, the answer below; what is refused stays typed."""

    def get_form_class(self) -> type[AnswerForm]:
        """The form of an answer."""
        return AnswerForm

    def save_instance(self) -> ErrorReport:
        """Through the service."""
        data = self.form.cleaned_data
        report = answer_report(
            report=self.object,
            state=data["state"],
            answer=data["answer"],
            said={code: data[f"said_{code}"] for code in LANGUAGES},
            by=self.request.user,
        )
        log(instance=report, action="wagtail.edit", user=self.request.user)
        return report

    def form_valid(self, form: AnswerForm) -> HttpResponse:
        """Answered, or shown again with the reason."""
        try:
            answer: HttpResponse = super().form_valid(form)
        except AnsweredError as error:
            self.object = error.current
            form.add_error(
                None,
                _(
                    "A colleague has answered this report already: the answer stands above. "
                    "Nothing was sent a second time."
                ),
            )
            self.produced_error_message = self.get_error_message()
            answer = self.form_invalid(form)
            answer.status_code = 409
        except ValidationError as error:
            for name, errors in error.error_dict.items():
                form.add_error(name if name in form.fields else None, errors)
            self.produced_error_message = self.get_error_message()
            answer = self.form_invalid(form)
        return answer


class ReportIndexView(generic.IndexView):
    """The queue: what waits first, then the latest."""

    def get_base_queryset(self) -> QuerySet[ErrorReport]:
        """With the names of who answered."""
        waiting_first = ErrorReport.objects.select_related("answered_by")
        return waiting_first.order_by("answered_at", "-pk")


class ErrorReportViewSet(ModelViewSet):
    """Reports come from readers: here they are answered, never made or removed."""

    model = ErrorReport
    name = "error_reports"
    icon = "warning"
    menu_label = gettext_lazy("Reported errors")
    menu_order = 220
    add_to_admin_menu = True
    copy_view_enabled = False
    inspect_view_enabled = False
    edit_view_class = AnswerView
    index_view_class = ReportIndexView
    edit_template_name = "journal/admin/answer.html"
    list_display = ("__str__", "page", "state", "created_at", "answered_at")
    list_filter = ("state", "language")

    def get_form_class(self, for_update: bool = False) -> type[AnswerForm]:
        """The view brings its own."""
        return AnswerForm
