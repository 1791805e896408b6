"""What systemd tells of the keeper's unit, by answers as its bus gives them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from agentguard.base.errors import PlatformError
from agentguard.platforms._linux.bus import DBusAddress
from agentguard.platforms._linux.units import seen
from agentguard.ports.session_host import KEEPER_UNIT, Recovery

PATH = "/org/freedesktop/systemd1/unit/agentguard_2dkeeper_2eservice"
WELL = {
    "LoadState": "loaded", "ActiveState": "active", "UnitFileState": "enabled", "Restart": "always",
}  # fmt: skip


class Systemd:
    """A bus on which systemd answers, or nobody does."""

    def __init__(self, told: Mapping[str, str]) -> None:
        self.told = told

    def call(
        self, target: DBusAddress, method: str, signature: str = "", *body: Any
    ) -> tuple[Any, ...]:
        if not self.told:
            raise PlatformError("nobody answers")
        assert (target.interface, method) == ("org.freedesktop.systemd1.Manager", "LoadUnit")
        assert (signature, body) == ("s", (KEEPER_UNIT,))
        return (PATH,)

    def get(self, target: DBusAddress, name: str) -> Any:
        assert target.object_path == PATH
        part = "Service" if name == "Restart" else "Unit"
        assert target.interface == f"org.freedesktop.systemd1.{part}"
        return self.told[name]


def test_row_137_a_unit_that_runs_and_comes_by_itself_is_well() -> None:
    found = seen(Systemd(WELL), KEEPER_UNIT)
    assert found is not None
    assert (found.running, found.automatic, found.recovery) == (True, True, Recovery.SET)
    assert found.name == KEEPER_UNIT


@pytest.mark.parametrize("state", ["failed", "inactive", "activating", "deactivating"])
def test_row_137_a_unit_that_does_not_run_is_told_with_its_state(state: str) -> None:
    found = seen(Systemd({**WELL, "ActiveState": state}), KEEPER_UNIT)
    assert found is not None
    assert (found.running, found.state) == (False, state)


def test_row_137_a_unit_that_was_disabled_or_is_not_started_again_is_told() -> None:
    found = seen(Systemd({**WELL, "UnitFileState": "masked", "Restart": "no"}), KEEPER_UNIT)
    assert found is not None
    assert (found.automatic, found.recovery) == (False, Recovery.REFUSED)
    other = seen(Systemd({**WELL, "Restart": "on-failure"}), KEEPER_UNIT)
    assert other is not None
    assert other.recovery is Recovery.UNKNOWN


@pytest.mark.parametrize("told", [{}, {**WELL, "LoadState": "not-found"}])
def test_where_no_unit_is_or_nobody_tells_there_is_none(told: dict[str, str]) -> None:
    assert seen(Systemd(told), KEEPER_UNIT) is None
