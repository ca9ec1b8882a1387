"""Addresses of the room `pages`, under a language."""

from __future__ import annotations

from django.urls import path

from coalition.pages import views

urlpatterns = [path("p/<int:pk>/", views.page_in_language, name="page_in_language")]
