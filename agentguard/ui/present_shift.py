"""Tells whether a desk is ready, of what is known alone; pure, without Qt."""

from __future__ import annotations

from dataclasses import dataclass

from agentguard.model.events import NOT_ENROLLED
from agentguard.model.posture import ControlState
from agentguard.model.snapshot import Snapshot
from agentguard.model.verdicts import OTHERS, Owner, State
from agentguard.ui.wording import Wording

MOST = 5  # lines of one kind
CLIPBOARD = "clipboard"
_WHO = {Owner.TEAM: "team", Owner.SUPERVISOR: "supervisor"}
_UNKNOWN = frozenset({State.UNKNOWN, State.PARTIAL})


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyLine:
    """What is not ready or not known, why, and who helps; `look` is its state."""

    look: str
    title: str
    detail: str
    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """Whether the desk is ready, in a headline and lines; `rest` tells of all the others."""

    headline: str
    look: str
    lines: tuple[ReadyLine, ...]
    rest: tuple[str, ...]
    not_ready: int
    unknown: int


def readiness(snapshot: Snapshot, words: Wording, contact: str) -> Readiness:
    """Return whether the desk is ready; what was not looked at is never called ready.

    What is paused or excepted counts neither for the desk nor against it, and is told.
    """
    asked = [c for c in snapshot.controls if c.excepted is None and c.state is not State.PAUSED]
    less = sum(c.excepted is not None or c.state is State.PAUSED for c in snapshot.controls)
    wrong = [c for c in asked if c.state is State.FAIL]
    blind = [c for c in asked if c.state in _UNKNOWN]
    away = _uplink(snapshot, words, contact)
    lines = (
        *(_line(c, "fail", words, contact) for c in wrong[:MOST]),
        *away,
        *(_line(c, "unknown", words, contact) for c in blind[:MOST]),
    )
    unknown, left = len(blind) + len(away), len(wrong[MOST:]) + len(blind[MOST:])
    more = (words.count("ui.shift.more", left),) if left else ()
    in_order = sum(c.state is State.PASS for c in asked)
    unguarded = (words.count("ui.shift.less", less),) if less else ()
    look = "fail" if wrong else "unknown" if unknown else "paused" if less else "pass"
    return Readiness(
        headline=_headline(look, len(wrong), words),
        look=look,
        lines=lines,
        rest=(*more, *unguarded, words.count("ui.shift.in-order", in_order)),
        not_ready=len(wrong),
        unknown=unknown,
    )


def seen_lines(snapshot: Snapshot, words: Wording, downloads: str) -> tuple[str, ...]:
    """Return what AgentGuard sees of a desk that is handed over."""
    state = next((c.state for c in snapshot.controls if c.check == CLIPBOARD), State.UNKNOWN)
    form = {State.PASS: "empty", State.FAIL: "full"}.get(state, "unknown")
    if form == "full" and not _is_cleared(snapshot):
        form = "stays"
    hers = sum(one.owner not in OTHERS for one in snapshot.findings)
    kept = "shared" if snapshot.policy.shift.shared else "own"
    return (
        words.texts.say(f"ui.shift.clipboard-{form}"),
        downloads,
        words.count("ui.shift.findings", hers),
        words.texts.say(f"ui.shift.{kept}"),
    )


def downloads_words(count: int | None, words: Wording) -> str:
    """Return how many files are in the downloads folder."""
    if count is None:
        return words.texts.say("ui.shift.downloads-unknown")
    return words.count("ui.shift.downloads", count)


def _is_cleared(snapshot: Snapshot) -> bool:
    """Check whether the policy has what is copied cleared as the desk is handed over."""
    control = snapshot.policy.controls.get(CLIPBOARD)
    return control is not None and getattr(control.settings, "leaving", "nothing") != "nothing"


def _headline(look: str, wrong: int, words: Wording) -> str:
    if wrong:
        return words.count("ui.shift.not-ready", wrong)
    form = {"unknown": "ready-but", "paused": "ready-less"}.get(look, "ready")
    return words.texts.say(f"ui.shift.{form}")


def _line(control: ControlState, look: str, words: Wording, contact: str) -> ReadyLine:
    detail = control.detail
    who = _WHO.get(control.owner, "person") if look == "fail" else "unknown"
    return ReadyLine(
        look=look,
        title=words.texts.title(control.check, control.state, detail.id if detail else ""),
        detail=words.texts.render(detail),
        who=words.texts.say(f"ui.shift.who.{who}", contact=contact),
    )


def _uplink(snapshot: Snapshot, words: Wording, contact: str) -> tuple[ReadyLine, ...]:
    uplink = snapshot.uplink
    if uplink is not None and not uplink.problem:
        return ()
    form = "never" if uplink is None else "away"
    if uplink is not None and uplink.problem == NOT_ENROLLED:
        form = "not-enrolled"
    line = ReadyLine(
        look="unknown",
        title=words.texts.say("ui.shift.title.uplink"),
        detail=words.texts.say(f"ui.shift.uplink.{form}"),
        who=words.texts.say("ui.shift.who.unknown", contact=contact),
    )
    return (line,)
