"""A site on loopback, and an analyst who reads the admin in a language."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from wagtail.users.models import UserProfile

from monitoring.core import permissions
from tests.evidence.conftest import site  # noqa: F401 - a fixture

SignIn = Callable[..., Client]


def analyst(email: str = "analyst@example.kz", language: str = "ru") -> Any:
    """A person with what the rooms grant an analyst, and the door to the admin."""
    person = get_user_model().objects.create_user(email=email, password="x")
    names = {*permissions.granted("analyst"), "wagtailadmin.access_admin"}
    for name in names:
        room, codename = name.split(".")
        found = Permission.objects.filter(content_type__app_label=room, codename=codename)
        person.user_permissions.add(*found)
    UserProfile.objects.update_or_create(user=person, defaults={"preferred_language": language})
    return person


@pytest.fixture
def sign_in() -> SignIn:
    """Signs an analyst in and gives back the browser."""

    def enter(email: str = "analyst@example.kz", language: str = "ru") -> Client:
        client = Client()
        client.force_login(analyst(email, language))
        return client

    return enter
