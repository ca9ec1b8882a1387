"""A worker killed at random moments of fetching and accepting: nothing half-made, nothing twice.

Quick: 6 kills; `FAULTS=full`: 60.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.evidence.server import Site, answer
from tests.faults.test_intake import ROOT, Machine
from tests.intake.feeds import item, rss

pytestmark = pytest.mark.faults
KILLS = 60 if os.environ.get("FAULTS") == "full" else 6

WORK = """
import faulthandler, signal, sys, time
import django
faulthandler.dump_traceback_later(300)
django.setup()
from monitoring.decisions.models import DecisionKind
from monitoring.evidence import http, services
from monitoring.evidence.models import Source
from monitoring.intake.models import Candidate
from monitoring.intake.services import accept_candidate
http.LIMITS = http.Limits(seconds=20, pause=0)
name, url, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
kind, _ = DecisionKind.objects.get_or_create(
    key="act", defaults={"name_kk": "Акт", "name_ru": "Акт", "name_en": "Act"})
if name:
    Source.objects.get_or_create(name=name, defaults={"url": url})
began = time.monotonic()
if seconds:
    signal.setitimer(signal.ITIMER_REAL, seconds)  # nobody handles SIGALRM: it ends the process
services.fetch_due()
for one in Candidate.objects.waiting().order_by("pk"):
    accept_candidate(candidate=one, by=None, kind=kind, titles={"ru": one.title})
signal.setitimer(signal.ITIMER_REAL, 0)
print(time.monotonic() - began)
"""


def test_a_worker_killed_at_random_leaves_nothing_half_made_and_nothing_twice(
    tmp_path: Path,
) -> None:
    machine = Machine(tmp_path)
    assert machine.run("manage.py", "migrate", "-v0") == 0
    site = Site()

    def work(name: str, seconds: float) -> subprocess.CompletedProcess[str]:
        machine.ask("UPDATE evidence_source SET lease_until = NULL")
        # Those that were read are left alone, or each run would ask them all anew.
        machine.ask(
            "UPDATE evidence_source SET next_due = '2000-01-01' WHERE last_success_at IS NULL"
        )
        machine.ask("UPDATE evidence_fetch SET lease_until = NULL")
        return subprocess.run(
            [sys.executable, "-c", WORK, name, site.url(f"/{name}"), str(seconds)],
            cwd=ROOT, env=machine.environment, capture_output=True, text=True, timeout=600,
            check=False,
        )  # fmt: skip

    for number in range(KILLS + 1):
        items = [
            item(n, title=f"Решение № {number}-{n}", guid=f"urn:{number}:{n}") for n in range(3)
        ]
        site.routes[f"/site{number}"] = answer(rss(*items))
    sound = work("site0", 0)
    assert sound.returncode == 0, sound.stderr[-2000:]
    whole = float(sound.stdout)
    dice = random.Random(60)
    killed = 0
    for number in range(1, KILLS + 1):
        done = work(f"site{number}", dice.uniform(0.01, whole))
        killed += done.returncode == -signal.SIGALRM
        assert done.returncode in {0, -signal.SIGALRM}, done.stderr[-2000:]
    for _ in range(10):  # one sweep ends after 50 s, whatever waits
        assert work("", 0).returncode == 0
        if not machine.ask("SELECT 1 FROM evidence_source WHERE last_success_at IS NULL"):
            break
    site.close()
    print(f"{killed} of {KILLS} were killed on their way")
    assert killed * 2 >= KILLS

    def count(sql: str) -> object:
        return machine.ask(f"SELECT count(*) FROM {sql}")[0][0]

    wanted = 3 * (KILLS + 1)
    assert count("intake_candidate") == wanted
    assert count("intake_candidate WHERE state = 'accepted' AND decision_id IS NOT NULL") == wanted
    assert count("decisions_decision WHERE is_public") == wanted
    assert count("decisions_decision") == wanted
    assert count("decisions_edition WHERE live") == wanted
    assert count("journal_change") == wanted
    assert count("(SELECT DISTINCT subject_id FROM journal_change)") == wanted
    assert count("evidence_snapshot") == KILLS + 1
    assert count("evidence_fetch WHERE NOT taken_in") == 0
    assert machine.run("manage.py", "verify_evidence") == 0
