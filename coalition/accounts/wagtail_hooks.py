"""What the admin does for people: the language of a new one, and no right out of nothing."""

from __future__ import annotations

from django.http import HttpRequest
from wagtail import hooks

from coalition.accounts.models import User
from coalition.accounts.services import prepare_profile


@hooks.register("after_create_user")
def read_russian(request: HttpRequest, user: User) -> None:
    """A person made in the admin reads it in Russian until another language is chosen."""
    prepare_profile(user=user)
