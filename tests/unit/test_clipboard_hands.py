"""The hands on the clipboard: emptied, masked, or let alone because something else is there now."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agentguard.detect.recognition.custom_kinds import Following
from agentguard.engine.action_runner import Hand
from agentguard.model.actions import Action, ActionKind
from agentguard.model.detection import Detection
from agentguard.model.moments import Moment
from agentguard.platforms.simulated import PRIMARY, FakeClock, SimulatedDesktop
from agentguard.ports.desktop import Flavour
from agentguard.runtime.actuators import desktop_hands

CARD = "4556 7375 8689 9855"
MASK, CLEAR = ActionKind.MASK_CLIPBOARD, ActionKind.CLEAR_CLIPBOARD


@pytest.fixture
def desktop() -> SimulatedDesktop:
    return SimulatedDesktop(FakeClock())


def hand(desktop: SimulatedDesktop, kind: ActionKind, *, newer: bool = False) -> Hand:
    mask = Following(Detection).mask
    backend, spared = desktop.backend, "keepassxc".__eq__
    return desktop_hands(backend, mask, lambda _selection, _than: newer, spared)[kind]


def act(kind: ActionKind, selection: str = "CLIPBOARD") -> Action:
    at = Moment(boot=1.0, wall=1.0)
    return Action(id="1-1", kind=kind, check="clipboard", subject=selection, at=at)


def test_the_text_around_a_card_number_stays(desktop) -> None:
    desktop.copy(f"Please pay {CARD} today", "crm")
    assert hand(desktop, MASK)(act(MASK)).id == "action.masked"
    pasted = desktop.paste()
    assert pasted.startswith("Please pay ")
    assert pasted.endswith(" today")
    assert CARD not in pasted


def test_only_the_selection_of_the_action_is_masked(desktop) -> None:
    desktop.copy(CARD, "crm")
    desktop.copy(CARD, "crm", selection=PRIMARY)
    hand(desktop, MASK)(act(MASK, PRIMARY))
    assert (desktop.paste() == CARD, desktop.paste(PRIMARY) == CARD) == (True, False)


def test_what_cannot_be_masked_is_emptied(desktop) -> None:
    desktop.copy("", "files", Flavour(kind="files", data="file:///a/list.csv"))
    assert hand(desktop, MASK)(act(MASK)).id == "action.cleared"
    assert desktop.paste() == ""


@pytest.mark.parametrize("kind", [MASK, CLEAR])
def test_something_newer_is_let_alone(desktop, kind) -> None:
    desktop.copy(CARD, "crm")
    assert hand(desktop, kind, newer=True)(act(kind)).id == "action.overtaken"
    assert desktop.paste() == CARD


@pytest.mark.parametrize("secret", [True, False], ids=["secret", "nothing"])
def test_a_secret_or_nothing_is_not_masked(desktop, secret) -> None:
    if secret:
        desktop.copy(CARD, "keepassxc", marked=True)
    assert hand(desktop, MASK)(act(MASK)).id == "action.overtaken"
    assert desktop.paste() == (CARD if secret else "")


def test_a_copy_that_nobody_has_read_yet_is_not_said_to_be_emptied(desktop) -> None:
    desktop.copy(CARD, "crm")
    desktop.backend.clipboard.read("CLIPBOARD", limit=100, seconds=1)
    desktop.copy("newer", "crm")
    assert hand(desktop, CLEAR)(act(CLEAR)).id == "action.overtaken"
    assert desktop.paste() == "newer"


def test_one_selection_that_is_let_alone_keeps_no_other_from_being_emptied(desktop) -> None:
    desktop.copy(CARD, "crm")
    desktop.backend.clipboard.read("CLIPBOARD", limit=100, seconds=1)
    desktop.copy("newer", "crm")
    desktop.copy(CARD, "crm", selection=PRIMARY)
    assert hand(desktop, CLEAR)(act(CLEAR, "/a/file")).id == "action.overtaken"
    assert (desktop.paste(), desktop.paste(PRIMARY)) == ("newer", "")


@pytest.mark.parametrize("kind", [CLEAR, MASK], ids=str)
def test_row_142_what_was_taken_off_is_to_be_taken_out_of_the_history_too(desktop, kind) -> None:
    told: list[str] = []

    def leaving(selection: str) -> Callable[[], None]:
        told.append(f"noted while {desktop.paste(selection)[:4]} is there")
        return lambda: told.append("gone")

    mask = Following(Detection).mask
    hands = desktop_hands(desktop.backend, mask, leaving=leaving)
    desktop.copy(CARD, "crm")
    desktop.backend.clipboard.read("CLIPBOARD", limit=100, seconds=1)
    hands[kind](act(kind))
    assert told == ["noted while 4556 is there", "gone"]


def test_row_142_what_was_not_taken_off_stays_in_the_history(desktop) -> None:
    told: list[str] = []
    hands = desktop_hands(desktop.backend, leaving=lambda _selection: lambda: told.append("gone"))
    desktop.copy(CARD, "crm")
    desktop.backend.clipboard.read("CLIPBOARD", limit=100, seconds=1)
    desktop.copy("newer", "crm")
    hands[CLEAR](act(CLEAR))
    assert told == []
