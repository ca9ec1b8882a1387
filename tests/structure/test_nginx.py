"""The shipped configuration of nginx is one that nginx of the distribution takes."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

CONF = Path(__file__).resolve().parent.parent.parent / "deploy" / "nginx.conf"
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin") or ""
OPENSSL = shutil.which("openssl") or ""


@pytest.mark.skipif(not (NGINX and OPENSSL), reason="needs nginx (apt-get install nginx-light)")
def test_nginx_takes_the_shipped_configuration(tmp_path: Path) -> None:
    subprocess.run(
        [
            OPENSSL, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-nodes", "-days", "1", "-subj", "/CN=coalition.example",
            "-keyout", "key.pem", "-out", "fullchain.pem",
        ],
        cwd=tmp_path, check=True, capture_output=True,
    )  # fmt: skip
    shipped = CONF.read_text("utf-8")
    for place in ("/var/cache/nginx/coalition", "/etc/ssl/coalition"):
        assert place in shipped
        shipped = shipped.replace(place, str(tmp_path))
    # Sockets that nobody needs rights for: -t opens them and lets go.
    shipped = shipped.replace("listen 80;", f"listen unix:{tmp_path}/plain.sock;")
    shipped = shipped.replace("listen 443 ", f"listen unix:{tmp_path}/tls.sock ")
    (tmp_path / "site.conf").write_text(shipped, "utf-8")
    bodies = "".join(
        f"{name}_temp_path {tmp_path}/{name};"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (tmp_path / "nginx.conf").write_text(
        f"pid {tmp_path}/nginx.pid; error_log {tmp_path}/error.log; events {{}}"
        f"http {{ access_log off; {bodies} include {tmp_path}/site.conf; }}",
        "utf-8",
    )
    asked = subprocess.run(
        [NGINX, "-t", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert asked.returncode == 0, asked.stderr
