"""An outbox with nothing of the confirmations in it, and an operator."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model


@pytest.fixture
def operator(db: None) -> Any:
    return get_user_model().objects.create_superuser(email="op@example.org", password="x")
