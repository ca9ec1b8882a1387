"""Public pages of letters: the letter itself, and the link that ends them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from monitoring.core.found import Found
from monitoring.core.models import LANGUAGES
from monitoring.digests import links, services
from monitoring.digests.issue_views import letter_row, paths_of, switch
from monitoring.digests.models import Letter


@require_safe
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """A letter that its editors made public, once it is sent. Two queries."""
    language = (get_language() or "kk")[:2]
    row = get_object_or_404(Letter.objects.exclude(state=Letter.State.DRAFT), pk=pk, is_public=True)
    code = row.language_for(language)
    paths = paths_of("digest_letter", pk)
    context = {
        **letter_row(row, language),
        "text": row.words("text", code),
        "code": code,
        "alternates": switch(paths),
        "found": Found(
            title=row.words("subject", code),
            path=paths[language],
            language=language,
            alternates={one: paths[one] for one in LANGUAGES if row.words("text", one)},
            kind="article",
            noindex=code != language,
        ),
    }
    return render(request, "digests/letter.html", context)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def letters_leave(request: HttpRequest, token: str) -> HttpResponse:
    """Ends the letters to one reader by one POST, from this page or a mail program (RFC 8058)."""
    subscriber = links.read(token, links.LETTERS)
    if subscriber is None:
        return render(request, "digests/bad_link.html", status=404)
    if request.method == "POST":
        services.change_reader(subscriber=subscriber, letters=False, how="unsubscribe link")
        subscriber.refresh_from_db()
    context = {"wanted": subscriber.letters, "manage_link": links.manage_link(subscriber)}
    return render(request, "digests/letters_leave.html", context)
