"""A failure of what protects a desk is an incident, once for its cause (PCI DSS 4.0.1, 10.7.2)."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from sqlalchemy import select, update

from agentguard.checks import agent_health
from agentguard.server.store.reports import control_failures, intake
from agentguard.server.store.reports.control_failures import FAILURES
from agentguard.server.store.reports.incidents import CLOSED
from agentguard.server.store.schema.tables import incident
from agentguard.wire import v1
from tests.server.clients import control

OTHERS = sorted({id_ for id_ in agent_health.CHECK.owners if id_ not in FAILURES})


def failing(detail: str, **more: Any) -> list[dict[str, Any]]:
    return [control("agent-health", "fail", **{"detail": detail, **more})]


def told(running: Any) -> list[tuple[str, str, str]]:
    asked = select(incident.c.source, incident.c.about, incident.c.category)
    rows = running.admin._database.run(lambda c: c.execute(asked.order_by(incident.c.id)).all())
    return [tuple(row) for row in rows]


@pytest.mark.parametrize("alone", [False, True])
@pytest.mark.parametrize("detail", FAILURES)
def test_row_344_a_failed_sensor_or_an_expired_policy_is_one_incident_however_it_is_told(
    running: Any, new_desk: Any, detail: str, alone: bool
) -> None:
    desks = [new_desk(label=f"desk-{number}") for number in range(3)]

    def tell(desk: Any, seq: int, **values: Any) -> None:
        report = desk.report(seq=seq, **values)
        if alone:
            made = msgspec.convert(report, v1.Report)
            running.admin._database.run(lambda c: intake.take(c, made, running.time()))
        else:
            assert desk.post(v1.REPORTS, report).status_code == 200

    about = f"control:{FAILURES[detail]}"
    for desk in desks:
        tell(desk, 1, controls=[control("agent-health")])
        assert bool(told(running)) == (desk is not desks[0])
        tell(desk, 2, controls=failing(detail))
        tell(desk, 3, controls=failing(detail, params={"count": 2}))
        assert told(running) == [("finding", about, "control-failed")]
    running.admin._database.run(lambda c: c.execute(update(incident).values(state=CLOSED)))
    tell(desks[0], 4, controls=failing(detail, params={"count": 3}))
    assert len(told(running)) == 1, "it was known when the incident was closed"
    tell(desks[0], 5, controls=[control("agent-health")])
    tell(desks[0], 6, controls=failing(detail))
    assert told(running) == [("finding", about, "control-failed")] * 2, "it failed again"


def test_row_344_what_is_no_failure_of_a_control_opens_none(running: Any, desk: Any) -> None:
    assert OTHERS, "the control tells of more than failures"
    for seq, detail in enumerate(OTHERS, 1):
        desk.send(seq=seq, controls=failing(detail))
    desk.send(seq=90, controls=[control("agent-health", "unknown", detail="agent-health.sensor")])
    desk.send(seq=91, controls=[control("screen-lock", "fail", detail="agent-health.sensor")])
    assert told(running) == []


def test_row_344_every_failure_is_a_sentence_of_the_control() -> None:
    assert not set(FAILURES) - set(agent_health.CHECK.owners)
    assert agent_health.CHECK.id == control_failures.CHECK
