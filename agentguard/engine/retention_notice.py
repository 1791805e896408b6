"""Tells in the inbox that files will soon be past their age: once a day, and never loudly."""

from __future__ import annotations

from agentguard.engine.prompt_rules import to_inbox
from agentguard.engine.state import Decision
from agentguard.model.actions import ActionKind
from agentguard.model.events import Event
from agentguard.model.facts import RetentionSeen
from agentguard.model.messages import say
from agentguard.model.moments import Moment
from agentguard.model.prompts import Notice

CHECK = "retention"
ID = "retention-soon"
"""The id of its entry: there is one, and it tells the newest."""
DAY = 24 * 3600.0


def told(decision: Decision, event: Event) -> Decision:
    """Put what the look at the ages has found into the inbox; nothing pops up."""
    if not isinstance(event, RetentionSeen) or not event.soon or event.held:
        return decision
    control = decision.state.plan.policy.controls.get(CHECK)
    before = next((n for n in decision.state.inbox if n.id == ID), None)
    if control is None or control.paused or (before and _lately(before.at, event.at)):
        return decision
    how = "early.goes" if ActionKind.PURGE in control.respond else "early.stays"
    body = say(how, count=event.soon, days=event.days)
    return to_inbox(decision, Notice(id=ID, title=say("early.title"), body=body, at=event.at))


def _lately(before: Moment, now: Moment) -> bool:
    """Judge by either clock: one may be set, and the other begins anew with the computer."""
    since = (now.boot - before.boot, now.wall - before.wall)
    return any(0 <= seconds < DAY for seconds in since)
