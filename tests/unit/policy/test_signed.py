"""Once a root is pinned, only what its keys signed and what may follow comes into force."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentguard.base.errors import PolicyError, PolicyRejected, StoreError
from agentguard.model.release import Standing
from agentguard.platforms.simulated import FakeClock
from agentguard.policy import trial, trust_record
from agentguard.policy.document import Shape
from agentguard.policy.last_good import LAST_GOOD, Keeper
from agentguard.policy.succession import BUILT
from tests.unit.policy.signing import NONE, Said, chain, root, signed

DAY = 86_400.0
ROOT = root()


@pytest.fixture
def keeper(tmp_path: Path, shapes: tuple[Shape, ...]) -> Keeper:
    made = Keeper(tmp_path / "data", shapes, FakeClock(), group="Billing")
    assert made.pin(chain(ROOT)) == 1
    return made


def again(keeper: Keeper) -> Keeper:
    """Give the keeper of the next start."""
    return Keeper(keeper._folder, keeper._shapes, keeper._clock, group="Billing")


def refused(keeper: Keeper, raw: bytes) -> str:
    before = keeper.start().policy
    with pytest.raises(PolicyRejected) as error:
        keeper.deliver(raw, "endpoint")
    assert "{" not in str(error.value)
    assert error.value.title.endswith(".")
    assert again(keeper).start().policy == before
    return error.value.kind


def settle(keeper: Keeper) -> None:
    for _ in range(trial.HEALTHY):
        assert keeper.beat(NONE, answers=True) is None
    assert not keeper.standing().trial


def test_a_signed_policy_comes_into_force_in_its_trial_and_settles(keeper: Keeper) -> None:
    taken = keeper.deliver(Said(version=3, expires="2027-12-31").signed(), "endpoint")
    first = again(keeper).start()
    assert (first.policy, first.message) == (taken, None)
    assert keeper.standing() == Standing(signed=True, trial=True, expires="2027-12-31", root=1)
    settle(keeper)
    assert again(keeper).start().policy == taken
    assert keeper.beat(NONE, answers=True) is None


def test_without_a_root_nothing_is_taken_from_the_network(
    tmp_path: Path, shapes: tuple[Shape, ...]
) -> None:
    keeper = Keeper(tmp_path, shapes, FakeClock())
    assert refused(keeper, Said().signed()) == "no-root"
    assert refused(keeper, Said().text.encode()) == "unsigned"
    with pytest.raises(PolicyRejected):
        keeper.offer(Said().signed(), "file")
    assert keeper.offer(Said(version=4).text.encode(), "file").version == 4
    assert keeper.standing() == Standing()


def test_what_was_put_here_before_the_root_stays_until_something_signed_comes(
    tmp_path: Path, shapes: tuple[Shape, ...]
) -> None:
    keeper = Keeper(tmp_path, shapes, FakeClock())
    local = Said(version=9, note="local").text.encode()
    keeper.offer(local, "file")
    keeper.pin(chain(ROOT))
    assert keeper.start().policy.version == 9
    assert keeper.standing() == Standing(root=1)
    assert keeper.offer(local, "file").version == 9, "the settings still name it"
    with pytest.raises(PolicyRejected, match="not signed") as error:
        keeper.offer(Said(version=10).text.encode(), "file")
    assert error.value.kind == "unsigned-local"
    assert keeper.deliver(Said(version=1).signed(), "endpoint").version == 1
    assert keeper.offer(local, "file").version == 1, "the signed one stays in force"


def test_nothing_unsigned_is_taken_once_a_root_is_pinned(keeper: Keeper) -> None:
    keeper.deliver(Said(version=2).signed(), "endpoint")
    assert refused(keeper, Said(version=3).text.encode()) == "unsigned"
    assert refused(keeper, Said(version=3).signed("stranger")) == "signature"
    assert refused(keeper, Said(version=3).signed("root-a", "root-b")) == "signature"
    (keeper._folder / LAST_GOOD).write_bytes(Said(version=3).text.encode())
    trial.save(keeper._folder, None)
    first = again(keeper).start()
    assert first.message is not None
    assert (first.policy.name, first.message.id) == ("baseline", "policy.last-good-refused")


def test_an_older_version_is_refused_and_another_of_the_same_is_an_alarm(keeper: Keeper) -> None:
    keeper.deliver(Said(version=5).signed(), "endpoint")
    assert refused(keeper, Said(version=4).signed()) == "rollback"
    assert refused(keeper, Said(version=5, note="other").signed()) == "equivocation"
    assert keeper.deliver(Said(version=5).signed(), "endpoint").version == 5
    assert keeper.deliver(Said(version=1, epoch=2).signed(), "endpoint").version == 1
    assert refused(keeper, Said(version=9).signed()) == "rollback"


def test_a_policy_of_another_team_is_refused(keeper: Keeper) -> None:
    assert refused(keeper, Said(group="Sales").signed()) == "group"
    assert keeper.deliver(Said(group="billing").signed(), "endpoint").release.group == "billing"


def test_a_wrong_policy_is_refused_however_well_it_is_signed(keeper: Keeper) -> None:
    keeper.deliver(Said(version=1).signed(), "endpoint")
    for text in ("policy: site\nversion: none\n", "policy: [", "policy: a\npolicy: b\n", "\x00"):
        with pytest.raises(PolicyError):
            keeper.deliver(signed(text), "endpoint")
    assert keeper.start().policy.version == 1
    assert keeper.deliver(Said(version=2).signed(), "endpoint").version == 2, "no mark was raised"


def test_a_day_that_is_past_takes_no_policy_away(keeper: Keeper) -> None:
    said = Said(version=1, expires="2026-12-31")
    keeper.deliver(said.signed(), "endpoint")
    settle(keeper)
    keeper.told(BUILT + 400 * DAY)
    later = again(keeper)
    assert later.start().policy.version == 1
    assert later.start().message is None
    assert later.standing().expired
    assert refused(later, Said(version=2, expires="2027-01-01").signed()) == "expired"
    assert later.deliver(Said(version=2, expires="2028-12-31").signed(), "endpoint").version == 2
    assert not later.standing().expired


def test_the_computers_clock_neither_ends_nor_revives_a_policy(
    tmp_path: Path, shapes: tuple[Shape, ...]
) -> None:
    clock = FakeClock()
    keeper = Keeper(tmp_path, shapes, clock)
    keeper.pin(chain(ROOT))
    keeper.deliver(Said(expires="2027-06-30").signed(), "endpoint")
    clock.jump_wall(4000 * DAY)
    assert not keeper.standing().expired
    keeper.told(BUILT + 300 * DAY)
    clock.jump_wall(-8000 * DAY)
    assert keeper.standing().expired
    keeper.told(BUILT)
    assert keeper.standing().expired, "an older time that was signed revives nothing"


def test_the_endpoints_time_is_kept_over_a_restart(keeper: Keeper) -> None:
    keeper.deliver(Said(expires="2027-06-30").signed(), "endpoint")
    keeper.told(BUILT + 300 * DAY)
    assert again(keeper).standing().expired
    assert trust_record.load(keeper._folder).time == BUILT + 300 * DAY
    keeper.told(BUILT + 300 * DAY + 60)
    assert trust_record.load(keeper._folder).time == BUILT + 300 * DAY, (
        "not a write for each report"
    )


STRICT = """watch: {folders: ["~/A", "~/B"]}
controls:
  clipboard: {respond: [clear-clipboard, notify]}
  screen-lock: {respond: [lock], settings: {limit_minutes: 10}}"""
LOOSE = STRICT.replace('"~/A", ', "").replace("limit_minutes: 10", "limit_minutes: 15")


def test_a_policy_that_asks_for_less_must_say_so(keeper: Keeper) -> None:
    assert keeper.deliver(Said(version=1, rules=STRICT).signed(), "endpoint")
    with pytest.raises(PolicyRejected) as error:
        keeper.deliver(Said(version=2, rules=LOOSE).signed(), "endpoint")
    assert error.value.kind == "weaker"
    assert error.value.params == {
        "points": "watch.folders, controls.screen-lock.settings.limit_minutes"
    }
    assert refused(keeper, Said(version=2).signed()) == "weaker", "an empty one most of all"
    assert keeper.deliver(Said(version=2, rules=STRICT).signed(), "endpoint").version == 2
    assert keeper.deliver(Said(version=3, rules=LOOSE, loosens=True).signed(), "x").version == 3


def test_roots_are_followed_and_a_key_that_is_taken_back_signs_no_more(keeper: Keeper) -> None:
    keeper.deliver(Said(version=1).signed(), "endpoint")
    settle(keeper)
    assert keeper.pin(chain(ROOT, root(2, policy_keys=("newer",)))) == 2
    assert again(keeper).start().policy.version == 1, "what was taken stays"
    assert keeper.standing() == Standing(signed=True, root=2)
    assert refused(keeper, Said(version=2).signed("policy")) == "signature"
    assert keeper.deliver(Said(version=2).signed("newer"), "endpoint").version == 2


def test_a_missing_root_and_another_root_change_nothing(keeper: Keeper) -> None:
    for given, kind in (
        (chain(root(3)), "root-step"),
        (chain(root(1, policy_keys=("evil",))), "root-other"),
        (b"[]", "root-chain"),
    ):
        with pytest.raises(PolicyRejected) as error:
            keeper.pin(given)
        assert error.value.kind == kind
        assert keeper.root() == 1
    assert keeper.pin(chain(ROOT)) == 1
    assert keeper.pin(chain(root(1, policy_keys=("anew",))), anew=True) == 1
    assert refused(keeper, Said().signed("policy")) == "signature"


def test_damaged_beliefs_leave_the_last_good_policy_and_take_no_other(keeper: Keeper) -> None:
    keeper.deliver(Said(version=4).signed(), "endpoint")
    settle(keeper)
    (keeper._folder / trust_record.FILE).write_bytes(b'{"root": ')
    first = again(keeper).start()
    assert first.message is not None
    assert (first.policy.version, first.message.id) == (4, "policy.rejected.trust-damaged")
    assert refused(keeper, Said(version=5).signed()) == "trust-damaged"
    assert not keeper.standing().signed
    assert keeper.pin(chain(ROOT)) == 1
    assert refused(keeper, Said(version=3).signed()) == "rollback", "the mark is what is in force"
    assert keeper.deliver(Said(version=5).signed(), "endpoint").version == 5


def test_lost_beliefs_leave_the_last_good_policy(keeper: Keeper) -> None:
    keeper.deliver(Said(version=4).signed(), "endpoint")
    settle(keeper)
    (keeper._folder / trust_record.FILE).unlink()
    assert again(keeper).start().policy.version == 4
    assert refused(keeper, Said(version=5).signed()) == "no-root"


def test_a_policy_that_was_never_taken_is_not_found_by_putting_it_on_the_disk(
    keeper: Keeper,
) -> None:
    keeper.deliver(Said(version=4).signed(), "endpoint")
    settle(keeper)
    trial.save(keeper._folder, trial.Trial(raw=Said(version=3, note="old").signed()))
    assert again(keeper).start().policy.version == 4
    trial.save(keeper._folder, trial.Trial(raw=b"no policy"))
    assert again(keeper).start(running=True).policy.version == 4
    (keeper._folder / LAST_GOOD).write_bytes(Said(version=3, note="old").signed())
    assert again(keeper).start().policy.name == "baseline"


@pytest.mark.parametrize("name", [trust_record.FILE, trial.FILE])
def test_what_cannot_be_kept_does_not_come_into_force(keeper: Keeper, name: str) -> None:
    keeper.deliver(Said(version=1).signed(), "endpoint")
    settle(keeper)
    kept = (keeper._folder / trust_record.FILE).read_bytes()
    (keeper._folder / name).unlink(missing_ok=True)
    (keeper._folder / name).mkdir()
    with pytest.raises((StoreError, PolicyRejected)):
        keeper.deliver(Said(version=2).signed(), "endpoint")
    (keeper._folder / name).rmdir()
    if name == trust_record.FILE:
        (keeper._folder / name).write_bytes(kept)
    assert again(keeper).start().policy.version == 1
    assert keeper.deliver(Said(version=2).signed(), "endpoint").version == 2


def test_a_root_that_cannot_be_kept_is_not_pinned(
    tmp_path: Path, shapes: tuple[Shape, ...]
) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    with pytest.raises(StoreError):
        Keeper(tmp_path / "data", shapes, FakeClock()).pin(chain(ROOT))
