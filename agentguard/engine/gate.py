"""The gate in the engine's state: who may pass, and what becomes of the dialog.

- In a call nobody is asked. The question follows when the call has been over for the policy's
  `after_call_seconds`, unless the application was left by then.
- A switch to another user, sleep and a pulled key end proofs; the check judges by that.
- Who calls a supervisor has as long as the letters on the dialog hold.
- A dialog that nobody can see for 2 s is told, and one that comes back is told too.
- No deadline runs while nobody can answer: while the screen is locked or covered, another user is
  in front, a call is live, or the computer sleeps.
- A prover that is broken opens the gate once; the next opening needs a proof in between.
"""

from __future__ import annotations

from dataclasses import replace

from agentguard.engine import prompt_rules, records
from agentguard.engine.finding_updates import close
from agentguard.engine.state import Decision, Held, State, without
from agentguard.model.events import (
    AppFocused,
    CallState,
    Event,
    ProofGiven,
    ProofRefused,
    SessionState,
    Tick,
)
from agentguard.model.gate import (
    BROKEN,
    Ended,
    GateCalls,
    GateLeft,
    GateSeen,
    GateUnseen,
    ProofsEnded,
    ProverBroken,
    ProverWorks,
    Settings,
)
from agentguard.model.messages import say
from agentguard.model.moments import Moment
from agentguard.model.prompts import Prompt, PromptKind

ID = "reauth"
UNSEEN = 2.0
ASLEEP = 60.0
MEMORY = "gate.broken"


def follow(decision: Decision, event: Event) -> Decision:
    """Do what follows from an event besides the verdict."""
    match event:
        case Tick():
            return _unseen(_ticked(decision, event.at), event.at)
        case SessionState():
            return _switched(decision, event)
        case AppFocused():
            return _left_behind(decision, event)
        case CallState():
            return _after_call(decision, event)
        case ProofGiven():
            return _proved(decision, event)
        case _:
            return _answered(decision, event)


def _answered(decision: Decision, event: Event) -> Decision:
    match event:
        case ProofRefused():
            return _refused(decision, event)
        case ProofsEnded():
            noted = records.plain("proof.ended", event.at, why=event.why.value)
            return decision.then(records=(noted,))
        case GateSeen():
            return _seen(decision, event)
        case GateLeft() | GateCalls():
            return _by_person(decision, event)
        case ProverBroken():
            return _broken(decision, event)
        case _:
            return decision


def _ticked(decision: Decision, at: Moment) -> Decision:
    """Follow the time that passed since the tick before; of the first one nothing follows."""
    before = decision.before.facts.get(Tick)
    if before is None:
        return decision
    since = before.at.boot
    decision = _waited(decision, since, at)
    if at.boot - since < ASLEEP:
        return decision
    return decision.then(events=(ProofsEnded(at=at, why=Ended.RESUMED),))


def _waited(decision: Decision, since: float, at: Moment) -> Decision:
    """Put every deadline off by the time in which nobody could answer."""
    state = decision.state
    if not state.prompts or not (_away(state) or at.boot - since >= ASLEEP):
        return decision
    later = {
        id_: replace(one, deadline=one.deadline + at.boot - max(since, one.asked.boot))
        for id_, one in state.prompts.items()
        if one.deadline is not None
    }
    return decision.then(replace(state, prompts={**state.prompts, **later}))


def _away(state: State) -> bool:
    session = state.facts.get(SessionState)
    switched = session is not None and session.active is False
    return state.locked or switched or state.in_call or state.shield is not None


def _switched(decision: Decision, event: SessionState) -> Decision:
    before = decision.before.facts.get(SessionState)
    if event.active is not False or (before is not None and before.active is False):
        return decision
    return decision.then(events=(ProofsEnded(at=event.at, why=Ended.SWITCHED),))


def _left_behind(decision: Decision, event: AppFocused) -> Decision:
    """Close what was about an application that was left while no dialog held it."""
    bound = decision.state.plan.bound.get(ID)
    if bound is None or _open(decision) is not None:
        return decision
    front = bound.check.subject(event, bound.control.settings)
    for key, finding in tuple(decision.state.findings.items()):
        if key[0] == ID and key[1] != front and "group" in finding.message.params:
            decision = close(decision, key, event.at)
    return decision


def _after_call(decision: Decision, event: CallState) -> Decision:
    bound = decision.state.plan.bound.get(ID)
    said = bound.control.settings if bound is not None else None
    wait = said.after_call_seconds if isinstance(said, Settings) else 0
    until = None if event.in_call else event.at.boot + wait

    def when(one: Held) -> Held:
        proof = one.prompt.kind is PromptKind.PROOF
        return replace(one, until=until) if proof else one

    held = tuple(when(one) for one in decision.state.held)
    return decision.then(replace(decision.state, held=held))


def _proved(decision: Decision, event: ProofGiven) -> Decision:
    if event.factor == BROKEN:
        return decision
    noted = records.plain(
        "proof.given", event.at, group=event.group, factor=event.factor, person=event.person
    )
    decision = decision.then(records=(noted,))
    gate = decision.state.gate
    if not gate.broken:
        return decision
    return decision.then(
        replace(decision.state, gate=replace(gate, broken=False)),
        memory={MEMORY: None},
        events=(ProverWorks(at=event.at),),
    )


def _refused(decision: Decision, event: ProofRefused) -> Decision:
    noted = records.plain(
        "proof.refused", event.at, group=event.group, **records.message_json(event.message)
    )
    return prompt_rules.refuse(decision.then(records=(noted,)), event.group, event.message)


def _broken(decision: Decision, event: ProverBroken) -> Decision:
    """Open once; an agent that cannot prove anything must still be able to work."""
    gate, opens = decision.state.gate, not decision.state.gate.broken
    noted = records.plain(
        "gate.broken", event.at, group=event.group, factor=event.factor, opened=opens
    )
    decision = decision.then(records=(noted,))
    if not opens:
        return prompt_rules.refuse(decision, event.group, say("mfa.broken"))
    return decision.then(
        replace(decision.state, gate=replace(gate, broken=True)),
        memory={MEMORY: event.at.wall},
        events=(ProofGiven(at=event.at, group=event.group, factor=BROKEN),),
    )


def _seen(decision: Decision, event: GateSeen) -> Decision:
    prompt, gate = _open(decision), decision.state.gate
    if prompt is None or prompt.id != event.prompt:
        return decision
    hidden = None if event.seen else event.at.boot
    told = "" if event.seen else gate.told
    decision = decision.then(replace(decision.state, gate=replace(gate, hidden=hidden, told=told)))
    if not event.seen or not gate.told:
        return decision
    return decision.then(records=(records.plain("gate.seen-again", event.at),))


def _unseen(decision: Decision, at: Moment) -> Decision:
    prompt, gate = _open(decision), decision.state.gate
    if prompt is None or gate.hidden is None or gate.told == prompt.id:
        return decision
    if at.boot - gate.hidden < UNSEEN:
        return decision
    told = replace(gate, told=prompt.id)
    noted = records.plain("gate.missing", at, group=prompt.topic)
    return decision.then(
        replace(decision.state, gate=told), records=(noted,), events=(GateUnseen(at=at),)
    )


def _by_person(decision: Decision, event: GateLeft | GateCalls) -> Decision:
    return _left(decision, event) if isinstance(event, GateLeft) else _called(decision, event)


def _left(decision: Decision, event: GateLeft) -> Decision:
    prompt = decision.state.prompts.get(event.prompt)
    if prompt is None or prompt.kind is not PromptKind.PROOF:
        return decision
    decision = decision.then(
        replace(decision.state, prompts=without(decision.state.prompts, prompt.id)),
        records=(records.answered(prompt, "left", event.at),),
    )
    return close(decision, (prompt.check, prompt.subject), event.at)


def _called(decision: Decision, event: GateCalls) -> Decision:
    """Return a person who calls a supervisor the time that the letters hold."""
    prompt = _open(decision)
    if prompt is None or prompt.deadline is None:
        return decision
    later = replace(prompt, deadline=max(prompt.deadline, event.at.boot + event.seconds))
    prompts = {**decision.state.prompts, prompt.id: later}
    return decision.then(replace(decision.state, prompts=prompts))


def _open(decision: Decision) -> Prompt | None:
    """Return the dialog that is open; there is one at most."""
    proofs = (p for p in decision.state.prompts.values() if p.kind is PromptKind.PROOF)
    return next(proofs, None)
