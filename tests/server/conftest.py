"""A real endpoint on loopback under TLS, with a clock that the tests move."""

from __future__ import annotations

import importlib.util
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import Connection, select

from agentguard.commands._policy_reader import READING
from agentguard.server.admin.accounts import Admin
from agentguard.server.listener.certificate import CA_FILE, make_certificate
from agentguard.server.run import LocalServer
from agentguard.server.settings import Limits, ServerSettings
from agentguard.server.store.schema.tables import METADATA
from tests.hashes import cheap_at_the_endpoint
from tests.server.kept import kept
from tests.server.migrated import migrated

HERE = Path(__file__).parent
START = 1_790_000_000.0
PASSWORD = "correct horse battery staple"


@dataclass
class Time:
    """The endpoint's wall clock."""

    at: float = START

    def __call__(self) -> float:
        return self.at


def start_thread(name: str, run: Callable[[], None]) -> None:
    threading.Thread(target=run, name=name, daemon=True).start()


@dataclass
class Running:
    """An endpoint that runs, with everything that a test needs of it."""

    server: LocalServer
    settings: ServerSettings
    time: Time
    ca: Path
    admin: Admin = field(init=False)
    key_ring: Any = field(init=False)

    def __post_init__(self) -> None:
        self.admin = Admin(self.settings, self.time)
        self.key_ring = _load("authenticator").Authenticator()

    @property
    def address(self) -> str:
        return self.server.address

    def stored(self) -> bytes:
        """Give all that stands in the database: every row, and SQLite's files as they are."""

        def read(connection: Connection) -> list[str]:
            every = (connection.execute(select(t)).all() for t in METADATA.sorted_tables)
            return [repr(rows) for rows in every]

        files = (p.read_bytes() for p in self.settings.data.glob("server.db*"))
        return b"".join((*files, *(part.encode() for part in self.admin._database.run(read))))


@pytest.fixture(scope="session", autouse=True)
def starts_are_prepared_once() -> Iterator[None]:
    with kept():
        yield


DEAR = {"test_strangers.py", "test_hashes.py"}
"""Files whose tests are about what a hash costs: who waits for it, and how much it is."""


@pytest.fixture(scope="module", autouse=True)
def hashes_are_cheap(request: pytest.FixtureRequest) -> Iterator[None]:
    with nullcontext() if request.path.name in DEAR else cheap_at_the_endpoint():
        yield


@pytest.fixture
def limits() -> Limits:
    return Limits()


BOTH = ("sqlite", pytest.param("postgresql", marks=(pytest.mark.heavy, pytest.mark.posix)))


@pytest.fixture(scope="session")
def postgresql() -> Iterator[object]:
    """A PostgreSQL that runs while the tests do."""
    with _load("postgresql").running() as server:
        yield server


@pytest.fixture(params=BOTH)
def address(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a fresh database; empty for SQLite in the data folder."""
    with _fresh(request) as made:
        yield made


@pytest.fixture(scope="module", params=BOTH)
def module_address(request: pytest.FixtureRequest) -> Iterator[str]:
    """The same, one for all tests of a file."""
    with _fresh(request) as made:
        yield made


@contextmanager
def _fresh(request: pytest.FixtureRequest) -> Iterator[str]:
    if request.param == "sqlite":
        yield ""
        return
    server = request.getfixturevalue("postgresql")
    made: str = server.new()
    yield made
    server.drop(made)


@contextmanager
def _started(settings: ServerSettings) -> Iterator[Running]:
    clock = Time()
    # The certificate must hold for the real clock that TLS looks at, and for the endpoint's.
    begin = min(START, time.time())
    tls = make_certificate(settings.data, ("127.0.0.1", "localhost"), lambda: begin)
    server = LocalServer(migrated(settings), clock, start_thread, tls=tls)
    server.start()
    one = Running(server=server, settings=settings, time=clock, ca=settings.data / CA_FILE)
    yield one
    one.admin.close()
    server.stop()


@pytest.fixture
def running(tmp_path: Path, limits: Limits, address: str) -> Iterator[Running]:
    settings = ServerSettings(
        data=tmp_path / "server", limits=limits, database=address, jobs=False, reading=READING
    )
    with _started(settings) as one:
        yield one


@pytest.fixture
def start() -> Iterator[Callable[[ServerSettings], Running]]:
    """Start endpoints with settings of the test's own."""
    with ExitStack() as open_ones:
        yield lambda settings: open_ones.enter_context(_started(settings))


def _load(name: str) -> ModuleType:
    """Load a helper that stands beside the tests; they are no package."""
    spec = importlib.util.spec_from_file_location(f"server_{name}", HERE / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


clients = _load("clients")


@pytest.fixture
def serving() -> Callable[..., object]:
    """Run the endpoint as a process of its own."""
    made: Callable[..., object] = _load("serving").process
    return made


@pytest.fixture
def new_desk(running: Running) -> Iterator[Callable[..., object]]:
    """Enrol another desk."""
    with ExitStack() as open_ones:

        def enrol(team: str = "Billing", label: str = "desk-1") -> object:
            code = running.admin.enrol_code(team)
            desk = clients.Desk.enrol(running, code, label=label)
            open_ones.callback(desk.http.close)
            return desk

        yield enrol


@pytest.fixture
def desk(new_desk: Callable[..., object]) -> object:
    return new_desk()


@pytest.fixture
def browser(running: Running) -> Iterator[object]:
    """A browser whose person is signed in as Sam, an administrator."""
    clients.add_known(running, "sam", PASSWORD, "admin")
    with clients.Browser(running) as one:
        one.sign_in("sam", PASSWORD)
        yield one


@pytest.fixture
def stranger(running: Running) -> Iterator[object]:
    """A browser that nobody signed in with."""
    with clients.Browser(running) as one:
        yield one


@pytest.fixture
def another(running: Running) -> Callable[..., object]:
    """Give a further browser."""
    return lambda agent="": clients.Browser(running, agent)


@pytest.fixture
def browse() -> Iterator[Callable[[Running], object]]:
    """Give a browser of any endpoint."""
    with ExitStack() as open_ones:
        yield lambda running: open_ones.enter_context(clients.Browser(running))


@pytest.fixture
def add_known() -> Callable[..., None]:
    """Add a user who signed in before."""
    made: Callable[..., None] = clients.add_known
    return made


@pytest.fixture
def connect() -> Callable[..., object]:
    return clients.connect


@pytest.fixture
def ask_to_enrol() -> Callable[..., object]:
    return clients.ask_to_enrol


@pytest.fixture
def b64() -> Callable[[bytes], str]:
    return clients.b64


@pytest.fixture
def event() -> Callable[..., object]:
    return clients.event


@pytest.fixture
def control() -> Callable[..., object]:
    return clients.control


@pytest.fixture
def enrol() -> Callable[..., object]:
    return clients.Desk.enrol
