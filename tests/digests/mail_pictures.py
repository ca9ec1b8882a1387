"""Pictures of every mail: look at all of them before the golden mails are written anew.

`python -m tests.digests.mail_pictures FOLDER` makes the mails in a test database and draws each at
320 and 600 px: light, dark as the device asks for it, and dark as forced by a mail program that
does not ask.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Literal

WIDTHS = (320, 600)
MODES = ("light", "dark", "forced")
FORCED = """
  html { filter: invert(1) hue-rotate(180deg); background: #fff; }
"""


def draw(folder: Path) -> None:
    """A picture of each page in a folder: 320 and 600 px, light, dark, forced dark."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium")
        for mode in MODES:
            scheme: Literal["light", "dark"] = "dark" if mode == "dark" else "light"
            for width in WIDTHS:
                page = browser.new_page(
                    viewport={"width": width, "height": 700}, color_scheme=scheme
                )
                for file in sorted(folder.glob("*.html")):
                    page.goto(file.as_uri())
                    if mode == "forced":
                        page.add_style_tag(content=FORCED)
                    wide = page.evaluate("document.documentElement.scrollWidth")
                    if wide > width:
                        print(f"{file.name}: {wide} px wide at {width} px")
                    page.screenshot(
                        path=str(folder / f"{file.stem}-{mode}-{width}.png"), full_page=True
                    )
        browser.close()


if __name__ == "__main__":
    import pytest

    os.environ["MAIL_PICTURES"] = sys.argv[1]
    test = "tests/digests/test_every_mail.py"
    if pytest.main([test, "-q", "-p", "no:randomly", "-p", "no:cacheprovider"]) == 0:
        draw(Path(sys.argv[1]))
