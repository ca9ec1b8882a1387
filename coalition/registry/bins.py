"""Business identification numbers (БСН, БИН) of Kazakhstan. Pure functions."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

LENGTH = 12
_FIRST = range(1, 12)
_SECOND = (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)
_OF_FIRMS = "456"


def clean_bin(text: str) -> str:
    """The number without the spaces and hyphens that people put in for reading."""
    return re.sub(r"[\s\-–]", "", text)


def check_digit(head: str) -> int | None:
    """The twelfth digit that follows eleven; None where the rule gives none and skips the number.

    Sum of the digits weighted 1 to 11, modulo 11; when that is 10, once more with the weights
    3 to 11, 1, 2; when that is 10 too, the number is not given out. Source: the Rules of forming an
    identification number, resolution of the Government № 406 of 22 May 2007 (adilet.zan.kz,
    P070000406_). Raises ValueError for anything but eleven digits.
    """
    if not re.fullmatch(r"[0-9]{11}", head):
        raise ValueError(head)
    for weights in (_FIRST, _SECOND):
        found = sum(int(digit) * weight for digit, weight in zip(head, weights, strict=True)) % 11
        if found < 10:
            return found
    return None


def validate_bin(text: str) -> None:
    """Raise ValidationError that says what is wrong with a number and what stands there.

    The fifth digit tells a firm (4 resident, 5 non-resident, 6 joint enterprise) from a person, in
    whose number it begins a day of birth: personal numbers are not kept here.
    """
    if not re.fullmatch(r"[0-9]*", text):
        raise ValidationError(_("A BIN holds digits only."), code="bin_digits")
    if len(text) != LENGTH:
        raise ValidationError(
            _("A BIN holds 12 digits, here are %(count)s."),
            code="bin_length",
            params={"count": len(text)},
        )
    if text[4] not in _OF_FIRMS:
        raise ValidationError(
            _(
                "This is not the number of an organisation: the fifth digit of a BIN is 4, 5 or 6, "
                "here it is %(digit)s. Personal numbers (IIN) are not kept here."
            ),
            code="bin_person",
            params={"digit": text[4]},
        )
    wanted = check_digit(text[:-1])
    if wanted is None or int(text[-1]) != wanted:
        raise ValidationError(
            _(
                "The check digit does not fit: after %(head)s a BIN cannot end in %(digit)s. "
                "One of the twelve digits is mistyped."
            ),
            code="bin_check",
            params={"head": text[:-1], "digit": text[-1]},
        )
