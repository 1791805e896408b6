"""A real endpoint with a filled contact centre, and a real browser."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from agentguard.commands._policy_reader import READING
from agentguard.server.listener.certificate import CA_FILE, make_certificate
from agentguard.server.run import LocalServer
from agentguard.server.settings import ServerSettings
from tests.browser import driving, scene
from tests.hashes import cheap_at_the_endpoint
from tests.server.conftest import START, Running, Time, start_thread
from tests.server.migrated import migrated


@pytest.fixture(scope="module", autouse=True)
def hashes_are_cheap() -> Iterator[None]:
    """Every window begins with a sign-in: a password and ten recovery codes."""
    with cheap_at_the_endpoint():
        yield


@pytest.fixture(scope="module")
def chrome() -> Iterator[Any]:
    """Give a browser; while it is driven, nothing else of this thread can run an event loop."""
    with driving.chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Give an endpoint with thirty desks that have reported, on SQLite; one for a file's tests."""
    data = tmp_path_factory.mktemp("centre")
    settings = ServerSettings(data=data, jobs=False, reading=READING)
    clock = Time()
    # The certificate must hold for the real clock that TLS looks at.
    tls = make_certificate(data, ("127.0.0.1", "localhost"), time.time)
    server = LocalServer(migrated(settings), clock, start_thread, tls=tls)
    server.start()
    running: Any = Running(server=server, settings=settings, time=clock, ca=data / CA_FILE)
    running.shown = scene.fill(running)
    scene.arrange(running)
    scene.install(running)
    scene.silence(running)
    scene.publish(running)
    running.person = scene.prove(running)
    yield running
    running.admin.close()
    server.stop()


@pytest.fixture
def centre(filled: Any) -> Any:
    """Give the same at the time at which it was filled; `shown` is a desk with an incident."""
    filled.time.at = START
    return filled
