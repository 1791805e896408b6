"""What others are to mend is told once, in the inbox: it interrupts nobody and is not counted.

A finding is told when it opens, so a restart tells it no second time. What one of the others has to
mend within a while makes one entry.
"""

from __future__ import annotations

from dataclasses import replace

from agentguard.engine.plan import Bound
from agentguard.engine.prompt_rules import BURST, to_inbox
from agentguard.engine.state import Decision
from agentguard.model.findings import Finding
from agentguard.model.messages import say
from agentguard.model.moments import Moment
from agentguard.model.prompts import Notice

MANY = "theirs.notice-many"


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
