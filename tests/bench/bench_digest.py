"""`python -m tests.bench.bench_digest`: a day's digest for many readers, from journal to SMTP.

Readers follow everything, topics, bodies, single decisions and searches, one to three each, in
three languages; 200 decisions changed. As on a server, one process makes (match, render, sign,
queue) while BENCH_SENDERS (1) others hand over what is written to a sink on loopback, each mail
with the pace, claims and marks of every day. Timed until the sink has taken the last mail; then
`smtplib` pushes the first 10,000 of the very same bytes to the same sink. Meanwhile readers fill in
the form, one every half second: their slowest answer is printed. Says where the time goes and how
much memory each process grew by. BENCH_SUBSCRIBERS=100000 is the profile of the promise.
BENCH_KILL=0.3 kills the maker with -9 when so much is made; another one goes on when its lease has
run out. Fails when a mail is missing or doubled, a signature does not hold, or a reader waited for
more than a second.
"""

from __future__ import annotations

import json
import os
import random
import smtplib
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import django

from tests.bench.digest_worker import set_up

SUBSCRIBERS = int(os.environ.get("BENCH_SUBSCRIBERS", "300"))
CHANGED = int(os.environ.get("BENCH_CHANGED", "200" if SUBSCRIBERS >= 5000 else "40"))
SENDERS = int(os.environ.get("BENCH_SENDERS", "1"))
KILL = float(os.environ.get("BENCH_KILL", "0"))
TOPICS, BODIES = 12, 8
PAGE = 500
PUSHED = 10_000
"""Mails that `smtplib` pushes to say what is possible."""
PATIENCE = 1.0
"""Seconds within which a reader's form is answered while the mails are made."""
LANGUAGES = ("kk", "kk", "kk", "kk", "kk", "ru", "ru", "ru", "ru", "en")


def main() -> int:
    """Make a test database, measure, drop it; the exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coalition.settings.test")
    django.setup()
    from tests.kept import migrated_database

    sink = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.sink"], stdout=subprocess.PIPE, text=True
    )
    assert sink.stdout is not None
    port = int(sink.stdout.readline())
    try:
        with migrated_database():
            return measure(port, sink.pid)
    finally:
        sink.kill()


def measure(port: int, sink: int) -> int:
    """Readers and changes, the run, the sending, the raw push; the exit code."""
    from django.contrib.auth import get_user_model
    from django.db import connection

    from monitoring.digests.models import DigestRun
    from monitoring.digests.runs import close_window_now
    from monitoring.mailing.models import OutgoingMail

    key = new_key()
    set_up(port, key)
    readers(decisions())
    people: Any = get_user_model().objects
    load = os.getloadavg()[0]
    print(f"{connection.vendor}: {SUBSCRIBERS} readers, {CHANGED} changed, load {load:.1f}")
    close_window_now(frequency="daily", by=people.create_superuser(email="op@example.org"))
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as key_file:
        key_file.write(key)
        key_file.flush()
        workers = [begin(what, port, key_file.name) for what in ["make"] + ["send"] * SENDERS]
        before, forms = processor(sink), Forms()
        began = time.perf_counter()
        for one in workers:
            say(one, "go")
        forms.start()
        if KILL:
            workers[0] = kill(workers[0], port, key_file.name)
        maker = hear(workers[0])
        slowest, asked = forms.stop()  # what is asked for later, no sender would wait for
        for one in workers[1:]:
            say(one, "made")
        senders = [hear(one) for one in workers[1:]]
        total = time.perf_counter() - began
    taken, size = counted(port)
    assert not DigestRun.objects.filter(state="open").exists(), "a run is not done"
    mails = OutgoingMail.objects.filter(template="digest")
    count = mails.count()
    tell("made", maker, count)
    for sender in senders:
        tell("handed over", sender, count / SENDERS)
    print(f"the sink: {processor(sink) - before:.0f} s of processor; on disk {on_disk():.0f} MB")
    print(f"{asked} readers filled in the form meanwhile: {slowest:.2f} s at most")
    if os.environ.get("BENCH_SAMPLES"):
        keep_samples(Path(os.environ["BENCH_SAMPLES"]))
    raw = push(port)
    print(
        f"raw smtplib: {raw:.0f}/s of {size / max(taken, 1) / 1024:.0f} KB; all of ours"
        f" {count / total:.0f}/s in {total:.0f} s, {raw * total / count:.1f} times raw"
    )
    left = OutgoingMail.objects.exclude(state="sent").count()
    all_of_them = OutgoingMail.objects.filter(state="sent").count()
    if taken != all_of_them or left or not signatures_hold(key):
        print(f"WRONG: {taken} of {all_of_them} taken, {left} not sent")
        return 1
    return int(slowest > PATIENCE)


def begin(what: str, port: int, key_file: str) -> subprocess.Popen[str]:
    """A process that makes or sends, set up and waiting."""
    from django.db import connection

    database = str(connection.settings_dict["NAME"])
    one = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.digest_worker", what, database, str(port), key_file],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=None if os.environ.get("BENCH_LOUD") else subprocess.DEVNULL,
        text=True,
    )
    assert one.stdout is not None
    assert one.stdout.readline() == "ready\n", f"no {what} (BENCH_LOUD=1 says why)"
    return one


def kill(maker: subprocess.Popen[str], port: int, key_file: str) -> subprocess.Popen[str]:
    """Kill the maker when its part is made; the process that goes on."""
    from monitoring.mailing.models import OutgoingMail

    mails = OutgoingMail.objects.filter(template="digest")
    while mails.count() < KILL * SUBSCRIBERS:
        time.sleep(0.2)
    maker.kill()
    maker.wait()
    print(f"the maker was killed when {mails.count()} mails were made")
    other = begin("make", port, key_file)
    say(other, "go")
    return other


def say(one: subprocess.Popen[str], word: str) -> None:
    """A line for a process."""
    assert one.stdin is not None
    one.stdin.write(f"{word}\n")
    one.stdin.flush()


def hear(one: subprocess.Popen[str]) -> dict[str, Any]:
    """What a process says at its end."""
    assert one.stdout is not None
    told: dict[str, Any] = json.loads(one.stdout.readline())
    return told


def tell(what: str, one: dict[str, Any], count: float) -> None:
    """Where a process's time went."""
    took = ", ".join(f"{name} {seconds:.0f}" for name, seconds in one["took"].items())
    longest = f"; longest write {one['longest']:.2f} s" if one["longest"] else ""
    print(
        f"{what}: {count / one['seconds']:.0f}/s in {one['seconds']:.0f} s, {one['cpu']:.0f} s of"
        f" processor, memory +{one['grew']} to {one['most']} MB{longest}; s: {took}"
    )


class Forms(threading.Thread):
    """Readers who ask for mail by the form, two a second."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.over = threading.Event()
        self.slowest, self.asked = 0.0, 0

    def run(self) -> None:
        """Ask until told to stop."""
        from django.db import connection
        from django.test import Client

        client = Client()
        while not self.over.wait(0.5):
            address = f"asks{self.asked}@example.org"
            began = time.perf_counter()
            answer = client.post(
                "/kk/khat-alu/",
                {"address": address, "about": "all", "frequency": "daily"},
                REMOTE_ADDR=f"10.0.{self.asked // 250}.{self.asked % 250}",
            )
            if self.asked:  # the first one loads the templates
                self.slowest = max(self.slowest, time.perf_counter() - began)
            assert answer.status_code == 302, answer.status_code
            self.asked += 1
        connection.close()

    def stop(self) -> tuple[float, int]:
        """The slowest answer in seconds, and how many asked."""
        self.over.set()
        self.join()
        return self.slowest, self.asked


def processor(pid: int) -> float:
    """Seconds of processor that a process has used."""
    words = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def on_disk() -> float:
    """The database in MB, with what it has not put into its main file yet."""
    from django.db import connection

    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_database_size(%s)", [name])
            return float(cursor.fetchone()[0]) / 1e6
    return sum(one.stat().st_size for one in Path(name).parent.glob(f"{Path(name).name}*")) / 1e6


def new_key() -> str:
    """A private key for the signatures of this run."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def decisions() -> list[Any]:
    """Changed decisions: each has a topic and a body, so that queries find some and not all."""
    from tests.factories import digests as make

    topics = [make.topic(f"topic-{number}") for number in range(TOPICS)]
    bodies = [make.body(f"body-{number}") for number in range(BODIES)]
    draw, found = random.Random(1), []
    for number in range(CHANGED):
        row = make.decision(
            f"Ауылдық округтің бюджеті туралы {number} шешім",
            topics=[draw.choice(topics)],
            bodies=[draw.choice(bodies)],
            links=[f"https://adilet.zan.kz/kaz/docs/Z26{number:08d}"],
        )
        found.append(row)
    return found


def readers(changed: list[Any]) -> None:
    """Confirmed readers with one to three subscriptions, written in bulk."""
    from monitoring.core import clock
    from monitoring.digests import queries
    from monitoring.digests.models import Subscriber, Subscription
    from monitoring.mailing.addresses import digest
    from monitoring.search.query import Query
    from monitoring.search.services import save_query

    draw, now = random.Random(2), clock.now()
    everything = save_query(query=queries.EVERYTHING)
    of_topics = [save_query(query=topical("topic", f"topic-{n}")) for n in range(TOPICS)]
    of_bodies = [save_query(query=topical("body", f"body-{n}")) for n in range(BODIES)]
    searches = [save_query(query=Query(f"бюджет {n}")) for n in range(20)]
    single = [save_query(query=queries.of_decision(row.pk)) for row in changed]

    def one() -> tuple[Any, Any]:
        dice = draw.random()
        if dice < 0.1:
            return everything, None
        if dice < 0.5:
            return draw.choice(of_topics), None
        if dice < 0.7:
            return draw.choice(of_bodies), None
        if dice < 0.8:
            return draw.choice(searches), None
        number = draw.randrange(len(single))
        return single[number], changed[number].pk

    for first in range(0, SUBSCRIBERS, PAGE):
        numbers = range(first, min(first + PAGE, SUBSCRIBERS))
        rows = Subscriber.objects.bulk_create(
            Subscriber(
                address=f"reader{n}@post{n % 40}.example",
                digest=digest(f"reader{n}@post{n % 40}.example"),
                language=draw.choice(LANGUAGES),
                state="active",
                created_at=now,
                confirmed_at=now,
            )
            for n in numbers
        )
        Subscription.objects.bulk_create(
            Subscription(
                subscriber=row,
                query=query,
                decision_id=pk,
                frequency="daily",
                note="өзім үшін" if draw.random() < 0.1 else "",
                created_at=now,
                confirmed_at=now,
            )
            for row in rows
            for query, pk in dict(one() for _ in range(draw.choice((1, 1, 2, 3)))).items()
        )


def topical(facet: str, value: str) -> Any:
    """The query of whoever follows a topic or a body."""
    from monitoring.search.query import Query

    return Query(filters=((facet, (value,)),))


def push(port: int) -> float:
    """Mails a second of `smtplib` alone with the same bytes, reading them not counted."""
    from monitoring.mailing.models import OutgoingMail

    rows = OutgoingMail.objects.filter(template="digest").order_by("pk")
    took, last, pushed = 0.0, 0, 0
    link = smtplib.SMTP("127.0.0.1", port)
    while pushed < PUSHED and (
        page := list(rows.filter(pk__gt=last).values_list("pk", "recipient", "raw")[:PAGE])
    ):
        last, pushed = page[-1][0], pushed + len(page)
        began = time.perf_counter()
        for _pk, recipient, raw in page:
            link.sendmail("noreply@localhost", [recipient], bytes(raw or b""))
        took += time.perf_counter() - began
    link.quit()
    assert counted(port)[0] == pushed
    return pushed / took


def counted(port: int) -> tuple[int, int]:
    """Mails and bytes that the sink has taken since it was last asked."""
    with smtplib.SMTP("127.0.0.1", port) as link:
        _code, said = link.docmd("NOOP COUNT")
    mails, size = said.split()
    return int(mails), int(size)


def signatures_hold(pem: str) -> bool:
    """Whether an independent reader accepts the signatures of some mails."""
    import base64

    import dkim as reader
    from cryptography.hazmat.primitives import serialization

    from monitoring.mailing.models import OutgoingMail

    key: Any = serialization.load_pem_private_key(pem.encode(), password=None)
    public = base64.b64encode(
        key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    record = b"v=DKIM1; k=rsa; p=" + public
    known = list(OutgoingMail.objects.filter(template="digest").values_list("pk", flat=True))
    some = OutgoingMail.objects.filter(pk__in=random.sample(known, min(10, len(known))))
    return all(
        reader.verify(bytes(row.raw or b""), dnsfunc=lambda *_, **__: record) for row in some
    )


def keep_samples(folder: Path) -> None:
    """Some of the mails, to be looked at."""
    from monitoring.mailing.models import OutgoingMail

    folder.mkdir(parents=True, exist_ok=True)
    for row in OutgoingMail.objects.filter(template="digest")[:20]:
        (folder / f"{row.pk}-{row.language}.eml").write_bytes(bytes(row.raw or b""))


if __name__ == "__main__":
    sys.exit(main())
