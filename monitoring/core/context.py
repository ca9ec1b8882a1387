"""What every template may ask for."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpRequest


def messages(request: HttpRequest) -> dict[str, Any]:
    """Messages for whoever has a session; to look for a reader's would make one.

    Django's own looks into the session of everybody, and the answer then varies by cookie.
    """
    has_session = settings.SESSION_COOKIE_NAME in request.COOKIES
    return {"messages": get_messages(request) if has_session else []}
