"""A process of `bench_digest`: one that makes mails, or one that hands them over. Not a benchmark.

`python -m tests.bench.digest_worker make|send DATABASE PORT KEY-FILE` says "ready", waits for a
line, works until nothing is left (a sender: until the line "made" came and nothing waits), and
prints what it took as one line of JSON.
"""

from __future__ import annotations

import functools
import json
import resource
import select
import sys
import time
from pathlib import Path
from typing import Any

import django

MAKING = {
    "choose items": ("monitoring.digests.runs", "build"),
    "splice": ("monitoring.digests.rendering", "Renderer.parts"),
    "headers": ("monitoring.mailing.compose", "assemble"),
    "base64": ("monitoring.mailing.services", "whole"),
    "sign": ("monitoring.mailing.services", "signed"),
    "pack": ("monitoring.mailing.services", "pack_pieces"),
    "write rows": ("monitoring.digests.runs", "_write"),
    "match": ("monitoring.digests.runs", "matching"),
    "read what is said": ("monitoring.digests.runs", "found_of"),
}
SENDING = {
    "read": ("monitoring.mailing.sending", "_read"),
    "claim": ("monitoring.mailing.models", "OutgoingMailQuerySet.claim"),
    "hand over": ("monitoring.mailing.delivery", "SmtpDoor.send"),
    "mark": ("monitoring.mailing.sending", "_mark_sent"),
}


def main(what: str, database: str, port: str, key_file: str) -> None:
    """Set up, wait, work, tell."""
    django.setup()
    from django.db import connections

    connections["default"].settings_dict["NAME"] = database
    set_up(int(port), Path(key_file).read_text(encoding="ascii"))
    took = watch(MAKING if what == "make" else SENDING)
    at_first = memory()
    print("ready", flush=True)
    sys.stdin.readline()
    began, cpu = time.perf_counter(), time.process_time()
    (make if what == "make" else send)()
    told = {
        "seconds": time.perf_counter() - began,
        "cpu": time.process_time() - cpu,
        "grew": memory() - at_first,
        "most": memory(),
        "took": took,
        "longest": took.pop("longest"),
    }
    print(json.dumps(told), flush=True)


def make() -> None:
    """The sweep of the runs, until nothing is open; the lease of a dead maker runs out first."""
    from monitoring.digests.models import DigestRun
    from monitoring.digests.runs import run_digests

    while run_digests() or DigestRun.objects.filter(state="open").exists():
        time.sleep(0.2)


def send() -> None:
    """The sweep of the outbox, again and again, as its bell asks for it."""
    from monitoring.mailing.models import OutgoingMail
    from monitoring.mailing.sending import send_due

    made = False
    while True:
        if send_due():
            continue
        waiting = OutgoingMail.objects.filter(state__in=["pending", "leased"])
        if made and not waiting.exists():
            return
        if select.select([sys.stdin], [], [], 0.05)[0]:
            made = bool(sys.stdin.readline()) or made


def set_up(port: int, key: str) -> None:
    """Settings of a machine that really sends; the pace for each domain is that of the profile."""
    from django.conf import settings

    settings.MAIL_DKIM = {"key": key, "selector": "bench", "domain": "localhost"}
    settings.MAIL_DELIVERY = {
        "kind": "smtp", "host": "127.0.0.1", "port": port, "username": "", "password": "",
        "use_tls": False, "use_ssl": False, "timeout": 20.0,
    }  # fmt: skip
    settings.MAIL_ALLOWED_RECIPIENTS = None
    settings.MAIL_BRAKE_FLOOR = 0
    settings.OPERATOR_EMAILS = ["operator@example.org"]


def watch(stages: dict[str, tuple[str, str]]) -> dict[str, float]:
    """Note the seconds in each function by the clock; "longest": one call that writes rows."""
    took = {"longest": 0.0}
    for name, (module, path) in stages.items():
        holder: Any = __import__(module, fromlist=["_"])
        *owners, function = path.split(".")
        for owner in owners:
            holder = getattr(holder, owner)
        setattr(holder, function, _timed(getattr(holder, function), name, took))
    return took


def _timed(function: Any, name: str, took: dict[str, float]) -> Any:
    took[name] = 0.0

    @functools.wraps(function)
    def timed(*args: Any, **options: Any) -> Any:
        began = time.perf_counter()
        try:
            return function(*args, **options)
        finally:
            seconds = time.perf_counter() - began
            took[name] += seconds
            if name == "write rows":
                took["longest"] = max(took["longest"], seconds)

    return timed


def memory() -> int:
    """The most memory this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main(*sys.argv[1:])
