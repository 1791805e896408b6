"""One person at each desktop that this system has; see drivers.py."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from tests.contract.drivers import Person, SimulatedPerson

if sys.platform == "win32":
    from tests.contract.windows import WindowsPerson
    from tests.windows.another import Another, another

    REAL = pytest.param("windows", marks=pytest.mark.xdist_group("desktop"))

    @pytest.fixture(scope="module")
    def other() -> Iterator[Another]:
        with another() as made:
            yield made

    @pytest.fixture
    def real(other: Another) -> Person:
        return WindowsPerson(other)

else:
    from tests.contract.x11 import X11Person
    from tests.desktop.fixtures import fresh_session, lockable, logind

    __all__ = ["fresh_session", "lockable", "logind"]
    REAL = pytest.param("x11", marks=pytest.mark.heavy)

    @pytest.fixture
    def real(request: pytest.FixtureRequest) -> Person:
        lockable_session = request.getfixturevalue("lockable")
        return X11Person(request.getfixturevalue("fresh_session"), lockable_session)


@pytest.fixture(params=["simulated", REAL])
def person(request: pytest.FixtureRequest) -> Person:
    if request.param == "simulated":
        return SimulatedPerson()
    return request.getfixturevalue("real")
