"""Processes that live and die together, and who holds a lock or a port. No Django.

Run as a program it is the wrapper of every child of `manage.py start`:
`python -m monitoring.core.processes LOCK PARENT_PID SECONDS COMMAND …` waits, then becomes the
command; it ends when its parent dies, and is marked as running by a shared lock that its own
children inherit.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_LOCK_FD = 4
"""supervisord closes every descriptor from 5 up when it starts."""


class Running(Exception):  # noqa: N818 - it is no error of the holder
    """Somebody holds the lock; `pids` are the holders, as far as this system tells."""

    def __init__(self, pids: list[int]) -> None:
        super().__init__(pids)
        self.pids = pids


def take_locks(folder: Path) -> None:
    """Become the only parent that runs from `folder`; the lock survives an exec.

    Raises Running while another parent, or a child that outlived its parent, is there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    parent, children = folder / "parent", folder / "children"
    handle = os.open(parent, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Running(holders(parent) + holders(children)) from None
    with children.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Running(holders(children)) from None
    os.dup2(handle, _LOCK_FD, inheritable=True)
    if handle != _LOCK_FD:
        os.close(handle)


def holders(path: Path) -> list[int]:
    """The processes that have `path` open, but this one (Linux; elsewhere none can be named)."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            links = [str(link.readlink()) for link in (process / "fd").iterdir()]
        except OSError:  # gone meanwhile, or another user's
            continue
        if str(path.resolve()) in links and int(process.name) != os.getpid():
            found.append(int(process.name))
    return sorted(found)


def port_is_free(host: str, port: int) -> bool:
    """Whether a server may listen there now."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def port_holder(port: int) -> str:
    """Who listens on a port, as "pid 123 (name)"; empty if it cannot be known."""
    inodes = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = Path(table).read_text().splitlines()[1:]
        except OSError:
            continue
        for fields in map(str.split, lines):
            # sl, local_address (hex ip:port), rem_address, st (0A = LISTEN), …, inode; proc(5)
            if fields[3] == "0A" and int(fields[1].rpartition(":")[2], 16) == port:
                inodes.add(f"socket:[{fields[9]}]")
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if inodes & {str(link.readlink()) for link in (process / "fd").iterdir()}:
                name = (process / "comm").read_text().strip()
                return f"pid {process.name} ({name})"
        except OSError:  # gone meanwhile, or another user's
            continue
    return ""


def die_with_parent(parent: int, with_signal: int = signal.SIGTERM) -> None:
    """Ask the kernel to send this process a signal when its parent dies (Linux; kept over exec)."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, with_signal)
    if os.getppid() != parent:  # it died before the call
        sys.exit(1)


def main(arguments: list[str]) -> int:
    """The wrapper: lock, bind to the parent, wait, become the command."""
    lock, parent, seconds, command = (
        arguments[0],
        int(arguments[1]),
        float(arguments[2]),
        arguments[3:],
    )
    handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(handle, fcntl.LOCK_SH)
    os.set_inheritable(handle, True)
    die_with_parent(parent)
    time.sleep(seconds)
    if sys.platform == "linux":
        os.execvp(command[0], command)  # noqa: S606 - the command comes from manage.py start
    child = subprocess.Popen(command, close_fds=False)  # noqa: S603 - likewise
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    while child.poll() is None:
        if os.getppid() != parent:
            child.terminate()
            return child.wait()
        time.sleep(1)
    return child.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
