"""The endpoint as a service: its unit, its end, and the certificate that it reads again."""

from __future__ import annotations

import configparser
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography import x509

from agentguard.cli import main
from agentguard.server.listener.certificate import make_certificate

ROOT = Path(__file__).parents[2]
ENV = ROOT / "installer" / "server" / "server.env"
UNIT = ROOT / "installer" / "server" / "agentguard-server.service"
PATIENCE = 90.0


def until(holds: Callable[[], object]) -> None:
    limit, nothing = time.monotonic() + PATIENCE, threading.Event()
    while not holds():
        assert time.monotonic() < limit, "it did not happen in time"
        nothing.wait(0.1)


def serial(port: int) -> int | None:
    """Give the serial number of the certificate that answers; None when nobody does."""
    try:
        pem = ssl.get_server_certificate(("127.0.0.1", port), timeout=5)
    except OSError:
        return None
    return x509.load_pem_x509_certificate(pem.encode()).serial_number


@contextmanager
def serving(folder: Path, tls: tuple[Path, Path]) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Run the endpoint as the unit does."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    command = [
        sys.executable, "-m", "agentguard", "serve", "--port", str(port), "--data", str(folder),
        "--cert", str(tls[0]), "--key", str(tls[1]),
    ]  # fmt: skip
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        until(lambda: process.poll() is not None or serial(port) is not None)
        yield process, port
    finally:
        process.kill()
        process.wait(PATIENCE)


@pytest.mark.heavy
@pytest.mark.posix
def test_the_certificate_is_read_again_at_sighup_and_a_bad_one_is_not_used(tmp_path: Path) -> None:
    tls = make_certificate(tmp_path / "tls", ("localhost",), time.time)
    with serving(tmp_path / "server", tls) as (process, port):
        first = serial(port)
        other = make_certificate(tmp_path / "other", ("localhost",), time.time)
        for old, new in zip(tls, other, strict=True):
            old.write_bytes(new.read_bytes())
        process.send_signal(signal.SIGHUP)
        until(lambda: serial(port) not in {first, None})
        second = serial(port)
        tls[0].write_text("nothing")
        process.send_signal(signal.SIGHUP)
        log = tmp_path / "server" / "agentguard.log"
        until(lambda: "could not be read again" in log.read_text())
        assert serial(port) == second
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) in {0, -signal.SIGTERM}


def test_the_unit_starts_what_there_is_and_confines_it() -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign] # systemd's names have capitals
    unit.read(UNIT)
    service = unit["Service"]
    words = service["ExecStart"].split()
    assert words[:2] == ["/usr/bin/agentguard-server", "serve"]
    told = dict(one.split("=", 1) for one in ENV.read_text().splitlines() if one[:1].isalpha())
    assert words[2:] == ["$SERVE_OPTIONS"]
    with pytest.raises(SystemExit) as ended:
        main(["serve", *told["SERVE_OPTIONS"].split(), "--help"])
    assert ended.value.code == 0
    assert told["AGENTGUARD_SERVER_DATA"] == f"/var/lib/{service['StateDirectory']}"
    assert service["User"] != "root"
    for name in ("NoNewPrivileges", "PrivateDevices", "ProtectHome"):
        assert service[name] == "yes"
    assert service["ExecReload"].split()[1] == "-HUP"
    assert int(service["TimeoutStopSec"]) > 15


@pytest.mark.heavy
@pytest.mark.posix
def test_systemd_finds_nothing_wrong_with_the_unit(tmp_path: Path) -> None:
    unit = tmp_path / UNIT.name
    program = f"{sys.executable} -m agentguard"
    text = UNIT.read_text().replace("/usr/bin/agentguard-server", program)
    unit.write_text(text.replace("User=agentguard", f"User={os.environ.get('USER', 'root')}"))
    command = ["/usr/bin/systemd-analyze", "verify", "--man=no", str(unit)]
    told = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert UNIT.name not in told.stderr, told.stderr
