"""Acts of the state's reference collection (zan.gov.kz), out of the JSON that its pages use.

The format is that of the site's own search: `POST …/search` with page, limit, order and kinds of
act gives `list` of documents with `requisites` and `summary` in Russian and Kazakh, `status` and
dates; `GET …/{id}/{rus|kaz}` gives one document's `legalValidity`, numbers and bodies as that
language has them. The two languages may disagree on status, kinds and date: all is kept, under the
name with `.kk` and `.ru`, and nothing is settled. What was posted comes back behind the `#` of the
address. Called in a child process, so without Django.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from monitoring.evidence.entries import Ask, Entry, Note, Reading, UnreadableError
from monitoring.intake.connectors.requisites import requisites_in
from monitoring.intake.connectors.texts import CAPTCHA, date_in, line, moment_of, plain
from monitoring.intake.sameness import mark_of

THEIRS = {"kk": "kaz", "ru": "rus"}
_PATH = re.compile(r"/(\d{1,12})/(rus|kaz)(?=[/?#]|$)")


def first(url: str, settings: Mapping[str, Any]) -> Ask:
    """The first page of the search, the newest first."""
    return _search(url, settings, 1)


def parse(raw: bytes, url: str, settings: Mapping[str, Any]) -> Reading:
    """The documents of a page of the search with what is to be asked next, or one document.

    Raises UnreadableError: `blank`, `captcha`, `not_json`, `empty`, `not_document`.
    """
    if not raw.strip():
        raise UnreadableError("blank")
    try:
        said = json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        words = raw[:20_000].decode("utf-8", "replace")
        raise UnreadableError("captcha" if CAPTCHA.search(words) else "not_json") from error
    if not isinstance(said, dict):
        raise UnreadableError("not_json")
    if isinstance(said.get("list"), list):
        return _listed(said, url, settings)
    return Reading([_document(said, url, settings)])


def _listed(said: dict[str, Any], url: str, settings: Mapping[str, Any]) -> Reading:
    entries, notes = [], []
    for one in said["list"]:
        if not isinstance(one, dict) or not str(one.get("id") or "").strip():
            notes.append(Note("no_code", line(str(one))[:100]))
            continue
        entry = _of_list(one, url, settings)
        entries.append(entry)
        if disagreeing := disagreements(entry.said):
            notes.append(Note("disagree", f"{entry.code}: {', '.join(disagreeing)}", taken=True))
    if not entries:
        raise UnreadableError("empty")
    follow = []
    here = _posted_page(url)
    last = min(_whole(said.get("pageCount"), 1), int(settings["pages"]))
    if here < last:
        follow.append(_search(url, settings, here + 1))
    path = settings["document_path"]
    for entry in entries[: int(settings["documents"])]:
        follow += [
            Ask(urljoin(url, path.replace("{id}", entry.key).replace("{language}", theirs)))
            for theirs in THEIRS.values()
        ]
    return Reading(entries, notes, follow)


def _of_list(one: dict[str, Any], url: str, settings: Mapping[str, Any]) -> Entry:
    key = str(one["id"]).strip()[:100]
    titles, requisites = _both(one.get("summary")), _both(one.get("requisites"))
    status, kinds = _both(one.get("status")), _both(one.get("actTypes"))
    said: dict[str, str] = {}
    for language, text in requisites.items():
        about = requisites_in(text)
        said |= {
            f"requisites.{language}": text,
            f"date.{language}": about.date,
            f"number.{language}": about.number,
            f"register_number.{language}": about.register_number,
        }
    for language in ("kk", "ru"):
        said[f"status.{language}"] = _word(status.get(language, ""), settings["statuses"])
        said[f"kind.{language}"] = kinds.get(language, "")
    adopted = _day(one.get("stateAgencyApprovalDate"))
    said |= {
        "adopted": adopted,
        "published": _day(one.get("initialPublicationDate")),
        "in_force": _day(one.get("actionDate")),
        "on_portal": _day(one.get("portalPublicationDate")),
    }
    said = {name: value for name, value in said.items() if value}
    own = settings["language"]
    other = "ru" if own == "kk" else "kk"
    shown = own if titles.get(own) else other
    return Entry(
        key=key,
        title=titles.get(shown, "")[:2000],
        link=_link(url, settings, key, shown, adopted),
        published=moment_of(said.get("on_portal") or said.get("published") or adopted),
        language=shown if titles.get(shown) else "",
        number=said.get(f"number.{shown}", ""),
        code=str(one.get("code") or key)[:100],
        kind=said.get(f"kind.{shown}", ""),
        status=said.get(f"status.{shown}", ""),
        body=line(_text(one.get("approvalPlace"), shown))[:300],
        date=adopted,
        titles=titles,
        said=said,
    )


def _document(said: dict[str, Any], url: str, settings: Mapping[str, Any]) -> Entry:
    inner = said.get("metadata")
    about = inner if isinstance(inner, dict) else said
    found = _PATH.search(urlsplit(url).path)
    if not found or not (about.get("title") or about.get("requisites")):
        raise UnreadableError("not_document")
    key, theirs = found[1], found[2]
    language = "kk" if theirs == "kaz" else "ru"
    requisites = line(plain(_text(about.get("requisites"), language)))
    own = requisites_in(requisites)
    status = _word(_text(about.get("legalValidity"), language), settings["statuses"])
    title = line(plain(_text(about.get("title"), language)))[:2000]
    kept = {
        "requisites": requisites,
        "status": status,
        "number": line(_text(about.get("stateAgencyDocNumber"), language)) or own.number,
        "register_number": line(_text(about.get("judiciaryDocNumber"), language)),
        "developed_by": line(_text(about.get("developingStateAgency"), language)),
        "approved_by": line(_text(about.get("approvingStateAgencies"), language)),
        "region": line(_text(about.get("region"), language)),
        "effective": _day(about.get("effectiveDate")),
        "date": own.date,
    }
    return Entry(
        key=key,
        title=title,
        link=_link(url, settings, key, language, own.date),
        language=language,
        number=kept["number"][:100],
        code=key,
        status=status,
        date=own.date,
        mark=mark_of(_words(said.get("content"))),
        titles={language: title} if title else {},
        said={f"{name}.{language}": value[:1000] for name, value in kept.items() if value},
    )


def _words(content: Any) -> str:
    """The words of a document out of its pieces `{text: …}`."""
    pieces = content if isinstance(content, list) else []
    texts = (one.get("text") for one in pieces if isinstance(one, dict))
    return plain("\n".join(text for text in texts if isinstance(text, str)))


def disagreements(said: Mapping[str, str]) -> list[str]:
    """Names of what is said in both languages and differs: «status», «date» …

    Names of bodies and whole lines differ by nature and are left out.
    """
    named = ("status", "kind", "date", "number", "register_number", "effective")
    pairs = ((name, said.get(f"{name}.kk"), said.get(f"{name}.ru")) for name in named)
    differing = [name for name, kk, ru in pairs if kk and ru and kk != ru]
    days = {said.get(f"date.{language}", "") for language in ("kk", "ru")} - {""}
    # The day of the register and the day in the title are at times a day apart.
    if said.get("adopted") and days - {said["adopted"]}:
        differing.append("adopted")
    return differing


def _search(url: str, settings: Mapping[str, Any], number: int) -> Ask:
    body = {
        "page": number,
        "limit": int(settings["limit"]),
        "sortBy": {"field": "stateAgencyApprovalDate", "desc": True},
        "actTypes": list(settings["act_types"]),
    }
    post = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Ask(urljoin(url, settings["search_path"]), post)


def _posted_page(url: str) -> int:
    """The page that was asked for."""
    try:
        return _whole(json.loads(unquote(urlsplit(url).fragment)).get("page"), 1)
    except (ValueError, AttributeError):
        return 1


def _whole(value: Any, otherwise: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else otherwise


def _link(url: str, settings: Mapping[str, Any], key: str, language: str, day: str) -> str:
    """The page for people: `/client/#!/doc/{id}/{language}/{dd.mm.yyyy}`."""
    dotted = ".".join(reversed(day.split("-"))) if day else ""
    filled = (
        settings["link_path"]
        .replace("{id}", key)
        .replace("{language}", THEIRS[language])
        .replace("{date}", dotted)
        .rstrip("/")
    )
    return str(urljoin(url, filled))


def _both(value: Any) -> dict[str, str]:
    """A value per language, however it is given: for each language, or once for both."""
    found = {language: line(plain(_text(value, language))) for language in ("kk", "ru")}
    return {language: text for language, text in found.items() if text}


def _text(value: Any, language: str) -> str:
    """The text of a value in a language; lists are joined, of a named thing its name counts."""
    if isinstance(value, dict):
        for name in (THEIRS[language], language, "name", "title", "code", "value"):
            if value.get(name):
                return _text(value[name], language)
        return ""
    if isinstance(value, list):
        return ", ".join(text for one in value[:50] if (text := _text(one, language)))
    return "" if value is None or isinstance(value, bool) else str(value)


def _word(code: str, words: Mapping[str, str]) -> str:
    return words.get(code, code)[:100]


def _day(value: Any) -> str:
    """A date as the site may write it: ISO, dotted, or milliseconds since 1970 (UTC)."""
    if isinstance(value, int) and not isinstance(value, bool):
        try:
            return (
                (dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(milliseconds=value))
                .date()
                .isoformat()
            )
        except OverflowError:
            return ""
    return date_in(value) if isinstance(value, str) else ""
