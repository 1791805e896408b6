"""Verdicts to findings: repetition makes no noise."""

from __future__ import annotations

import logging
from dataclasses import replace

from agentguard.engine import memory, records
from agentguard.engine.plan import Bound
from agentguard.engine.prompting import ask, withdraw
from agentguard.engine.state import Decision, Judged, Try
from agentguard.model.actions import Action, ActionKind
from agentguard.model.events import ClipboardScanned, Event, FileScanned
from agentguard.model.findings import Finding
from agentguard.model.hits import Hit
from agentguard.model.moments import Moment
from agentguard.model.verdicts import State as Is
from agentguard.model.verdicts import Verdict, unknown

LOG = logging.getLogger(__name__)

TOLD = frozenset({ActionKind.NOTIFY, ActionKind.COACH, ActionKind.PROVE})
"""Responses that are prompts, not hands."""


def judge_all(decision: Decision, event: Event) -> Decision:
    """Ask every check that listens to this kind of event."""
    for bound in decision.state.plan.listening.get(type(event), ()):
        if not bound.control.paused:
            decision = _judge(decision, bound, event)
    return decision


def _judge(decision: Decision, bound: Bound, event: Event) -> Decision:
    facts = decision.state.facts
    try:
        verdict = bound.check.judge(event, facts, bound.control.settings)
        subject = bound.check.subject(event, bound.control.settings)
    except Exception as error:  # noqa: BLE001 - a broken check must not silence the others
        LOG.error("check %s failed: %s", bound.check.id, type(error).__name__)  # noqa: TRY400
        verdict, subject = unknown("engine.check-broken", check=bound.check.id), ""
    if verdict is None:
        return decision
    if verdict.subject is not None:
        subject = verdict.subject
    if subject == "":
        decision = _remember(decision, bound, verdict, event.at)
    if verdict.state is Is.FAIL:
        return _wrong(decision, bound, verdict, subject, event)
    if verdict.state is Is.UNKNOWN:
        return decision
    return close(decision, (bound.check.id, subject), event.at)


def _remember(decision: Decision, bound: Bound, verdict: Verdict, at: Moment) -> Decision:
    before = decision.state.judged.get(bound.check.id)
    same = before is not None and before.verdict.state is verdict.state
    since = before.since if before is not None and same else at
    judged = Judged(verdict=verdict, at=at, since=since)
    known = {**decision.state.judged, bound.check.id: judged}
    return decision.then(replace(decision.state, judged=known))


def _wrong(
    decision: Decision, bound: Bound, verdict: Verdict, subject: str, event: Event
) -> Decision:
    if verdict.message is None:
        return decision
    key = (bound.check.id, subject)
    before = decision.state.findings.get(key)
    finding = Finding(
        check=bound.check.id,
        subject=subject,
        severity=bound.control.severity,
        message=verdict.message,
        since=before.since if before else event.at,
        hits=_hits(event),
    )
    if before is not None:
        return _again(decision, bound, before, finding, event.at)
    decision = _keep(decision, finding).then(records=(records.opened(finding),))
    return respond(decision, bound, finding, event.at)


def _again(
    decision: Decision, bound: Bound, before: Finding, finding: Finding, at: Moment
) -> Decision:
    """Keep an open finding; only a proof is asked for again once its prompt is gone."""
    if finding != before:
        decision = _keep(decision, finding)
    prompts = decision.state.prompts.values()
    if ActionKind.PROVE in bound.control.respond and not any(
        (p.check, p.subject) == finding.key for p in prompts
    ):
        return ask(decision, bound, finding, ActionKind.PROVE, at)
    return decision


def _keep(decision: Decision, finding: Finding) -> Decision:
    findings = {**decision.state.findings, finding.key: finding}
    return decision.then(
        replace(decision.state, findings=findings),
        memory={memory.finding_key(finding): memory.finding_json(finding)},
    )


def _hits(event: Event) -> tuple[Hit, ...]:
    return event.hits if isinstance(event, FileScanned | ClipboardScanned) else ()


def respond(decision: Decision, bound: Bound, finding: Finding, at: Moment) -> Decision:
    """Turn the policy's `respond` list into prompts and actions."""
    for kind in bound.control.respond:
        if kind in TOLD:
            decision = ask(decision, bound, finding, kind, at)
        else:
            decision = act(decision, kind, finding.check, finding.subject, at)
    return decision


def act(decision: Decision, kind: ActionKind, check: str, subject: str, at: Moment) -> Decision:
    """Give an action to the hands; it is written down before it is done."""
    count = decision.state.count + 1
    action = Action(id=f"{int(at.wall)}-{count}", kind=kind, check=check, subject=subject)
    tries = {**decision.state.tries, action.id: Try(action=action, at=at)}
    return decision.then(
        replace(decision.state, count=count, tries=tries),
        records=(records.intended(action, at),),
        actions=(action,),
    )


def close(decision: Decision, key: tuple[str, str], at: Moment) -> Decision:
    """Close a finding, withdraw its prompts and forget its actions.

    A notice stays when the agent itself did something about it: the person must be told why the
    clipboard is empty. A lesson stays in any case.
    """
    finding = decision.state.findings.get(key)
    if finding is None:
        return decision
    findings = {k: f for k, f in decision.state.findings.items() if k != key}
    tries = {
        id_: t
        for id_, t in decision.state.tries.items()
        if (t.action.check, t.action.subject) != key
    }
    decision = decision.then(
        replace(decision.state, findings=findings, tries=tries),
        records=(records.closed(finding, at),),
        memory={memory.finding_key(finding): None},
    )
    bound = decision.state.plan.bound.get(finding.check)
    acted = bound is not None and bool(set(bound.control.respond) - TOLD)
    return withdraw(decision, key, keep_notice=acted)
