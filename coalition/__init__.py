"""The voice and the site: who the organisations are, what they signed, say and propose."""

# Loaded with the project, so that every process rings the same broker.
from coalition.celery import app as celery_app

__all__ = ["celery_app"]
