"""What the pack is about, and how to read it: no digest would show a desk that is missing."""

from __future__ import annotations

import json

from agentguard.server.evidence.base import Part, Work
from agentguard.trust.evidence.tables import stamp

FILE, README = "scope.json", "readme.txt"


def write(work: Work) -> None:
    """Write the scope and the page that explains the files."""
    scope, order = work.order.scope, work.order
    told = {
        "kind": scope.kind,
        "name": scope.name,
        "framework": scope.framework,
        "requirement": scope.requirement,
        "since": stamp(order.since),
        "until": stamp(order.until),
        "cut_off": stamp(work.cut_off),
        "desks": len(work.stays),
        "counted": "every desk that was enrolled, for the time in which it was in these teams",
        "people": order.people,
    }
    work.pack.put(FILE, (json.dumps(told, indent=1, ensure_ascii=False) + "\n").encode())
    text = work.words.say(
        "evidence.readme", since=stamp(order.since), until=stamp(order.until), by=order.by
    )
    work.pack.put(README, text.replace("\n", "\r\n").encode())


PART = Part(name="scope", place=95, write=write)
