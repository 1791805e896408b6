"""The way to the endpoint: silent crowds before TLS, ports, and certificates of every kind."""

from __future__ import annotations

import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from agentguard.base import translations
from agentguard.base.errors import CannotError
from agentguard.server.admin.doctor import Health, examine
from agentguard.server.listener.certificate import make_certificate
from agentguard.server.listener.path_to_endpoint import Outside, judged, span
from agentguard.server.listener.slow_clients import Crowd, room
from agentguard.server.run import _bound
from agentguard.server.settings import Limits
from tests.server.test_service import serial, serving, until

WORDS = translations.load()
DESCRIPTORS, SILENT = 1024, 1100
DAY = 86400.0


def certified(folder: Path, key: Any, begin: float, end: float) -> tuple[Path, Path]:
    """Make a certificate for localhost that signs itself."""
    folder.mkdir(exist_ok=True)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.fromtimestamp(begin, UTC))
        .not_valid_after(datetime.fromtimestamp(end, UTC))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    kind, none = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    files = folder / "cert.pem", folder / "key.pem"
    files[0].write_bytes(made.public_bytes(pem))
    files[1].write_bytes(key.private_bytes(pem, kind, none))
    return files


def curve() -> Any:
    return ec.generate_private_key(ec.SECP256R1())


def primes() -> Any:
    return rsa.generate_private_key(65537, 2048)


@contextmanager
def limited(folder: Path) -> Iterator[int]:
    """Run the endpoint with few descriptors."""
    tls = make_certificate(folder / "tls", ("localhost",), time.time)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    words = (
        f"ulimit -n {DESCRIPTORS}; exec {sys.executable} -m agentguard serve --port {port}"
        f" --data {folder / 'server'} --cert {tls[0]} --key {tls[1]}"
    )
    process = subprocess.Popen(["sh", "-c", words], stdout=subprocess.DEVNULL)
    try:
        until(lambda: process.poll() is not None or serial(port) is not None)
        yield port
    finally:
        process.kill()
        process.wait()


def healthy(port: int) -> bool:
    """Ask as an honest desk does, over TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with (
            socket.create_connection(("127.0.0.1", port), timeout=10) as raw,
            context.wrap_socket(raw) as one,
        ):
            one.sendall(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
            return one.recv(4096).startswith(b"HTTP/1.1 200 ")
    except OSError:
        return False


@pytest.mark.heavy
@pytest.mark.posix
def test_row_95_a_silent_crowd_before_tls_leaves_the_endpoint_answering(tmp_path: Path) -> None:
    import resource  # noqa: PLC0415 - not on Windows

    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with limited(tmp_path) as port, ExitStack() as crowd:
        for _ in range(SILENT):
            crowd.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10))
        answers = [healthy(port) for _ in range(20)]
    assert answers == [True] * 20


@pytest.mark.parametrize("limits", [Limits(greeting_wait=0.5)])
def test_row_95_who_does_not_greet_in_time_is_hung_up_on_and_counted(
    running: Any, connect: Any
) -> None:
    heard = b""
    with (
        suppress(ConnectionError),
        socket.create_connection(("127.0.0.1", running.server.port), timeout=15) as silent,
    ):
        heard = silent.recv(1)
    assert heard == b""
    from agentguard.cli import main  # noqa: PLC0415 - only here

    assert main(["server", "metrics-token", "--data", str(running.settings.data)]) == 0
    token = (running.settings.data / "metrics.token").read_text().strip()
    with connect(running) as http:
        told = http.get("/metrics", headers={"authorization": f"Bearer {token}"}).text
    assert 'agentguard_hung_up_total{why="late"} 1.0' in told
    assert "agentguard_certificate_left_seconds" in told


def test_row_95_the_one_that_is_silent_longest_makes_room_for_the_next() -> None:
    crowd = Crowd(Limits(connections=3, connections_of_one=2))
    hung: list[str] = []

    def silent(name: str, address: str) -> bool:
        def hang() -> None:
            hung.append(name)
            crowd.leave(address)

        return crowd.enter(address, hang)

    assert silent("a1", "a")
    assert crowd.enter("a"), "it has greeted"
    assert silent("a2", "a"), "of one address the one of that address goes"
    assert hung == ["a1"]
    assert silent("b1", "b")
    assert silent("c1", "c")
    assert hung == ["a1", "a2"]
    assert crowd.enter("d")
    assert crowd.enter("e")
    assert not crowd.enter("f"), "nobody is silent any more"
    assert crowd.hung_up == {"silent": 4, "crowd": 1}
    assert room(20) == 20


@pytest.mark.heavy
@pytest.mark.posix
def test_row_96_sighup_takes_a_certificate_of_any_kind(tmp_path: Path) -> None:
    now = time.time()
    files = certified(tmp_path / "tls", curve(), now - DAY, now + DAY)
    with serving(tmp_path / "server", files) as (process, port):
        for make in (primes, curve):
            before = serial(port)
            certified(tmp_path / "tls", make(), now - DAY, now + DAY)
            process.send_signal(signal.SIGHUP)
            until(lambda before=before: serial(port) not in {before, None})
            assert (
                serial(port) == x509.load_pem_x509_certificate(files[0].read_bytes()).serial_number
            )


SPANS = {"expired": (-2 * DAY, -DAY), "not-yet-valid": (DAY, 2 * DAY)}


@pytest.mark.heavy
@pytest.mark.posix
@pytest.mark.parametrize("why", SPANS)
def test_row_96_a_certificate_that_no_desk_takes_is_told_at_the_start(
    tmp_path: Path, why: str
) -> None:
    begin, end = (time.time() + part for part in SPANS[why])
    files = certified(tmp_path / "tls", curve(), begin, end)
    with serving(tmp_path / "server", files) as (_, port):
        assert serial(port) is not None
        assert WORDS.say(f"server.cause.{why}") in (
            tmp_path / "server" / "agentguard.log"
        ).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("end", "why", "how"), [(1, "expired", "over"), (0, "not-yet-valid", "early")]
)
def test_row_96_outside_a_certificates_time_readiness_and_doctor_say_so(
    running: Any, connect: Any, end: int, why: str, how: str
) -> None:
    file = running.settings.data / "endpoint.pem"
    running.time.at = span(file)[end] + (1 if end else -1)
    with connect(running) as http:
        answer = http.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["detail"].startswith(WORDS.say(f"server.cause.{why}"))
    (found,) = (one for one in examine(running.settings, running.time) if one.name == "certificate")
    assert (found.health, found.what.id) == (Health.BAD, f"server.doctor.certificate-{how}")


def test_row_96_a_certificates_time_is_judged_at_its_ends() -> None:
    assert [judged((10.0, 20.0), at) for at in (9.0, 10.0, 19.9, 20.0)] == [
        "not-yet-valid",
        "",
        "",
        "expired",
    ]
    assert Outside().left(5.0) is None
    assert Outside().wrong(5.0) == ""
    assert Outside(valid=lambda: (8.0, 9.0)).wrong(5.0) == "not-yet-valid"
    assert Outside(valid=lambda: (0.0, 9.0)).left(5.0) == 4.0


def test_row_96_a_certificate_that_does_not_fit_its_key_is_told_as_that(tmp_path: Path) -> None:
    now = time.time()
    cert, _ = certified(tmp_path / "one", curve(), now - DAY, now + DAY)
    _, key = certified(tmp_path / "other", curve(), now - DAY, now + DAY)
    words = ["serve", "--cert", str(cert), "--key", str(key), "--data", str(tmp_path / "d")]
    done = subprocess.run(
        [sys.executable, "-m", "agentguard", *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 2
    assert done.stderr.startswith(f"agentguard: {WORDS.say('server.cause.other-key')}")


@pytest.mark.posix
def test_row_96_a_port_that_needs_rights_is_not_said_to_be_taken() -> None:
    mine = os.geteuid()
    if mine == 0:
        os.seteuid(65534)
    try:
        with pytest.raises(CannotError) as refused:
            _bound("127.0.0.1", 443, "en")
    finally:
        os.seteuid(mine)
    assert WORDS.say("server.cause.no-rights") in str(refused.value)
    assert WORDS.say("server.run.taken") not in str(refused.value)


def test_row_96_a_port_that_is_taken_and_a_host_that_is_not_here_are_told_as_such() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(CannotError) as refused:
        _bound("127.0.0.1", other.getsockname()[1], "en")
    assert WORDS.say("server.run.taken") in str(refused.value)
    with pytest.raises(CannotError) as away:
        _bound("192.0.2.1", 0, "en")
    assert WORDS.say("server.cause.no-host") in str(away.value)
