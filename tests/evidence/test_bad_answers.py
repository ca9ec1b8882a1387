"""Bad answers of sites, as a person reads of them; what was typed and received stays."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.users.models import UserProfile

from coalition.accounts.models import User
from monitoring.core import clock
from monitoring.evidence import http
from monitoring.evidence.models import Snapshot, Source
from monitoring.evidence.services import fetch_due
from monitoring.intake.models import Candidate
from tests.evidence.server import Handler, Site, answer
from tests.factories.evidence import source
from tests.intake.feeds import LAUGHS, PAGE, item, rss

pytestmark = pytest.mark.django_db
PUBLIC = {"kk": "/kk/derekkozder/", "ru": "/ru/istochniki/", "en": "/en/sources/"}


def bomb() -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    zeros = bytes(1024 * 1024)
    return b"".join(packer.compress(zeros) for _ in range(60)) + packer.flush()


NEVER = answer(b"never sent")
"""Stands for a site that does not answer at all."""

ROWS: list[tuple[str, Callable[[Handler], None], dict[str, str]]] = [
    ("a broken feed", answer(b"<rss"), {
        "kk": "Жауап таспа емес",
        "ru": "Ответ не лента",
        "en": "The answer is not a feed",
    }),
    ("HTML where a feed should be", answer(PAGE), {
        "kk": "таспа емес, веб-бет",
        "ru": "веб-страница, а не лента",
        "en": "This is a web page, not a feed.",
    }),
    ("404", answer(b"", 404), {
        "kk": "бет жоқ (404)",
        "ru": "такой страницы (404)",
        "en": "no such page on the site",
    }),
    ("500", answer(b"", 500), {
        "kk": "ақау бар (500)",
        "ru": "неполадка (500)",
        "en": "a fault of its own (500)",
    }),
    ("a time-out", NEVER, {"kk": "секунд", "ru": "секунд", "en": "did not answer within"}),
    ("a gzip bomb", answer(bomb(), Content_Encoding="gzip"), {
        "kk": "бомба",
        "ru": "бомба",
        "en": "a compression bomb",
    }),
    ("XML entities", answer(LAUGHS), {"kk": "XML", "ru": "XML", "en": "XML entities of its own"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("reply", "sentences"), [row[1:] for row in ROWS], ids=[r[0] for r in ROWS]
)
def test_what_a_site_did_wrong_is_said_in_three_languages_and_nothing_is_lost(
    site: Site,
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    reply: Callable[[Handler], None],
    sentences: dict[str, str],
) -> None:
    monkeypatch.setattr(http, "LIMITS", http.Limits(seconds=2))
    site.routes["/feed"] = answer(rss(item(1)))
    one = source(site.url())
    typed = one.url
    fetch_due()
    good = Snapshot.objects.get().blob.raw

    def silence(handler: Handler) -> None:
        site.quit.wait(20)

    site.routes["/feed"] = silence if reply is NEVER else reply
    Source.objects.filter(pk=one.pk).update(next_due=clock.now())
    fetch_due()

    one.refresh_from_db()
    assert one.url == typed, "what was typed stays"
    assert Snapshot.objects.order_by("pk")[0].blob.raw == good, "what was received stays"
    assert Candidate.objects.count() == 1
    analyst = User.objects.create_superuser("analyst@example.org", "secret")
    client.force_login(analyst)
    shown = set()
    for language, part in sentences.items():
        public = client.get(PUBLIC[language])
        assert public.status_code == 200
        UserProfile.objects.update_or_create(
            user=analyst, defaults={"preferred_language": language}
        )
        own = client.get(reverse("source_state", args=[one.pk]))
        html = unescape(own.content.decode())
        assert own.status_code == 200
        assert part in html
        assert typed in html
        shown.add(next(line for line in html.splitlines() if "data-reason" in line))
    assert len(shown) == 3, "each language says it in its own words"
