"""What the line under a title says of an act: its day, its number, its registration. Pure.

«Решение … от 25 июля 2011 года N 273. Зарегистрировано … N 13-11-214»; «… 2025 жылғы 8 мамырдағы
№ 29-5 шешімі». After the samples of official pages in Kazakh and Russian, 2004–2025.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from monitoring.intake.connectors.texts import date_in, line

CODE = re.compile(r"(?<![0-9A-Za-z])([A-Z][0-9A-Z]{9,10}_?)(?![0-9A-Za-z_])")
"""A code in the collection adilet: a letter, year, number; «Z010000148_», «G25SE00295M»."""
_NUMBER = re.compile(r"(?:№|\bN\b)\s*([0-9A-Za-zА-Яа-яЁёӘәҒғҚқҢңӨөҰұҮүҺһІі][^\s,;()«»\"]*)")
_REGISTERED = re.compile(r"зарегистрирован|тіркел|registered", re.IGNORECASE)
_ENDED = re.compile(
    r"утратил[аои]?\s+силу|күш[iі]\s+жойыл|күш[iі]н\s+жой|abolished|repealed|lost\s+force",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Requisites:
    """Empty where the line does not say it; `ended` when it says the act lost its force."""

    date: str = ""
    number: str = ""
    registered: str = ""
    register_number: str = ""
    ended: bool = False


def requisites_in(text: str) -> Requisites:
    """Read the line under a title. What stands after the loss of force belongs to another act."""
    text = line(text)
    ended = _ENDED.search(text)
    own = text[: ended.start()] if ended else text
    register = _REGISTERED.search(own)
    adopted, entered = (own[: register.start()], own[register.start() :]) if register else (own, "")
    return Requisites(
        date=date_in(adopted),
        number=_number(adopted),
        registered=date_in(entered),
        register_number=_number(entered),
        ended=ended is not None,
    )


def says_ended(text: str) -> bool:
    """Whether a text says of an act that it lost its force."""
    return _ENDED.search(text) is not None


def code_in(link: str) -> str:
    """The code of a document in an address, or nothing."""
    found = re.search(r"/docs/([^/?#]+)", link)
    code = CODE.fullmatch(found[1]) if found else None
    return code[1] if code else ""


def _number(text: str) -> str:
    found = _NUMBER.search(text)
    return found[1].rstrip(".:")[:100] if found else ""
