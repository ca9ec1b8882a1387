"""Editors keep the synonyms in the admin."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from monitoring.search import indexing
from monitoring.search.models import Build, Synonym
from monitoring.search.query import Query
from monitoring.search.selectors import search
from tests.factories.search import Notes, make_note


def test_a_synonym_typed_in_the_admin_joins_two_words(notes: Notes, client: Client) -> None:
    make_note("Ауыл тұрғындарының бас қосуы")
    indexing.run()
    user = get_user_model().objects.create_superuser(email="a@example.kz", password="x")
    client.force_login(user)
    address = reverse("wagtailsnippets_search_synonym:add")
    refused = client.post(address, {"terms_kk": " \n ", "note": "келді"})
    assert refused.status_code == 200
    assert "келді" in refused.content.decode()
    sent = {"terms_kk": "бас қосу\n\nбас қосу", "terms_ru": "встреча жителей", "active": "on"}
    assert client.post(address, sent).status_code == 302
    row = Synonym.objects.get(active=True)
    assert (row.key, row.terms_kk, row.reviewed) == ("bas-kosu", "бас қосу", False)
    indexing.run()
    assert Build.objects.filter(state="current").count() == 1
    assert search(Query.parse("встречу жителей"), "ru").total == 1
