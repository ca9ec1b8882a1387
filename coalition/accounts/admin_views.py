"""The editors' guide in the admin."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from coalition.accounts import guide


@require_safe
def editors_guide(request: HttpRequest) -> HttpResponse:
    """The steps in the person's language; for everybody who has the admin."""
    language = (get_language() or "ru")[:2]
    context = {"guide": guide.read(language), "language": language}
    return render(request, "accounts/admin/guide.html", context)


@require_safe
def guide_picture(request: HttpRequest, language: str, step: int) -> FileResponse:
    """The picture of a step; kept by the browser for a day."""
    file = Path(settings.ROOT_DIR) / "docs/img/editors" / f"{language}-{step:02}.webp"
    if language not in {"kk", "ru", "en"} or not file.exists():
        raise Http404
    answer = FileResponse(file.open("rb"), content_type="image/webp")
    answer["Cache-Control"] = "private, max-age=86400"
    return answer
