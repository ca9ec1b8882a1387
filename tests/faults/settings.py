"""The embedded profile for a server whose static files nobody collected: nobody asks for them."""

from coalition.settings.embedded import *  # noqa: F403 - a profile is the base and its differences
from coalition.settings.embedded import STORAGES

STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
