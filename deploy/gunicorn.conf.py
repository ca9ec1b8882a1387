"""gunicorn: two processes of four threads, enough for 2 cores; used by `manage.py start` too."""

import os
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 4
timeout = 60
graceful_timeout = 5
keepalive = 5
preload_app = True  # imported once, not once a worker: the first page comes a second sooner
control_socket_disable = True  # otherwise a socket appears in the home folder
accesslog = None
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1,::1")


def post_fork(server, worker):  # type: ignore[no-untyped-def] # gunicorn's hook
    """A worker whose master was killed must not keep the port."""
    from monitoring.core.processes import die_with_parent

    die_with_parent(server.pid, signal.SIGKILL)
