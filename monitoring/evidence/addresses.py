"""Which addresses may be asked. Pure: no name is resolved here.

`ipaddress.is_global` alone is not enough: it calls fec0::1, ::127.0.0.1, 64:ff9b::7f00:1 (NAT64)
and 2002:7f00:1:: (6to4) global, although an IPv4 address stands inside the last three.
"""

from __future__ import annotations

import ipaddress
import socket
import unicodedata
from urllib.parse import SplitResult, urlsplit

from monitoring.evidence.reasons import FetchError

MAX_URL = 2000
_UNICAST = ipaddress.ip_network("2000::/3")  # all that IANA has given out for the public net
_CARRIERS = [
    # Ranges that carry an IPv4 address or belong to no host: refused whole.
    ipaddress.ip_network(text)
    for text in (
        "2001::/32",  # Teredo
        "2002::/16",  # 6to4
        "2001:10::/28",  # ORCHID, not routed
        "2001:db8::/32",  # documentation
        "3fff::/20",  # documentation
    )
]
_NOT_PUBLIC_V4 = [
    # is_global says yes to these in some versions of Python.
    ipaddress.ip_network(text)
    for text in ("192.0.0.0/24", "192.88.99.0/24", "240.0.0.0/4", "100.64.0.0/10")
]
_ISATAP = {0x00005EFE, 0x02005EFE}


def is_public(address: str, *, allow_loopback: bool = False) -> bool:
    """Whether a numeric address belongs to the public net (or is loopback, where that is allowed).

    Raises ValueError for what is no address.
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    if allow_loopback and ip.is_loopback:
        return True
    if not ip.is_global or ip.is_multicast or ip.is_reserved or ip.is_unspecified:
        return False
    if isinstance(ip, ipaddress.IPv4Address):
        return not any(ip in network for network in _NOT_PUBLIC_V4)
    if ip not in _UNICAST or any(ip in network for network in _CARRIERS):
        return False
    return (int(ip) >> 32) & 0xFFFFFFFF not in _ISATAP


def literal(host: str) -> str | None:
    """The numeric address that a host spells, in any spelling that a resolver takes, or None.

    Resolvers read 2130706433, 0x7f.1 and 0177.0.0.1 as 127.0.0.1.
    """
    host = unicodedata.normalize("NFKC", host).replace("。", ".").strip("[]").rstrip(".")
    try:
        return str(ipaddress.ip_address(host.partition("%")[0]))
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(host))
    except (OSError, UnicodeError):
        return None


def checked(url: str, *, allow_loopback: bool = False) -> SplitResult:
    """The parts of an address that may be asked as far as its spelling tells.

    Raises FetchError `bad_address` (not http or https, no host, a user's name, a wrong port) or
    `private_address` (a numeric host or name that is not public).
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        fine = (
            len(url) <= MAX_URL
            and parts.scheme in {"http", "https"}
            and host
            and parts.port != 0
            and "@" not in parts.netloc
            and not any(char.isspace() or not char.isprintable() for char in url)
        )
    except ValueError:
        fine = False
    if not fine:
        raise FetchError("bad_address")
    address = literal(host)
    name = host.rstrip(".").lower()
    inner = name == "localhost" or name.endswith((".localhost", ".local", ".internal"))
    if address is None and inner and not (allow_loopback and name.endswith("localhost")):
        raise FetchError("private_address", address=host)
    if address is not None and not is_public(address, allow_loopback=allow_loopback):
        raise FetchError("private_address", address=host)
    return parts
