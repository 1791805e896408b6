"""Verdicts to findings: repetition makes no noise.

What is open is told once more in a new epoch, since the endpoint closed it with the one before, and
what is found already is not found again.
"""

from __future__ import annotations

import logging
from dataclasses import replace

from agentguard.engine import clipboard, exceptions, memory, records
from agentguard.engine.causes import is_done_here
from agentguard.engine.inbox_notices import tell_once
from agentguard.engine.plan import Bound
from agentguard.engine.privacy_shield import cover
from agentguard.engine.prompt_rules import ask, withdraw
from agentguard.engine.state import Decision, Deferred, Judged, Key, Try
from agentguard.model.actions import Action, ActionKind
from agentguard.model.events import ClipboardScanned, EpochBegun, Event, FileScanned
from agentguard.model.hits import Hit
from agentguard.model.moments import Moment
from agentguard.model.shield import Why
from agentguard.model.verdicts import (
    OTHERS,
    RANK,
    WHOLE,
    Coverage,
    Finding,
    Response,
    Severity,
    State,
    Verdict,
    gap,
    unknown,
    with_gaps,
)

LOG = logging.getLogger(__name__)
TOLD = frozenset({ActionKind.NOTIFY, ActionKind.COACH, ActionKind.PROVE})
"""Responses that are prompts, not hands."""
MOST_LACKING = 100
NOTHING = Response(kinds=())
_WORSE = {State.UNKNOWN: 1, State.FAIL: 2}


def judge_all(decision: Decision, event: Event, *, again: bool = False) -> Decision:
    """Ask every check that listens to this kind of event; `again` for one that is not new."""
    for bound in decision.state.plan.listening.get(type(event), ()):
        if not bound.control.paused:
            decision = _judge(decision, bound, event, again=again)
    return decision


def _judge(decision: Decision, bound: Bound, event: Event, *, again: bool) -> Decision:
    try:
        verdict = _verdict(decision, bound, event)
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
    else:
        decision = _lacking(decision, (bound.check.id, subject), verdict)
    if verdict.state is State.FAIL:
        return _wrong(decision, bound, verdict, subject, event, again=again)
    if verdict.state is State.UNKNOWN:
        return decision
    return _right(decision, (bound.check.id, subject), verdict, event, again=again)


def _right(
    decision: Decision, about: Key, verdict: Verdict, event: Event, *, again: bool
) -> Decision:
    if _mended(decision.state.findings.get(about), verdict):
        decision = close(decision, about, event.at)
    excepted = decision.state.plan.bound[about[0]].excepted
    if verdict.response is None or excepted is not None:
        return decision
    return _hands(decision, about, verdict.response, event, again=again)


def _lacking(decision: Decision, part: Key, verdict: Verdict) -> Decision:
    """Remember of a part of a control, such as a file, that it was not looked at in full.

    Of very many such parts some are remembered: one is enough to keep the control from passing.
    """
    known = decision.state.lacking
    lacks = verdict.state in {State.PARTIAL, State.UNKNOWN}
    if lacks and (part in known or len(known) < MOST_LACKING):
        known = {**known, part: verdict.coverage}
    elif not lacks and part in known:
        known = {key: coverage for key, coverage in known.items() if key != part}
    else:
        return decision
    return decision.then(replace(decision.state, lacking=known))


def _mended(finding: Finding | None, verdict: Verdict) -> bool:
    """Check whether what was found is known to be gone.

    A partial verdict tells so only where it looked at no less than what found it.
    """
    if finding is None or verdict.state is not State.PARTIAL or finding.gaps is None:
        return finding is not None
    return set(verdict.coverage.gaps) <= set(finding.gaps)


def _verdict(decision: Decision, bound: Bound, event: Event) -> Verdict | None:
    """Ask a check; nothing passes that the event itself says was not looked at."""
    verdict = _asked(decision, bound, event)
    gaps = event.gaps
    return verdict and with_gaps(verdict, Coverage(why=gaps) if gaps else WHOLE)


def _asked(decision: Decision, bound: Bound, event: Event) -> Verdict | None:
    """Ask a check; while the wall clock is in doubt, the more lenient of two readings counts."""
    judge, settings = bound.check.judge, bound.control.settings
    facts, wall = decision.state.facts, decision.state.wall
    verdict = judge(event, facts, settings)
    trusted = wall.trusts(event.at) if wall is not None else None
    if verdict is None or trusted is None or verdict.state not in _WORSE:
        return verdict
    before = replace(event, at=trusted)
    other = judge(before, facts.seeing(before), settings)
    if other is None or _WORSE.get(other.state, 0) >= _WORSE[verdict.state]:
        return verdict
    return with_gaps(other, gap("engine.clock-in-doubt"))


def _remember(decision: Decision, bound: Bound, verdict: Verdict, at: Moment) -> Decision:
    before = decision.state.judged.get(bound.check.id)
    same = before is not None and before.verdict.state is verdict.state
    since = before.since if before is not None and same else at
    judged = Judged(verdict=verdict, at=at, since=since)
    known = {**decision.state.judged, bound.check.id: judged}
    return decision.then(decision.state.judging(known))


def _wrong(
    decision: Decision,
    bound: Bound,
    verdict: Verdict,
    subject: str,
    event: Event,
    *,
    again: bool,
) -> Decision:
    if verdict.message is None:
        return decision
    key = (bound.check.id, subject)
    before = decision.state.findings.get(key)
    finding = Finding(
        check=bound.check.id,
        subject=subject,
        severity=_severity(verdict, bound.control.severity),
        message=verdict.message,
        since=before.since if before else event.at,
        hits=_hits(event),
        gaps=verdict.coverage.gaps,
        mark=event.mark if isinstance(event, FileScanned) else "",
    )
    excepted = bound.excepted
    worse = excepted is not None and not excepted.covers(finding.severity)
    if worse:
        decision = exceptions.end(decision, bound.check.id, "worsened", event.at)
        bound = decision.state.plan.bound[bound.check.id]
    response = _response(bound, verdict)
    if before is None or worse:
        opened = records.opened(finding, bound.owner(finding.message))
        decision = _keep(decision, finding).then(records=(opened,))
        return _respond(decision, bound, finding, response, event)
    decision = _again(decision, bound, before, finding, response, event.at)
    if not isinstance(event, ClipboardScanned):
        return decision
    return _hands(decision, finding.key, response, event, again=again)


def _response(bound: Bound, verdict: Verdict) -> Response:
    """Return what is to be done about a verdict: nothing where its control is excepted."""
    if bound.excepted is not None:
        return NOTHING
    return verdict.response or Response(kinds=bound.control.respond)


def restore(decision: Decision, check: str, event: Event) -> Decision:
    """Do about a control's open findings what the policy says, after an exception."""
    bound = decision.state.plan.bound.get(check)
    if bound is None or bound.control.paused:
        return decision
    response = Response(kinds=bound.control.respond)
    for finding in tuple(decision.state.findings.values()):
        if finding.check == check:
            decision = _respond(decision, bound, finding, response, event)
    return decision


def tell_anew(decision: Decision, event: Event) -> Decision:
    """Write down every open finding, with since when it is open, if a new epoch has begun."""
    if not isinstance(event, EpochBegun):
        return decision
    state = decision.state
    told = tuple(
        records.opened(one, state.plan.bound[one.check].owner(one.message))
        for one in state.findings.values()
        if one.check in state.plan.bound
    )
    return decision.then(records=told, memory={memory.EPOCH: event.epoch})


def _again(
    decision: Decision,
    bound: Bound,
    before: Finding,
    finding: Finding,
    response: Response,
    at: Moment,
) -> Decision:
    """Keep an open finding; only a proof is asked for again once its prompt is gone.

    What was the desktop team's and is the person's now, as a restart that is due, is told as new.
    """
    if finding != before:
        decision = _keep(decision, finding)
    if bound.owner(before.message) in OTHERS and ActionKind.NOTIFY in response.kinds:
        decision = ask(decision, bound, finding, ActionKind.NOTIFY, at)
    shown = (*decision.state.prompts.values(), *(h.prompt for h in decision.state.held))
    if ActionKind.PROVE in response.kinds and not any(
        (p.check, p.subject) == finding.key for p in shown
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


def _respond(
    decision: Decision, bound: Bound, finding: Finding, response: Response, event: Event
) -> Decision:
    """Turn a list of responses into prompts and actions, in its order."""
    doing = next((kind for kind in response.kinds if kind not in TOLD), None)
    for kind in response.kinds:
        if kind is ActionKind.NOTIFY and doing is None and bound.owner(finding.message) in OTHERS:
            decision = tell_once(decision, bound, finding, event.at)
        elif kind in TOLD:
            now = None if response.after > 0 else doing
            decision = ask(decision, bound, finding, kind, event.at, doing=now)
        else:
            one = replace(response, kinds=(kind,))
            decision = _hands(decision, finding.key, one, event, again=False)
    return decision


def _hands(
    decision: Decision, about: Key, response: Response, event: Event, *, again: bool
) -> Decision:
    """Return what is to be done to the hands, now or when its time has come."""
    kinds = tuple(kind for kind in response.kinds if kind not in TOLD)
    if not kinds:
        return decision
    if response.after > 0:
        return _defer(decision, about, kinds, event.at.boot + response.after)
    if isinstance(event, ClipboardScanned):
        if again or event.same:
            goes_on = not clipboard.contested(decision, event)
        else:
            decision, goes_on = clipboard.round_of(decision, event)
        if not goes_on:
            return decision
        kinds = tuple(k for k in kinds if not clipboard.is_under_way(decision, event, k))
    for kind in kinds:
        decision = act(decision, kind, *about, event.at)
    return decision


def _defer(decision: Decision, about: Key, kinds: tuple[ActionKind, ...], due: float) -> Decision:
    """Let actions wait; those that already wait keep their time."""
    check, subject = about
    waiting = {(d.kind, d.check, d.subject) for d in decision.state.deferred}
    more = tuple(
        Deferred(kind=kind, check=check, subject=subject, due=due)
        for kind in kinds
        if (kind, *about) not in waiting
    )
    return decision.then(replace(decision.state, deferred=(*decision.state.deferred, *more)))


def act_in_time(decision: Decision, at: Moment) -> Decision:
    """Hand the actions over that have waited long enough."""
    due = tuple(d for d in decision.state.deferred if d.due <= at.boot)
    if not due:
        return decision
    rest = tuple(d for d in decision.state.deferred if d not in due)
    decision = decision.then(replace(decision.state, deferred=rest))
    for one in due:
        decision = act(decision, one.kind, one.check, one.subject, at)
    return decision


def act(decision: Decision, kind: ActionKind, check: str, subject: str, at: Moment) -> Decision:
    """Do something about a finding; in a call the screens are covered instead of locked."""
    if kind is ActionKind.LOCK and decision.state.in_call:
        return cover(decision, Why.CALL, at)
    return give(decision, kind, check, subject, at)


def give(decision: Decision, kind: ActionKind, check: str, subject: str, at: Moment) -> Decision:
    """Hand over an action; it is written down before it is done."""
    count = decision.state.count + 1
    action = Action(id=f"{int(at.wall)}-{count}", kind=kind, check=check, subject=subject, at=at)
    tries = {**decision.state.tries, action.id: Try(action=action, at=at)}
    return decision.then(
        replace(decision.state, count=count, tries=tries),
        records=(records.intended(action, at),),
        actions=(action,),
    )


def close(decision: Decision, key: tuple[str, str], at: Moment, why: str = "") -> Decision:
    """Close a finding, withdraw its prompts and forget its actions.

    A notice stays when the agent itself did something about it: the person must be told why the
    clipboard is empty. What the person mended needs none. A lesson stays in any case. `why` tells
    why one is closed that was not seen to be gone.
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
    deferred = tuple(d for d in decision.state.deferred if (d.check, d.subject) != key)
    done_here = any(is_done_here(state, key) for state in (decision.before, decision.state))
    decision = decision.then(
        replace(decision.state, findings=findings, tries=tries, deferred=deferred),
        records=(records.closed(finding, at, why),),
        memory={memory.finding_key(finding): None},
    )
    return withdraw(decision, key, keep_notice=done_here)


def _severity(verdict: Verdict, of_policy: Severity) -> Severity:
    """Return how bad a finding is: the policy's severity, or what the verdict makes of it."""
    if verdict.severity is not None:
        return verdict.severity
    most = verdict.at_most
    return of_policy if most is None else min(of_policy, most, key=RANK.index)
