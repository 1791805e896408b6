"""What others may know of the engine's state: as it is when they ask, and nothing of it changes."""

from __future__ import annotations

from agentguard.model.events import CallState, FileScanned, SessionState
from agentguard.model.hits import Hit
from agentguard.model.outcomes import FileOutcome
from tests.unit.engine.conftest import Rig

CARD = Hit(kind="PAN", count=1, masked=("1111",))
FILE = "/home/a/november.csv"
FILES = "pii-files"


def test_a_file_with_a_finding_is_known_by_its_path(rig: Rig) -> None:
    known = rig.engine.known()
    assert (known.findings(), known.files(), known.hits(FILE), known.kinds(FILE)) == (
        (), (), (), frozenset(),
    )  # fmt: skip
    rig.see(FileScanned(at=rig.clock.now(), path=FILE, outcome=FileOutcome.READ, hits=(CARD,)))
    assert known.files() == known.subjects(FILES) == (FILE,)
    assert [one.check for one in known.findings()] == [FILES]
    assert known.hits(FILE) == (CARD,)
    assert known.kinds(FILE) == {"PAN"}
    assert known.subjects("clipboard") == ()


def test_what_goes_on_at_the_desk_is_known_as_it_is_when_asked(rig: Rig) -> None:
    known = rig.engine.known()
    assert known.latest(CallState) is None
    assert not known.in_call()
    assert not known.is_paying()
    assert not known.is_locked()
    rig.see(CallState(at=rig.clock.now(), in_call=True, source="test"))
    rig.see(SessionState(at=rig.clock.now(), idle=1.0, locked=True, source="test", active=True))
    assert known.in_call()
    assert known.is_locked()
    assert known.latest(SessionState, "locked") is not None


def test_a_control_a_prompt_and_a_drill_are_asked_for_by_name(rig: Rig) -> None:
    known = rig.engine.known()
    assert known.control(FILES) == rig.engine.policy().controls[FILES]
    assert known.prompt("nobody-asked") is None
    assert known.drill("no-run") is None
