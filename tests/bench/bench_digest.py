"""`python -m tests.bench.bench_digest`: a day's digest for many readers, from journal to SMTP.

Readers follow everything, topics, bodies, single decisions and searches, one to three each, in
three languages; 200 decisions changed. Timed: making (match, render, sign, queue), handing over to
a sink on loopback, and `smtplib` pushing the very same bytes to the same sink. Prints mails a
second, the ratio and the peak of memory. BENCH_SUBSCRIBERS=100000 is the profile of the promise;
BENCH_SENDERS (1) processes hand over at once. Fails when a mail is missing or doubled, or a
signature does not hold.
"""

from __future__ import annotations

import os
import random
import resource
import smtplib
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import django

SUBSCRIBERS = int(os.environ.get("BENCH_SUBSCRIBERS", "300"))
CHANGED = int(os.environ.get("BENCH_CHANGED", "200" if SUBSCRIBERS >= 5000 else "40"))
SENDERS = int(os.environ.get("BENCH_SENDERS", "1"))
TOPICS, BODIES = 12, 8
PAGE = 500
LANGUAGES = ("kk", "kk", "kk", "kk", "kk", "ru", "ru", "ru", "ru", "en")


def main() -> int:
    """Make a test database, measure, drop it; the exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coalition.settings.test")
    django.setup()
    from django.test.utils import setup_databases, teardown_databases

    sink = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.sink"], stdout=subprocess.PIPE, text=True
    )
    assert sink.stdout is not None
    port = int(sink.stdout.readline())
    kept = setup_databases(verbosity=0, interactive=False)
    try:
        return measure(port)
    finally:
        teardown_databases(kept, verbosity=0)
        sink.kill()


def measure(port: int) -> int:
    """Readers and changes, the run, the sending, the raw push; the exit code."""
    from django.conf import settings
    from django.contrib.auth import get_user_model
    from django.db import connection

    from monitoring.digests.models import DigestRun
    from monitoring.digests.runs import close_window_now, run_digests
    from monitoring.mailing.models import OutgoingMail

    set_up(port)
    changed = decisions()
    readers(changed)
    print(
        f"{connection.vendor}: {SUBSCRIBERS} readers, {CHANGED} changed decisions;"
        f" {megabytes()} MB before"
    )
    people: Any = get_user_model().objects
    close_window_now(frequency="daily", by=people.create_superuser(email="op@example.org"))
    began = time.perf_counter()
    while run_digests():
        pass
    made = time.perf_counter() - began
    assert not DigestRun.objects.filter(state="open").exists(), "a run is not done"
    mails = OutgoingMail.objects.filter(template="digest")
    count = mails.count()
    print(f"made: {count} in {made:.1f} s, {count / made:.0f}/s; {megabytes()} MB at most")
    began = time.perf_counter()
    send_all(port)
    sent = time.perf_counter() - began
    taken, size = counted(port)
    print(f"handed over: {taken} in {sent:.1f} s, {taken / sent:.0f}/s; {megabytes()} MB at most")
    if os.environ.get("BENCH_SAMPLES"):
        keep_samples(Path(os.environ["BENCH_SAMPLES"]))
    raw = push(port)
    assert counted(port)[0] == count
    total = made + sent
    print(
        f"raw smtplib: {count / raw:.0f}/s of {size / max(taken, 1) / 1024:.0f} KB;"
        f" all of ours {count / total:.0f}/s in {total:.0f} s, {total / raw:.1f} times raw"
    )
    wrong = mails.exclude(state="sent").count()
    if taken != count or wrong or not signatures_hold(settings.MAIL_DKIM):
        print(f"WRONG: {taken} of {count} taken, {wrong} not sent")
        return 1
    return 0


def set_up(port: int) -> None:
    """Settings of a machine that really sends, and a key of its own."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from django.conf import settings

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
    settings.MAIL_DKIM = {"key": pem, "selector": "bench", "domain": "localhost"}
    settings.MAIL_DELIVERY = {
        "kind": "smtp", "host": "127.0.0.1", "port": port, "username": "", "password": "",
        "use_tls": False, "use_ssl": False, "timeout": 20.0,
    }  # fmt: skip
    settings.MAIL_ALLOWED_RECIPIENTS = None
    settings.MAIL_PER_MINUTE, settings.MAIL_BRAKE_FLOOR = ["0"], 0
    settings.OPERATOR_EMAILS = ["operator@example.org"]


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
                since=0,
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


def send_all(port: int) -> None:
    """Hand over until nothing waits, in as many processes as asked for."""
    if SENDERS == 1:
        send_until_done()
        return
    from django.conf import settings
    from django.db import connection

    name, key = str(connection.settings_dict["NAME"]), settings.MAIL_DKIM["key"]
    with ProcessPoolExecutor(SENDERS) as pool:
        list(pool.map(send_apart, [port] * SENDERS, [name] * SENDERS, [key] * SENDERS))


def send_apart(port: int, database: str, key: str) -> None:
    """A sender in a process of its own, on the same test database."""
    from django.db import connections

    connections.close_all()
    connections["default"].settings_dict["NAME"] = database
    send_until_done()


def send_until_done() -> None:
    """Batch after batch."""
    from monitoring.mailing.models import OutgoingMail
    from monitoring.mailing.sending import send_due

    while send_due() or OutgoingMail.objects.due().exists():
        pass


def push(port: int) -> float:
    """Seconds that `smtplib` alone takes for the same bytes, reading them not counted."""
    from monitoring.mailing.models import OutgoingMail

    rows = OutgoingMail.objects.filter(template="digest").order_by("pk")
    took, last = 0.0, 0
    link = smtplib.SMTP("127.0.0.1", port)
    while page := list(rows.filter(pk__gt=last).values_list("pk", "recipient", "raw")[:PAGE]):
        last = page[-1][0]
        began = time.perf_counter()
        for _pk, recipient, raw in page:
            link.sendmail("noreply@localhost", [recipient], bytes(raw or b""))
        took += time.perf_counter() - began
    link.quit()
    return took


def counted(port: int) -> tuple[int, int]:
    """Mails and bytes that the sink has taken since it was last asked."""
    with smtplib.SMTP("127.0.0.1", port) as link:
        _code, said = link.docmd("NOOP COUNT")
    mails, size = said.split()
    return int(mails), int(size)


def signatures_hold(config: dict[str, str]) -> bool:
    """Whether an independent reader accepts the signatures of some mails."""
    import base64

    import dkim as reader
    from cryptography.hazmat.primitives import serialization

    from monitoring.mailing.models import OutgoingMail

    key: Any = serialization.load_pem_private_key(config["key"].encode(), password=None)
    public = base64.b64encode(
        key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    record = b"v=DKIM1; k=rsa; p=" + public
    some = OutgoingMail.objects.filter(template="digest").order_by("?")[:10]
    return all(
        reader.verify(bytes(row.raw or b""), dnsfunc=lambda *_, **__: record) for row in some
    )


def keep_samples(folder: Path) -> None:
    """Some of the mails, to be looked at."""
    from monitoring.mailing.models import OutgoingMail

    folder.mkdir(parents=True, exist_ok=True)
    for row in OutgoingMail.objects.filter(template="digest")[:20]:
        (folder / f"{row.pk}-{row.language}.eml").write_bytes(bytes(row.raw or b""))


def megabytes() -> int:
    """The most memory this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    sys.exit(main())
