"""What was not looked at is never green: partial verdicts, lost sensors, findings that stay."""

from __future__ import annotations

import pytest

from agentguard.engine import memory
from agentguard.model.events import FileScanned, SensorState, SweepFinished, Watching
from agentguard.model.hits import Hit
from agentguard.model.messages import say
from agentguard.model.outcomes import FileOutcome
from agentguard.model.posture import Overall
from agentguard.model.verdicts import State

PATH = "/home/a/one.csv"
CARD = Hit(kind="PAN", count=1, masked=("•••• 1111",))


def scanned(rig, *hits: Hit, reason: str = "") -> None:
    """Show the reading of one file, in full or for this reason in part."""
    at = rig.clock.now()
    rig.see(FileScanned(at=at, path=PATH, outcome=FileOutcome.READ, hits=hits, reason=reason))


def swept(rig, **gaps: object) -> None:
    """Show the end of a sweep of three files."""
    rig.see(SweepFinished(at=rig.clock.now(), **{"files": 3, "unread": 0, "seconds": 1.0, **gaps}))


@pytest.mark.parametrize(
    "gaps", [{"unread": 1}, {"part": 2}, {"why": (say("reason.too-deep"),)}], ids=str
)
def test_whatever_a_check_says_nothing_passes_with_a_gap_in_its_event(rig, gaps) -> None:
    """The made-up check of this engine always passes a sweep."""
    swept(rig, **gaps)
    control = rig.control("pii-files")
    assert (control.state, control.detail) == (State.PARTIAL, say("coverage.part"))
    assert not control.coverage.whole
    swept(rig)
    assert rig.control("pii-files").state is State.PASS


def test_a_desk_that_was_looked_at_in_part_is_not_in_order(make_rig) -> None:
    rig = make_rig(paused=("reauth",))
    rig.firewall()
    rig.session()
    swept(rig)
    assert rig.engine.snapshot().overall is Overall.GOOD
    swept(rig, part=1)
    assert rig.engine.snapshot().overall is Overall.BLIND


def test_a_file_that_was_read_in_part_does_not_mend_what_was_found_in_it(rig) -> None:
    scanned(rig, CARD)
    scanned(rig, reason="reason.partial-time")
    assert [f.subject for f in rig.engine.snapshot().findings] == [PATH]
    scanned(rig)
    assert rig.engine.snapshot().findings == ()


def test_a_finding_in_a_part_is_mended_when_that_part_is_clean(rig) -> None:
    scanned(rig, CARD, reason="reason.partial-time")
    scanned(rig, reason="reason.partial-time")
    assert rig.engine.snapshot().findings == ()


def test_what_was_not_looked_at_is_remembered_with_a_finding(rig, make_rig) -> None:
    scanned(rig, CARD, reason="reason.partial-time")
    kept = memory.findings(rig.journal.memory(memory.FINDING))
    assert [f.gaps for f in kept] == [("reason.partial-time",)]
    again = make_rig(kept)
    scanned(again, reason="reason.too-deep")
    assert len(again.engine.snapshot().findings) == 1
    scanned(again, reason="reason.partial-time")
    assert again.engine.snapshot().findings == ()


def test_a_finding_of_an_older_version_is_mended_by_what_can_be_looked_at(rig, make_rig) -> None:
    scanned(rig, CARD)
    ((key, value),) = rig.journal.memory(memory.FINDING).items()
    older = {k: v for k, v in value.items() if k != "gaps"}
    again = make_rig(memory.findings({key: older}))
    scanned(again, reason="reason.too-deep")
    assert again.engine.snapshot().findings == ()


def test_a_sensor_that_failed_without_a_word_leaves_nothing_green(rig) -> None:
    swept(rig)
    assert rig.control("pii-files").state is State.PASS
    rig.see(SensorState(at=rig.clock.now(), sensor="files", state=Watching.FAILED))
    control = rig.control("pii-files")
    assert (control.state, control.detail) == (State.UNKNOWN, say("engine.not-watched"))


@pytest.mark.parametrize(
    ("watching", "sensor"), [(Watching.FAILED, "session"), (Watching.ABSENT, "")]
)
def test_row_262_a_control_names_the_sensor_that_failed_and_no_other(
    rig, watching: Watching, sensor: str
) -> None:
    """A sensor that a desktop has not is no failure; a control that is known names none."""
    rig.session()
    rig.firewall(on=True)
    at = rig.clock.now()
    rig.see(SensorState(at=at, sensor="session", state=watching, message=say("desktop.none")))
    assert rig.control("screen-lock").state is State.UNKNOWN
    assert rig.control("screen-lock").sensor == sensor
    assert rig.control("firewall").sensor == ""
    rig.see(SensorState(at=rig.clock.now(), sensor="session", state=Watching.WATCHING))
    rig.session()
    assert rig.control("screen-lock").sensor == ""


def test_an_open_finding_tells_what_could_not_be_looked_at(rig) -> None:
    rig.firewall(on=False)
    assert rig.control("firewall").coverage.whole
    rig.firewall(on=False, unread="denied")
    control = rig.control("firewall")
    assert control.state is State.FAIL
    assert control.coverage.gaps == ("unread.denied",)
