"""What the clipboard asks of the engine beyond findings.

- Each copy is an occurrence of its own, also while the finding about the one before is open; what
  was still to be done about the one before is void.
- A read that failed is no copy: what is to be done stays, with its time, and so it does when the
  same copy could be read again.
- Where it would be pasted and whether the person is there decide as well, so the last copies are
  judged again when the window in front, or the session, changes.
- Another program that puts back what was taken away is not fought for more than five rounds.
- A program may hold the clipboard open, so a hand that failed is tried again soon.
"""

from __future__ import annotations

from dataclasses import replace

from agentguard.engine import records
from agentguard.engine.state import Decision, Rounds, Try
from agentguard.model.actions import ActionKind, Outcome
from agentguard.model.events import ClipboardScanned, Event, Facts, SessionState, WindowInFront
from agentguard.model.moments import Moment

HANDS = frozenset({ActionKind.CLEAR_CLIPBOARD, ActionKind.MASK_CLIPBOARD})
MOST_ROUNDS = 5
QUIET = 3.0  # seconds without a copy to take away, after which the rounds begin anew
QUICK_TRIES = 10
AGAIN = 1.0  # seconds from a try that failed to the next of the quick ones


def seen(facts: Facts, event: Event) -> Facts:
    """Return the facts after an event; one that judged nothing leaves the copy that was judged."""
    if isinstance(event, ClipboardScanned) and not event.is_new and not event.judged:
        known = facts.get(ClipboardScanned, event.selection)
        return facts if known is not None else facts.seeing(event)
    return facts.seeing(event)


def anew(decision: Decision, event: Event) -> Decision:
    """Forget what was to be done about the copy before this one."""
    if not isinstance(event, ClipboardScanned):
        return decision
    if not event.is_new:
        return _soon(decision, event) if event.same else decision
    state = decision.state
    tries = {id_: one for id_, one in state.tries.items() if not _about(one, event)}
    deferred = tuple(d for d in state.deferred if d.subject != event.selection)
    return decision.then(replace(state, tries=tries, deferred=deferred))


def _soon(decision: Decision, event: ClipboardScanned) -> Decision:
    """Let hands that failed be tried again soon, now that the copy can be read again."""
    tries = {
        id_: replace(one, count=min(one.count, QUICK_TRIES)) if _about(one, event) else one
        for id_, one in decision.state.tries.items()
    }
    return decision.then(replace(decision.state, tries=tries))


def is_under_way(decision: Decision, event: ClipboardScanned, kind: ActionKind) -> bool:
    """Check whether a hand has this to do already about a copy that was only read again."""
    tries = decision.state.tries.values()
    return event.same and any(one.action.kind is kind and _about(one, event) for one in tries)


def _about(one: Try, event: ClipboardScanned) -> bool:
    return one.action.subject == event.selection and one.action.kind in HANDS


def to_judge_again(decision: Decision, event: Event) -> tuple[ClipboardScanned, ...]:
    """Return the last copy of each selection when `event` changes what is to be said of it."""
    if not _changes(decision, event):
        return ()
    kept = decision.state.facts.facets.items()
    return tuple(
        replace(copied, at=event.at, same=False)
        for (kind, _), copied in kept
        if kind is ClipboardScanned and isinstance(copied, ClipboardScanned)
    )


def is_to_be_tried_soon(one: Try) -> bool:
    """Check whether a hand failed that a busy clipboard may have stopped, and not yet too often."""
    failed = one.outcome is Outcome.FAILED and one.action.kind in HANDS
    return failed and one.count <= QUICK_TRIES


def _changes(decision: Decision, event: Event) -> bool:
    before = decision.before.facts
    match event:
        case WindowInFront():
            last = before.get(WindowInFront)
            return last is None or last.image != event.image
        case SessionState():
            known = before.get(SessionState)
            return known is None or (known.locked, known.active) != (event.locked, event.active)
        case _:
            return False


def round_of(decision: Decision, event: ClipboardScanned) -> tuple[Decision, bool]:
    """Count a copy that is to be taken away; tell whether it still is."""
    at, known = event.at, decision.state.rounds.get(event.selection)
    count = known.count if known is not None and _goes_on(known, at) else 0
    rounds = {**decision.state.rounds, event.selection: Rounds(count=count + 1, last=at.boot)}
    decision = decision.then(replace(decision.state, rounds=rounds))
    if count == MOST_ROUNDS:
        noted = records.plain(
            "clipboard.contested", at, selection=event.selection, app=event.app, rounds=count
        )
        decision = decision.then(records=(noted,))
    return decision, count < MOST_ROUNDS


def contested(decision: Decision, event: ClipboardScanned) -> bool:
    """Check whether another program puts back what is taken away, again and again."""
    known = decision.state.rounds.get(event.selection)
    return known is not None and known.count > MOST_ROUNDS and _goes_on(known, event.at)


def _goes_on(known: Rounds, at: Moment) -> bool:
    return at.boot - known.last <= QUIET
