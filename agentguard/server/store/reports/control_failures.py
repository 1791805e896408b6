"""Failures of what protects a desk, which are incidents: PCI DSS 4.0.1, 10.7.2 and 10.7.3.

A sensor that has failed, a policy that is out of date, and a control that did not notice made-up
data are told by the desk's own control *agent-health*. Each is one incident, however many desks
tell of it, as long as that is open: one cause, such as a release or a policy that nobody has
signed anew, brings it to many. The first desk is named; the findings name all of them.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from agentguard.server.store.reports.incident_opening import Opening, open_incident
from agentguard.server.store.reports.incident_sources import Source
from agentguard.wire import v1

CHECK, PLAYBOOK, FAILS = "agent-health", "control-failed", "fail"
FAILURES = {
    "agent-health.sensor": "sensor-failed",
    "agent-health.policy-expired": "policy-expired",
    "agent-health.control": "self-test",
}
"""The sentences of the control that tell of a failure, and what an incident about it is about."""


def follow(
    connection: Connection,
    device_id: str,
    controls: Iterable[v1.Control],
    before: Iterable[v1.Control],
    now: float,
) -> None:
    """Open an incident for a failure that a desk tells now and has not told before."""
    for failure in sorted(_told(controls) - _told(before)):
        opening = Opening(
            source=Source.FINDING,
            about=f"control:{failure}",
            device=device_id,
            playbook=PLAYBOOK,
        )
        open_incident(connection, opening, now)


def _told(controls: Iterable[v1.Control]) -> frozenset[str]:
    """Return the failures that a posture tells."""
    mine = (one for one in controls if one.check == CHECK and one.state == FAILS)
    return frozenset(FAILURES[one.detail] for one in mine if one.detail in FAILURES)
