"""Files that will soon be too old are told of in the inbox: in time, and never loudly."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from agentguard.base import translations
from agentguard.checks.base import NoSettings
from agentguard.engine.memory import notices
from agentguard.model.actions import ActionKind
from agentguard.model.events import NoticeRead, PolicyInForce
from agentguard.model.facts import RetentionSeen
from agentguard.model.policy import Control
from agentguard.model.verdicts import Severity
from tests.unit.engine.conftest import make_policy

HOUR, DAY = 3600.0, 86_400.0


def begin(rig: Any, *respond: ActionKind, paused: bool = False) -> Any:
    """Put a policy in force that has the control."""
    policy = make_policy(version=2)
    control = Control(
        check="retention",
        paused=paused,
        severity=Severity.MEDIUM,
        respond=respond,
        settings=NoSettings(),
    )
    policy = replace(policy, controls={**policy.controls, "retention": control})
    rig.see(PolicyInForce(at=rig.clock.now(), policy=policy))
    return rig


def soon(rig: Any, count: int = 3, days: int = 5, *, held: bool = False) -> None:
    """Look at the ages, as the sensor does each six hours."""
    rig.see(RetentionSeen(at=rig.clock.now(), rules=1, soon=count, days=days, held=held))


def inbox(rig: Any) -> list[str]:
    words = translations.load()
    return [words.render(notice.body) for notice in rig.engine.state.inbox]


@pytest.mark.parametrize(
    ("respond", "then"),
    [((), False), ((ActionKind.NOTIFY,), False), ((ActionKind.NOTIFY, ActionKind.PURGE), True)],
)
def test_the_person_reads_how_many_files_when_and_what_to_do(
    make_rig: Any, respond: tuple[ActionKind, ...], *, then: bool
) -> None:
    rig = begin(make_rig(), *respond)
    soon(rig)
    (said,) = inbox(rig)
    assert "for much longer (3), the first for 5 more days." in said
    assert "Move what is still needed to where it belongs" in said
    assert ("AgentGuard removes them" in said) == then


def test_nothing_pops_up_and_nothing_is_asked(make_rig: Any) -> None:
    rig = begin(make_rig(), ActionKind.NOTIFY)
    soon(rig)
    assert not rig.engine.state.prompts
    assert not rig.engine.state.held
    assert "prompt.asked" not in rig.kinds


def test_it_is_told_once_a_day_with_the_newest_number(make_rig: Any) -> None:
    rig = begin(make_rig())
    soon(rig, 3, 5)
    rig.see(NoticeRead(at=rig.clock.now(), notice=""))
    for _ in range(3):
        rig.clock.advance(6 * HOUR)
        soon(rig, 4, 5)
        assert "longer (3)" in inbox(rig)[0]
        assert all(notice.read for notice in rig.engine.state.inbox), "nobody is nagged"
    rig.clock.advance(6 * HOUR)
    soon(rig, 7, 4)
    (said,) = inbox(rig)
    assert "longer (7)" in said
    assert not rig.engine.state.inbox[0].read


def test_a_restart_or_a_clock_that_jumps_tells_nothing_twice(make_rig: Any) -> None:
    rig = begin(make_rig())
    soon(rig)
    kept = notices(rig.journal.memory("notice/"))
    again = begin(make_rig(inbox=kept))
    again.clock.advance(HOUR)
    soon(again, 9)
    assert "longer (3)" in inbox(again)[0]
    for jump in (10 * 365 * DAY, -12 * 365 * DAY):
        rig.clock.jump_wall(jump)
        soon(rig, 9)
        assert "longer (3)" in inbox(rig)[0]


@pytest.mark.parametrize("case", ["none is old soon", "a legal hold", "paused", "no such control"])
def test_there_is_nothing_to_tell(make_rig: Any, case: str) -> None:
    rig = make_rig()
    if case != "no such control":
        begin(rig, paused=case == "paused")
    soon(rig, 0 if case == "none is old soon" else 3, held=case == "a legal hold")
    assert inbox(rig) == []
