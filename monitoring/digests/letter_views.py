"""Letters in the admin: written, looked at in each language, counted, then sent."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from wagtail.log_actions import log

from monitoring.core.models import LANGUAGES
from monitoring.digests import letters
from monitoring.digests.desk_forms import LetterForm
from monitoring.digests.desk_views import FRAME_POLICY, guard, stands
from monitoring.digests.models import Letter
from monitoring.mailing import compose
from monitoring.vocabulary.models import Region, Topic

LATEST = 50


@require_safe
def letter_list(request: HttpRequest) -> HttpResponse:
    """Drafts and sent letters. Four queries."""
    guard(request, "send_letter")
    rows = list(Letter.objects.select_related("sent_by", "changed_by")[:LATEST])
    names = {row.slug: row.label for row in Topic.objects.all()}
    names |= {row.code: row.label for row in Region.objects.all()}
    shown = [{"letter": row, "where": names.get(row.value, row.value)} for row in rows]
    return render(request, "digests/letter_list.html", {"rows": shown})


@require_http_methods(["GET", "HEAD", "POST"])
def letter_edit(request: HttpRequest, pk: int = 0) -> HttpResponse:
    """Write a letter; below stand its previews, its audience and what is missing."""
    user = guard(request, "send_letter")
    row = get_object_or_404(Letter, pk=pk) if pk else None
    meanwhile, status = None, 200
    if request.method == "POST":
        form = LetterForm(request.POST)
        if form.is_valid():
            try:
                saved = letters.save_letter(letter=row, by=user, **form.cleaned_data)
            except letters.TwoWritersError as error:
                meanwhile, status = error.stands, 409
                form = LetterForm({**request.POST.dict(), "version": str(meanwhile.version)})
            except ValidationError as error:
                form.add_error(None, error)
            else:
                log(saved, "digests.letter", user=user)
                return HttpResponseRedirect(reverse("letter_edit", args=[saved.pk]))
        status = status if status != 200 or form.is_valid() else 422
    else:
        version = row.version if row else 0
        form = LetterForm(instance=row, initial={"version": version})
    context: dict[str, Any] = {
        "row": row,
        "form": form,
        "meanwhile": meanwhile,
        "stands": stands(meanwhile, letters.WORDS),
        "looked_at": [c for c in LANGUAGES if row and row.seen.get(c) == row.version],
        "missing": letters.missing_before_sending(row) if row else [],
        "written": [code for code in LANGUAGES if row and row.words("text", code)],
        "is_draft": row is None or row.state == Letter.State.DRAFT,
    }
    return render(request, "digests/letter_form.html", context, status=status)


@require_POST
def letter_count(request: HttpRequest, pk: int) -> HttpResponse:
    """Count who would get the letter now."""
    guard(request, "send_letter")
    number = letters.count_audience(letter=get_object_or_404(Letter, pk=pk))
    said = ngettext("%(count)d reader would get it.", "%(count)d readers would get it.", number)
    messages.info(request, said % {"count": number})
    return HttpResponseRedirect(reverse("letter_edit", args=[pk]))


@require_POST
def letter_preview(request: HttpRequest, pk: int, language: str) -> HttpResponse:
    """Note that this version was looked at in a language, and show it."""
    guard(request, "send_letter")
    row = get_object_or_404(Letter, pk=pk)
    if language not in LANGUAGES:
        raise Http404
    letters.note_preview(letter=row, language=language)
    row.refresh_from_db()
    return render(request, "digests/letter_preview.html", {"row": row, "language": language})


@require_safe
@xframe_options_sameorigin
def letter_html(request: HttpRequest, pk: int, language: str) -> HttpResponse:
    """The letter as a reader of a language gets it, its links dead."""
    guard(request, "send_letter")
    row = get_object_or_404(Letter, pk=pk)
    if language not in LANGUAGES:
        raise Http404
    context = letters.context_of(row, language, manage="#", leave="#")
    response = HttpResponse(compose.render("letter", language, context).html)
    response["Content-Security-Policy"] = FRAME_POLICY
    return response


@require_POST
def letter_send(request: HttpRequest, pk: int) -> HttpResponse:
    """Send it; who did so stands on the letter and in the audit log."""
    user = guard(request, "send_letter")
    row = get_object_or_404(Letter, pk=pk)
    typed = request.POST.get("version", "")
    try:
        sent = letters.send_letter(
            letter=row, version=int(typed) if typed.isdecimal() else -1, by=user
        )
    except letters.TwoWritersError:
        messages.error(request, _("The letter has changed meanwhile; look at it again."))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        log(sent, "digests.send", user=user, data={"audience": sent.audience_count})
        messages.success(request, _("The letter is on its way."))
    return HttpResponseRedirect(reverse("letter_edit", args=[pk]))
