"""A plain HTTP client that fills forms as a browser without JavaScript does."""

from __future__ import annotations

from urllib.parse import urljoin

import httpx
from bs4 import BeautifulSoup, Tag

Values = dict[str, str | list[str]]


class Form:
    """A form as it stands on a page: where it goes and what it already holds."""

    def __init__(self, tag: Tag, page: str) -> None:
        self.action = urljoin(page, str(tag.get("action") or page))
        self.method = str(tag.get("method") or "get").lower()
        self.values: Values = {}
        for field in tag.find_all(["input", "select", "textarea"]):
            name = field.get("name")
            if not name or field.has_attr("disabled"):
                continue
            for value in _values(field):
                self._add(str(name), value)

    def _add(self, name: str, value: str) -> None:
        known = self.values.get(name)
        if known is None:
            self.values[name] = value
        elif isinstance(known, list):
            known.append(value)
        else:
            self.values[name] = [known, value]


def _values(field: Tag) -> list[str]:
    if field.name == "textarea":
        return [field.get_text().removeprefix("\n")]
    if field.name == "select":
        options = field.find_all("option")
        chosen = [option for option in options if option.has_attr("selected")]
        if not chosen and not field.has_attr("multiple"):
            chosen = options[:1]
        return [str(option.get("value", option.get_text())) for option in chosen]
    kind = str(field.get("type") or "text").lower()
    if kind in {"checkbox", "radio"}:
        return [str(field.get("value") or "on")] if field.has_attr("checked") else []
    if kind in {"submit", "button", "image", "reset", "file"}:
        return []
    return [str(field.get("value") or "")]


class Page:
    """An answer of the site."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.url = str(response.url)
        self.status = response.status_code
        self.soup = BeautifulSoup(response.text, "html.parser")

    @property
    def text(self) -> str:
        """All a reader sees, white space folded."""
        return " ".join(self.soup.get_text(" ").split())

    def form(self, holds: str) -> Form:
        """The first form that has a field of that name. Raises LookupError."""
        for tag in self.soup.find_all("form"):
            if any(field.get("name") == holds for field in tag.find_all(True)):
                return Form(tag, self.url)
        raise LookupError(f"no form with a field {holds!r} on {self.url} ({self.status})")

    def forms(self) -> list[Form]:
        """Every form of the page's content that changes something, in order."""
        content = self.soup.find("main") or self.soup
        return [Form(tag, self.url) for tag in content.find_all("form", method="post")]

    def form_to(self, part: str) -> Form:
        """The first form whose address contains a text. Raises LookupError."""
        for tag in self.soup.find_all("form"):
            if part in str(tag.get("action") or ""):
                return Form(tag, self.url)
        raise LookupError(f"no form to {part!r} on {self.url} ({self.status})")

    def link(self, part: str) -> str:
        """The first link whose address contains a text, absolute. Raises LookupError."""
        for tag in self.soup.find_all("a", href=True):
            if part in str(tag["href"]):
                return urljoin(self.url, str(tag["href"]))
        raise LookupError(f"no link to {part!r} on {self.url} ({self.status})")


class Client:
    """One person's browser: cookies, redirects, forms."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.http = httpx.Client(follow_redirects=True, timeout=30, trust_env=False)

    def get(self, path: str) -> Page:
        """Read a page."""
        return Page(self.http.get(urljoin(self.address, path)))

    def submit(self, form: Form, values: Values | None = None) -> Page:
        """Send a form with what it holds and what was typed."""
        data = {**form.values, **(values or {})}
        if form.method == "post":
            # Browsers name the page's own site as the origin of a form's POST.
            headers = {"Origin": self.address, "Referer": form.action}
            return Page(self.http.post(form.action, data=data, headers=headers))
        return Page(self.http.get(form.action, params=data))
