"""Short titles out of official ones."""

from __future__ import annotations

import re

_KAZAKH = re.compile(
    r"заңнамалық актілеріне\s+(?P<matter>.{8,}?\s+мәселелері бойынша)\b", re.DOTALL
)
_RUSSIAN = re.compile(r"законодательные акты .*?(?P<matter>по вопросам\s+.{8,})$")


def shorten(official: str) -> str:
    """The part of an official title that differs from the others, else the whole; never cut.

    Half of the titles of bills begin alike: «Қазақстан Республикасының кейбір заңнамалық актілеріне
    … мәселелері бойынша өзгерістер мен толықтырулар енгізу туралы», "О внесении изменений и
    дополнений в некоторые законодательные акты Республики Казахстан по вопросам …".
    """
    official = " ".join(official.split())
    for pattern in (_KAZAKH, _RUSSIAN):
        if found := pattern.search(official):
            matter = found["matter"].strip(' .»"')
            return matter[0].upper() + matter[1:]
    return official
