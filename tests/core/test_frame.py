"""The tags of the frame: navigation, footer, language switch, the word that does not break."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from monitoring.core import sections
from monitoring.core.sections import Section
from monitoring.core.templatetags.frame import unbroken, unbroken_html


@pytest.fixture(autouse=True)
def own_sections(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(sections, "_providers", sections._providers.copy())
    for slot in ("navigation", "footer"):
        sections._providers[slot] = []
    with translation.override("kk"):
        yield


def _item(**data: object) -> sections.Provider:
    def provider(ids: Sequence[int], language: str) -> dict[int, Section]:
        return {0: Section("", {**data, "label": f"{data['label']} {language}"})}

    return provider


def _render(source: str, path: str = "/", **context: object) -> str:
    request = RequestFactory().get(path)
    return Template("{% load frame %}" + source).render(Context({"request": request, **context}))


def test_navigation_shows_registered_items_in_order_and_marks_where_the_reader_is() -> None:
    sections.register("navigation", 20, _item(label="News", url="/kk/news/"))
    sections.register("navigation", 10, _item(label="Laws", url="/kk/laws/"))
    sections.register("navigation", 30, _item(label="Guide", url=""))
    shown = _render(
        "{% navigation as items %}{% for i in items %}{{ i.label }}:{{ i.active }} {% endfor %}",
        "/kk/laws/7/",
    )
    assert shown.strip() == "Laws kk:True News kk:False"


def test_footer_gathers_links_by_group() -> None:
    sections.register("footer", 10, _item(group="data", label="CSV", url="/kk/data/"))
    shown = _render(
        "{% footer_links as g %}{% for l in g.data %}{{ l.label }}{% endfor %}|{{ g.site|length }}"
    )
    assert shown == "CSV kk|0"


SWITCH = "{% languages as all %}{% for one in all %}{{ one.language }}={{ one.url }} {% endfor %}"


def test_the_language_switch_stays_on_the_page() -> None:
    assert _render(SWITCH, "/kk/a-page/").split() == [
        "kk=/kk/a-page/",
        "ru=/ru/a-page/",
        "en=/en/a-page/",
    ]


def test_the_language_switch_takes_what_a_view_knows_better() -> None:
    better = [{"language": "ru", "url": "/ru/novosti/5/", "state": "partial"}]
    assert _render(SWITCH, "/kk/zhanalyktar/5/", alternates=better).split()[1] == (
        "ru=/ru/novosti/5/"
    )


def test_without_a_request_the_language_switch_leads_home() -> None:
    with translation.override("ru"):
        shown = Template("{% load frame %}" + SWITCH).render(Context())
    assert shown.split() == ["kk=/kk/", "ru=/ru/", "en=/en/"]


@pytest.mark.parametrize("word", ["өзін-өзі", "өзiн-өзi", "Өзін-өзі"])
def test_the_word_self_does_not_break_and_the_rest_is_escaped(word: str) -> None:
    assert unbroken(f"<b> {word} басқару") == (f'&lt;b&gt; <span class="nb">{word}</span> басқару')


@pytest.mark.parametrize("word", ["45-бап", "2-1-бап", "18:00-ге", "126-IV", "87–91-баптар"])
def test_a_numeral_and_its_word_do_not_break(word: str) -> None:
    assert unbroken(f"заңның {word} бойынша") == f'заңның <span class="nb">{word}</span> бойынша'


@pytest.mark.parametrize("text", ["2005 жылғы", "№ 148", "a &#39-test", "COVID-19", "x-1-2"])
def test_other_words_stay_as_they_are(text: str) -> None:
    assert "nb" not in unbroken(text)


def test_rich_text_keeps_its_tags_and_addresses() -> None:
    html = '<p>Жергілікті <b>өзін-өзі</b> басқару, <a href="/kk/45-bap/">45-бап</a> &amp; т.б.</p>'
    assert unbroken_html(html) == (
        '<p>Жергілікті <b><span class="nb">өзін-өзі</span></b> басқару, '
        '<a href="/kk/45-bap/"><span class="nb">45-бап</span></a> &amp; т.б.</p>'
    )
