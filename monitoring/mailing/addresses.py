"""Addresses of people: their one form, and the keyed hash that stands for them."""

from __future__ import annotations

import idna
from django.conf import settings
from django.utils.crypto import salted_hmac


def normalise(address: str) -> str:
    """The form in which an address is stored: no spaces around, the domain in ASCII lower case.

    The part before the @ keeps its letters: some servers tell capitals apart. Raises ValueError
    for an address without exactly the shape NAME@DOMAIN or a domain that IDNA (UTS 46) refuses.
    """
    local, at, domain = address.strip().rpartition("@")
    if not (local and at and domain):
        raise ValueError("an address needs a name, an @ and a domain")
    try:
        ascii_domain = idna.encode(domain, uts46=True).decode("ascii").lower()
    except UnicodeError as error:  # idna.IDNAError is one
        raise ValueError("not a domain") from error
    return f"{local}@{ascii_domain}"


def digest(address: str) -> str:
    """The keyed hash of an address, blind to capitals: 64 hex digits, useless without the key."""
    return _digest(address, settings.MAIL_HASH_KEY or settings.SECRET_KEY)


def digests(address: str) -> list[str]:
    """The hash under the present key and under the older ones: a new key forgets no refusal."""
    older = [
        *settings.SECRET_KEY_FALLBACKS,
        *([settings.SECRET_KEY] * bool(settings.MAIL_HASH_KEY)),
    ]
    return [digest(address), *(_digest(address, key) for key in older)]


def domain(address: str) -> str:
    """The domain of an address in lower case, or nothing."""
    return address.rpartition("@")[2].strip().lower()


def _digest(address: str, key: str) -> str:
    return salted_hmac(
        "mailing.address", address.strip().lower(), secret=key, algorithm="sha256"
    ).hexdigest()
