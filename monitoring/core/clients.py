"""Who is at the other end of a request: an address to count by, never one to keep."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac


def client_address(request: HttpRequest) -> str:
    """The client's address: REMOTE_ADDR, or what the nearest trusted proxies say of it.

    X-Forwarded-For is read from its end, past the addresses of TRUSTED_PROXIES (addresses or
    networks; empty means no proxy is trusted): what stands further left a client can invent.
    """
    address = request.META.get("REMOTE_ADDR", "")
    hops = [one.strip() for one in request.headers.get("X-Forwarded-For", "").split(",")]
    while hops and hops[-1] and _trusted(address):
        address = hops.pop()
    return str(address)


def bucket_key(purpose: str, *parts: str) -> str:
    """A key for `take_token` in which neither an address nor a mailbox can be read."""
    digest = salted_hmac(f"bucket.{purpose}", "\n".join(parts), algorithm="sha256").hexdigest()
    return f"{purpose}:{digest[:32]}"


def _trusted(address: str) -> bool:
    try:
        own = ipaddress.ip_address(address)
        return any(own in ipaddress.ip_network(one) for one in settings.TRUSTED_PROXIES)
    except ValueError:
        return False
