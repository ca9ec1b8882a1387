"""Which addresses may be asked."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.evidence.addresses import checked, is_public, literal
from monitoring.evidence.reasons import FetchError

PRIVATE = [
    "127.0.0.1", "127.255.0.9", "0.0.0.0", "10.0.0.1", "172.16.5.5", "192.168.1.1",
    "169.254.169.254", "100.64.0.1", "192.0.0.8", "192.0.2.1", "198.18.0.1", "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255", "192.88.99.1",
    "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "fec0::1", "ff02::1",
    "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1", "64:ff9b:1::7f00:1",
    "2002:7f00:1::", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:db8::1", "100::1",
    "2a00:1450::5efe:7f00:1", "2a00:1450::200:5efe:8.8.8.8",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "95.59.124.31", "2a00:1450:4010:c05::65"])
def test_a_public_address_passes(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", PRIVATE)
def test_the_setting_opens_loopback_and_nothing_else(address: str) -> None:
    assert is_public(address, allow_loopback=True) == (
        address.startswith("127.") or address == "::1"
    )


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.1", "127.0.0.1.",
     "１２７.0.0.1", "127。0。0。1",
     "[::1]", "[::ffff:7f00:1]", "localhost", "LOCALHOST.", "a.localhost",
     "db.internal", "printer.local", "169.254.169.254"],
)  # fmt: skip
def test_every_spelling_of_a_private_host_is_refused(host: str) -> None:
    with pytest.raises(FetchError) as caught:
        checked(f"http://{host}/feed")
    assert caught.value.code == "private_address"


@pytest.mark.parametrize(
    "url",
    ["", "feed", "ftp://example.kz/", "file:///etc/passwd", "http://", "http:///feed",
     "javascript:alert(1)", "http://user:secret@example.kz/", "http://example.kz:99999/",
     "http://example.kz/a b", "http://example.kz/\x00", "http://[::1", "http://e.kz/" + "a" * 2000],
)  # fmt: skip
def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(FetchError) as caught:
        checked(url)
    assert caught.value.code == "bad_address"


@given(st.text())
def test_any_text_is_checked_or_refused_with_a_reason(text: str) -> None:
    for url in (text, f"http://{text}", f"https://{text}/feed"):
        with suppress(FetchError):
            assert checked(url).hostname


@given(st.integers(0, 2**32 - 1))
def test_a_number_for_a_host_reads_as_its_address(number: int) -> None:
    plain = ".".join(str(number >> shift & 255) for shift in (24, 16, 8, 0))
    assert literal(str(number)) == literal(hex(number)) == plain
