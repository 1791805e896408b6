"""The end of a shift: what was judged leaves the clipboard, and the screen is locked by policy."""

from __future__ import annotations

from agentguard.checks.clipboard import ID, Settings, left_behind
from agentguard.engine import lock_requests, records
from agentguard.engine.finding_updates import give
from agentguard.engine.state import Decision
from agentguard.model.actions import ActionKind
from agentguard.model.events import ClipboardScanned
from agentguard.model.locking import Asker, DeskLeft, LockAsked, ShiftEnded
from agentguard.model.moments import Moment


def told_of_shift(decision: Decision, event: ShiftEnded | DeskLeft) -> Decision:
    """Follow the end of a shift, or of the agent with the session or before."""
    if isinstance(event, ShiftEnded):
        return _ended(decision, event)
    noted = records.plain("desk.left", event.at, cleared=list(event.cleared), kept=list(event.kept))
    return decision.then(records=(noted,))


def _ended(decision: Decision, event: ShiftEnded) -> Decision:
    noted = records.plain("shift.ended", event.at, by=event.by.value)
    decision = _clear(decision.then(records=(noted,)), event.at)
    if not decision.state.plan.policy.shift.lock:
        return decision
    return lock_requests.asked(decision, LockAsked(at=event.at, by=Asker.SHIFT_END))


def _clear(decision: Decision, at: Moment) -> Decision:
    bound = decision.state.plan.bound.get(ID)
    rules = bound.control.settings if bound and not bound.control.paused else None
    if not isinstance(rules, Settings):
        return decision
    for copied in decision.state.facts.facets.values():
        if isinstance(copied, ClipboardScanned) and left_behind(copied, rules):
            decision = give(decision, ActionKind.CLEAR_CLIPBOARD, ID, copied.selection, at)
    return decision
