"""The shift in the engine: how it ends, who handed the desk over, and what is left of a person.

- An end by the clock or by hand clears what was judged off the clipboard, and locks by the policy.
- A desk that was used and not handed over half an hour after the end is told as missed.
- Only time that passed counts; after a restart of the computer that half hour is over.
- A handover of a desk with a shared account leaves nothing of the person in sight.
"""

from __future__ import annotations

from dataclasses import replace

from agentguard.checks.clipboard import ID, Settings, left_behind
from agentguard.engine import clean_desk, guided, incidents, lock_requests, memory, records
from agentguard.engine.finding_updates import give
from agentguard.engine.memory import SHIFT, shift_json
from agentguard.engine.state import Decision
from agentguard.model.actions import ActionKind
from agentguard.model.events import ClipboardScanned, SessionState
from agentguard.model.gate import Ended, ProofsEnded
from agentguard.model.handover import (
    HandedOver,
    Shift,
    ShiftBegun,
    ShiftStanding,
)
from agentguard.model.locking import Asker, DeskLeft, LockAsked, ShiftEnded
from agentguard.model.moments import Moment
from agentguard.model.prompts import PromptKind
from agentguard.model.records import Json, Record

CHECK = "handover"
GRACE = 1800.0  # seconds after the end of a shift in which a handover is in time
AFTER = 900.0  # seconds after a handover in which a look at the desk is not the next shift
BREAK = 180.0  # seconds of a locked screen that make a break
AT_DESK = 60.0  # seconds without input within which somebody is at the desk


def told_of_shift(decision: Decision, event: ShiftEnded | DeskLeft) -> Decision:
    """Follow the end of a shift, or of the agent with the session or before."""
    if isinstance(event, ShiftEnded):
        return _ended(decision, event)
    noted = records.plain("desk.left", event.at, cleared=list(event.cleared), kept=list(event.kept))
    return decision.then(records=(noted,))


def standing(decision: Decision, at: Moment) -> Decision:
    """Return the decision with how it stands with handovers, for the check that judges it."""
    shift = decision.state.shift
    told = ShiftStanding(at=at, handed=shift.handed, missed=shift.missed)
    return decision.then(events=(told,))


def begin(decision: Decision, event: ShiftBegun) -> Decision:
    """Write down that somebody looked whether the desk is ready, and begins."""
    noted = records.plain("shift.begun", event.at, not_ready=event.not_ready, unknown=event.unknown)
    shift = replace(decision.state.shift, used=event.at, begun=event.at, ended=None)
    return _keep(decision.then(records=(noted,)), shift)


def hand_over(decision: Decision, event: HandedOver) -> Decision:
    """Write the handover down, clear what is left of the person, and lock."""
    decision = clean_desk.unanswered(decision, event.at, "handed-over")
    decision = decision.then(records=(_handover(event),))
    shift = replace(
        decision.state.shift, used=None, begun=None, ended=None, handed=event.at, missed=None
    )
    decision = _clear(_keep(decision, shift), event.at)
    decision = decision.then(events=(ProofsEnded(at=event.at, why=Ended.HANDED_OVER),))
    if decision.state.plan.policy.shift.shared:
        decision = _forget(decision)
    decision = standing(decision, event.at)
    return lock_requests.asked(decision, LockAsked(at=event.at, by=Asker.SHIFT_END))


def seen(decision: Decision, event: SessionState) -> Decision:
    """Follow the session: somebody works here, leaves for a break, or comes back from one."""
    shift = decision.state.shift
    if event.locked:
        return _with(decision, replace(shift, away=shift.away or event.at, rested=False))
    if event.locked is None:
        return decision
    if shift.away is not None:
        rested = event.at.since(shift.away) >= BREAK
        decision = _with(decision, replace(shift, away=None, rested=rested))
    return _used(decision, event)


def by_time(decision: Decision, at: Moment) -> Decision:
    """Tell a handover that did not come, and ask for a look at the desk when it is time."""
    ended = decision.state.shift.ended
    if ended is not None and not 0 <= at.since(ended) < GRACE:
        noted = records.plain("shift.missed", at)
        decision = clean_desk.unanswered(decision, at, "shift-ended").then(records=(noted,))
        known = decision.state.shift
        missed = replace(known, used=None, begun=None, ended=None, missed=at)
        decision = standing(_keep(decision, missed), at)
    return clean_desk.by_time(decision, at)


def _ended(decision: Decision, event: ShiftEnded) -> Decision:
    noted = records.plain("shift.ended", event.at, by=event.by.value)
    decision = _clear(decision.then(records=(noted,)), event.at)
    rules, shift = decision.state.plan.policy.shift, decision.state.shift
    waits = rules.handover and shift.used is not None
    if waits:
        decision = _keep(decision, replace(shift, ended=event.at))
    decision = clean_desk.shift_ended(decision, event.at, waits=waits)
    if not rules.lock:
        return decision
    return lock_requests.asked(decision, LockAsked(at=event.at, by=Asker.SHIFT_END))


def _handover(event: HandedOver) -> Record:
    known: dict[str, Json] = {}
    if event.downloads is not None:
        known["downloads"] = event.downloads
    if event.clipboard is not None:
        known["clipboard"] = event.clipboard
    ticked = clean_desk.ticked(event.ticks)
    return records.plain("shift.handed-over", event.at, findings=event.findings, **known, **ticked)


def _used(decision: Decision, event: SessionState) -> Decision:
    shift = decision.state.shift
    if shift.used is not None or event.idle is None or event.idle > AT_DESK:
        return decision
    if shift.handed is not None and 0 <= event.at.since(shift.handed) < AFTER:
        return decision
    return _keep(decision, replace(shift, used=event.at))


def _forget(decision: Decision) -> Decision:
    """Leave nothing of the person in the inbox, the history, in cards or among incidents.

    What the next person has to mend stays: open findings and what is done about them.
    """
    state = decision.state
    gone = {f"{memory.NOTICE}{notice.id}": None for notice in state.inbox}
    gone |= {f"{memory.DONE}{done.id}": None for done in state.history}
    proofs = {k: p for k, p in state.prompts.items() if p.kind is PromptKind.PROOF}
    waiting = replace(state.attention, waiting=())
    state = replace(
        state, inbox=(), history=(), prompts=proofs, held=(), attention=waiting, telling={}
    )
    return guided.leave(incidents.leave(decision.then(state, memory=gone)))


def _clear(decision: Decision, at: Moment) -> Decision:
    bound = decision.state.plan.bound.get(ID)
    rules = bound.control.settings if bound and not bound.control.paused else None
    if not isinstance(rules, Settings):
        return decision
    for copied in decision.state.facts.facets.values():
        if isinstance(copied, ClipboardScanned) and left_behind(copied, rules):
            decision = give(decision, ActionKind.CLEAR_CLIPBOARD, ID, copied.selection, at)
    return decision


def _with(decision: Decision, shift: Shift) -> Decision:
    return decision.then(replace(decision.state, shift=shift))


def _keep(decision: Decision, shift: Shift) -> Decision:
    return _with(decision, shift).then(memory={SHIFT: shift_json(shift)})
