"""A policy travels from the endpoint to the desk, and a wrong one changes nothing."""

from __future__ import annotations

from agentguard.app import shapes
from agentguard.model.verdicts import State
from agentguard.platforms import system_clock
from agentguard.policy.keeper import Keeper
from tests.flow.test_console import POLICY, Seat, centre, seat

__all__ = ["centre", "seat"]


def deliver(seat: Seat, text: str, team: str = "policy") -> None:
    folder = seat.centre.folder / "policies"
    folder.mkdir(exist_ok=True)
    (folder / f"{team}.yaml").write_text(text)


def asked(seat: Seat) -> bool:
    """Report once more: the endpoint may keep a policy's digest at hand for some seconds."""
    seat.agent.desk.report_now()
    return True


def newer(seat: Seat) -> str:
    text = POLICY.format(folder=seat.folder).replace("version: 1", "version: 2")
    return text.replace("policy: flow", "policy: billing")


def test_a_delivered_policy_comes_into_force_and_is_there_after_a_restart(seat: Seat) -> None:
    deliver(seat, newer(seat), team="Billing")
    seat.until(lambda: asked(seat) and seat.agent.engine.policy().name == "billing")
    assert seat.agent.engine.policy().version == 2
    seat.until(lambda: seat.centre.admin.seen(seat.device).desk.policy.startswith("billing"))
    kept = Keeper(seat.home, shapes(), system_clock()).start()
    assert kept.policy.name == "billing"


def test_a_wrong_policy_is_refused_and_said_so(seat: Seat) -> None:
    deliver(seat, "policy: broken\nversion: none\n")
    kinds = lambda: [e.record.kind for e in seat.agent.parts.journal.read(0, 10_000)]  # noqa: E731 - asked again and again
    seat.until(lambda: asked(seat) and "policy.refused" in kinds())
    assert seat.agent.engine.policy().name == "flow"
    health = next(c for c in seat.agent.desk.snapshot().controls if c.check == "agent-health")
    assert health.state is State.FAIL
    seat.until(seat.delivered)
    assert "policy.refused" in [e.kind for e in seat.centre.admin.seen(seat.device).events]
