"""What is told in the inbox alone: it interrupts nobody and is not counted.

What others are to mend is told once, when its finding opens, so a restart tells it no second time;
what one of them has to mend within a while makes one entry. That files will soon be past their age
is told once a day.
"""

from __future__ import annotations

from dataclasses import replace

from agentguard.engine.plan import Bound
from agentguard.engine.prompt_rules import BURST, to_inbox
from agentguard.engine.state import Decision
from agentguard.model.actions import ActionKind
from agentguard.model.events import Event
from agentguard.model.facts import RetentionSeen
from agentguard.model.messages import say
from agentguard.model.moments import Moment
from agentguard.model.prompts import Notice
from agentguard.model.verdicts import Finding

MANY = "theirs.notice-many"
RETENTION = "retention"
AGES = "retention-soon"
"""The id of its entry: there is one, and it tells the newest."""
DAY = 24 * 3600.0


def tell_once(decision: Decision, bound: Bound, finding: Finding, at: Moment) -> Decision:
    """Put into the inbox, as read, that a finding is somebody else's."""
    title = say(f"theirs.notice-{bound.owner(finding.message)}")
    decision = decision.then(replace(decision.state, count=decision.state.count + 1))
    known = (n for n in decision.state.inbox if n.title == title and _lately(n, at))
    before = next(known, None)
    notice = Notice(
        id=before.id if before else f"{int(at.wall)}-{decision.state.count}",
        title=title,
        body=say(MANY, count=_told(before) + 1) if before else finding.message,
        at=at,
        read=True,
        check="" if before else finding.check,
    )
    return to_inbox(decision, notice)


def _told(notice: Notice) -> int:
    return int(notice.body.params["count"]) if notice.body.id == MANY else 1


def _lately(notice: Notice, at: Moment) -> bool:
    """Judge by both clocks: after a restart of the computer the boot times do not compare."""
    since = (at.boot - notice.at.boot, at.wall - notice.at.wall)
    return all(abs(seconds) <= BURST for seconds in since)


def tell_of_ages(decision: Decision, event: Event) -> Decision:
    """Put what the look at the ages has found into the inbox; nothing pops up."""
    if not isinstance(event, RetentionSeen) or not event.soon or event.held:
        return decision
    control = decision.state.plan.policy.controls.get(RETENTION)
    before = next((n for n in decision.state.inbox if n.id == AGES), None)
    if control is None or control.paused or (before and _within_a_day(before.at, event.at)):
        return decision
    how = "early.goes" if ActionKind.PURGE in control.respond else "early.stays"
    body = say(how, count=event.soon, days=event.days)
    return to_inbox(decision, Notice(id=AGES, title=say("early.title"), body=body, at=event.at))


def _within_a_day(before: Moment, now: Moment) -> bool:
    """Judge by either clock: one may be set, and the other begins anew with the computer."""
    since = (now.boot - before.boot, now.wall - before.wall)
    return any(0 <= seconds < DAY for seconds in since)
