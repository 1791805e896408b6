"""A desk that came before root and policy were there takes both, and nobody starts it again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from agentguard.model.release import Standing
from agentguard.platforms import system_clock
from agentguard.policy.last_good import Keeper
from agentguard.runtime.known_checks import shapes
from agentguard.server.store.desks import policies
from agentguard.trust import dsse
from tests.flow.centre import Centre
from tests.flow.test_console import Seat, centre
from tests.flow.test_policy_delivery import asked, deliver, refusals, sitting, text
from tests.unit.policy.signing import chain, root

__all__ = ["centre"]


@pytest.fixture
def bare(tmp_path: Path, centre: Centre) -> Seat:
    """A desk without settings, enrolment or policy of its own."""
    one = Seat(centre=centre, folder=tmp_path / "desk", home=tmp_path / "agent")
    one.folder.mkdir()
    one.home.mkdir(mode=0o700)
    return one


@pytest.fixture
def early(bare: Seat) -> Iterator[Seat]:
    """A desk that was enrolled while the endpoint had no root; its agent runs from then on."""
    bare.enrol(bare.centre.admin.enrol_code("Billing"))
    with sitting(bare):
        bare.until(bare.delivered)
        yield bare


def publish(seat: Seat) -> None:
    seat.centre.admin.policies.publish_roots(chain(root()))
    deliver(seat, text(seat))


def taken(seat: Seat) -> bool:
    return asked(seat) and seat.agent.engine.policy().name == "billing"


def test_row_394_an_early_desk_takes_root_and_policy_without_a_restart(early: Seat) -> None:
    assert early.agent.engine.policy().name == "baseline"
    publish(early)
    early.until(lambda: taken(early))
    keeper = Keeper(early.home, shapes(), system_clock())
    assert keeper.standing() == Standing(signed=True, trial=True, root=1)
    assert refusals(early) == []


@pytest.mark.heavy
def test_row_394_after_the_first_root_no_strangers_is_taken(early: Seat) -> None:
    publish(early)
    early.until(lambda: taken(early))
    theirs = root(2, policy_keys=("thief",), root_keys=("x", "y"), by=("x", "y"))
    early.centre.admin._database.run(lambda c: policies.put_root(c, 2, dsse.write(theirs), 0.0))
    early.until(lambda: asked(early) and refusals(early))
    assert Keeper(early.home, shapes(), system_clock()).root() == 1
    assert early.agent.engine.policy().name == "billing"
