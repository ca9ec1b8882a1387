"""Who is at the other end of a request: an address to count by, never one to keep."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

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


def client_network(request: HttpRequest) -> str:
    """What allowances are counted by: an IPv4 address, or the /64 of an IPv6 one.

    A home or a rented server has a whole /64, so counting single IPv6 addresses counts nobody.
    """
    typed = client_address(request)
    try:
        address = ipaddress.ip_address(typed)
    except ValueError:
        return typed
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is None:
            return str(ipaddress.ip_network((address, 64), strict=False))
        address = address.ipv4_mapped
    return str(address)


def from_our_pages(request: HttpRequest) -> bool:
    """Whether a POST was sent by a page of this site.

    Browsers name the Origin of every POST; a foreign one is refused, and so is "null". A program
    that names none is let through: it holds nobody's cookies, and the token buckets count it.
    """
    origin = request.headers.get("Origin") or request.headers.get("Referer")
    return origin is None or urlsplit(origin).netloc == request.get_host()


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
