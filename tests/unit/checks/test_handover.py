"""The last shift that ended was handed over, or its supervisor is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agentguard.checks.base import NoSettings
from agentguard.checks.handover import CHECK, judge
from agentguard.model.events import Facts, PolicyInForce
from agentguard.model.handover import ShiftStanding
from agentguard.model.moments import Moment
from agentguard.model.policy import ShiftRules
from agentguard.model.verdicts import Owner, State
from tests.unit.sensors.test_shift import NOTHING

AT = Moment(boot=1.0, wall=2.0)


def facts(*, asked: bool, standing: ShiftStanding | None) -> Facts:
    policy = replace(NOTHING, shift=ShiftRules(handover=asked))
    known = {PolicyInForce: PolicyInForce(at=AT, policy=policy)}
    return Facts(last=known if standing is None else {**known, ShiftStanding: standing})


@pytest.mark.parametrize(
    ("asked", "handed", "missed", "state", "said"),
    [
        (False, None, AT, State.NOT_APPLICABLE, "handover.off"),
        (True, None, None, State.NOT_APPLICABLE, "handover.none-yet"),
        (True, AT, None, State.PASS, "handover.done"),
        (True, AT, AT, State.FAIL, "handover.missed"),
    ],
)
def test_it_judges_the_last_shift(asked, handed, missed, state, said) -> None:
    standing = ShiftStanding(at=AT, handed=handed, missed=missed)
    verdict = judge(standing, facts(asked=asked, standing=standing), NoSettings())
    assert (verdict.state, verdict.message.id) == (state, said)


def test_it_says_nothing_before_it_knows_and_is_the_supervisors() -> None:
    standing = ShiftStanding(at=AT)
    assert judge(standing, facts(asked=True, standing=None), NoSettings()) is None
    assert judge(standing, Facts(last={ShiftStanding: standing}), NoSettings()) is None
    assert CHECK.owner is Owner.SUPERVISOR
