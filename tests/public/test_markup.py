"""The Nu HTML checker finds no error in any kind of page, form or refusal, in any language."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.factories import registry as make
from tests.public.walk import Found

DOORS = {"kk": "/kk/kiru/", "ru": "/ru/vkhod/", "en": "/en/sign-in/"}
MAIL = {"kk": "/kk/khat-alu/", "ru": "/ru/podpiska/", "en": "/en/subscribe/"}
STEPS = {"kk": "/kk/ekinshi-kadam/", "ru": "/ru/vtoroy-shag/", "en": "/en/second-step/"}
TASKS = {"kk": "/kk/tapsyrmalar/", "ru": "/ru/zadachi/", "en": "/en/tasks/"}


@pytest.fixture(scope="session")
def checker() -> list[str]:
    """The command; skips with the line that mends it, or fails where `CI` is set."""
    jar, java = Path(os.environ.get("VNU_JAR", "")), shutil.which("java")
    if java and jar.is_file():
        return [java, "-Xss2m", "-jar", str(jar), "--format", "json", "--stdout", "--errors-only"]
    sentence = (
        "the Nu HTML checker is not here; get it with: npm install --ignore-scripts vnu-jar, "
        "a Java runtime, and VNU_JAR=node_modules/vnu-jar/build/dist/vnu.jar"
    )
    if os.environ.get("CI", "").lower() in {"1", "true", "yes"}:
        pytest.fail(sentence, pytrace=False)
    pytest.skip(sentence)


def _check(checker: list[str], folder: Path) -> list[str]:
    """What is wrong in the files of a folder, one line each."""
    done = subprocess.run(
        [*checker, *map(str, sorted(folder.iterdir()))],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    found: list[dict[str, Any]] = json.loads(done.stdout)["messages"]
    return [
        f"{Path(one.get('url', '')).name}:{one.get('lastLine')} {one['message']} "
        f"{one.get('extract', '')!r}"
        for one in found
    ]


def test_the_checker_checks(checker: list[str], tmp_path: Path) -> None:
    (tmp_path / "wrong.html").write_text("<!DOCTYPE html><title>x</title><p><div></p>")
    assert _check(checker, tmp_path)


def _states(settings: Any) -> dict[str, Any]:
    """Answers that no link leads to: forms with errors, refusals, pages of the signed in."""
    person = make.make_person("member", "markup@example.org")
    editor = make.make_person("editor", "markup-editor@example.org")
    found: dict[str, Any] = {}
    for language, door in DOORS.items():
        stranger, member, unproved = Client(), Client(), Client()
        member.force_login(person)
        unproved.force_login(editor)
        found |= {
            f"{language} subscribe, wrong": stranger.post(MAIL[language], {"address": "x"}),
            f"{language} subscribe, asked": stranger.get(MAIL[language] + "?asked=1"),
            f"{language} bad link": stranger.get(f"{MAIL[language]}t/none/"),
            f"{language} door": stranger.get(door),
            f"{language} door, wrong": stranger.post(door, {"login": "x"}),
            f"{language} tasks": member.get(TASKS[language]),
            f"{language} second step": member.get(STEPS[language]),
            f"{language} second step, set up": unproved.get(f"{STEPS[language]}qosu/"),
            f"{language} second step, wrong": unproved.post(
                f"{STEPS[language]}qosu/", {"code": "1"}
            ),
        }
        settings.ASKED_A_MINUTE = 1
        stranger.get(MAIL[language] + "?x=1")
        found[f"{language} too many"] = stranger.get(MAIL[language] + "?x=1")
        settings.ASKED_A_MINUTE = 0
    return found


def test_no_page_has_an_error(
    checker: list[str], pages: list[Found], settings: Any, tmp_path: Path
) -> None:
    answers = {f"{page.language} {page.kind}": page.answer for page in pages if page.is_html}
    answers |= _states(settings)
    for name, answer in answers.items():
        assert answer.status_code < 500, name
        if answer.status_code in {301, 302}:
            continue
        file = re.sub(r"[^\w-]+", "-", name) + ".html"
        (tmp_path / file).write_bytes(answer.content)
    assert len(list(tmp_path.iterdir())) > 60
    assert "\n".join(_check(checker, tmp_path)) == ""
