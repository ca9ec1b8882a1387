"""The one door out, against real servers that behave well and badly."""

from __future__ import annotations

import gzip
import resource
import time
import zlib

import pytest
from pytest_django.fixtures import Settings

from monitoring.evidence import http
from monitoring.evidence.http import Answer, Limits, fetch
from monitoring.evidence.models import Host
from monitoring.evidence.reasons import FetchError
from tests.evidence.server import Handler, Site, answer

pytestmark = pytest.mark.django_db

QUICK = Limits(seconds=3, connect=1, size=2 * 1024 * 1024, pause=0.0)


def refused(url: str, **kwargs: object) -> FetchError:
    with pytest.raises(FetchError) as caught:
        fetch(url, **{"limits": QUICK, **kwargs})  # type: ignore[arg-type] # as a test passes it
    return caught.value


def test_a_page_comes_with_its_bytes_and_headers_and_we_say_who_we_are(
    site: Site, settings: Settings
) -> None:
    settings.EVIDENCE_CONTACT = "monitor@example.kz"
    site.routes["/feed"] = answer(b"<rss/>", ETag='"1"')
    got = fetch(site.url(), limits=QUICK)
    assert (got.status, got.body, got.headers["etag"]) == (200, b"<rss/>", '"1"')
    agent = site.seen[-1][1]["user-agent"]
    assert agent.startswith("PublicRecordMonitor/1.0 (+http")
    assert "monitor@example.kz" in agent


def test_conditions_are_sent_and_304_is_an_answer(site: Site) -> None:
    site.routes["/feed"] = answer(status=304)
    got = fetch(site.url(), etag='"1"', last_modified="Sat, 21 Nov 2026", limits=QUICK)
    assert got == Answer(site.url(), 304, b"", got.headers)
    assert site.seen[-1][1]["if-none-match"] == '"1"'
    assert site.seen[-1][1]["if-modified-since"] == "Sat, 21 Nov 2026"


@pytest.mark.parametrize(
    ("status", "code"),
    [(404, "not_found"), (410, "gone"), (403, "forbidden"), (401, "forbidden"),
     (429, "retry_later"), (500, "server_error"), (502, "server_error"),
     (418, "http_error"), (204, "http_error")],
)  # fmt: skip
def test_a_status_that_is_no_success_has_its_reason(site: Site, status: int, code: str) -> None:
    site.routes["/feed"] = answer(b"", status)
    error = refused(site.url())
    assert (error.code, error.status) == (code, status)


@pytest.mark.parametrize("value", ["120", "Sat, 21 Nov 2099 00:00:00 GMT"])
def test_retry_after_is_heard(site: Site, value: str) -> None:
    site.routes["/feed"] = answer(b"", 503, Retry_After=value)
    error = refused(site.url())
    assert error.code == "retry_later"
    assert error.wait in {120.0, 7 * 86_400.0}


def test_nobody_answers_in_time(site: Site) -> None:
    def route(handler: Handler) -> None:
        site.quit.wait(20)

    site.routes["/feed"] = route
    began = time.monotonic()
    assert refused(site.url(), limits=Limits(seconds=1, pause=0)).code == "timeout"
    assert time.monotonic() - began < 3


def drip(site: Site, chunk: bytes) -> None:
    def route(handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n" + chunk)
        while not site.quit.wait(0.05):
            handler.wfile.write(b"x")
            handler.wfile.flush()

    site.routes["/feed"] = route


@pytest.mark.parametrize("chunk", [b"X-Header: ", b"\r\n"], ids=["in its headers", "in its body"])
def test_a_site_that_drips_is_left_at_the_deadline(site: Site, chunk: bytes) -> None:
    drip(site, chunk)
    began = time.monotonic()
    assert refused(site.url(), limits=Limits(seconds=1.5, pause=0)).code == "timeout"
    assert time.monotonic() - began < 3


def bomb(megabytes: int) -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    zeros = bytes(1024 * 1024)
    return b"".join(packer.compress(zeros) for _ in range(megabytes)) + packer.flush()


def test_a_compression_bomb_stops_early_and_memory_stays_flat(site: Site) -> None:
    site.routes["/feed"] = answer(bomb(200), Content_Encoding="gzip")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert refused(site.url(), limits=Limits(pause=0)).code == "bomb"
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 40 * 1024  # KB


def test_a_huge_answer_is_cut_off(site: Site) -> None:
    site.routes["/feed"] = answer(b"x" * (3 * 1024 * 1024))
    assert refused(site.url()).code == "too_big"


def test_packed_text_is_unpacked_also_in_several_members(site: Site) -> None:
    site.routes["/feed"] = answer(
        gzip.compress(b"<rss>") + gzip.compress(b"</rss>"), Content_Encoding="gzip"
    )
    assert fetch(site.url(), limits=QUICK).body == b"<rss></rss>"


@pytest.mark.parametrize(
    ("body", "encoding", "code"),
    [(b"not packed", "gzip", "bad_encoding"), (b"x", "br", "bad_encoding"),
     (gzip.compress(b"a" * 999, mtime=0)[:-9], "gzip", "truncated")],
    ids=["not packed", "an unknown packing", "cut off"],
)  # fmt: skip
def test_damaged_packing_has_its_reason(site: Site, body: bytes, encoding: str, code: str) -> None:
    site.routes["/feed"] = answer(body, Content_Encoding=encoding)
    assert refused(site.url()).code == code


def test_an_answer_that_breaks_off_is_not_taken_for_whole(site: Site) -> None:
    def route(handler: Handler) -> None:
        answer(b"<rss><item>", length=5000)(handler)
        handler.close_connection = True

    site.routes["/feed"] = route
    assert refused(site.url()).code == "truncated"


def test_what_is_not_http_has_its_reason(site: Site) -> None:
    def route(handler: Handler) -> None:
        handler.wfile.write(b"SSH-2.0-OpenSSH\r\n\r\n")
        handler.close_connection = True

    site.routes["/feed"] = route
    assert refused(site.url()).code == "protocol"


def test_nobody_listens(site: Site) -> None:
    site.close()
    assert refused(site.url()).code == "connect"


def test_a_name_that_nobody_knows(site: Site) -> None:
    assert refused("http://no-such-host.example.kz/", resolver=lambda *_: []).code == "dns"


def test_loopback_is_refused_without_the_setting(site: Site, settings: Settings) -> None:
    settings.EVIDENCE_ALLOW_LOOPBACK = False
    assert refused(site.url()).code == "private_address"
    assert site.seen == []


def test_a_redirect_is_followed_and_checked_again(site: Site) -> None:
    site.routes["/feed"] = answer(status=302, Location="/other")
    site.routes["/other"] = answer(b"<rss/>")
    assert fetch(site.url(), limits=QUICK).url == site.url("/other")


@pytest.mark.parametrize(
    "target",
    ["http://10.0.0.1/feed", "http://169.254.169.254/latest/meta-data", "http://[fec0::1]/",
     "http://0x0a000001/", "file:///etc/passwd", "gopher://example.kz/"],
)  # fmt: skip
def test_a_redirect_to_a_private_address_is_refused(site: Site, target: str) -> None:
    site.routes["/feed"] = answer(status=301, Location=target)
    assert refused(site.url()).code in {"private_address", "bad_address"}


def test_a_redirect_without_end_is_left(site: Site) -> None:
    site.routes["/feed"] = answer(status=302, Location="/feed")
    assert refused(site.url()).code == "too_many_redirects"
    assert site.asked() == QUICK.redirects + 1


def test_a_name_that_leads_to_a_private_address_is_refused(site: Site, settings: Settings) -> None:
    settings.EVIDENCE_ALLOW_LOOPBACK = False
    url = f"http://feeds.example.kz:{site.port}/feed"
    assert refused(url, resolver=lambda *_: [site.host]).code == "private_address"
    assert refused(url, resolver=lambda *_: ["95.59.124.31", site.host]).code == "private_address"
    assert site.seen == []


def test_a_name_server_that_changes_its_answer_gains_nothing(site: Site) -> None:
    """The first address is checked and used; the second answer is checked like any other."""
    site.routes["/feed"] = answer(b"<rss/>", Connection="close")
    site.routes["/robots.txt"] = answer(b"", 404, Connection="close")
    answers = [[site.host], ["10.0.0.1"]]
    asked = []

    def resolver(host: str, port: int) -> list[str]:
        asked.append(host)
        return answers[min(len(asked), len(answers)) - 1]

    url = f"http://feeds.example.kz:{site.port}/feed"
    assert refused(url, resolver=resolver).code == "private_address"
    assert site.asked("/robots.txt") == 1
    assert site.asked() == 0


def test_proxies_of_the_environment_are_not_asked(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://10.0.0.1:3128")
    monkeypatch.setenv("ALL_PROXY", "http://10.0.0.1:3128")
    site.routes["/feed"] = answer(b"<rss/>")
    assert fetch(site.url(), limits=QUICK).body == b"<rss/>"


def test_robots_txt_is_obeyed_and_kept_for_a_day(site: Site) -> None:
    site.routes["/robots.txt"] = answer(b"User-agent: *\nDisallow: /private\n")
    site.routes["/feed"] = answer(b"<rss/>")
    assert refused(site.url("/private/feed")).code == "robots"
    assert fetch(site.url(), limits=QUICK).status == 200
    assert site.asked("/robots.txt") == 1
    assert site.asked("/private/feed") == 0


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_site_whose_robots_txt_fails_is_left_alone(site: Site, status: int) -> None:
    site.routes["/robots.txt"] = answer(b"", status)
    assert refused(site.url()).code == "robots_unreachable"
    assert site.asked() == 0


def test_requests_to_one_host_are_a_second_apart(site: Site) -> None:
    site.routes["/feed"] = answer(b"<rss/>")
    began = time.monotonic()
    fetch(site.url(), limits=Limits(pause=1.0))  # robots.txt, then the feed
    assert 1.0 <= time.monotonic() - began < 3
    assert Host.objects.get(key=site.host).next_at


def test_a_host_whose_turn_comes_too_late_is_left_alone(site: Site) -> None:
    assert refused(site.url(), limits=Limits(seconds=1, pause=5)).code == "busy"
    assert site.asked() == 0


def test_a_missing_file_of_certificates_has_its_reason(site: Site) -> None:
    error = refused(site.url(), ca_bundle="nothing.pem")
    assert (error.code, error.detail) == ("ca_bundle", {"name": "nothing.pem"})


def test_the_usual_limits_are_those_promised() -> None:
    assert (
        Limits(seconds=60, connect=10, size=20 * 1024 * 1024, ratio=200, redirects=5, pause=1)
        == http.LIMITS
    )
