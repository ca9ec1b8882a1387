"""Makes the four web fonts of the site from the npm package @fontsource-variable/onest.

    npm pack @fontsource-variable/onest@5.3.1 && tar xzf fontsource-variable-onest-5.3.1.tgz
    python deploy/fonts/subset.py package/files coalition/static/fonts

Onest (SIL Open Font License 1.1, no Reserved Font Name, so the subset keeps the name) is cut to
what the site writes: weights 400 to 700, kerning and marks, no stylistic extras. Two traps decide
the files: `cyrillic` holds 4 of the 18 Kazakh letters, the other 14 are in `cyrillic-ext`; № stands
only in `cyrillic`, ₸ and the Kazakh Latin of 2021 only in `latin-ext`. The same ranges stand in
`coalition/static/css/site.css`; a test holds the two together.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

RANGES: dict[str, str] = {
    "cyrillic": "U+0401,U+0406,U+0410-044F,U+0451,U+0456,U+0490-0491,U+04B0-04B1,U+2116",
    "cyrillic-ext": (
        "U+0492-0493,U+049A-049B,U+04A2-04A3,U+04AE-04AF,U+04BA-04BB,U+04D8-04D9,U+04E8-04E9"
    ),
    # Basic Latin, the punctuation the three languages share, ä ö ü ñ of the 2021 alphabet (the
    # package keeps them here, not in latin-ext).
    "latin": (
        "U+0020-007E,U+00A0,U+00A7,U+00A9,U+00AB,U+00B0-00B1,U+00B7,U+00BB,U+00C4,U+00D1,U+00D6,"
        "U+00D7,U+00DC,U+00E4,U+00F1,U+00F6,U+00FC,U+0131,U+2009,U+2013-2014,U+2018-201A,"
        "U+201C-201E,U+2022,U+2026,U+20AC,U+2212"
    ),
    # ğ ş ū İ of the 2021 alphabet, ŋ, the ə that official texts mix in, ₸.
    "latin-ext": "U+011E-011F,U+0130,U+014A-014B,U+015E-015F,U+016A-016B,U+018F,U+0259,U+20B8",
}
"""File → its characters."""

WEIGHTS = (400, 700)
FEATURES = ["kern", "mark", "mkmk", "tnum", "lnum", "ccmp", "locl"]


def codepoints(ranges: str) -> set[int]:
    """The numbers of a CSS `unicode-range` value."""
    found: set[int] = set()
    for part in ranges.replace("U+", "").split(","):
        first, _, last = part.partition("-")
        found.update(range(int(first, 16), int(last or first, 16) + 1))
    return found


def cut(source: Path, target: Path, wanted: set[int]) -> int:
    """Write the subset of one file as woff2; returns its size in bytes."""
    font = instancer.instantiateVariableFont(TTFont(source), {"wght": WEIGHTS})
    options = subset.Options()
    options.flavor = "woff2"
    options.layout_features = FEATURES
    options.hinting = False
    options.name_IDs = [0, 1, 2, 4, 6, 13, 14]  # the name and the licence stay in the file
    tool = subset.Subsetter(options)
    tool.populate(unicodes=wanted)
    tool.subset(font)
    subset.save_font(font, str(target), options)
    return target.stat().st_size


def main(files: Path, target: Path) -> None:
    """Cut every file of `RANGES` and lay the licence beside them."""
    target.mkdir(parents=True, exist_ok=True)
    for name, ranges in RANGES.items():
        source = files / f"onest-{name}-wght-normal.woff2"
        size = cut(source, target / f"onest-{name}.woff2", codepoints(ranges))
        print(f"onest-{name}.woff2 {size} bytes")
    shutil.copyfile(files.parent / "LICENSE", target / "OFL.txt")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: subset.py PACKAGE/files TARGET")
    main(Path(sys.argv[1]), Path(sys.argv[2]))
