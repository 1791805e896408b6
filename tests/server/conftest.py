"""A real endpoint on loopback under TLS, with a clock that the tests move."""

from __future__ import annotations

import importlib.util
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

import pytest

from agentguard.server.admin import Admin
from agentguard.server.certificate import CA_FILE, make_certificate
from agentguard.server.run import LocalServer
from agentguard.server.settings import Limits, ServerSettings

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

    def __post_init__(self) -> None:
        self.admin = Admin(self.settings, self.time)

    @property
    def address(self) -> str:
        return self.server.address


@pytest.fixture
def limits() -> Limits:
    return Limits()


@pytest.fixture
def running(tmp_path: Path, limits: Limits) -> Iterator[Running]:
    clock = Time()
    settings = ServerSettings(data=tmp_path / "server", limits=limits)
    # The certificate must hold for the real clock that TLS looks at.
    tls = make_certificate(settings.data, ("127.0.0.1", "localhost"), time.time)
    server = LocalServer(settings, clock, start_thread, tls=tls)
    server.start()
    one = Running(server=server, settings=settings, time=clock, ca=settings.data / CA_FILE)
    yield one
    one.admin.close()
    server.stop()


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
    running.admin.add_user("sam", PASSWORD, "admin")
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
    return lambda: clients.Browser(running)


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


@pytest.fixture
def chromium() -> type:
    return _load("chromium").Chromium
