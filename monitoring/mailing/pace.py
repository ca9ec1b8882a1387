"""How many mails a minute go to one domain: a bucket of tokens in the database for each."""

from __future__ import annotations

from functools import cache

from django.conf import settings
from django.db.models import F

from monitoring.core import clock
from monitoring.core.models import TokenBucket
from monitoring.core.services import take_tokens

AT_ONCE = 20
"""Tokens taken together: one write for so many mails; what is left over is given back."""


@cache
def limits(told: tuple[str, ...]) -> tuple[int, dict[str, int]]:
    """The number for every domain, and the exceptions. Raises ValueError for what is no number."""
    everyone, named = 0, {}
    for part in told:
        domain, equals, number = part.strip().rpartition("=")
        if equals:
            named[domain.strip().lower()] = int(number)
        elif part.strip():
            everyone = int(number)
    if min([everyone, *named.values()]) < 0:
        raise ValueError("a pace below nothing")
    return everyone, named


def paced() -> bool:
    """Whether mails are counted: files go to nobody."""
    return bool(settings.MAIL_DELIVERY["kind"] != "file")


def used_up() -> list[str]:
    """Domains whose minute is used up: their mails must not stand in the way of others."""
    found, now = [], clock.now()
    everyone, named = limits(tuple(settings.MAIL_PER_MINUTE))
    for bucket in TokenBucket.objects.filter(key__startswith=_key(""), tokens__lt=1):
        domain = bucket.key.removeprefix(_key(""))
        limit = named.get(domain, everyone)
        if limit and bucket.tokens + (now - bucket.at).total_seconds() * limit / 60 < 1:
            found.append(domain)
    return found


class Pace:
    """One sender's tokens for as long as it works."""

    def __init__(self, *, counted: bool) -> None:
        self.counted = counted
        self.held: dict[str, int] = {}
        self.used_up: set[str] = set()

    def allows(self, domain: str) -> bool:
        """Whether one mail may go to the domain now; the token is taken."""
        everyone, named = limits(tuple(settings.MAIL_PER_MINUTE))
        limit = named.get(domain, everyone)
        if not (self.counted and limit and domain):
            return True
        if domain in self.used_up:
            return False
        if not self.held.get(domain):
            self.held[domain] = take_tokens(
                key=_key(domain), wanted=AT_ONCE, capacity=limit, per_seconds=60
            )
        if not self.held[domain]:
            self.used_up.add(domain)
            return False
        self.held[domain] -= 1
        return True

    def unused(self, domain: str) -> None:
        """The mail for which a token was taken did not leave."""
        if domain in self.held:
            self.held[domain] += 1

    def give_back(self) -> None:
        """Put the tokens that were not used back."""
        for domain, left in self.held.items():
            if left:
                TokenBucket.objects.filter(key=_key(domain)).update(tokens=F("tokens") + left)
        self.held.clear()


def _key(domain: str) -> str:
    return f"mail-to:{domain}"[:120]
