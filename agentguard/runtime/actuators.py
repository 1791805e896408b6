"""The agent's hands: what each action does on this desktop; an absent hand is unsupported."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from agentguard.base.errors import AgentGuardError
from agentguard.checks.clipboard import Settings, left_behind
from agentguard.engine.action_runner import Hand
from agentguard.engine.loop import Engine
from agentguard.model.actions import Action, ActionKind
from agentguard.model.events import ClipboardScanned
from agentguard.model.locking import DeskLeft
from agentguard.model.messages import Message, say
from agentguard.model.moments import Moment
from agentguard.ports.desktop import (
    Absent,
    Backend,
    Clipboard,
    Replaceable,
    Session,
    Spared,
    nobody,
)
from agentguard.runtime.recorder_hand import RecorderHand

Newer = Callable[[str, Moment], bool]
"""Tells whether the clipboard's selection was read again since a moment."""

Leaving = Callable[[str], Callable[[], None]]
"""Takes note of what is on a selection, and gives what is to be done when it is gone from there."""

MASK_LIMIT = 1024 * 1024  # characters
MASK_SECONDS = 0.5


def _never(_selection: str, _than: Moment) -> bool:
    return False


def _nothing_more(_selection: str) -> Callable[[], None]:
    return lambda: None


def desktop_hands(
    backend: Backend,
    mask: Callable[[str], str] = str,
    newer: Newer = _never,
    spared: Spared = nobody,
    leaving: Leaving = _nothing_more,
) -> dict[ActionKind, Hand]:
    """Return the hands that this desktop has; what `spared` programs copied is not masked.

    `leaving` is asked before a selection is changed; what it gives is done when that is done.
    """
    hands: dict[ActionKind, Hand] = {}
    if not isinstance(backend.session, Absent):
        hands[ActionKind.LOCK] = _locker(backend.session)
    if not isinstance(backend.clipboard, Absent):
        clear = _clearer(backend.clipboard, newer, leaving)
        hands[ActionKind.CLEAR_CLIPBOARD] = clear
        rewrite = Rewrite(
            clipboard=backend.clipboard, mask=mask, newer=newer, spared=spared, leaving=leaving
        )
        hands[ActionKind.MASK_CLIPBOARD] = rewrite.hand(clear)
    return hands


def _locker(session: Session) -> Hand:
    def lock(_action: Action) -> Message:
        session.lock()
        return say("action.locked")

    return lock


def _clearer(clipboard: Clipboard, newer: Newer, leaving: Leaving) -> Hand:
    """Clear; what was copied since is not what the action is about: it has one of its own."""

    def clear(action: Action) -> Message:
        every, cleared = clipboard.selections, True
        for selection in (action.subject,) if action.subject in every else every:
            overtaken = action.at is not None and newer(selection, action.at)
            gone = leaving(selection)
            if overtaken or not clipboard.clear(selection):
                cleared = False
            else:
                gone()
        return say("action.cleared") if cleared else say("action.overtaken")

    return clear


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrite:
    """Masks what lies on a clipboard."""

    clipboard: Clipboard
    mask: Callable[[str], str]
    newer: Newer
    spared: Spared = nobody
    leaving: Leaving = _nothing_more

    def hand(self, clear: Hand) -> Hand:
        """Return the hand; what cannot be masked is cleared by the other."""
        return lambda action: self._masked(action) or clear(action)

    def _masked(self, action: Action) -> Message | None:
        """Read it again, and put it back with every value masked; None where that cannot be."""
        if action.at is not None and self.newer(action.subject, action.at):
            return say("action.overtaken")
        gone = self.leaving(action.subject)
        copied = self.clipboard.read(
            action.subject, limit=MASK_LIMIT, seconds=MASK_SECONDS, spared=self.spared
        )
        if copied is None or copied.own or copied.secret:
            return say("action.overtaken")
        if not copied.text or not copied.whole or not isinstance(self.clipboard, Replaceable):
            return None
        try:
            masked = self.clipboard.replace(action.subject, self.mask(copied.text))
        except AgentGuardError:
            return None
        if not masked:
            return say("action.overtaken")
        gone()
        return say("action.masked")


@dataclass(frozen=True, slots=True, kw_only=True)
class Farewell:
    """What the agent's end must not leave behind: customer data, and a recorder that pauses."""

    backend: Backend
    engine: Engine
    recorder: RecorderHand

    def __call__(self) -> None:
        """Clear the clipboard by the policy, and let the recorder go on."""
        self._clear()
        if self.engine.known().is_paying():
            with suppress(AgentGuardError):
                self.recorder.go_on()

    def _clear(self) -> None:
        """Clear; a desktop that is gone already has no clipboard to clear."""
        clipboard, known = self.backend.clipboard, self.engine.known()
        rules = known.control("clipboard")
        if isinstance(clipboard, Absent) or not isinstance(rules.settings, Settings):
            return
        told: dict[bool, list[str]] = {True: [], False: []}
        for selection in clipboard.selections if not rules.paused else ():
            copied = known.latest(ClipboardScanned, selection)
            if copied is not None and left_behind(copied, rules.settings):
                told[_emptied(clipboard, selection)].append(selection)
        if any(told.values()):
            at, cleared, kept = self.engine.clock.now(), tuple(told[True]), tuple(told[False])
            self.engine.submit(DeskLeft(at=at, cleared=cleared, kept=kept))


def _emptied(clipboard: Clipboard, selection: str) -> bool:
    try:
        return clipboard.clear(selection)
    except AgentGuardError:
        return False
