"""Every word a person reads exists in Kazakh, Russian and English, and is spelled soundly.

Source strings are English; the catalogues hold Kazakh and Russian.
"""

from __future__ import annotations

import ast
import io
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from gettext import c2py
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent.parent
CATALOGUES = sorted(ROOT.glob("*/locale/**/LC_MESSAGES/*.po"))
OURS = [path for path in CATALOGUES if "framework" not in path.parts]
LANGUAGES = ("kk", "ru")
PLURALS = {"kk": [1, 0, 1, 1, 1, 1], "ru": [2, 0, 1, 2, 2, 0]}
"""Form of 0, 1, 2, 5, 11 and 21."""
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None, "gettext": None, "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2), "npgettext": ((1, "c"), 2, 3),
}  # fmt: skip
"""What `templatize` makes of a template's tags."""

Key = tuple[str, str]
"""Context ("" for none) and source string (the singular)."""

PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}")
MARKUP = re.compile(r"<[^>]*>|&\w+;|\b\w+://\S+|\S+@\S+|\S+\.(?:kz|org|com)\b")
LATIN_NAMES = {
    # Names and file formats that all three languages write in Latin letters.
    "API", "Atom", "AT", "CSRF", "CSV", "DOCX", "DOI", "HTML", "HTTP", "ID", "iCal", "JavaScript",
    "CSS", "JSON", "PDF", "PO", "PNG", "ODP", "ODS", "ODT", "JPEG", "PPTX", "SVG", "TXT", "WebP",
    "QR", "RSS", "SHA", "SMS", "Telegram", "URL", "UTC", "UUID",
    "WhatsApp", "XLSX",
    "xlsx", "xls", "csv", "UTF", "XML", "ZIP", "cookie", "https", "http", "robots", "txt", "ics",
    "eml",
    "Wagtail", "Django", "IPv", "IP", "VII", "VIII", "ISO", "KATO", "CC", "BY", "geokz", "TOTP",
    "adilet", "zan", "TLS",
}  # fmt: skip
NOT_OUR_WORDS = re.compile(
    # Legal words for control and supervision; another word for candidates; a tone we do not use.
    r"бақыла|қадағала|үміткер|халқымыз|құрметті",
    re.IGNORECASE,
)


def language_of(path: Path) -> str:
    return path.parent.parent.name


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def key_of(message: Message) -> Key:
    source = message.id if isinstance(message.id, str) else message.id[0]
    return (message.context or "", source)


def forms_of(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


@cache
def catalogue(path: Path) -> Catalog:
    with path.open("rb") as text:
        return read_po(text, abort_invalid=True)


def messages(paths: list[Path]) -> Iterator[tuple[Path, Message]]:
    for path in paths:
        for message in catalogue(path):
            if message.id:
                yield path, message


def keys_as_written(path: Path) -> list[Key]:
    """Every entry of a file in its order, with those that Babel would merge in silence."""
    keys: list[Key] = []
    context, target = "", ""
    parts: dict[str, str] = {}
    for whole in path.read_text("utf-8").splitlines():
        line = whole
        start = re.match(r"(msgctxt|msgid_plural|msgid|msgstr(?:\[\d\])?) (?=\")", line)
        if start:
            if start[1] == "msgid":
                context = parts.pop("msgctxt", "")
            if start[1] == "msgstr" or start[1] == "msgstr[0]":
                keys.append((context, parts.get("msgid", "")))
            target = start[1]
            parts[target] = ""
            line = line[start.end() :]
        if line.startswith('"'):
            parts[target] += line[1:-1].replace('\\"', '"').replace("\\n", "\n")
    return keys


@cache
def used() -> dict[Key, str]:
    """Source strings of our code and templates, with the first place that uses each."""
    found: dict[Key, str] = {}
    for path in [*ROOT.glob("coalition/**/*.py"), *ROOT.glob("monitoring/**/*.py")]:
        if "migrations" not in path.parts:
            for key, line in strings_of_python(path.read_text("utf-8")):
                found.setdefault(key, f"{name_of(path)}:{line}")
    for path in (ROOT / "templates").rglob("*.*"):
        if path.suffix in {".html", ".txt", ".xml"}:
            for key, line in strings_of_template(path.read_text("utf-8")):
                found.setdefault(key, f"{name_of(path)}:{line}")
    return found


def strings_of_python(source: str) -> Iterator[tuple[Key, int]]:
    """Calls of gettext and its kin, whatever they were imported as, inside f-strings too."""
    tree = ast.parse(source)
    names = {
        alias.asname or alias.name: alias.name.removesuffix("_lazy").removesuffix("_noop")
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        kind = names.get(node.func.id, "") if isinstance(node.func, ast.Name) else called
        kind = kind.removesuffix("_lazy")
        if kind not in {"gettext", "ngettext", "pgettext", "npgettext"}:
            continue
        words = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
        texts = [word for word in words if isinstance(word, str)]
        if kind.endswith("pgettext") and len(texts) > 1:
            yield (texts[0], texts[1]), node.lineno
        elif not kind.endswith("pgettext") and texts:
            yield ("", texts[0]), node.lineno


def strings_of_template(source: str) -> Iterator[tuple[Key, int]]:
    lines = "\n".join(map(str.lstrip, templatize(source).splitlines()))
    pieces = extract("python", io.BytesIO(lines.encode()), keywords=KEYWORDS)
    for line, message, _comments, context in pieces:
        text = message if isinstance(message, str) else (message or ("",))[0]
        if text:
            yield (context or "", text), line


@pytest.mark.parametrize("path", OURS, ids=name_of)
def test_every_entry_is_used_by_some_source(path: Path) -> None:
    known = {key_of(message) for _path, message in messages([path])}
    assert sorted(known - used().keys()) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_source_string_is_translated(language: str) -> None:
    known = {key_of(message) for path, message in messages(OURS) if language_of(path) == language}
    assert [f"{place} {key}" for key, place in used().items() if key not in known] == []


@pytest.mark.parametrize("path", CATALOGUES, ids=name_of)
def test_a_catalogue_compiles_with_the_plurals_of_its_language(path: Path) -> None:
    written = catalogue(path)
    assert str(written.locale) == language_of(path)
    form = c2py(written.plural_expr)
    assert [form(number) for number in (0, 1, 2, 5, 11, 21)] == PLURALS[language_of(path)]
    write_mo(io.BytesIO(), written)


@pytest.mark.parametrize("path", CATALOGUES, ids=name_of)
def test_no_entry_stands_twice_in_a_catalogue(path: Path) -> None:
    assert [key for key, times in Counter(keys_as_written(path)).items() if times > 1] == []


@pytest.mark.parametrize("path", CATALOGUES, ids=name_of)
def test_no_entry_is_empty_fuzzy_or_obsolete(path: Path) -> None:
    assert [
        key_of(message)
        for _path, message in messages([path])
        if message.fuzzy or not all(forms_of(message))
    ] == []
    assert not catalogue(path).obsolete


@pytest.mark.parametrize("path", CATALOGUES, ids=name_of)
def test_placeholders_of_a_translation_are_those_of_its_source(path: Path) -> None:
    wrong = []
    for _path, message in messages([path]):
        sources = (message.id,) if isinstance(message.id, str) else message.id
        wanted = set(PLACEHOLDER.findall(sources[-1]))
        allowed = wanted | set(PLACEHOLDER.findall(sources[0]))
        *few, many = [set(PLACEHOLDER.findall(form)) for form in forms_of(message)]
        if many != wanted or any(not form <= allowed for form in few):
            wrong.append(key_of(message))
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_rooms_above_and_below_say_one_string_one_way(language: str) -> None:
    """Django merges the catalogues: the coalition's words would change the record's unseen."""
    said: dict[Key, set[tuple[str, ...]]] = {}
    for path, message in messages(OURS):
        if language_of(path) == language:
            said.setdefault(key_of(message), set()).add(forms_of(message))
    assert {key: forms for key, forms in said.items() if len(forms) > 1} == {}


@pytest.mark.parametrize("path", CATALOGUES, ids=name_of)
def test_no_word_mixes_alphabets(path: Path) -> None:
    """Latin i or o inside a Kazakh word looks right and is never found by search."""
    mixed = []
    for _path, message in messages([path]):
        for form in forms_of(message):
            for word in re.findall(r"[^\W\d_]+", PLACEHOLDER.sub(" ", MARKUP.sub(" ", form))):
                if (re.search(r"[\u0400-\u04ff]", word) and re.search(r"[A-Za-z]", word)) or (
                    "\u0259" in word.lower()
                ):
                    mixed.append(word)
    assert mixed == []


@pytest.mark.parametrize("path", CATALOGUES, ids=name_of)
def test_no_english_is_left_in_a_translation(path: Path) -> None:
    left = []
    for _path, message in messages([path]):
        for form in forms_of(message):
            words = re.findall(r"[A-Za-z]{2,}", PLACEHOLDER.sub(" ", MARKUP.sub(" ", form)))
            left += [(word, form) for word in words if word not in LATIN_NAMES]
    assert left == []


@pytest.mark.parametrize("path", CATALOGUES, ids=name_of)
def test_kazakh_keeps_to_the_words_agreed(path: Path) -> None:
    if language_of(path) != "kk":
        return
    assert [
        form
        for _path, message in messages([path])
        for form in forms_of(message)
        if NOT_OUR_WORDS.search(form)
    ] == []
