"""The worker is killed in the middle of a row's work, and the row is finished all the same."""

from __future__ import annotations

import os
import signal
import threading
import time
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.demo.check import ACT, OTHER, Feed, Walk
from tests.demo.platform import running, wait_for

pytestmark = pytest.mark.faults


class StuckOnce(Feed):
    """A feed whose first reader waits until he is gone; the next one is answered at once."""

    asked: threading.Event
    readers = 0

    def do_GET(self) -> None:
        """Hold the first request for the feed, answer all others."""
        if self.path == "/feed.xml":
            type(self).readers += 1
            if type(self).readers == 1:
                type(self).asked.set()
                time.sleep(30)
                return
        super().do_GET()


def test_a_fetch_whose_worker_was_killed_is_done_again_and_brings_each_entry_once(
    tmp_path: Path,
) -> None:
    StuckOnce.asked, StuckOnce.readers = threading.Event(), 0
    server = ThreadingHTTPServer(("127.0.0.1", 0), StuckOnce)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with running(tmp_path / "var", EVIDENCE_ALLOW_LOOPBACK="1") as platform:
        platform.wait_until_ready()
        story = Walk(platform, f"http://127.0.0.1:{server.server_port}/feed.xml")
        story.make_the_source()
        assert StuckOnce.asked.wait(60), "the worker asked the source"
        before = platform.pid_of("worker")
        for pid in before:
            os.kill(pid, signal.SIGKILL)
        killed = time.monotonic()

        def both_are_in() -> bool:
            page = story.analyst.get("/admin/candidates/?state=new")
            return ACT in page.text and OTHER in page.text

        wait_for(both_are_in, 240, "the entries, brought by the next worker")
        print(f"resumed {time.monotonic() - killed:.0f} s after the kill")
        assert not set(before) & set(platform.pid_of("worker"))
        page = story.analyst.get("/admin/candidates/?state=new")
        assert page.text.count(ACT) == 1
        platform.wait_until_ready()
    server.shutdown()
