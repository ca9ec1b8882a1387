"""Takes the pictures of docs/img: every kind of page in Kazakh, on a phone and on a desk.

    python -m tests.browser.pictures http://127.0.0.1:8000 docs/img

Run it against a freshly seeded site, so that a picture shows what everybody gets. Pictures are cut
at a few screens and kept in 48 colours: they stand in the repository for ever.
"""

from __future__ import annotations

import io
import sys
import urllib.error
import urllib.request
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.browser.conftest import FLAGS, chromium
from tests.browser.pages import path_of

SHOWN = (
    *("home", "laws", "decision", "changes", "memorandum", "members", "organisation", "guide page"),
    *("news item", "search", "subscribe", "about", "press", "missing"),
)
SCREENS = {390: 2000, 1280: 1600}
"""Width → the most pixels of height that are kept."""


def main(base: str, folder: Path) -> None:
    """Write `<kind>-kk-<width>.png` for every kind shown."""

    def get(path: str) -> str:
        with urllib.request.urlopen(base + path, timeout=60) as answer:
            return str(answer.read().decode())

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        for width, most in SCREENS.items():
            page = browser.new_page(viewport={"width": width, "height": 844})
            for kind in SHOWN:
                page.goto(base + path_of(get, kind, "kk"))
                page.evaluate("document.fonts.ready.then(() => null)")
                whole = Image.open(io.BytesIO(page.screenshot(full_page=True)))
                picture = whole.crop((0, 0, width, min(whole.height, most)))
                small = picture.convert("RGB").quantize(48, dither=Image.Dither.NONE)
                target = folder / f"{kind.replace(' ', '-')}-kk-{width}.png"
                small.save(target, optimize=True)
                print(f"{target} {target.stat().st_size // 1024} KB", flush=True)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"), Path(sys.argv[2]))
