"""`make demo-check`: the main job end to end, killed with -9 between each two steps.

It starts the platform on a fresh folder, serves a small feed from loopback, and talks to the
platform by HTTP and the mailbox alone. Then it does the same without a kill and compares the two:
same items, one mail, equal text but for times, ports and signatures.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx

from tests.demo.client import Client, Page
from tests.demo.platform import Platform, wait_for
from tests.kept import copy_seeded

ACT = "Мысал: ауылдық округтің бюджеті туралы мәслихат шешімі"
OTHER = "Мысал: қоғамдық кеңестің құрамы туралы қаулы"
READER = "reader@example.org"
FEED = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>Мысал арна</title><link>{base}/</link>
<description>Мысал</description>
<item><title>{act}</title><link>{base}/acts/1</link><guid>{base}/acts/1</guid>
<pubDate>{date}</pubDate><description>Мысал. № 1-1</description></item>
<item><title>{other}</title><link>{base}/acts/2</link><guid>{base}/acts/2</guid>
<pubDate>{date}</pubDate><description>Мысал. № 2-2</description></item>
</channel></rss>
"""


class Feed(BaseHTTPRequestHandler):
    """A server that publishes two acts marked as examples."""

    def do_GET(self) -> None:
        """The feed; no robots.txt; nothing else."""
        if self.path != "/feed.xml":
            self.send_error(404)
            return
        base = f"http://{self.headers['Host']}"
        date = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(time.time() - 3600))
        body = FEED.format(base=base, act=ACT, other=OTHER, date=date).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/rss+xml; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Silent: the platform's own log tells."""


@contextmanager
def feed() -> Iterator[str]:
    """Serve the feed on loopback; yields its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Feed)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/feed.xml"
    finally:
        server.shutdown()


@dataclass
class Walk:
    """One run of the whole story; each step is a method and leaves what the next one needs."""

    platform: Platform
    feed: str
    seen: list[str] = field(default_factory=list)
    decision: str = ""
    digest: EmailMessage | None = None

    def __post_init__(self) -> None:
        self.analyst = Client(self.platform.address)
        self.operator = Client(self.platform.address)
        self.reader = Client(self.platform.address)

    def say(self, sentence: str) -> None:
        """Note and print what was seen."""
        self.seen.append(sentence)
        print(f"    {sentence}", flush=True)

    def password(self, role: str) -> tuple[str, str]:
        """The login that `manage.py start` printed."""
        line = re.search(
            rf"^{role}\s+(\S+@\S+)\s+(\S+)", self.platform.output.read_text(), re.MULTILINE
        )
        assert line, f"no demo login of {role} was printed"
        return line[1], line[2]

    def sign_in(self, client: Client, role: str) -> None:
        """By address and password, at the door to which the admin leads."""
        address, password = self.password(role)
        form = client.get("/admin/").form("password")
        page = client.submit(form, {"login": address, "password": password})
        assert page.status == 200, page.status
        assert page.url.endswith("/admin/"), page.text[:300]

    @property
    def in_kazakh(self) -> str:
        """How the Kazakh address of the accepted decision begins."""
        return f"/kk/zandar/{self.decision.rstrip('/').rsplit('/', 1)[-1].split('-')[0]}-"

    # -- the steps -------------------------------------------------------------
    def see_the_site(self) -> None:
        """The home page in three languages."""
        for language in ("kk", "ru", "en"):
            page = self.reader.get(f"/{language}/")
            assert page.status == 200, (language, page.status)
            html = page.soup.find("html")
            assert html is not None
            assert html.get("lang") == language
            heading = page.soup.find("h1")
            assert heading is not None
            self.say(f"/{language}/ reads «{heading.get_text(' ', strip=True)}»")

    def make_the_source(self) -> None:
        """The analyst signs in and makes the source."""
        self.sign_in(self.analyst, "Analyst")
        form = self.analyst.get("/admin/sources/add/").form("url")
        page = self.analyst.submit(form, {"name": "Мысал арна", "url": self.feed})
        assert page.status == 200, page.status
        assert "/admin/sources/add" not in page.url, page.text[:800]
        self.say("the analyst signed in and made the source")

    def accept_one_entry(self) -> None:
        """Two candidates come in; the analyst accepts one."""

        def queue() -> Page | None:
            page = self.analyst.get("/admin/candidates/?state=new")
            return page if ACT in page.text and OTHER in page.text else None

        # A kill in the middle of a fetch leaves a lease, which ends within its time.
        page = wait_for(queue, 150, "both entries in the queue")
        links = [
            str(tag["href"])
            for tag in page.soup.find_all("a", href=re.compile(r"/admin/candidates/\d+/"))
        ]
        assert len(set(links)) == 2, links
        self.say("two entries came in, each once")
        self.accept(ACT)

    def accept(self, title: str) -> None:
        """Accept the entry of that title, as a decision of a maslikhat."""
        page = self.analyst.get("/admin/candidates/?state=new")
        link = next(
            str(tag["href"])
            for tag in page.soup.find_all("a", href=re.compile(r"/admin/candidates/\d+/"))
            if title in tag.get_text(" ", strip=True)
        )
        entry = self.analyst.get(link)
        form = entry.form("title_kk")
        kinds = entry.soup.select('select[name="kind"] option')
        kind = next(
            str(option["value"])
            for option in kinds
            if option.get("value") and "маслихат" in option.get_text().lower()
        )
        done = self.analyst.submit(form, {"title_kk": title, "kind": kind})
        assert done.status == 200, (done.status, done.text[:800])
        decision = done.soup.select_one("a.decision")
        assert decision is not None, done.text[:800]
        path = httpx.URL(str(decision["href"])).path
        if title == ACT:
            self.decision = path
        page = self.reader.get(path)
        assert page.status == 200
        assert title in page.text
        self.say(f"accepted: «{title}» stands at {path}")

    def find_it(self) -> None:
        """In three spellings: inflected, without Kazakh letters, in Russian."""
        for words in (
            "мәслихаттардың бюджетке арналған шешімдері",
            "маслихаттардын бюджетке арналган шешимдери",
            "решения маслихата о бюджете",
        ):

            def found(words: str = words) -> str | None:
                page = self.reader.submit(self.reader.get("/kk/izdeu/").form("q"), {"q": words})
                assert page.status == 200
                hits = page.soup.find_all("a", href=re.compile(self.in_kazakh))
                return hits[0].get_text(" ", strip=True) if hits else None

            title = wait_for(found, 90, f"a hit for {words}")
            self.say(f"«{words}» finds «{title}»")

    def subscribe(self) -> None:
        """In Kazakh; the mail's link shows a page, its button confirms."""
        form = self.reader.get("/kk/khat-alu/").form("address")
        page = self.reader.submit(form, {"address": READER, "frequency": "daily"})
        assert page.status == 200, (page.status, page.text[:500])
        mail = wait_for(lambda: self.mails_to_reader()[:1], 60, "the confirmation mail")[0]
        link = self.links(mail, "/khat-alu/t/")[0]
        confirm = self.reader.get(link)
        assert confirm.status == 200
        done = self.reader.submit(confirm.forms()[0])
        assert done.status == 200, done.status
        self.say(f"confirmed from the mail «{mail['Subject']}»")

    def close_the_window(self) -> None:
        """An operator ends the daily window now; the mail names the act."""
        self.sign_in(self.operator, "Administrator")
        self.press()
        mails = wait_for(lambda: self.digests(), 90, "the digest")
        assert len(mails) == 1, [mail["Subject"] for mail in mails]
        self.digest = mails[0]
        self.say(f"the digest came: «{self.digest['Subject']}»")

    def press(self) -> None:
        """The operator's button."""
        page = self.operator.get("/admin/digests/")
        assert page.status == 200, page.status
        form = page.form_to("/admin/digests/close/")
        done = self.operator.submit(form, {"frequency": "daily"})
        assert done.status == 200, (done.status, done.text[:500])

    def read_the_mail(self) -> None:
        """It names the act, links to its page, and its one-click POST ends the subscription."""
        assert self.digest is not None
        text = self.text(self.digest)
        folded = " ".join(text.split())
        assert ACT in folded, text
        assert OTHER not in folded, "the entry that nobody accepted"
        link = self.links(self.digest, self.in_kazakh)[0]
        assert ACT in self.reader.get(link).text
        assert self.digest["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        leave = re.search(r"<(http[^>]+)>", str(self.digest["List-Unsubscribe"]))
        assert leave
        seen = httpx.get(leave[1], timeout=30, trust_env=False)
        assert seen.status_code == 200, "a scanner's GET shows a page and changes nothing"
        done = httpx.post(
            leave[1], data={"List-Unsubscribe": "One-Click"}, timeout=30, trust_env=False
        )
        assert done.status_code in {200, 202, 204}, done.status_code
        self.say("the mail names the act and links to it; one click ended the subscription")

    def hear_no_more(self) -> None:
        """Another act is accepted and the window closed again: no mail."""
        self.accept(OTHER)
        time.sleep(11)  # two presses within ten seconds are one
        self.press()
        time.sleep(8)
        assert len(self.digests()) == 1, "a mail after the end of the subscription"
        self.say("nothing came after the end of the subscription")

    # -- the mailbox -----------------------------------------------------------
    def mails_to_reader(self) -> list[EmailMessage]:
        """Every message to the reader."""
        return [mail for mail in self.platform.mails() if READER in str(mail["To"])]

    def digests(self) -> list[EmailMessage]:
        """The messages that can be left by one click."""
        return [mail for mail in self.mails_to_reader() if mail["List-Unsubscribe-Post"]]

    def text(self, mail: EmailMessage) -> str:
        """The text part."""
        part = mail.get_body(("plain",))
        assert part is not None
        return str(part.get_content())

    def links(self, mail: EmailMessage, holds: str) -> list[str]:
        """The addresses in the text part that contain something."""
        return [
            link for link in re.findall(r"https?://[^\s<>\"]+", self.text(mail)) if holds in link
        ]


STEPS: list[Callable[[Walk], None]] = [
    Walk.see_the_site,
    Walk.make_the_source,
    Walk.accept_one_entry,
    Walk.find_it,
    Walk.subscribe,
    Walk.close_the_window,
    Walk.read_the_mail,
    Walk.hear_no_more,
]


def walk(folder: Path, *, kill: bool) -> Walk:
    """The whole story on a fresh folder, with or without a kill between each two steps."""
    platform = Platform(folder / "var", EVIDENCE_ALLOW_LOOPBACK="1")
    copy_seeded(folder / "var")
    try:
        with feed() as address:
            print(f"  first page after {platform.start():.1f} s", flush=True)
            story = Walk(platform, address)
            for number, step in enumerate(STEPS):
                if number and kill:
                    platform.kill_all()
                    print(f"  killed all with -9; back after {platform.start():.1f} s", flush=True)
                print(f"  {number + 1}. {(step.__doc__ or '').splitlines()[0]}", flush=True)
                step(story)
            return story
    finally:
        platform.kill_all()


def comparable(story: Walk) -> str:
    """The digest's text without what may differ: host, links, the number, times, hashes."""
    assert story.digest is not None
    text = f"{story.digest['Subject']}\n{story.text(story.digest)}"
    text = text.replace(story.platform.address, "SITE").replace(
        f"127.0.0.1:{httpx.URL(story.feed).port}", "FEED"
    )
    text = re.sub(r"/t/[\w:.\-=]+", "/t/TOKEN", text)
    # An issue has its run's number; a run of five minutes may have come before it.
    text = re.sub(r"(/shygarylymdar/\d{4})/\d+/", r"\1/NUMBER/", text)
    text = re.sub(r"\b\d{1,2}:\d{2}\b", "TIME", text)
    text = re.sub(r"\b[0-9a-f]{12,64}\b", "HASH", text)
    return " ".join(text.split())


def main() -> int:
    """Both walks; prints what was seen; 0 if all holds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--once", action="store_true", help="only the walk without kills")
    once = parser.parse_args().once
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="coalition-demo-") as name:
        stories = []
        for kill in [False] if once else [True, False]:
            print("With a kill -9 between each two steps:" if kill else "Without a kill:")
            folder = Path(name) / ("killed" if kill else "whole")
            folder.mkdir()
            try:
                stories.append(walk(folder, kill=kill))
            except Exception:  # not swallowed: the logs are printed before the folder goes
                for log in sorted(folder.glob("var/log/*.log")):
                    lines = log.read_text(errors="replace").splitlines()
                    print(f"--- {log.name}", *lines[-15:], sep="\n", file=sys.stderr)
                raise
        if len(stories) == 2:
            killed, whole = map(comparable, stories)
            if killed != whole:
                print("The two mails differ:", killed, whole, sep="\n\n", file=sys.stderr)
                return 1
            print("Both runs: the same items, one mail, equal text.")
    print(f"demo-check: all {len(STEPS)} steps seen, {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
