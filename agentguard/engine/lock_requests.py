"""The lock from the request to its proof.

- A lock is confirmed by the session alone. It is asked for again after 5 s, twice; after that the
  screens are covered, it is told, and a lock that idle time asks for is tried on once a minute.
- In a call the screens are covered instead, unless a person asks for the lock; it follows after
  the call if the desk is still left alone.
- What a person asked for is not tried on for long: who came back in the meantime keeps working.
- Where no source tells the session's lock, idle time asks for it once: nothing can be confirmed,
  and only what is seen to have failed is repeated.
"""

from __future__ import annotations

from dataclasses import replace

from agentguard.engine import clipboard, records
from agentguard.engine.finding_updates import act, close, give, judge_all
from agentguard.engine.privacy_shield import cover, lift
from agentguard.engine.state import Decision, Try
from agentguard.model.actions import ActionKind, Outcome
from agentguard.model.events import ActionFinished, SessionState
from agentguard.model.locking import LockAsked, LockTried
from agentguard.model.moments import Moment
from agentguard.model.shield import Why

CHECK = "screen-lock"
UNCONFIRMED = (CHECK, "unconfirmed")
UNSEEN = f"{CHECK}.open-unseen"
"""The sentence of a desk that was left alone and of which nobody tells whether it is locked."""
CONFIRM = 5.0
QUICK_TRIES = 3
RETRY = 60.0


def asked(decision: Decision, event: LockAsked) -> Decision:
    """Lock because somebody said so, in a call as well."""
    noted = records.plain("lock.asked", event.at, by=event.by.value)
    decision = decision.then(records=(noted,))
    if decision.state.locked:
        return decision
    return give(decision, ActionKind.LOCK, CHECK, event.by.value, event.at)


def told(decision: Decision, event: SessionState) -> Decision:
    """Take what the session says: it confirms a lock, or shows that one is still due."""
    if event.locked is not None and event.locked != decision.before.locked:
        kind = "session.locked" if event.locked else "session.unlocked"
        decision = decision.then(records=(records.plain(kind, event.at, source=event.source),))
    if event.locked:
        return _confirmed(decision, event.at)
    return follow_up(_come_back(decision, event), event.at)


def _come_back(decision: Decision, event: SessionState) -> Decision:
    """Close what was found of a desk whose lock nobody tells, once there is input again."""
    finding, last = (
        decision.state.findings.get((CHECK, "")),
        decision.before.facts.get(SessionState),
    )
    if finding is None or finding.message.id != UNSEEN or last is None:
        return decision
    if event.idle is None or last.idle is None or event.idle >= last.idle:
        return decision
    return close(decision, finding.key, event.at)


def judged_anew(decision: Decision) -> Decision:
    """Judge the session by what is known now of the computer's own settings."""
    session = decision.state.facts.get(SessionState)
    return decision if session is None else judge_all(decision, session, again=True)


def _confirmed(decision: Decision, at: Moment) -> Decision:
    tries = {k: t for k, t in decision.state.tries.items() if t.action.kind is not ActionKind.LOCK}
    decision = lift(decision.then(replace(decision.state, tries=tries)), "locked", at)
    if UNCONFIRMED not in decision.state.findings:
        return decision
    return decision.then(events=(LockTried(at=at, times=1, confirmed=True),))


def follow_up(decision: Decision, at: Moment) -> Decision:
    """Lock for every open finding that asks for it and for which nothing is under way."""
    session = decision.state.facts.get(SessionState)
    if session is None or session.locked:
        return decision
    under_way = {_key(t) for t in decision.state.tries.values() if _is_lock(t)}
    for finding in decision.state.findings.values():
        bound = decision.state.plan.bound.get(finding.check)
        if bound is None or finding.subject or finding.key in under_way:
            continue
        if session.locked is None and finding.message.id != UNSEEN:
            continue
        if SessionState in bound.check.on and ActionKind.LOCK in bound.control.respond:
            decision = act(decision, ActionKind.LOCK, *finding.key, at)
    return decision


def again(decision: Decision, one: Try, at: Moment) -> Decision:
    """Decide about a lock that was not confirmed in its time."""
    session = decision.state.facts.get(SessionState)
    by_finding = _key(one) in decision.state.findings
    if session is None:
        return _without(decision, one)
    if session.locked is None and one.outcome is not Outcome.FAILED:
        return decision if by_finding else _without(decision, one)
    if decision.state.in_call and by_finding:
        return cover(_without(decision, one), Why.CALL, at)
    if one.count == QUICK_TRIES:
        decision = _in_vain(decision, one.count, at)
    if one.count >= QUICK_TRIES and not by_finding:
        return _without(decision, one)
    return repeat(decision, one, at)


def _in_vain(decision: Decision, times: int, at: Moment) -> Decision:
    tried = LockTried(at=at, times=times, confirmed=False)
    return cover(decision.then(events=(tried,)), Why.NOT_LOCKED, at)


def finished(decision: Decision, event: ActionFinished) -> Decision:
    """Cover the screens where this computer cannot lock at all."""
    lock = event.action.kind is ActionKind.LOCK
    if not lock or event.outcome is not Outcome.UNSUPPORTED:
        return decision
    return _in_vain(decision, 1, event.at)


def repeat(decision: Decision, one: Try, at: Moment) -> Decision:
    """Hand an action over once more."""
    once_more = replace(one, at=at, count=one.count + 1, outcome=None)
    tries = {**decision.state.tries, one.action.id: once_more}
    noted = () if one.waited else (records.intended(one.action, at),)
    return decision.then(replace(decision.state, tries=tries), records=noted, actions=(one.action,))


def patience(one: Try) -> float:
    """Return a lock 5 s to be confirmed, a busy clipboard one, and everything else a minute."""
    if clipboard.is_to_be_tried_soon(one):
        return clipboard.AGAIN
    return CONFIRM if _is_lock(one) and one.count <= QUICK_TRIES else RETRY


def _is_lock(one: Try) -> bool:
    return one.action.kind is ActionKind.LOCK


def _key(one: Try) -> tuple[str, str]:
    return one.action.check, one.action.subject


def _without(decision: Decision, one: Try) -> Decision:
    tries = {k: t for k, t in decision.state.tries.items() if k != one.action.id}
    return decision.then(replace(decision.state, tries=tries))
