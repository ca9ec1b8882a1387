"""What connectors share: plain text, safe links, pages as browsers read them, dates, languages.

Pure functions without Django: they run in the child process that reads strangers' bytes.
"""

from __future__ import annotations

import codecs
import datetime as dt
import html
import re
from urllib.parse import urljoin, urlsplit

import nh3
from selectolax.lexbor import LexborHTMLParser, LexborNode

from monitoring.evidence.entries import UnreadableError

LONGEST_LINK = 2000
FEW_WORDS = 1500  # characters; adilet's check against robots has some 300

CAPTCHA = re.compile(
    r"captcha|не робот|робот емес|not a robot|cf-challenge|checking your browser", re.IGNORECASE
)
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")
_BREAKS = re.compile(r"<\s*(?:br|/p|/div|/li|/h\d|/tr)\b[^>]*>", re.IGNORECASE)
_CHARSET = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([\w-]{3,40})""", re.IGNORECASE)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def plain(text: str) -> str:
    """Text without mark-up, scripts, control characters and lone surrogates; lines are kept.

    Line ends stand where the mark-up had paragraphs. What nh3 leaves is unescaped once, so that
    `&amp;lt;b&amp;gt;` shows as the letters `<b>`; templates escape it again.
    """
    if "<" in text or "&" in text:
        kept = nh3.clean(_BREAKS.sub("\n", text), tags=set())
        text = html.unescape(kept)
    text = text.encode("utf-8", "ignore").decode().replace("\r\n", "\n").replace("\r", "\n")
    text = CONTROL.sub("", text).replace("\u00a0", " ")
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def line(text: str) -> str:
    """Text of a page in one line, without control characters."""
    text = text.encode("utf-8", "ignore").decode()
    return " ".join(CONTROL.sub("", text.replace("\u00a0", " ").replace("\n", " ")).split())


def link_at(link: str, url: str) -> str:
    """An absolute http(s) link, or nothing: a javascript: address must not reach a page."""
    try:
        absolute = urljoin(url, link.strip()) if link.strip() else ""
        parts = urlsplit(absolute)
    except ValueError:
        return ""
    bad = len(absolute) > LONGEST_LINK or CONTROL.search(absolute) or not parts.hostname
    absolute = absolute.encode("utf-8", "ignore").decode()
    return absolute if parts.scheme in {"http", "https"} and not bad else ""


def decoded(raw: bytes) -> str:
    """The letters of a page: by its byte order mark, as UTF-8 if it is that, else as it says
    itself, else as windows-1251. What a page says of itself is often wrong; UTF-8 by chance is not.
    """
    for mark, name in _BOMS:
        if raw.startswith(mark):
            return raw.decode(name, "replace")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        pass
    found = _CHARSET.search(raw[:4000])
    named = found[1].decode("ascii") if found else "windows-1251"
    # UTF-8 with a torn letter or two is UTF-8 still.
    torn = raw.decode("utf-8", "replace").count("\ufffd")
    if named.lower().replace("-", "") == "utf8" and torn > len(raw) // 50:
        named = "windows-1251"
    try:
        return raw.decode(named, "replace")
    except LookupError:
        return raw.decode("windows-1251", "replace")


def page(raw: bytes) -> LexborHTMLParser:
    """A page as a browser sees it. Raises UnreadableError `blank` or `captcha`.

    A page counts as a check against robots when it says so in few words: real ones may name one.
    """
    if not raw.strip():
        raise UnreadableError("blank")
    text = decoded(raw)
    tree = LexborHTMLParser(text)
    if CAPTCHA.search(text):
        seen = LexborHTMLParser(text)  # apart, since reading the words takes scripts out
        if len(words_of(seen.body)) < FEW_WORDS:
            raise UnreadableError("captcha")
    return tree


def words_of(node: LexborNode | None) -> str:
    """What a piece of a page says, in one line, without scripts and styles."""
    if node is None:
        return ""
    for silent in node.css("script, style, template, noscript"):
        silent.decompose()
    return line(node.text(separator=" "))


# -- dates -----------------------------------------------------------------------------

_MONTHS = {
    1: "қаңтар января январь january jan",
    2: "ақпан февраля февраль february feb",
    3: "наурыз марта март march mar",
    4: "сәуір апреля апрель april apr",
    5: "мамыр мая май may",
    6: "маусым июня июнь june jun",
    7: "шілде июля июль july jul",
    8: "тамыз августа август august aug",
    9: "қыркүйек сентября сентябрь september sep sept",
    10: "қазан октября октябрь october oct",
    11: "қараша ноября ноябрь november nov",
    12: "желтоқсан декабря декабрь december dec",
}
_NAMES = {name: number for number, names in _MONTHS.items() for name in names.split()}
_MONTH = "|".join(sorted(_NAMES, key=len, reverse=True))
# Kazakh months may carry an ending: «8 мамырдағы», «25 сәуірде», «24 қарашаға дейін».
_END = r"(?:[а-яәғқңөұүһі]{1,6})?\b"
_DAY_FIRST = re.compile(rf"\b(\d{{1,2}})\s+({_MONTH}){_END}[\s,]+(\d{{4}})", re.IGNORECASE)
_YEAR_FIRST = re.compile(
    rf"\b(\d{{4}})\s*(?:жылғы|жылы|жыл|ж\.|г\.)?\s*,?\s*(\d{{1,2}})\s+({_MONTH}){_END}",
    re.IGNORECASE,
)
_MONTH_FIRST = re.compile(rf"\b({_MONTH})\.?\s+(\d{{1,2}}),?\s+(\d{{4}})", re.IGNORECASE)
_ISO = re.compile(r"(?<!\d)(\d{4})[-./](\d{1,2})[-./](\d{1,2})(?!\d)")
_FIGURES = re.compile(r"(?<!\d)(\d{1,2})[-./](\d{1,2})[-./](\d{4})(?!\d)")
_LATIN = str.maketrans("\u0259\u018fiIaeopcyx", "әӘіІаеорсух")


def date_in(text: str, order: str = "dmy") -> str:
    """The first date that a text names, as YYYY-MM-DD, or nothing.

    Figures with the day first (`dmy`) or the month first (`mdy`); the year first is never in doubt,
    names of months are read in Kazakh, Russian and English, Latin letters among Kazakh ones too.
    """
    for one in dict.fromkeys((text, text.translate(_LATIN))):
        if found := _YEAR_FIRST.search(one):
            return _day(found[1], _NAMES[found[3].lower()], found[2])
        if found := _DAY_FIRST.search(one):
            return _day(found[3], _NAMES[found[2].lower()], found[1])
        if found := _MONTH_FIRST.search(one):
            return _day(found[3], _NAMES[found[1].lower()], found[2])
        if found := _ISO.search(one):
            return _day(found[1], found[2], found[3])
        if found := _FIGURES.search(one):
            day, month = (found[2], found[1]) if order == "mdy" else (found[1], found[2])
            return _day(found[3], month, day)
    return ""


def _day(year: str, month: str | int, day: str) -> str:
    try:
        return dt.date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return ""


def moment_of(day: str) -> str:
    """The beginning of a day in Kazakhstan (UTC+5 since 1 March 2024) as a moment in UTC."""
    if not day:
        return ""
    try:
        start = dt.datetime.fromisoformat(day).replace(tzinfo=dt.timezone(dt.timedelta(hours=5)))
        return start.astimezone(dt.UTC).isoformat()
    except (ValueError, OverflowError):
        return ""


# -- languages -------------------------------------------------------------------------

_CODES = {"kk": "kk", "kz": "kk", "kaz": "kk", "ru": "ru", "rus": "ru", "en": "en", "eng": "en"}
_IN_ADDRESS = re.compile(r"(?:^|[/?&=._-])(kaz|rus|eng|kk|kz|ru|en)(?:-[a-z]{2})?(?=$|[/?&#._])")
_KAZAKH = re.compile(r"[әғқңөұүһі\u0259]")
_KAZAKH_WORDS = {"туралы", "мен", "бойынша", "жылдарға", "шешім", "жобасы", "аудан", "маслихат"}
_RUSSIAN = re.compile(
    r"(?:о|об|в|во|и|на|по|с|от|для|за|к|из|при|года|г)|.{2,}(?:ого|его|ении|ение|ения|ых|их|ой|ции)"
)
_CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)


def language_code(code: str) -> str:
    """kk, ru, en or nothing; sites write kz, kaz, rus, eng and kk-KZ too."""
    return _CODES.get(code.strip().lower().replace("_", "-").partition("-")[0], "")


def language_by(rule: str, title: str, link: str) -> str:
    """The language of an item by a rule: `address`, `letters`, or nothing for another rule.

    A page's own `lang` is never believed: Russian pages of official sites say kk.
    """
    if rule == "address":
        parts = urlsplit(link.lower())
        found = _IN_ADDRESS.search(f"{parts.path}?{parts.query}")
        return _CODES[found[1]] if found else ""
    if rule == "letters":
        return _by_letters(title)
    return ""


def _by_letters(title: str) -> str:
    """By most of the words: a Russian title may name an order № 508-н/қ or a person Хәкімжанов."""
    words = re.findall(r"[^\W\d_]+", title.lower())
    if not any(_CYRILLIC.search(one) or _KAZAKH.search(one) for one in words):
        return "en" if words else ""
    kazakh = sum(
        (len(one) > 2 and _KAZAKH.search(one) is not None) or one in _KAZAKH_WORDS for one in words
    )
    russian = sum(_RUSSIAN.fullmatch(one) is not None for one in words)
    return "kk" if kazakh > russian else "ru"
