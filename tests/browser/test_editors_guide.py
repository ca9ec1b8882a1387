"""Every numbered step of the editors' guide is performed in a browser, and pictured.

In Kazakh by default, the picture thrown away; `make pictures` performs them in three languages and
keeps the pictures in docs/img/editors.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from tests.browser.conftest import ROOT, Site
from tests.browser.guide_steps import STEPS, Desk

KEPT = [code for code in os.environ.get("PICTURES", "").split(",") if code]
SIZE = (1000, 625)


def _world(site: Site, language: str) -> dict[str, object]:
    environment = {
        **os.environ,
        "VAR_DIR": str(site.folder),
        "DJANGO_SETTINGS_MODULE": "coalition.settings.embedded",
        "DEBUG": "0",
        "LANGUAGE": language,
    }
    code = "import tests.browser.guide_world"
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "--command", code],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("WORLD ")]
    assert lines, done.stdout + done.stderr
    made: dict[str, object] = json.loads(lines[0].removeprefix("WORLD "))
    return made


@pytest.fixture(scope="module", params=KEPT or ["kk"])
def desk(request: pytest.FixtureRequest, site: Site, browser: Browser) -> Iterator[Desk]:
    """A desk in one language, with rows of its own and the logins for trying out."""
    rows = (site.folder / "demo-logins.txt").read_text("utf-8").splitlines()
    passwords = {row.split("\t")[1]: row.split("\t")[2] for row in rows}
    world = _world(site, request.param)
    yield Desk(site.url, browser, request.param, world, passwords, take=_picture)
    for context in browser.contexts:
        context.close()


def _picture(page: Page) -> bytes:
    """The visible screen, small enough for a folder of the repository."""
    shot = Image.open(io.BytesIO(page.screenshot(animations="disabled")))
    kept = io.BytesIO()
    shot.convert("RGB").resize(SIZE).save(kept, "WEBP", quality=60, method=6)
    return kept.getvalue()


@pytest.mark.parametrize("number", list(STEPS))
def test_a_step_of_the_guide_does_what_it_says(desk: Desk, number: int) -> None:
    taken: list[bytes] = []
    desk.take = lambda page: taken.append(_picture(page))
    STEPS[number](desk)
    (picture,) = taken
    if KEPT:
        folder = Path(ROOT / "docs/img/editors")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{desk.language}-{number:02}.webp").write_bytes(picture)
