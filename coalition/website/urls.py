"""Addresses of the room `website`, under a language."""

from __future__ import annotations

from django.urls import path

from coalition.website import views

urlpatterns = [path("styleguide/", views.styleguide, name="styleguide")]
