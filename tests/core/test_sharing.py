"""The message for a group chat fits, keeps its address and its deadline, and is never empty."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitoring.core.sharing import LENGTH, chat_message

URL = "https://example.kz/kk/zandar/57-zan-60-vii/"


def test_title_changes_deadline_address_in_this_order() -> None:
    said = chat_message(
        title="Ауыл бюджеті туралы",
        lines=["Ауыл өз ақшасын өзі жұмсайды (45-бап)", "Әкім есеп береді"],
        deadline="Жария талқылау: 2026 ж. 24 қарашаға дейін, 18:00",
        url=URL,
    )
    assert said == (
        "Ауыл бюджеті туралы\n\n– Ауыл өз ақшасын өзі жұмсайды (45-бап)\n– Әкім есеп береді\n\n"
        f"Жария талқылау: 2026 ж. 24 қарашаға дейін, 18:00\n\n{URL}"
    )


@given(
    title=st.text(min_size=1, max_size=2000),
    lines=st.lists(st.text(max_size=400), max_size=6),
    deadline=st.text(max_size=120),
)
def test_it_fits_whatever_it_is_made_of(title: str, lines: list[str], deadline: str) -> None:
    said = chat_message(title=title, lines=lines, deadline=deadline, url=URL)
    assert len(said) <= LENGTH
    assert said.endswith(URL)
    assert " ".join(deadline.split()) in said


def test_a_title_of_457_characters_stands_whole() -> None:
    title = ("Кейбір заңнамалық актілерге өзгерістер енгізу туралы " * 9)[:457].strip()
    said = chat_message(title=title, lines=["Бір жол " * 30], url=URL)
    assert said == f"{title}\n\n{URL}"


def test_a_title_longer_than_the_message_is_cut_at_a_word() -> None:
    said = chat_message(title="сөз " * 300, url=URL)
    assert len(said) <= LENGTH
    assert said.split("\n")[0].endswith("сөз…")


def test_a_line_is_taken_only_if_it_fits_whole() -> None:
    for length in range(400, 620):
        said = chat_message(title="Атауы", lines=["ұ" * length, "қысқа"], url=URL)
        assert len(said) <= LENGTH
        assert ("ұ" * length in said) == ("ұ" in said)
