"""One person at each desktop; see drivers.py."""

from __future__ import annotations

import pytest

from tests.contract.drivers import Person, SimulatedPerson, X11Person
from tests.desktop.fixtures import fresh_session, lockable, logind

__all__ = ["fresh_session", "lockable", "logind"]


@pytest.fixture(params=["simulated", pytest.param("x11", marks=pytest.mark.heavy)])
def person(request: pytest.FixtureRequest) -> Person:
    if request.param == "simulated":
        return SimulatedPerson()
    lockable_session = request.getfixturevalue("lockable")
    return X11Person(request.getfixturevalue("fresh_session"), lockable_session)
