"""`manage.py start`: the whole platform by one command, on one machine.

1. Refuse while it already runs here, naming the pids; refuse a taken port, naming its holder.
2. Migrate, seed once, collect static files: each only where there is something to do.
3. Write supervisor's configuration under var/ and become supervisord with three children: site
   (gunicorn), worker and scheduler (Celery). One that dies is started again; Ctrl-C stops all;
   they end with their parent, even after kill -9.
"""

from __future__ import annotations

import getpass
import hashlib
import os
import shlex
import shutil
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from monitoring.core import processes
from monitoring.core.models import SeedRecord

CONFIGURATION = """\
[supervisord]
nodaemon=true
user={user}
logfile={var}/log/supervisor.log
logfile_maxbytes=5MB
logfile_backups=2
pidfile={var}/run/supervisord.pid
childlogdir={var}/log
directory={root}
identifier=coalition

[program:site]
command={wrap} 0 {python} -m gunicorn --config {root}/deploy/gunicorn.conf.py --bind {bind} {wsgi}
priority=1
{common}
stdout_logfile={var}/log/site.log

[program:worker]
command={wrap} {later} {python} -m celery --quiet --app {celery} worker --pool threads \
--concurrency 4 \
--loglevel INFO --without-gossip --without-mingle --hostname worker@localhost
priority=2
{common}
stdout_logfile={var}/log/worker.log

[program:scheduler]
command={wrap} {later} {python} -m celery --quiet --app {celery} beat --loglevel INFO \
--pidfile=
priority=3
{common}
stdout_logfile={var}/log/scheduler.log
"""

COMMON = """\
autorestart=true
startsecs=2
startretries=1000000
stopwaitsecs=8
stopasgroup=true
killasgroup=true
redirect_stderr=true
stdout_logfile_maxbytes=10MB
stdout_logfile_backups=3
environment=PYTHONUNBUFFERED="1",PYTHONWARNINGS="ignore::UserWarning",PYTHONPATH={root}
"""


class Command(BaseCommand):
    """Starts site, worker and scheduler under one supervisor."""

    help = "Start site, worker and scheduler; migrates and seeds first where needed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to listen."""
        parser.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"))
        parser.add_argument("--port", default=os.environ.get("PORT", "8000"))

    def handle(self, *args: Any, host: str, port: str, **options: Any) -> None:
        """Refuse, prepare, become supervisord."""
        var: Path = settings.VAR_DIR
        for folder in ("log", "run", "lock", "media"):
            (var / folder).mkdir(parents=True, exist_ok=True)
        if not port.isdecimal() or not 0 < int(port) < 65536:
            raise CommandError(f"PORT={port}: a port is a number from 1 to 65535.", returncode=2)
        try:
            processes.take_locks(var / "lock")
        except processes.Running as running:
            pids = ", ".join(map(str, running.pids)) or "unknown"
            raise CommandError(
                f"It already runs from {var} (pids {pids}). Stop it with Ctrl-C "
                "where it was started; processes left over by a kill end by themselves.",
                returncode=3,
            ) from None
        if not processes.port_is_free(host, int(port)):
            holder = processes.port_holder(int(port)) or "a process that this user may not see"
            raise CommandError(
                f"Port {port} is taken by {holder}. Choose another: make run PORT=8001",
                returncode=4,
            )
        address = take_address(host, port)
        self.prepare()
        self.say_where(address)
        configuration = var / "run" / "supervisord.conf"
        configuration.write_text(self.configuration(host, port))
        connection.close()
        sys.stdout.flush()
        sys.stderr.flush()
        supervisord = [sys.executable, "-m", "supervisor.supervisord", "-n", "-c"]
        os.execv(sys.executable, [*supervisord, str(configuration)])  # noqa: S606 - our own file

    def prepare(self) -> None:
        """Migrate, seed and collect, each only where there is something to do."""
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            call_command("migrate", verbosity=0)
            self.stdout.write("Database migrated.")
        if not SeedRecord.objects.exists():
            call_command("seed", stdout=self.stdout)
        stamp = Path(settings.STATIC_ROOT) / ".collected"
        newest = static_fingerprint()
        if not stamp.exists() or stamp.read_text() != newest:
            shutil.rmtree(settings.STATIC_ROOT, ignore_errors=True)
            call_command("collectstatic", interactive=False, verbosity=0)
            stamp.write_text(newest)
            self.stdout.write("Static files collected.")

    def say_where(self, address: str) -> None:
        """Print the address, the demo logins and where the logs and mails are."""
        self.stdout.write(f"\nThe site:   {address}/\nThe admin:  {address}/admin/")
        if "demo_logins" in get_commands():
            call_command("demo_logins", stdout=self.stdout)
        self.stdout.write(
            f"Logs: {settings.VAR_DIR}/log/   Mail: {settings.VAR_DIR}/mail/   Stop: Ctrl-C\n"
        )

    def configuration(self, host: str, port: str) -> str:
        """The text of supervisor's configuration; paths with a percent sign are escaped."""
        var, root, python = (
            shlex.quote(str(path)).replace("%", "%%")
            for path in (settings.VAR_DIR, settings.ROOT_DIR, sys.executable)
        )
        return CONFIGURATION.format(
            user=getpass.getuser(),
            var=var,
            root=root,
            python=python,
            bind=f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
            wsgi=settings.WSGI_APPLICATION.replace(".application", ":application"),
            celery=settings.CELERY_APPLICATION,
            # This process becomes supervisord, so its number is the children's parent.
            wrap=f"{python} -m monitoring.core.processes {var}/lock/children {os.getpid()}",
            # The site's imports come first: three at once on two cores would delay its first page.
            later=1.5,
            common=COMMON.format(root=root),
        )


def take_address(host: str, port: str) -> str:
    """The address at which the site listens; without a SITE_URL, all links lead there.

    The settings of this process are read already, those of its children are not: both are told.
    """
    address = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    if not os.environ.keys() & {"SITE_URL", "SITE_URL_FILE"}:
        os.environ["SITE_URL"] = settings.WAGTAILADMIN_BASE_URL = address
    return address


def static_fingerprint() -> str:
    """What the collected files depend on: the installed packages and our own files' times."""
    lock = (settings.ROOT_DIR / "requirements.txt").read_bytes()
    ours = sorted(
        f"{path}:{path.stat().st_mtime_ns}"
        for folder in settings.STATICFILES_DIRS
        for path in Path(folder).rglob("*")
        if path.is_file()
    )
    return hashlib.sha256(lock + "\n".join(ours).encode()).hexdigest()
