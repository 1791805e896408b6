"""Whole jobs with the real program, by keys alone, as a screen reader's user does them.

The gate's question is answered so in `test_gate.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from agentguard.base import settings, translations
from agentguard.base.languages import SPOKEN
from agentguard.base.settings import MachineSettings
from tests.desktop.harness import eventually
from tests.desktop.screen_reader import Heard, ScreenReader
from tests.desktop.test_screen_reader import by_arrows, faults
from tests.desktop.test_whole_agent import LETTER, Seat, seat
from tests.desktop.typist import Typist

__all__ = ["seat"]

pytestmark = [pytest.mark.heavy, pytest.mark.timeout(240)]

POLICY = """
policy: keys
version: 1
watch: {{folders: ["{folder}"], sweep_minutes: 1}}
controls:
  pii-files: {{respond: [notify]}}
  clipboard: {{respond: [notify]}}
  screen-lock: {{respond: [notify]}}
exceptions:
  - {{control: pii-files, hours: 72}}
  - {{control: vendors, hours: 8}}
"""
NOTE = "A letter went to the wrong house."
REASON = "The new headsets need their driver from a stick."


@dataclass(frozen=True, slots=True, kw_only=True)
class Sat:
    """Somebody at a desk: the seat, the keys, what is heard, and the program's number."""

    seat: Seat
    keys: Typist
    reader: ScreenReader
    pid: int

    def told_well(self) -> None:
        """Check that a reader can tell all that stands in every window."""
        for window in self.reader.windows(self.pid):
            heard = self.reader.walk(window)
            assert heard
            assert faults(heard) == []

    def found(self) -> Path:
        """Put a file with a card number where it is found, and wait until it is."""
        file = self.seat.folder / "export.csv"
        file.write_text(LETTER)
        eventually(lambda: self.seat.has("finding.opened", check="pii-files"))
        self.keys.hears("export.csv")
        return file


@pytest.fixture
def sat(seat: Seat, tmp_path: Path) -> Iterator[Sat]:
    """Start the program; its window opens by itself, since there is no tray."""
    file = tmp_path / "keys.yaml"
    file.write_text(POLICY.format(folder=seat.folder))
    settings.save(seat.data, MachineSettings(policy=str(file)))
    with ScreenReader(seat.inside) as reader:
        reader.listen()
        agent = seat.start("tray")
        reader.window(agent.pid, "AgentGuard")
        yield Sat(
            seat=seat, keys=Typist(seat.inside, reader, agent.pid), reader=reader, pid=agent.pid
        )


def test_row_382_a_report_is_told_step_by_step_until_its_number(sat: Sat) -> None:
    keys = sat.keys
    keys.go("Report an incident")
    keys.choose("Customer data went to the wrong person")
    keys.do("Next: see what is sent")
    assert "Choose where it happened" in sat.reader.told("Announcement")[1]
    assert keys.here().name == "On this PC", "the question that is not answered"
    keys.choose("On paper or at a desk")
    keys.on()
    keys.choose("No")
    assert keys.on().name == "In a few words"
    keys.write(NOTE)
    keys.do("Next: see what is sent")
    sends = keys.hears("Send the report", role="push button")
    assert keys.here().path == sends.path, "the second step has the focus"
    for told in (NOTE, "Customer data went to the wrong person", "On paper", "No file names"):
        assert told in sends.description
    sat.told_well()
    keys.do("Change something")
    assert keys.here().name == "In a few words"
    keys.do("Next: see what is sent")
    keys.do("Send the report")
    number = keys.hears("Number ", role="label")
    assert keys.here().path == number.path, "the number is read at once"
    assert number.description, "and what happens next"
    assert sat.seat.has("incident.reported")
    sat.told_well()
    keys.do("Report something else")
    assert keys.here().role == "radio button"


def test_row_382_card_data_is_responded_to_in_five_steps(sat: Sat) -> None:
    keys, file = sat.keys, sat.found()
    keys.go("To do")
    keys.do("Respond step by step")
    keys.hears("1. Held")
    sat.told_well()
    keys.do("Move it to the vault now")
    keys.hears("In the vault since")
    assert not file.exists()
    assert keys.here().name == "Keep it in the vault", "what can be done next"
    keys.do("Delete it for good")
    assert "It cannot be brought back" in keys.here().name
    sat.told_well()
    keys.press("space")
    assert keys.here().name == "Delete it for good"
    keys.do("Keep it in the vault")
    assert "Decided at" in said(sat, "3. Delete it")
    assert keys.here().name == "Delete it for good"
    keys.choose("A customer sent it")
    assert "You said: A customer sent it" in said(sat, "4. How did")
    assert keys.here().role != "list item", "the focus stays on the page"
    steps = [r.payload["step"] for r in sat.seat.records() if r.kind == "incident.step"]
    assert steps == ["looked", "held", "ended", "cause"]
    sat.told_well()


def said(sat: Sat, begins: str) -> str:
    """Wait until something is said that begins so."""

    def heard() -> str:
        words = sat.reader.told("Announcement")[1]
        return words if words.startswith(begins) else ""

    return eventually(heard)


def test_row_382_an_exception_is_asked_for(sat: Sat) -> None:
    sat.found()
    keys = sat.keys
    keys.go("To do")
    keys.do("Ask for an exception")
    window = sat.reader.window(sat.pid, "Exceptions")
    first = eventually(lambda: now if "until" in (now := keys.here()).name.lower() else None)
    assert "approve" in first.description
    sat.told_well()
    passed = keys.way()
    order = [one for one in sat.reader.walk(window) if one.reached]
    assert in_turn(passed, order), [one.name for one in passed]
    keys.choose(first.name)
    keys.on()
    keys.write(REASON)
    keys.on()
    keys.write("The team leader watches.")
    keys.do("Ask")
    keys.hears("waits for somebody in the office", role="list item")
    assert sat.seat.has("exception.asked")
    sat.told_well()
    keys.press("Escape")
    eventually(lambda: window.path not in {w.path for w in sat.reader.windows(sat.pid)})


def in_turn(passed: list[Heard], order: list[Heard]) -> bool:
    """Tell whether all was passed in the order in which it is read, but what arrows go through."""
    went = [one.path for one in passed]
    reached = [one.path for one in order]
    arrows = {one.path for one in order if one.name in by_arrows(order)}
    start = reached.index(went[0])
    turned = reached[start:] + reached[:start]
    return went == [one for one in turned if one in went or one not in arrows]


def test_row_383_a_finding_is_moved_to_the_vault(sat: Sat) -> None:
    keys, file = sat.keys, sat.found()
    keys.go("To do")
    keys.do("Move to the vault")
    eventually(lambda: not file.exists())
    eventually(lambda: sat.seat.has("finding.closed", check="pii-files"))


def test_row_383_a_finding_is_deleted_once_it_was_asked_about_again(sat: Sat) -> None:
    keys, file = sat.keys, sat.found()
    keys.go("To do")
    keys.do("Delete it for good")
    assert "No, keep it" in keys.hears("It cannot be brought back", role="push button").name
    assert "No, keep it" in keys.here().name
    assert file.exists()
    keys.do("Yes, delete")
    eventually(lambda: not file.exists())
    eventually(lambda: sat.seat.has("finding.closed", check="pii-files"))


def test_row_383_what_was_copied_is_emptied(sat: Sat) -> None:
    keys = sat.keys
    sat.seat.copy(LETTER)
    eventually(lambda: sat.seat.has("finding.opened", check="clipboard"))
    keys.go("To do")
    keys.do("Empty the clipboard")
    eventually(lambda: not sat.seat.paste())
    eventually(lambda: sat.seat.has("finding.closed", check="clipboard"))


def test_row_383_a_lesson_is_taken_with_its_question(sat: Sat) -> None:
    keys = sat.keys
    keys.go("Lessons")
    keys.to("Your lessons")
    keys.to("Next")
    tried: list[str] = []
    while (now := keys.here()).name != "Yes, I will":
        if now.role == "radio button":
            answer(sat, tried)
            now = keys.here()
        before = (now.path, now.name, now.description)
        keys.press("space")
        eventually(
            lambda before=before: before != ((one := keys.here()).path, one.name, one.description)
        )
    assert tried, "a lesson asks"
    keys.press("space")
    eventually(lambda: sat.seat.has("lesson.answered"))


def told(one: Heard) -> tuple[str, str, str]:
    """Give what tells one page of a lesson from another."""
    return one.path, one.name, one.description


def answer(sat: Sat, tried: list[str]) -> None:
    """Try the answers one after the other until it is the right one; then the focus is on Next."""
    keys = sat.keys
    while True:
        while keys.here().name in tried:
            keys.on("Down")
        tried.append(keys.here().name)
        keys.choose(tried[-1])
        keys.do("Check my answer")
        if sat.reader.told("Announcement", within=15.0)[1].startswith("Right."):
            return
        keys.to(tried[-1], "shift+Tab")


def test_row_383_another_language_is_chosen(sat: Sat) -> None:
    keys = sat.keys
    keys.go("About")
    assert keys.to("The language of this PC").role == "combo box"
    place = SPOKEN.index("es") + 1  # the system's own comes first
    keys.press("Down", *["Down"] * place, "Return")
    spanish = translations.load("es")
    keys.hears(spanish.say("ui.page.about"), role="list item")
    assert keys.here().name == spanish.say("ui.page.about"), "the focus is in the new window"
    assert settings.load(sat.seat.data).language == "es"
