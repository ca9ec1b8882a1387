"""What an address or code of an official collection says of an act. Knows no Django.

adilet codes: a letter (K constitution and codes, Z laws, U presidential decrees, P Government,
S constitutional court, V registered orders and local acts, G other local acts), two digits of the
year, for local acts two letters of the place, then the number, filled with zeros in front, and "_"
or "M" (a maslikhat) at the end: Z010000148_, U2100000639, V16UL003811, G25SE00295M.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

ADILET, ZAN, OPEN_NPA = "adilet", "zan", "open-npa"
"""Names of the collections, as `Code.collection` keeps them."""

_CODE = re.compile(r"[A-Z][0-9A-Z]{9,10}_?")
_PARTS = re.compile(r"([KZUPSVG])(\d\d)([A-Z]{2})?(\d{5,8})[_M]?")
_ZAN = re.compile(r"(?:#!)?/?doc/(\d{1,9})(?:/|$)")
_HOST = re.compile(r"[\w-]+(\.[\w-]+)+(:\d{1,5})?")
_HOSTS = {"legalacts.egov.kz": OPEN_NPA, "zan.gov.kz": ZAN}


@dataclass(frozen=True)
class Recognised:
    """A document in an official collection.

    `number` is what the code carries of the adoption number (148 of «148-II»: the code drops what
    follows the hyphen), `register_number` likewise of the number in the register, `year` the year
    of adoption. Empty and None: the code does not say.
    """

    collection: str
    code: str
    url: str = ""
    number: str = ""
    register_number: str = ""
    year: int | None = None


def recognise(text: str) -> Recognised | None:
    """The document that an address or a bare adilet code names; None for any other text."""
    text = text.strip()
    if not text or len(text) > 1000 or any(letter.isspace() or letter < " " for letter in text):
        return None
    if "://" not in text and not text.startswith(tuple(_HOSTS)) and "/docs/" not in text:
        return _by_code(text.upper(), "") if _CODE.fullmatch(text.upper()) else None
    url = text if "://" in text else f"https://{text.lstrip('/')}"
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:  # brackets that hold no IPv6 address
        return None
    if parts.scheme not in {"http", "https"} or not _HOST.fullmatch(parts.netloc):
        return None
    if collection := _HOSTS.get(host):
        return _by_id(collection, url)
    # The code is the key: adilet has mirrors, and its host is only configuration.
    _before, found, after = unquote(parts.path).partition("/docs/")
    code = after.partition("/")[0].upper()
    return _by_code(code, url) if found and _CODE.fullmatch(code) else None


def _by_id(collection: str, url: str) -> Recognised | None:
    parts = urlsplit(url)
    if collection == OPEN_NPA:
        ids = parse_qs(parts.query).get("id", [""])
        value = ids[0] if parts.path.rstrip("/").endswith("/npa/view") else ""
        return Recognised(collection, value, url) if _is_id(value) else None
    found = _ZAN.search(parts.fragment or parts.path)
    return Recognised(collection, found[1], url) if found else None


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 13


def _by_code(code: str, url: str) -> Recognised:
    found = _PARTS.fullmatch(code)
    if found is None:
        return Recognised(ADILET, code, url)
    kind, digits, _place, number = found.groups()
    number = number.lstrip("0")
    year = int(digits) + (1900 if int(digits) >= 50 else 2000)
    if kind == "K" and number == "1000":  # the Constitution and the first codes: a place holder
        number = ""
    if kind == "V":
        # The number is the register's; whether the year is of adoption or of registration, the
        # code does not say.
        return Recognised(ADILET, code, url, register_number=number)
    return Recognised(ADILET, code, url, number=number, year=year)
