"""One person at each desktop that this system has; see drivers.py."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from tests.contract.drivers import Person, SimulatedPerson

if sys.platform == "win32":
    from tests.contract.windows import WindowsPerson
    from tests.windows.another import Another, another

    REAL = (pytest.param("windows", marks=pytest.mark.xdist_group("desktop")),)

    @pytest.fixture(scope="module")
    def other() -> Iterator[Another]:
        with another() as made:
            yield made

    @pytest.fixture
    def real(other: Another) -> Person:
        return WindowsPerson(other)

else:
    from tests.contract.wayland import WaylandPerson
    from tests.contract.x11 import X11Person
    from tests.desktop.fixtures import fresh_session, lockable, logind
    from tests.desktop.harness import Logind, Programs
    from tests.desktop.sway import Sway

    __all__ = ["fresh_session", "lockable", "logind"]
    REAL = tuple(pytest.param(name, marks=pytest.mark.heavy) for name in ("x11", "wayland"))

    @pytest.fixture
    def sway() -> Iterator[Sway]:
        with Sway() as desktop:
            yield desktop

    @pytest.fixture
    def sway_logind(sway: Sway) -> Iterator[Logind]:
        with Logind(Programs({**sway.env, "DISPLAY": ""})) as running:
            yield running

    @pytest.fixture
    def real(request: pytest.FixtureRequest, kind: str) -> Person:
        if kind == "wayland":
            desktop = request.getfixturevalue("sway")
            return WaylandPerson(desktop, request.getfixturevalue("sway_logind"))
        lockable_session = request.getfixturevalue("lockable")
        return X11Person(request.getfixturevalue("fresh_session"), lockable_session)


@pytest.fixture(params=["simulated", *REAL])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def person(request: pytest.FixtureRequest, kind: str) -> Person:
    if kind == "simulated":
        return SimulatedPerson()
    return request.getfixturevalue("real")
