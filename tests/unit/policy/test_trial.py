"""A new policy is tried beside the last good one, which comes back when the agent is not well."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentguard.base.errors import PolicyRejected
from agentguard.model.events import PolicyInForce
from agentguard.platforms.simulated import FakeClock
from agentguard.policy import trial
from agentguard.policy.document import Shape
from agentguard.policy.last_good import Keeper
from tests.unit.policy.signing import NONE, Said, chain

MINUTE = 60.0


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(boot=5000.0)


@pytest.fixture
def keeper(tmp_path: Path, shapes: tuple[Shape, ...], clock: FakeClock) -> Keeper:
    """Give a keeper with version 1 as the last good policy and version 2 in its trial."""
    made = Keeper(tmp_path, shapes, clock)
    made.pin(chain())
    made.deliver(Said(version=1).signed(), "endpoint")
    for _ in range(trial.HEALTHY):
        made.beat(NONE, answers=True)
    made.start(running=True)
    made.deliver(Said(version=2).signed(), "endpoint")
    return made


def again(keeper: Keeper) -> Keeper:
    return Keeper(keeper._folder, keeper._shapes, keeper._clock)


def reason(back: PolicyInForce | None) -> str:
    assert back is not None
    assert back.message is not None
    assert back.message.params == {"name": "site", "version": 2}
    assert back.policy.version == 1
    return back.message.id


def test_two_crashes_within_ten_minutes_bring_the_last_good_policy_back(
    keeper: Keeper, clock: FakeClock
) -> None:
    assert keeper.crashed() is None
    clock.advance(9 * MINUTE)
    assert reason(keeper.crashed()) == "policy.rejected.trial-crashed"
    assert again(keeper).start().policy.version == 1
    assert keeper.standing().signed
    assert keeper.crashed() is None
    with pytest.raises(PolicyRejected) as error:
        keeper.deliver(Said(version=2).signed(), "endpoint")
    assert error.value.kind == "failed-before"
    assert keeper.deliver(Said(version=3).signed(), "endpoint").version == 3


def test_crashes_that_lie_further_apart_do_not(keeper: Keeper, clock: FakeClock) -> None:
    assert keeper.crashed() is None
    clock.advance(11 * MINUTE)
    assert keeper.crashed() is None
    assert keeper.standing().trial


def test_an_agent_that_does_not_end_in_order_has_crashed(keeper: Keeper, clock: FakeClock) -> None:
    second = again(keeper)
    assert second.start(running=True).policy.version == 2
    clock.advance(MINUTE)
    third = again(keeper).start(running=True)
    assert reason(third) == "policy.rejected.trial-crashed"


def test_an_agent_that_ends_in_order_has_not(keeper: Keeper) -> None:
    for _ in range(4):
        keeper.ended()
        keeper = again(keeper)
        first = keeper.start(running=True)
        assert (first.policy.version, first.message) == (2, None)


def test_a_look_at_the_policy_is_no_run(keeper: Keeper) -> None:
    for _ in range(4):
        assert again(keeper).start().policy.version == 2


def test_a_computer_that_crashes_counts_from_its_start(keeper: Keeper) -> None:
    keeper.crashed()
    rebooted = Keeper(keeper._folder, keeper._shapes, FakeClock(boot=90.0))
    assert reason(rebooted.start(running=True)) == "policy.rejected.trial-crashed"


def test_ten_minutes_that_are_not_well_end_it(keeper: Keeper) -> None:
    for _ in range(trial.BEATS - 1):
        assert keeper.beat(NONE, answers=False) is None
    assert reason(keeper.beat(NONE, answers=False)) == "policy.rejected.trial-unhealthy"
    assert again(keeper).start().policy.version == 1


def test_a_sensor_that_fails_since_is_not_well_and_one_that_failed_before_is(
    keeper: Keeper,
) -> None:
    keeper.deliver(Said(version=3).signed(), "endpoint", frozenset({"idle"}))
    for _ in range(trial.BEATS - 1):
        assert keeper.beat(frozenset({"idle", "files"}), answers=True) is None
    back = keeper.beat(frozenset({"files"}), answers=True)
    assert back is not None
    assert back.policy.version == 1
    keeper.deliver(Said(version=4).signed(), "endpoint", frozenset({"idle"}))
    for _ in range(trial.HEALTHY):
        keeper.beat(frozenset({"idle"}), answers=True)
    assert not keeper.standing().trial


def test_three_that_are_well_settle_it_whatever_was_between(keeper: Keeper) -> None:
    for healthy in (True, False, True, False, True):
        assert keeper.beat(NONE, answers=healthy) is None
    assert not keeper.standing().trial
    assert again(keeper).start().policy.version == 2


def test_a_first_policy_that_fails_gives_the_baseline(
    tmp_path: Path, shapes: tuple[Shape, ...], clock: FakeClock
) -> None:
    keeper = Keeper(tmp_path / "other", shapes, clock)
    keeper.pin(chain())
    keeper.deliver(Said(version=2).signed(), "endpoint")
    keeper.crashed()
    back = keeper.crashed()
    assert back is not None
    assert back.policy.name == "baseline"


def test_without_a_trial_nothing_is_counted(
    tmp_path: Path, shapes: tuple[Shape, ...], clock: FakeClock
) -> None:
    keeper = Keeper(tmp_path / "none", shapes, clock)
    keeper.start(running=True)
    assert keeper.beat(NONE, answers=False) is None
    assert keeper.crashed() is None
    keeper.ended()
    assert list(tmp_path.glob("none/*")) == []


def test_a_disk_that_takes_nothing_ends_no_trial(keeper: Keeper) -> None:
    (keeper._folder / "last-good-policy").unlink()
    (keeper._folder / "last-good-policy").mkdir()
    for _ in range(trial.HEALTHY + 2):
        assert keeper.beat(NONE, answers=True) is None
    assert keeper.standing().trial, "it is settled once it can be kept"
    assert again(keeper).start().policy.version == 2


def test_a_damaged_trial_leaves_the_last_good_policy(keeper: Keeper) -> None:
    (keeper._folder / trial.FILE).write_bytes(b'{"raw": "')
    first = again(keeper).start(running=True)
    assert (first.policy.version, first.message) == (1, None)
