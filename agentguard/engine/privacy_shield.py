"""The privacy shield in the engine's state: raised once, lifted by a proof, a lock or an unlock.

A proof on it serves the gate behind it, so that nobody is asked twice for one thing.

- It serves one gate, the first that asks after it, for as long as a proof given there would hold
  from that moment on: what ends a proof (time, a lock, another user, sleep, a pulled key) ends it.
- It opens only what its factor may open. Where a group wants a key, a code serves nothing; what a
  supervisor opened was the shield, and never serves a gate.
"""

from __future__ import annotations

from dataclasses import replace

from agentguard.checks import reauth
from agentguard.engine import records
from agentguard.engine.state import Decision
from agentguard.model.events import AppFocused, Event, Facts, ProofGiven
from agentguard.model.gate import BY_KEY, AppGroup, Gate, Settings
from agentguard.model.messages import Message
from agentguard.model.moments import Moment
from agentguard.model.prompts import Prompt, PromptKind
from agentguard.model.shield import Shield, ShieldLifted, Why
from agentguard.model.verdicts import State

CODES = frozenset({"totp", "offline-code"})
"""Factors of a person's own beside a key; those of a supervisor are not among them."""


def cover(decision: Decision, why: Why, at: Moment) -> Decision:
    """Cover the screens; those that are covered stay so for their first reason."""
    if decision.state.shield is not None:
        return decision
    noted = records.plain("shield.raised", at, why=why.value)
    shield = Shield(why=why, since=at)
    return decision.then(replace(decision.state, shield=shield), records=(noted,))


def lift(decision: Decision, how: str, at: Moment) -> Decision:
    """Uncover the screens."""
    if decision.state.shield is None:
        return decision
    noted = records.plain("shield.lifted", at, how=how)
    return decision.then(replace(decision.state, shield=None), records=(noted,))


def refuse(decision: Decision, message: Message) -> Decision:
    """Tell on the shield why the code was not accepted."""
    if decision.state.shield is None:
        return decision
    shield = replace(decision.state.shield, reply=message)
    return decision.then(replace(decision.state, shield=shield))


def serves(factor: str, group: AppGroup) -> bool:
    """Check whether a proof on the shield may open a group too."""
    own = {BY_KEY} if group.after_shield == "key" else {BY_KEY, *CODES}
    return group.after_shield != "none" and factor in own


def carried(decision: Decision, event: Event) -> Decision:
    """Take the shield's proof for the gate that asks now; before the event is judged."""
    settings = reauth.rules(decision.state.plan.policy)
    match event:
        case AppFocused():
            group = _group(settings, reauth.subject(event, settings))
            return _in_front(decision, event, group, settings) if group else decision
        case ShieldLifted():
            return _beneath(decision, event, settings)
        case _:
            return decision


def _in_front(
    decision: Decision, event: AppFocused, group: AppGroup, settings: Settings
) -> Decision:
    """Serve an application that came to the front, if it would be asked for and now is not."""
    facts = decision.state.facts
    lifted = facts.get(ShieldLifted)
    if lifted is None or not _fresh(decision, lifted) or not serves(lifted.factor, group):
        return decision
    known = facts.seeing(_proof(lifted, group))
    if not _asks(event, facts, settings) or _asks(event, known, settings):
        return decision
    return _used(decision, lifted, group, event).then(
        replace(decision.state, facts=known, gate=_spent(decision, lifted))
    )


def _beneath(decision: Decision, lifted: ShieldLifted, settings: Settings) -> Decision:
    """Serve the dialog that was open, or waited for the end of a call, beneath the shield."""
    held = (one.prompt for one in decision.state.held)
    shown = (*decision.state.prompts.values(), *held)
    group = _group(settings, next((p.topic for p in shown if _is_proof(p)), ""))
    if group is None or not serves(lifted.factor, group):
        return decision
    decision = _used(decision, lifted, group, lifted)
    return decision.then(
        replace(decision.state, gate=_spent(decision, lifted)),
        events=(_proof(lifted, group),),
    )


def _asks(event: AppFocused, facts: Facts, settings: Settings) -> bool:
    verdict = reauth.judge(event, facts, settings)
    return verdict is not None and verdict.state is State.FAIL


def _fresh(decision: Decision, lifted: ShieldLifted) -> bool:
    used = decision.state.gate.served
    return used is None or lifted.at.boot > used


def _spent(decision: Decision, lifted: ShieldLifted) -> Gate:
    return replace(decision.state.gate, served=lifted.at.boot)


def _used(decision: Decision, lifted: ShieldLifted, group: AppGroup, event: Event) -> Decision:
    noted = records.plain(
        "proof.carried",
        event.at,
        group=group.name,
        factor=lifted.factor,
        person=lifted.person,
        seconds=round(event.at.since(lifted.at)),
    )
    return decision.then(records=(noted,))


def _proof(lifted: ShieldLifted, group: AppGroup) -> ProofGiven:
    """Return it as if it had been given at the gate when it was given on the shield."""
    return ProofGiven(at=lifted.at, group=group.name, factor=lifted.factor, person=lifted.person)


def _group(settings: Settings, name: str) -> AppGroup | None:
    return next((one for one in settings.groups if one.name == name), None)


def _is_proof(prompt: Prompt) -> bool:
    return prompt.kind is PromptKind.PROOF
