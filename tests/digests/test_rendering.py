"""A mail fits, escapes, is rendered once for its content, and mixes no two readers."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from monitoring.core import sections
from monitoring.core.sections import Section
from monitoring.digests import messages, rendering, runs
from monitoring.digests.changes import Line, Names
from monitoring.digests.messages import Found, Health, Item, Message, Told
from monitoring.digests.queries import EVERYTHING
from monitoring.mailing import compose
from monitoring.mailing.models import OutgoingMail
from monitoring.mailing.packing import whole
from monitoring.search.query import Query
from tests.digests.test_runs import text_of
from tests.factories import digests as make

TITLE = "Қазақстан Республикасының кейбір заңнамалық актілеріне өзгерістер енгізу туралы " * 6
DATE = dt.datetime(2026, 11, 23, 3, 0, tzinfo=dt.UTC)


def item(number: int, **changes: Any) -> Item:
    values: dict[str, Any] = {
        "key": ("kk", ("decision", number), (number,)),
        "title": f"{number}. {TITLE}"[:457],
        "language": "kk",
        "link": f"http://localhost:8000/kk/zandar/{number}-zan/",
        "meta": "Заң № 60-VII",
        "word": "Жинаққа қосылды",
        "lines": (Line("Кезеңі", "Енгізілді", "Қабылданды"),),
        "stage": "",
        "deadline": "",
        "due": None,
        "todo": "оқып шығыңыз",
        "todo_link": "http://localhost:8000/",
        "source": f"https://adilet.zan.kz/kaz/docs/Z{number}",
        "source_host": "adilet.zan.kz",
    }
    return Item(**{**values, **changes})


def message(*items: Item, name: str = "all", manage: str = "http://x/m", **changes: Any) -> Message:
    told = tuple(Told(one, ("бәрі",), EVERYTHING) for one in items)
    values: dict[str, Any] = {
        "language": "kk",
        "sections": {name: told},
        "manage_link": manage,
        "leave_link": "http://x/l",
        "since": dt.date(2026, 11, 2),
        "headers": {},
        "subscriptions": frozenset(),
        "changes": (),
    }
    return Message(**{**values, **changes})


def renderer(**changes: Any) -> rendering.Renderer:
    frame = rendering.Frame("kk", "daily", "2026 ж. 23 қараша", "http://x/i", **changes)
    return rendering.Renderer({"kk": frame}, Found({}, {}, {}, Names()))


def size(parts: compose.Parts) -> int:
    return len(
        whole(compose.assemble(parts, key="k", to="a@example.org", language="kk", date=DATE))
    )


def test_five_hundred_items_with_the_longest_titles_fit_and_the_rest_is_counted() -> None:
    half = {"topic": 250, "search": 250}
    queries = {
        "topic": Query(text="кеңес"),
        "search": Query(text="бюджет", filters=(("year", ("2026",)),)),
    }
    sections = {
        name: tuple(
            Told(item(n + len(name) * 1000), ("себеп",), queries[name]) for n in range(many)
        )
        for name, many in half.items()
    }
    parts = renderer().parts(message(sections=sections))
    assert size(parts) <= compose.LIMIT
    assert parts.subject.startswith("500 өзгеріс")
    assert len(parts.subject) <= messages.SUBJECT
    shown = parts.html.count('class="item"')
    assert shown >= 10
    assert f"Тағы {250 - min(shown, messages.CAP)} өзгеріс" in " ".join(parts.text.split())
    assert "/kk/zandar/?q=%D0%BA" in parts.html
    assert "year=2026" in parts.html


@pytest.mark.parametrize(
    "bad", ["<script>alert(1)</script>", '"><a href="http://evil">', "{{ x }}"]
)
def test_words_of_a_source_are_words_in_both_parts(bad: str) -> None:
    one = item(1, title=f"Заң {bad}", meta=bad, source_host=bad)
    parts = renderer().parts(message(one))
    assert bad in parts.text
    if "<" in bad:
        assert bad not in parts.html


def test_a_title_with_line_breaks_stays_one_line_of_the_subject() -> None:
    one = item(1, title="Заң\r\nBcc: victim@example.org\r\n\r\nбасқа")
    parts = renderer().parts(message(one))
    assert "\n" not in parts.subject
    raw = whole(compose.assemble(parts, key="k", to="a@example.org", language="kk", date=DATE))
    assert b"\r\nBcc:" not in raw.split(b"\r\n\r\n")[0]


def test_private_letters_of_a_source_are_not_read_as_places() -> None:
    one = item(1, title="\ue000manage\ue001 заңы")
    parts = renderer().parts(message(one, manage="http://secret/"))
    assert parts.html.count("http://secret/") == 1


def test_what_readers_share_is_rendered_once_and_links_are_their_own() -> None:
    made = renderer()
    first = made.parts(message(item(1), item(2), manage="http://x/first"))
    kept = dict(made._items)
    second = made.parts(message(item(2), manage="http://x/second"))
    assert made._items == kept
    assert "http://x/second" not in first.html + first.text
    assert "http://x/first" not in second.html + second.text
    assert "zandar/1-zan" not in second.html + second.text


def test_rendered_items_kept_at_once_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "KEPT", 3)
    made = renderer()
    made.parts(message(*(item(number) for number in range(6))))
    assert len(made._items) == 3


@pytest.mark.parametrize("broken", [True, False])
def test_a_broken_watch_stands_on_top_and_a_sound_one_in_the_footer(broken: bool) -> None:
    line = "14 дереккөз сұралады. Сақталған көшірмелердің хэші: abc"
    parts = renderer(health=Health(line, broken)).parts(message(item(1)))
    for text in (parts.text, parts.html):
        at, first = text.index("14 дереккөз"), text.index("adilet.zan.kz/kaz/docs")
        assert (at < first) is broken
        assert text.count("14 дереккөз") == 1


def test_our_position_stands_in_the_item_of_its_decision() -> None:
    voice = Section("email/digest/kind.txt", {})
    parts = renderer().parts(message(item(1, sections=(voice,))))
    assert parts.html.count("Бірден келетін хат") == 1
    assert "Бірден келетін хат" in parts.text


@pytest.mark.django_db
def test_a_room_above_is_asked_for_its_word_on_each_decision_of_a_run(
    operator: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def position(ids: Any, language: str) -> dict[int, Section]:
        asked.append((sorted(ids), language))
        return {max(ids): Section("email/digest/spoken.txt", {"code": language})}

    monkeypatch.setattr(sections, "_providers", {"digest.item": [(1, position)]})
    make.subscriber()
    one, other = make.decision(), make.decision("Екінші", number="9")
    runs.close_window_now(frequency="daily", by=operator)
    runs.run_digests()
    text = text_of(OutgoingMail.objects.get(template="digest"))
    assert asked == [([one.pk, other.pk], code) for code in ("kk", "ru", "en")]
    assert text.count("ағылшынша") == 1
    assert text.index("Екінші") < text.index("ағылшынша") < text.index("Ауыл бюджеті", 400)


def test_the_first_screen_says_what_changed_until_when_and_what_to_do() -> None:
    due = dt.datetime(2026, 11, 24, 18, tzinfo=dt.timezone(dt.timedelta(hours=5)))
    late = item(2, title="Жоба", deadline="Жария талқылау: 24 қарашаға дейін", due=due)
    parts = renderer().parts(message(item(1, title="Заң"), late))
    assert parts.subject.replace("\u00a0", " ") == "2 өзгеріс, 1 мерзім: 24 қарашаға дейін"
    lines = [line for line in parts.text.split("\n") if line][2:6]
    assert lines[0] == "Заң: Қабылданды"
    assert lines[1] == "Жария талқылау: 24 қарашаға дейін: «Жоба»"
    assert lines[2].startswith("Не істеуге болады: ")
    assert 'class="pre"' in parts.html
    assert "Заң – Қабылданды" in parts.html


def test_the_message_for_a_chat_has_at_most_600_characters_and_its_link() -> None:
    many = [item(number) for number in range(40)]
    text = messages.chat_message(many, "kk", "http://x/i")
    assert len(text) <= messages.CHAT
    assert text.endswith("http://x/i")
