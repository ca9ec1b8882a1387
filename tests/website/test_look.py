"""The frame's files: font, tokens and what may not stand in them."""

from __future__ import annotations

import gzip
import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest
from fontTools.ttLib import TTFont

ROOT = Path(__file__).resolve().parent.parent.parent
STATIC = ROOT / "coalition" / "static"
CSS = (STATIC / "css" / "site.css").read_text()
KAZAKH = "АаӘәБбВвГгҒғДдЕеЁёЖжЗзИиЙйКкҚқЛлМмНнҢңОоӨөПпРрСсТтУуҰұҮүФфХхҺһЦцЧчШшЩщЪъЫыІіЬьЭэЮюЯя"
LATIN_2021 = "ÄäĞğÖöŞşÜüŪūÑñİı"


def _subset() -> ModuleType:
    spec = importlib.util.spec_from_file_location("subset", ROOT / "deploy" / "fonts" / "subset.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _holds(name: str) -> set[int]:
    return set(TTFont(STATIC / "fonts" / f"onest-{name}.woff2").getBestCmap())


def test_every_kazakh_letter_and_sign_is_in_a_file_that_the_style_sheet_offers_for_it() -> None:
    faces = dict(
        re.findall(r'onest-([\w-]+)\.woff2"\) format\("woff2"\);\s*unicode-range: ([^;]+);', CSS)
    )
    subset = _subset()
    offered = {name: subset.codepoints(value) for name, value in faces.items()}
    for letter in KAZAKH + LATIN_2021 + "№₸«»–…":
        files = [name for name, numbers in offered.items() if ord(letter) in numbers]
        assert files, f"no file offers {letter}"
        for name in files:
            assert ord(letter) in _holds(name), f"onest-{name}.woff2 lacks {letter}"


def test_the_style_sheet_and_the_subset_script_name_the_same_ranges() -> None:
    ranges = _subset().RANGES
    assert set(ranges) == {"cyrillic", "cyrillic-ext", "latin", "latin-ext"}
    for name, value in ranges.items():
        assert f'onest-{name}.woff2") format("woff2");\n  unicode-range: {value};' in CSS
        assert _subset().codepoints(value) <= _holds(name)


def test_the_fonts_of_a_kazakh_page_fit_their_budget_and_carry_their_licence() -> None:
    sizes = {path.stem: path.stat().st_size for path in (STATIC / "fonts").glob("*.woff2")}
    assert sum(sizes[f"onest-{name}"] for name in ("cyrillic", "cyrillic-ext", "latin")) < 30_000
    assert "SIL Open Font License" in (STATIC / "fonts" / "OFL.txt").read_text()


def test_the_style_sheet_is_small_and_keeps_to_old_browsers_and_to_our_own_host() -> None:
    assert len(gzip.compress(CSS.encode(), 9)) <= 8 * 1024
    for word in (
        ":is(",
        ":where(",
        ":has(",
        "color-mix(",
        "@import",
        "url(http",
        "@layer",
        "aspect-",
    ):
        assert word not in CSS, word


def test_the_scripts_are_small_and_call_no_other_host() -> None:
    sizes = {path.name: path.stat().st_size for path in (STATIC / "js").glob("*.js")}
    assert sizes["site.js"] <= 5 * 1024
    assert sizes["sw.js"] <= 2 * 1024
    for path in (STATIC / "js").glob("*.js"):
        assert not re.search(r"https?://|//[a-z]|eval\(|innerHTML", path.read_text()), path


def test_no_template_of_the_site_carries_style_attributes_or_calls_another_host() -> None:
    for path in (ROOT / "templates").rglob("*.html"):
        if "email" in path.parts:
            continue  # mail clients drop style sheets
        text = path.read_text()
        assert not re.search(r"<[^>{]*\s(?:style|on[a-z]+)=", text), path
        assert not re.search(r"<style|<script(?![^>]*\ssrc=)(?![^>]*json)", text), path
        assert not re.search(r"(?:src|srcset)=[\"']?(?:https?:)?//", text), path
        assert not re.search(r"<link[^>]*href=[\"']?https?://", text), path


def _tokens(css: str) -> dict[str, str]:
    return dict(re.findall(r"--(\w+): (#[0-9a-f]{3,6});", css))


def _luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    """WCAG 2.2, "contrast ratio"."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


LIGHT, DARK = (
    CSS.split("/* ---- tokens")[1].split("@media (prefers-color-scheme: dark)")[0],
    CSS.split("@media (prefers-color-scheme: dark)")[1].split("/* ---- ground")[0],
)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_words_stand_out_from_their_ground(dark: bool) -> None:
    token = _tokens(LIGHT) | (_tokens(DARK) if dark else {})
    pairs = [
        (text, ground) for text in ("ink", "muted", "brand") for ground in ("paper", "felt", "wash")
    ]
    pairs += [("on", "brand"), ("due", "duebg"), ("sup", "supbg"), ("amd", "amdbg")]
    pairs += [("opp", "oppbg"), ("opp", "paper"), ("wat", "watbg"), ("ink", "mark")]
    pairs += [("ink", "ins"), ("ink", "del"), ("brand", "mark")]
    for text, ground in pairs:
        assert _contrast(token[text], token[ground]) >= 4.5, (text, ground)
    assert _contrast(token["edge"], token["paper"]) >= 3
