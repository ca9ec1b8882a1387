"""From what an editor pastes to the bare lines of an act. Pure functions.

Official sites give HTML (a table inside a paragraph, `<br>` for a new line), collections of laws
give Markdown. What is left is text as it was written, a line for each provision.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_BREAK = re.compile(r"\r\n?|[\n\v\f\x1c-\x1e\x85\u2028\u2029]")
_TAG = re.compile(
    r"<(?:!doctype|html|body|head|script|style|article|div|p|br|h[1-6]|table|t[rd]|[ou]l|li|span)"
    r"\b[^<>]*>",
    re.IGNORECASE,
)
_HEADING = re.compile(r"^#{1,6} +", re.MULTILINE)
_ANCHOR = re.compile(r"""<a +(?:id|name)=["'][^"'<>]*["'] *>(?:</a>)?""")
_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!>])")
_BOLD = re.compile(r"^\*\*(.+)\*\*$")
_QUOTED = re.compile(r"^> ?\*?(.*?)\*?$")

_BLOCKS = re.compile(
    r"address|article|blockquote|body|br|caption|center|dd|div|dl|dt|footer|form|h[1-6r]|header|html"
    r"|li|main|ol|p|pre|section|table|tbody|td|tfoot|th|thead|tr|ul"
)
_SILENT = frozenset(("script", "style", "template", "noscript", "head", "iframe", "object", "svg"))
_VOID = frozenset(("br", "hr"))


def tidy(text: str) -> str:
    """The same text in single-spaced lines, without empty ones and invisible letters. Idempotent.

    Nothing that is printed is lost; letters stay as they were written.
    """
    text = _BREAK.sub("\n", _INVISIBLE.sub("", text))
    lines = (" ".join(_printable(line).split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def read(raw: str) -> str:
    """The lines of an act from HTML, Markdown or plain text, as `tidy` leaves them.

    Scripts and styles of HTML are dropped with what they hold; of a whole page that marks its
    text with `<article>`, only that is read.
    """
    raw = _BREAK.sub("\n", raw.lstrip("\ufeff"))
    if _HEADING.search(raw) or (_ANCHOR.search(raw) and not _TAG.search(raw)):
        return tidy(_from_markdown(raw))
    if _TAG.search(raw):
        return tidy(_from_html(raw))
    return tidy(raw)


def _printable(line: str) -> str:
    return "".join(one for one in line if one.isprintable() or one.isspace())


def _from_markdown(raw: str) -> str:
    lines = []
    for written in _ANCHOR.sub("", _FRONT_MATTER.sub("", raw)).split("\n"):
        line = _QUOTED.sub(r"\1", _HEADING.sub("", written.strip()))
        lines.append(_ESCAPE.sub(r"\1", _BOLD.sub(r"\1", line)))
    return "\n".join(lines)


def _from_html(raw: str) -> str:
    lower = raw.lower()
    start, end = lower.find("<article"), lower.rfind("</article>")
    heading = ""
    if start >= 0:
        # adilet: the name of the act stands outside of its text.
        if found := re.search(r"<h1\b[^>]*>.*?</h1>", raw[:start], re.DOTALL | re.IGNORECASE):
            heading = found[0]
        raw = raw[start : end if end > start else None]
    reader = _Reader()
    reader.feed(heading + raw)
    reader.close()
    return "".join(reader.parts)


class _Reader(HTMLParser):
    """Text of HTML in the order of the page; a block begins a new line, well nested or not."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self.silent.append(tag)
        elif _BLOCKS.fullmatch(tag):
            self.parts.append("\n")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.silent:
            del self.silent[self.silent.index(tag) :]
        elif _BLOCKS.fullmatch(tag):
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            # A line of the source is no line of the text.
            self.parts.append(data.replace("\n", " "))
