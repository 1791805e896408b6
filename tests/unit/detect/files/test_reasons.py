"""Every reason why a file is not read in full: none of them may ever look like a pass.

The list is made of what the code can say, and is held against the texts, so that a new reason is
searched here from its first day: by the scan's exit code in every format, by the desk's sweep and
check, by a look at one changed file, and by a sweep after a restart.
"""

from __future__ import annotations

import re
import threading
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from agentguard.base import translations
from agentguard.checks.pii_files import CHECK, Settings
from agentguard.cli import main
from agentguard.commands import _scan_explain, scan
from agentguard.commands._scan_page import Page, Told
from agentguard.commands._scan_report import JsonLines, Kinds, Report, Sheet, Table
from agentguard.detect.sandbox.client import Scanned
from agentguard.model.detection import ALL
from agentguard.model.events import Event, Facts, FileScanned, SweepFinished, Tick
from agentguard.model.hits import Hit
from agentguard.model.outcomes import FileOutcome
from agentguard.model.policy import Contact, Policy, Watch
from agentguard.model.verdicts import Coverage, State, Verdict, with_gaps
from agentguard.platforms import system_clock
from agentguard.sensors.files import FilesSensor
from agentguard.store.file_memory import SeenDatabase

HOUSE = Path(__file__).parents[4]
ROOMS = ("detect", "sensors", "commands", "platforms")
WORDS = translations.load()
POLICY = Policy(
    name="test",
    version=1,
    description="",
    watch=Watch(),
    retention=(),
    backup_markers=(),
    contact=Contact(),
    controls={},
    digest="",
)
HIT = Hit(kind="PAN", count=1)


def said() -> set[str]:
    """Give every reason that the code can say."""
    found: set[str] = set()
    for room in ROOMS:
        for file in (HOUSE / "agentguard" / room).rglob("*.py"):
            found |= set(re.findall(r"\"(reason\.[a-z0-9-]+)\"", file.read_text(encoding="utf-8")))
    return found


REASONS = sorted(said())
OUTCOMES = (FileOutcome.READ, FileOutcome.SEALED, FileOutcome.UNREADABLE)


def test_the_list_is_whole() -> None:
    named: set[str] = set()
    for file in (HOUSE / "resources" / "text" / "en").glob("*.toml"):
        table = tomllib.loads(file.read_text(encoding="utf-8")).get("reason", {})
        named |= {f"reason.{name}" for name in table}
    assert set(REASONS) == named
    assert len(REASONS) > 30


def reports() -> Iterator[tuple[str, Report[Scanned]]]:
    kinds = Kinds(WORDS, ALL)
    told = Told(paths=("/home",), policy=None, hidden=False)
    yield "table", Table(WORDS, kinds)
    yield "jsonl", JsonLines()
    yield "csv", Sheet(WORDS, kinds)
    yield "html", Page(WORDS, kinds, told, system_clock())
    yield "explain", _scan_explain.Sentences(WORDS, kinds)
    yield "explain jsonl", _scan_explain.Objects(WORDS)


def ended(report: Report[Scanned], *files: Scanned) -> tuple[int, str]:
    """Give the exit code and all that was said of these files."""
    lines: list[str] = []
    every = (file for file in files)
    code = scan._say(every, scan._Said(report, lines.append), lambda one: one)
    return code, "\n".join(lines)


CLEAN = Scanned(path="/home/a.txt", outcome=FileOutcome.READ)


@pytest.mark.parametrize("reason", REASONS)
def test_a_scan_never_ends_well_with_a_reason(reason: str) -> None:
    for outcome in (*OUTCOMES, FileOutcome.GONE):
        for form, report in reports():
            lost = Scanned(path="/home/b.txt", outcome=outcome, reason=reason)
            code, text = ended(report, CLEAN, lost)
            assert (code, form) == (3, form)
            assert "No personal data was found." not in text
            assert "Every file was read in full." not in text


@pytest.mark.parametrize("reason", REASONS)
def test_what_was_found_outranks_what_was_not_read(reason: str) -> None:
    for _, report in reports():
        lost = Scanned(path="/home/b.txt", outcome=FileOutcome.UNREADABLE, reason=reason)
        found = Scanned(path="/home/c.txt", outcome=FileOutcome.READ, hits=(HIT,))
        assert ended(report, CLEAN, lost, found)[0] == 1


def test_only_what_was_read_in_full_ends_well() -> None:
    assert {ended(report, CLEAN)[0] for _, report in reports()} == {0}


def test_the_command_tells_by_its_exit_code(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("hello")
    assert main(["scan", str(tmp_path)]) == 0
    (tmp_path / "b.pdf").write_bytes(b"%PDF-1.7\n" + b"\x00garbage" * 99)
    assert main(["scan", str(tmp_path)]) == 3
    (tmp_path / "c.txt").write_text("card 4539 1488 0343 6467")
    assert main(["scan", str(tmp_path)]) == 1


@dataclass(frozen=True, slots=True)
class Answer:
    """What a scan says of a file."""

    outcome: FileOutcome
    reason: str = ""
    hits: tuple[Hit, ...] = ()
    test_cards: int = 0
    left: int = 0
    size: int = 0


class Desk:
    """A folder that is swept by one agent after the other; the check judges what they tell."""

    def __init__(self, home: Path) -> None:
        self.home, self.folder = home / "home", home / "folder"
        self.home.mkdir()
        self.folder.mkdir()
        for name in ("a.txt", "b.txt"):
            (self.folder / name).write_text(name)
        self.facts = Facts(last={})
        self.answer = Answer(FileOutcome.READ)
        self.asked = 0

    def scan(self, path: str) -> Answer:
        self.asked += path.endswith("b.txt")
        return self.answer if path.endswith("b.txt") else Answer(FileOutcome.READ)

    def judge(self, event: Event) -> Verdict | None:
        """Judge as the engine does: with what the event itself says was not looked at."""
        self.facts = self.facts.seeing(event)
        verdict = CHECK.judge(event, self.facts, Settings())
        return verdict and with_gaps(verdict, _coverage(event))

    def sweep(self) -> Verdict:
        """Sweep with a new agent, on what the one before kept."""
        policy = replace(POLICY, watch=Watch(folders=(str(self.folder),)))
        memory = SeenDatabase(self.home, system_clock())
        told: list[Event] = []
        sensor = FilesSensor(self.scan, lambda: policy, system_clock(), seen=memory)
        sensor.look(told.append, threading.Event())
        memory.close()
        verdicts = [self.judge(event) for event in told]
        assert isinstance(told[-1], SweepFinished)
        assert verdicts[-1] is not None
        return verdicts[-1]


def _coverage(event: Event) -> Coverage:
    return Coverage(why=event.gaps)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_a_sweep_never_passes_with_a_reason_over_any_restart(
    desk: Desk, outcome: FileOutcome, reason: str
) -> None:
    desk.answer = Answer(outcome, reason)
    for _ in range(3):
        verdict = desk.sweep()
        assert verdict.state in {State.PARTIAL, State.UNKNOWN}
        assert verdict.message is not None
        assert verdict.message.id != "pii-files.swept"
        assert {reason, "reason.files-denied"} & set(verdict.coverage.gaps)
        assert verdict.coverage.missed == 1


def test_a_sweep_passes_when_all_was_read(desk: Desk) -> None:
    assert desk.sweep().state is State.PASS


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_a_file_that_changed_since_the_sweep_ends_its_pass(
    desk: Desk, outcome: FileOutcome
) -> None:
    assert desk.sweep().state is State.PASS
    now = system_clock().now
    desk.judge(FileScanned(at=now(), path="/b", outcome=outcome, reason="reason.partial-time"))
    verdict = desk.judge(Tick(at=now()))
    assert verdict is not None
    assert (verdict.state, verdict.coverage.gaps) == (State.PARTIAL, ("reason.partial-time",))
    assert desk.sweep().state is State.PASS
    assert desk.judge(Tick(at=now())) is None


def test_what_ran_out_of_time_is_tried_again_by_every_sweep(desk: Desk) -> None:
    desk.answer = Answer(FileOutcome.READ, "reason.partial-time")
    assert [desk.sweep().state for _ in range(3)] == [State.PARTIAL] * 3
    assert desk.asked == 3
    desk.answer = Answer(FileOutcome.READ)
    assert desk.sweep().state is State.PASS


def test_a_file_that_was_encrypted_since_is_no_finding_any_more(desk: Desk) -> None:
    sealed = FileScanned(
        at=system_clock().now(), path="/b", outcome=FileOutcome.SEALED, reason="reason.sealed"
    )
    verdict = desk.judge(sealed)
    assert verdict is not None
    assert verdict.state is State.PASS
