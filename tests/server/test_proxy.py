"""Two real processes on one PostgreSQL behind a real nginx with our own file."""

from __future__ import annotations

import signal
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import psutil
import pytest
from sqlalchemy import select

from agentguard.server.admin.accounts import Admin
from agentguard.server.settings import ServerSettings
from agentguard.server.store.schema.tables import event as events
from agentguard.server.store.schema.tables import lockout

pytestmark = [pytest.mark.heavy, pytest.mark.posix]
ROOT = Path(__file__).parents[2]
OURS = ROOT / "installer" / "server" / "nginx.conf"
HOST = "127.0.0.1"
PATIENCE = 90.0
DESKS, ROUNDS = 6, 4
LATER = {502, 503, 504}  # the proxy holds one for gone that was away a moment ago
PAUSE = 0.1  # seconds between two reports of a desk, which may send 600 at once and no more


def free_port() -> int:
    with socket.create_server((HOST, 0)) as free:
        return int(free.getsockname()[1])


def put_here(data: Path, folder: Path, port: int, endpoints: list[int]) -> str:
    """Give our file with the places of this computer; nothing but places is changed."""
    servers = "\n".join(f"server {HOST}:{one} max_fails=1 fail_timeout=1s;" for one in endpoints)
    places = {
        "resolver 127.0.0.11 valid=10s; # Docker's own\n": "\n",
        "server endpoint:8443 resolve max_fails=1 fail_timeout=1s;": servers,
        "listen 8443 ssl;": f"listen {HOST}:{port} ssl;",
        "/run/secrets/tls.pem": str(data / "endpoint.pem"),
        "/run/secrets/tls.key": str(data / "endpoint-key.pem"),
        "/run/secrets/ca.pem": str(data / "ca.pem"),
        "proxy_ssl_name guard.example.org;": "proxy_ssl_name localhost;",
        "/tmp/nginx.pid": str(folder / "nginx.pid"),
    }
    text = OURS.read_text(encoding="utf-8")
    for there, here in places.items():
        assert there in text, there
        text = text.replace(there, here)
    return text


@contextmanager
def nginx(data: Path, folder: Path, endpoints: list[int]) -> Iterator[int]:
    port = free_port()
    with begun(folder, put_here(data, folder, port, endpoints), port) as given:
        yield given


@contextmanager
def begun(folder: Path, text: str, port: int) -> Iterator[int]:
    """Run nginx by a text of settings until the end; give the port at which it answers."""
    file, said = folder / "nginx.conf", folder / "nginx.log"
    file.write_text(text, encoding="utf-8")
    with (
        said.open("w") as words,
        subprocess.Popen(
            ["nginx", "-p", str(folder), "-c", str(file), "-g", "daemon off; user root;"],
            stderr=words,
            text=True,
        ) as process,
    ):
        try:
            until_it_answers(port, process, said)
            yield port
        finally:
            process.terminate()
            process.communicate(timeout=PATIENCE)


def until_it_answers(port: int, process: subprocess.Popen[str], said: Path) -> None:
    limit, nothing = time.monotonic() + PATIENCE, threading.Event()
    while True:
        assert process.poll() is None, said.read_text(encoding="utf-8")
        assert time.monotonic() < limit, "nginx did not start in time"
        try:
            socket.create_connection((HOST, port), timeout=5).close()
        except OSError:
            nothing.wait(0.1)
        else:
            return


@dataclass
class Centre:
    """What stands behind the proxy, and the proxy's address."""

    data: Path
    port: int
    endpoints: list[tuple[subprocess.Popen[str], int]]
    admin: Admin
    database: str
    running: SimpleNamespace = field(init=False)

    def __post_init__(self) -> None:
        self.running = SimpleNamespace(
            address=f"https://{HOST}:{self.port}",
            ca=self.data / "ca.pem",
            time=time.time,
            admin=self.admin,
        )

    def client(self, port: int, source: str = HOST) -> httpx.Client:
        """Give a client whose connections come from an address of this computer."""
        context = ssl.create_default_context(cafile=str(self.running.ca))
        way = httpx.HTTPTransport(verify=context, local_address=source)
        return httpx.Client(base_url=f"https://{HOST}:{port}", transport=way, timeout=PATIENCE)

    def held(self) -> list[int]:
        asked = select(events.c.seq).order_by(events.c.seq)
        found: list[int] = self.admin._database.run(lambda c: list(c.scalars(asked)))
        return found

    def guessers(self) -> set[str]:
        """Give whose wrong tries are counted; a right one leaves a row without any."""
        asked = select(lockout.c.key).where(lockout.c.failures > 0)
        found: set[str] = self.admin._database.run(lambda c: set(c.scalars(asked)))
        return found


@pytest.fixture
def centre(tmp_path: Path, postgresql: Any, serving: Any) -> Iterator[Centre]:
    data, address = tmp_path / "server", postgresql.empty()
    with ExitStack() as stack:
        every = [stack.enter_context(serving(data, address, "--proxy", HOST)) for _ in range(2)]
        port = stack.enter_context(nginx(data, tmp_path, [one for _, one in every]))
        settings = ServerSettings(data=data, database=address)
        admin = stack.enter_context(Admin(settings, time.time))
        yield Centre(data=data, port=port, endpoints=every, admin=admin, database=address)


@pytest.fixture
def desk(centre: Centre, enrol: Any) -> Iterator[Any]:
    one = enrol(centre.running, centre.admin.enrol_code("Billing"))
    yield one
    one.http.close()


def connections(centre: Centre) -> set[tuple[str, int]]:
    """Give the open connections of the endpoints, by who holds them."""
    found = set()
    for process, port in centre.endpoints:
        for one in psutil.Process(process.pid).net_connections("tcp"):
            if one.status == psutil.CONN_ESTABLISHED and one.laddr.port == port:
                found.add((one.raddr.ip, one.raddr.port))
    return found


def test_reports_and_pages_go_through_on_connections_that_are_kept(
    centre: Centre, desk: Any, event: Any
) -> None:
    for number in range(1, 11):
        desk.receipt(desk.send(event(number), seq=number))
    kept = connections(centre)
    with centre.client(centre.port) as browser:
        page = browser.get("/sign-in")
        assert (page.status_code, b"<form" in page.content) == (200, True)
    for number in range(11, 31):
        desk.receipt(desk.send(event(number), seq=number))
    assert centre.held() == list(range(1, 31))
    assert len(kept) <= 4, "the proxy opens a connection for each request"
    assert kept & connections(centre), "no connection outlived twenty requests"


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_desk_that_comes_again_resumes_its_session(
    centre: Centre, version: ssl.TLSVersion
) -> None:
    context = ssl.create_default_context(cafile=str(centre.running.ca))
    context.minimum_version = context.maximum_version = version
    session: ssl.SSLSession | None = None
    resumed = []
    for _ in range(3):
        raw = socket.create_connection((HOST, centre.port), timeout=PATIENCE)
        with context.wrap_socket(raw, server_hostname=HOST, session=session) as one:
            one.sendall(b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
            assert b" 200 " in one.recv(4096)
            session = one.session
            resumed.append(one.session_reused)
    assert resumed == [False, True, True]


def guess(http: httpx.Client, ask_to_enrol: Any, desk: Any) -> int:
    return int(ask_to_enrol(http, desk.key, "AAAA-BBBB-CCCC-DDDD").status_code)


def test_a_guesser_behind_the_proxy_makes_nobody_else_wait(
    centre: Centre, desk: Any, ask_to_enrol: Any
) -> None:
    with centre.client(centre.port, "127.0.0.7") as guesser:
        seen = [guess(guesser, ask_to_enrol, desk) for _ in range(40)]
    assert seen[0] != seen[-1] == 429
    with centre.client(centre.port, "127.0.0.8") as other:
        assert guess(other, ask_to_enrol, desk) == seen[0]
    assert centre.guessers() == {"enrol:127.0.0.7", "enrol:127.0.0.8"}


def test_nobody_but_the_proxy_says_who_asks(centre: Centre, desk: Any, ask_to_enrol: Any) -> None:
    """Neither past the proxy, nor through it."""
    says = {"x-forwarded-for": "127.0.0.99", "x-forwarded-proto": "http"}
    for port, source in ((centre.endpoints[0][1], "127.0.0.9"), (centre.port, "127.0.0.10")):
        with centre.client(port, source) as liar:
            liar.headers.update(says)
            guess(liar, ask_to_enrol, desk)
    assert centre.guessers() == {"enrol:127.0.0.9", "enrol:127.0.0.10"}


def test_when_a_process_is_killed_nothing_is_lost(centre: Centre, desk: Any, event: Any) -> None:
    for number in range(1, 61):
        if number == 20:
            centre.endpoints[0][0].send_signal(signal.SIGKILL)
        desk.receipt(desk.send(event(number), seq=number))
    assert centre.held() == list(range(1, 61))


@pytest.mark.timeout(600)  # four programs start, two and two
def test_row_549_processes_that_are_started_anew_one_by_one_under_load_lose_nothing(
    centre: Centre, enrol: Any, event: Any, serving: Any
) -> None:
    """As an upgrade or a new setting does it: ended in an orderly way, and at its port again."""
    desks = [
        enrol(centre.running, centre.admin.enrol_code("Billing"), label=f"desk-{number}")
        for number in range(DESKS)
    ]
    with ThreadPoolExecutor(DESKS) as at_once, ExitStack() as stack:
        floor = Floor(told=[0] * DESKS)
        for number, desk in enumerate(desks):
            floor.reporting.append(at_once.submit(floor.report, number, desk, event))
        for process, port in centre.endpoints:
            stack.callback(floor.over.set)  # before a process is gone that somebody asks
            floor.goes_on()
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE) in {0, -signal.SIGTERM}
            floor.goes_on()
            words = ("--proxy", HOST, "--port", str(port))
            stack.enter_context(serving(centre.data, centre.database, *words))
        floor.goes_on()
        floor.over.set()
        for one in floor.reporting:
            one.result(PATIENCE)
        for desk in desks:
            desk.http.close()
        assert centre.held() == sorted(n for many in floor.told for n in range(1, many + 1))


@dataclass
class Floor:
    """Desks that report at once, and again, as agents do, what nobody could take just then."""

    told: list[int]
    over: threading.Event = field(default_factory=threading.Event)
    reporting: list[Future[None]] = field(default_factory=list)

    def report(self, number: int, desk: Any, event: Any) -> None:
        """Report until it is over; what is neither a receipt nor "later" ends it."""
        while not self.over.wait(PAUSE):
            seq = self.told[number] + 1
            answer = desk.send(event(seq), seq=seq)
            if answer.status_code in LATER:
                continue
            assert desk.receipt(answer).seq == seq
            self.told[number] = seq

    def goes_on(self) -> None:
        """Wait until each desk has had receipts for some more reports."""
        before, limit, nothing = list(self.told), time.monotonic() + PATIENCE, threading.Event()
        while min(now - then for now, then in zip(self.told, before, strict=True)) < ROUNDS:
            for one in self.reporting:
                if one.done():
                    self.over.set()
                    one.result()
            assert time.monotonic() < limit, (before, self.told)
            nothing.wait(PAUSE)
