"""Feeds as strangers write them: read well, or refused with a reason, never a fall."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.evidence.entries import UnreadableError
from monitoring.evidence.sandbox import parse_apart, parse_many_apart, read_apart
from monitoring.intake.connectors.feed import parse, plain
from tests.intake.corpus import agrees, expected, feeds
from tests.intake.feeds import CAPTCHA, LAUGHS, OUTSIDE, PAGE, item, rss

PARSER = "monitoring.intake.connectors.feed:parse"
URL = "http://example.kz/feed"


def code_of(raw: bytes) -> str:
    with pytest.raises(UnreadableError) as caught:
        parse_apart(PARSER, raw, URL)
    return caught.value.code


def test_an_entry_keeps_its_name_words_link_and_date() -> None:
    (entry,) = parse(rss(item(7)), URL).entries
    assert entry.key == "urn:act:7"
    assert (entry.title, entry.summary) == ("Решение № 7", "О бюджете 7")
    assert entry.link == "http://example.kz/act/7"
    assert entry.published == "2026-11-20T03:00:00+00:00"
    assert entry.language == "ru"


def test_atom_and_rdf_are_feeds_too() -> None:
    atom = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="kk"><title>т</title><entry>
    <id>urn:1</id><title type="html">Шешім &lt;b&gt;№ 1&lt;/b&gt;</title>
    <link rel="alternate" href="/act/1"/><updated>2026-11-20T08:00:00Z</updated></entry></feed>"""
    (entry,) = parse(atom.encode(), URL).entries
    assert (entry.title, entry.link) == ("Шешім № 1", "http://example.kz/act/1")
    assert entry.language == "kk"
    rdf = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    xmlns="http://purl.org/rss/1.0/"><channel><title>x</title></channel><item>
    <title>Act</title><link>http://example.kz/1</link></item></rdf:RDF>"""
    assert parse(rdf.encode(), URL).entries[0].key == "http://example.kz/1"


def test_an_entry_without_name_and_link_is_known_by_its_words() -> None:
    feed = rss("<item><title>Шешім</title></item>")
    assert parse(feed, URL).entries[0].key == parse(feed, URL).entries[0].key
    assert len(parse(feed, URL).entries[0].key) == 64


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "blank"),
        (b"  \n ", "blank"),
        (PAGE, "html"),
        (CAPTCHA, "captcha"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "not_feed"),
        (b'{"error": "no"}', "not_feed"),
        (b"<rss version='2.0'><channel><title>", "empty"),
        (rss(), "empty"),
        (rss("<item><author>nobody</author></item>"), "empty"),
    ],
)
def test_what_is_no_feed_has_its_reason(raw: bytes, code: str) -> None:
    assert code_of(raw) == code


def test_a_feed_cut_in_two_gives_what_came_whole_and_says_so() -> None:
    raw = rss(item(1), item(2))
    for end in (b"urn:act:2", b"</title><link>http://example.kz/act/2", b"</item></channel>"):
        read = read_apart(PARSER, raw[: raw.rindex(end)], URL)
        assert ([one.key for one in read.entries], read.worse) == (["urn:act:1"], "half")
    read = read_apart(PARSER, raw[: raw.index(b"</channel>")], URL)
    assert (len(read.entries), read.worse) == (2, "half")
    assert read_apart(PARSER, raw, URL).worse == ""


def test_a_feed_that_declares_wrong_letters_is_read_with_the_right_ones() -> None:
    told = rss(item(1)).decode()
    for declared, sent in [("windows-1251", "utf-8"), ("utf-8", "cp1251"), ("cp1251", "cp1251")]:
        raw = told.replace("UTF-8", declared).encode(sent)
        assert (
            read_apart(PARSER, raw, URL).entries == read_apart(PARSER, told.encode(), URL).entries
        )


@pytest.mark.parametrize(
    "raw",
    [LAUGHS, OUTSIDE, LAUGHS.decode().encode("utf-16")],
    ids=["billion laughs", "outside", "in UTF-16"],
)
def test_a_feed_with_entities_of_its_own_is_left_unread(raw: bytes) -> None:
    began = time.monotonic()
    assert code_of(raw) == "entities"
    assert time.monotonic() - began < 20


def test_entities_that_hide_behind_the_root_do_nothing() -> None:
    for raw in (LAUGHS, OUTSIDE):
        body = raw.replace(b"?>", b"?><!-- <rss> -->" + b" " * 100, 1)
        try:
            entries = parse_apart(PARSER, body, URL)
        except UnreadableError:
            continue
        assert all(len(one.title) < 3000 and "root:" not in one.title for one in entries)


def test_mark_up_and_scripts_do_not_come_through() -> None:
    text = (
        "&lt;p&gt;Бірінші&lt;/p&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;p&gt;Екінші&lt;/p&gt;"
    )
    (entry,) = parse(rss(item(1, text=text, link="javascript:alert(1)")), URL).entries
    assert entry.summary == "Бірінші\nЕкінші"
    assert entry.link == ""


@given(st.text())
def test_plain_text_holds_no_control_characters(text: str) -> None:
    cleaned = plain(text)
    assert "\x00" not in cleaned
    assert cleaned.encode().decode() == cleaned
    assert plain("<script>" + text.replace("<", "") + "</script>") == ""


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 600))
def test_any_bytes_are_read_or_refused(noise: bytes, place: int) -> None:
    whole = rss(item(1), item(2))
    for raw in (noise, whole[:place] + noise + whole[place:]):
        try:
            entries = parse(raw, URL).entries
        except UnreadableError:
            continue
        assert all(entry.key for entry in entries)


def bad_parser(raw: bytes, url: str, settings: object) -> list[object]:
    """Does to the child what hostile bytes might."""
    import os
    import socket

    if raw == b"die":
        os._exit(9)
    if raw == b"sleep":
        time.sleep(60)
    if raw == b"eat":
        return [bytearray(2**30)]
    if raw == b"call":
        socket.create_connection(("127.0.0.1", 9))
    if raw == b"run":
        os.system("true")
    raise ValueError("no feed")


@pytest.mark.parametrize("raw", [b"die", b"eat", b"call", b"run", b"raise"])
def test_a_reader_that_dies_eats_memory_or_calls_out_is_a_reason(raw: bytes) -> None:
    with pytest.raises(UnreadableError) as caught:
        parse_apart("tests.intake.test_feed:bad_parser", raw, URL)
    assert caught.value.code == "parser_died"


def test_a_reader_that_takes_too_long_is_stopped() -> None:
    began = time.monotonic()
    with pytest.raises(UnreadableError) as caught:
        parse_apart("tests.intake.test_feed:bad_parser", b"sleep", URL, seconds=3)
    assert caught.value.code == "parser_slow"
    assert time.monotonic() - began < 6


EXCEPTIONS = {
    "encoding/bozo_linenoise.xml": "feedparser's cleaner drops the signs <>, ours keeps them",
    "wellformed/atom10/entry_id_with_attributes.xml": "feedparser makes the relative id absolute "
    "once it knows the address of the feed, which the header's expectation does not",
}
"""Feeds of the corpus whose first entry does not say what the header expects, each with why."""
EQUAL, WORDLESS = 89, 95


def test_entries_of_the_corpus_say_what_its_headers_expect(shared: Path) -> None:
    files = feeds(shared)
    assert len(files) == 712
    documents = [(raw, f"http://127.0.0.1:8097/{name}") for name, raw in files.items()]
    outcomes = dict(zip(files, parse_many_apart(PARSER, documents, seconds=100), strict=True))
    died = [name for name, outcome in outcomes.items() if str(outcome).startswith("parser_")]
    assert died == []
    equal, wordless, unlike = 0, 0, set()
    for name, raw in files.items():
        if (wanted := expected(raw)) is None:
            continue
        outcome = outcomes[name]
        first = outcome[0] if isinstance(outcome, list) else None
        if not agrees(first, *wanted):
            unlike.add(name)
        elif first is None:
            wordless += 1  # a picture and no word, no link, no name, no day: nothing to take in
        else:
            equal += 1
    assert unlike == set(EXCEPTIONS)
    assert (equal, wordless) == (EQUAL, WORDLESS)


def test_an_entry_that_says_but_its_name_or_its_day_is_taken() -> None:
    (entry,) = parse(rss("<item><guid>urn:9</guid></item>"), URL).entries
    assert (entry.key, entry.title, entry.link) == ("urn:9", "", "")
    dated = rss("<item><pubDate>Fri, 20 Nov 2026 08:00:00 +0500</pubDate></item>")
    assert parse(dated, URL).entries[0].published == "2026-11-20T03:00:00+00:00"
