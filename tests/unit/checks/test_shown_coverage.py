"""What was not looked at reaches everybody who shows a control: with a word, a shape and why."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from agentguard.base import paths, translations
from agentguard.commands.base import COULD_NOT, FINDINGS, FINE
from agentguard.commands.check import row, table, verdict
from agentguard.model.messages import say
from agentguard.model.moments import Moment
from agentguard.model.posture import ControlState, Overall, overall
from agentguard.model.verdicts import Coverage, Severity, State
from agentguard.ui.colours import STATE_TONES
from agentguard.ui.present import present
from agentguard.uplink.translation import MOST_ROWS, controls
from tools.gallery import data

WORDS = translations.load()
TEMPLATES = Path(__file__).parents[3] / "agentguard/server/console/templates"
WHY = say("coverage.files-in-part", count=2)
SWEPT = ControlState(
    check="pii-files",
    measure=1,
    state=State.PARTIAL,
    since=Moment(boot=1, wall=1_790_000_000),
    severity=Severity.HIGH,
    detail=say("pii-files.in-part", files=3, missed=2),
    coverage=Coverage(looked=3, missed=2, why=(WHY,)),
)
LACKS = "Files that were read only in part: 2."


def with_state(state: State) -> ControlState:
    """Give a control of this state."""
    return ControlState(
        check="firewall",
        measure=5,
        state=state,
        since=SWEPT.since,
        severity=Severity.HIGH,
        coverage=SWEPT.coverage if state is State.PARTIAL else Coverage(),
    )


def test_scripts_read_what_was_looked_at() -> None:
    told = row(SWEPT, WORDS)
    assert told["state"] == "partial"
    assert told["coverage"] == {"looked": 3, "missed": 2, "why": [LACKS]}


def test_people_read_it_below_the_sentence() -> None:
    lines = list(table([row(SWEPT, WORDS)], WORDS))
    assert "in part" in lines[1]
    assert lines[-1].strip() == f"Left out: {LACKS}"


def test_a_reason_that_the_sentence_tells_is_not_told_twice() -> None:
    unread = say("unread.denied")
    one = ControlState(
        check="firewall",
        measure=5,
        state=State.UNKNOWN,
        since=SWEPT.since,
        severity=Severity.HIGH,
        detail=unread,
        coverage=Coverage(why=(unread,)),
    )
    assert one.lacking == ()
    assert not any("Left out" in line for line in table([row(one, WORDS)], WORDS))


def test_the_window_shows_it() -> None:
    view = present(data.snapshot((SWEPT,)), WORDS)
    (shown,) = [control for measure in view.measures for control in measure.controls]
    assert (shown.word, shown.gaps) == ("In part", (LACKS,))
    assert view.header.overall is Overall.BLIND
    assert view.header.headline.startswith("1 control could not be read in full.")


def test_the_wire_carries_it_by_ids_and_not_without_end() -> None:
    (sent,) = controls(data.snapshot((SWEPT,)))
    assert (sent.state, sent.looked, sent.missed) == ("partial", 3, 2)
    assert [(line.id, line.params) for line in sent.gaps] == [(WHY.id, {"count": 2})]
    many = ControlState(
        check="pii-files",
        measure=1,
        state=State.PARTIAL,
        since=SWEPT.since,
        severity=Severity.HIGH,
        coverage=Coverage(why=tuple(say("unread.denied", n=n) for n in range(50))),
    )
    (sent,) = controls(data.snapshot((many,)))
    assert len(sent.gaps) == MOST_ROWS


@pytest.mark.parametrize("state", State)
def test_every_state_has_its_word_and_shape_wherever_it_is_shown(state: State) -> None:
    for table_ in ("state", "cli.state", "console.state"):
        assert WORDS.has(f"{table_}.{state}")
    assert state in STATE_TONES
    shapes = {f: (paths.resources() / "icons" / f"state-{f}.svg").read_text() for f in State}
    assert list(shapes.values()).count(shapes[state]) == 1
    icons = (TEMPLATES / "_icons.html").read_text()
    assert f'"{state}"' in icons or state is State.NOT_APPLICABLE  # the last, for all others


def test_no_colour_of_a_state_that_is_not_a_pass_is_that_of_a_pass() -> None:
    green = STATE_TONES["pass"]
    assert [s for s in State if STATE_TONES[s] == green] == [State.PASS]
    css = (TEMPLATES.parent / "static" / "console.css").read_text()
    (ok,) = re.findall(r"([^}]*)\{ color: var\(--ok\); \}", css)
    assert {name for name in State if f".state-{name}" in ok} == {"pass"}


@pytest.mark.parametrize(
    ("states", "word", "code"),
    [
        ([State.PASS, State.PAUSED, State.NOT_APPLICABLE], Overall.GOOD, FINE),
        ([State.PASS, State.PARTIAL], Overall.BLIND, COULD_NOT),
        ([State.PASS, State.UNKNOWN], Overall.BLIND, COULD_NOT),
        ([State.PARTIAL, State.UNKNOWN, State.FAIL], Overall.ACT, FINDINGS),
    ],
)
def test_a_desk_is_in_order_only_when_all_of_it_was_looked_at(states, word, code) -> None:
    every = tuple(with_state(state) for state in states)
    assert overall(every) is word
    assert verdict(every) == code
