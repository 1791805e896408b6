"""The table behind a control reaches everybody who shows it: command line, window and wire."""

from __future__ import annotations

from agentguard.base import translations
from agentguard.commands.check import row, table
from agentguard.model.messages import say
from agentguard.model.moments import Moment
from agentguard.model.posture import ControlState
from agentguard.model.verdicts import Severity, State
from agentguard.ui.present import present
from agentguard.uplink.translation import MOST_ROWS, controls
from tools.gallery import data

WORDS = translations.load()
FIRST = "AgentGuard: locks after 5 min. It comes first, so it decides."
LOCK = ControlState(
    check="screen-lock",
    measure=4,
    state=State.PASS,
    since=Moment(boot=1, wall=1_790_000_000),
    severity=Severity.HIGH,
    detail=say("screen-lock.watched", minutes=5),
    rows=(say("screen-lock.row-first", name="AgentGuard", after="5 min"),) * 2,
)


def test_scripts_read_it_as_a_list() -> None:
    assert row(LOCK, WORDS)["table"] == [FIRST, FIRST]


def test_people_read_it_below_the_sentence() -> None:
    lines = list(table([row(LOCK, WORDS)], WORDS))
    assert [line.strip() for line in lines][-2:] == [FIRST, FIRST]


def test_the_window_shows_it() -> None:
    view = present(data.snapshot((LOCK,)), WORDS)
    shown = [control for measure in view.measures for control in measure.controls]
    assert [control.rows for control in shown] == [(FIRST, FIRST)]


def test_the_wire_carries_it_by_ids_and_not_without_end() -> None:
    (sent,) = controls(data.snapshot((LOCK,)))
    assert [(line.id, line.params) for line in sent.rows] == [
        ("screen-lock.row-first", {"name": "AgentGuard", "after": "5 min"})
    ] * 2
    many = ControlState(
        check=LOCK.check,
        measure=4,
        state=State.PASS,
        since=LOCK.since,
        severity=Severity.HIGH,
        rows=LOCK.rows * 50,
    )
    (sent,) = controls(data.snapshot((many,)))
    assert len(sent.rows) == MOST_ROWS
