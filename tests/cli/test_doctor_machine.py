"""The doctor tells how the computer's own part stands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agentguard.base import translations
from agentguard.base.settings import NOTHING, Layers
from agentguard.commands._capabilities import Standing
from agentguard.commands._machine import machine
from agentguard.model.messages import Message
from agentguard.platforms.simulated import FakeClock
from agentguard.ports.session_host import Recovery, ServiceSeen
from agentguard.service import keeper_status


@dataclass
class Told:
    standing: Standing
    reason: str


WELL = ServiceSeen(
    name="AgentGuardKeeper",
    state="running",
    running=True,
    start="automatic",
    automatic=True,
    recovery=Recovery.SET,
)


def told(
    folder: Path, layers: Layers = NOTHING, service: ServiceSeen | None = None
) -> dict[str, Told]:
    found = {}
    for one in machine(folder, layers, FakeClock(), folder, service):
        text = (
            translations.load().render(one.reason)
            if isinstance(one.reason, Message)
            else one.reason
        )
        found[one.name] = Told(one.standing, text)
    return found


def wrote(folder: Path, *, ago: float = 10.0, **more: str | int) -> None:
    at = datetime.fromtimestamp(FakeClock().now().wall - ago, UTC).isoformat()
    keeper_status.write(folder, keeper_status.Standing(at=at, sessions=1, **more))


def test_a_computer_that_is_not_managed_and_has_no_keeper(tmp_path: Path) -> None:
    found = told(tmp_path)
    assert found["settings"] == Told(Standing.WORKS, "")
    assert found["keeper"].standing is Standing.ABSENT


def test_what_is_managed_is_named(tmp_path: Path) -> None:
    found = told(tmp_path, Layers(managed={"endpoint": "https://x.example", "auto_start": 1}))
    assert "auto_start, endpoint" in found["settings"].reason


def test_a_value_that_is_none_is_named(tmp_path: Path) -> None:
    found = told(tmp_path, Layers(managed={"auto_start": "maybe"}, installed={"endpoint": 3}))
    assert found["settings"].standing is Standing.FAILED
    assert "auto_start, endpoint" in found["settings"].reason


def test_a_file_that_is_wrong_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("label = 'x'\nendpoit = 'y'\n")
    found = told(tmp_path)
    assert found["settings"].standing is Standing.FAILED
    assert "Line 2 of" in found["settings"].reason
    assert "endpoit" in found["settings"].reason
    (tmp_path / "settings.toml").write_text("label = 'x'\n")
    assert told(tmp_path)["settings"].standing is Standing.WORKS


@pytest.mark.parametrize(
    ("more", "is_"),
    [
        ({}, Standing.WORKS),
        ({"problem": "tcp"}, Standing.PARTLY),
        ({"missing": 1}, Standing.PARTLY),
        ({"problem": "stopped"}, Standing.FAILED),
    ],
)
def test_how_the_keeper_stands(more: dict[str, str | int], is_: Standing, tmp_path: Path) -> None:
    wrote(tmp_path, **more)
    assert told(tmp_path)["keeper"].standing is is_


def test_a_keeper_that_wrote_nothing_for_minutes_does_not_run(tmp_path: Path) -> None:
    wrote(tmp_path, ago=200.0)
    assert told(tmp_path)["keeper"].standing is Standing.FAILED
    keeper_status.write(tmp_path, keeper_status.Standing(at="yesterday"))
    assert told(tmp_path)["keeper"].standing is Standing.FAILED


def test_what_it_wrote_may_be_out_of_reach(tmp_path: Path) -> None:
    (tmp_path / keeper_status.FILE).mkdir()
    assert told(tmp_path)["keeper"].standing is Standing.ABSENT


@pytest.mark.parametrize(
    ("service", "word"),
    [
        (replace(WELL, state="stopped", running=False), "does not run (stopped)"),
        (replace(WELL, start="disabled", automatic=False), "(disabled)"),
        (replace(WELL, quoted=False), "no quotes"),
        (replace(WELL, recovery=Recovery.REFUSED), "does not start the service"),
    ],
)
def test_row_137_what_the_service_manager_says_wins_over_what_the_keeper_wrote(
    service: ServiceSeen, word: str, tmp_path: Path
) -> None:
    wrote(tmp_path)
    found = told(tmp_path, service=service)["keeper"]
    assert found.standing is Standing.FAILED
    assert word in found.reason


def test_row_137_a_service_that_runs_is_judged_by_what_it_wrote(tmp_path: Path) -> None:
    for service in (WELL, replace(WELL, recovery=Recovery.UNKNOWN)):
        wrote(tmp_path)
        assert told(tmp_path, service=service)["keeper"].standing is Standing.WORKS
        wrote(tmp_path, ago=200.0)
        assert told(tmp_path, service=service)["keeper"].standing is Standing.FAILED
