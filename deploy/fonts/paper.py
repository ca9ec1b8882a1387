"""Makes the two fonts of papers and pictures (PDF, PNG) from the four web fonts of the site.

    python deploy/fonts/paper.py coalition/static/fonts deploy/fonts

typst reads neither woff2 nor variable fonts: the four files are set to one weight each, joined, and
written as TrueType. The licence (SIL Open Font License 1.1) goes along.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from fontTools.merge import Merger
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

PARTS = ("latin", "cyrillic", "cyrillic-ext", "latin-ext")
WEIGHTS = {"Regular": 400, "Bold": 700}


def join(files: Path, weight: int, style: str, target: Path) -> int:
    """Write one weight of all parts as one font; returns its size in bytes."""
    with tempfile.TemporaryDirectory() as folder:
        parts = []
        for part in PARTS:
            font = TTFont(files / f"onest-{part}.woff2")
            instancer.instantiateVariableFont(font, {"wght": weight}, inplace=True)
            font.flavor = None
            for table in ("GSUB", "GPOS", "GDEF", "STAT", "DSIG"):
                if table in font and part != "latin":
                    del font[table]  # joined tables of features clash; Latin's kerning stays
            parts.append(str(Path(folder) / f"{part}.ttf"))
            font.save(parts[-1])
        joined = Merger().merge(parts)
    for name, text in ((1, "Onest"), (2, style), (4, f"Onest {style}"), (6, f"Onest-{style}")):
        joined["name"].setName(text, name, 3, 1, 0x409)
    joined["OS/2"].usWeightClass = weight
    joined["OS/2"].fsSelection = 0x20 if style == "Bold" else 0x40
    joined["head"].macStyle = 1 if style == "Bold" else 0
    joined["head"].created = joined["head"].modified = 0  # the same bytes every time
    joined.recalcTimestamp = False
    joined.save(target)
    return target.stat().st_size


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: paper.py FOLDER_OF_WOFF2 TARGET")
    source, folder = Path(sys.argv[1]), Path(sys.argv[2])
    for style, weight in WEIGHTS.items():
        path = folder / f"Onest-{style}.ttf"
        print(path.name, join(source, weight, style, path), "bytes")
    shutil.copyfile(source / "OFL.txt", folder / "OFL.txt")
