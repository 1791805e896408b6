"""There is a policy in force at any time, and only a good one ever replaces the last good one."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from agentguard.base.errors import PolicyError, StoreError
from agentguard.model.policy import Policy
from agentguard.platforms.simulated import FakeClock
from agentguard.policy.document import Shape
from agentguard.policy.last_good import LAST_GOOD, Keeper
from agentguard.runtime import known_checks

GOOD = b"policy: site\nversion: %d\n"
WRONG = b"policy: site\nversion: none\n"


@pytest.fixture
def keeper(tmp_path: Path, shapes: tuple[Shape, ...]) -> Keeper:
    return Keeper(tmp_path / "data", shapes, FakeClock())


def test_a_first_start_has_the_baseline_and_says_so(keeper: Keeper) -> None:
    first = keeper.start()
    assert first.policy.name == "baseline"
    assert first.message is not None
    assert first.message.id == "policy.baseline"


def test_an_offered_policy_is_in_force_after_a_restart(
    keeper: Keeper, tmp_path: Path, shapes: tuple[Shape, ...]
) -> None:
    offered = keeper.offer(GOOD % 3, "site.yaml")
    again = Keeper(tmp_path / "data", shapes, FakeClock()).start()
    assert again.policy == offered
    assert again.message is None


def test_a_wrong_policy_leaves_the_last_good_one(keeper: Keeper) -> None:
    keeper.offer(GOOD % 3, "site.yaml")
    with pytest.raises(PolicyError, match=r"mail\.yaml:2: version must be a whole number"):
        keeper.offer(WRONG, "mail.yaml")
    assert keeper.start().policy.version == 3


@pytest.mark.parametrize("damage", [b"", b"\x00" * 4096, WRONG, GOOD[:9], b"\xff"])
def test_a_damaged_last_good_policy_gives_the_baseline(
    keeper: Keeper, tmp_path: Path, damage: bytes
) -> None:
    keeper.offer(GOOD % 3, "site.yaml")
    (tmp_path / "data" / LAST_GOOD).write_bytes(damage)
    first = keeper.start()
    assert first.policy.name == "baseline"
    assert first.message is not None
    assert first.message.id == "policy.last-good-refused"


def test_one_that_cannot_be_read_gives_the_baseline(keeper: Keeper, tmp_path: Path) -> None:
    (tmp_path / "data" / LAST_GOOD).mkdir(parents=True)
    first = keeper.start()
    assert first.message is not None
    assert (first.policy.name, first.message.id) == ("baseline", "policy.last-good-unreadable")


def test_damaged_shipped_policies_give_the_built_in_one_which_still_locks(
    tmp_path: Path, shapes: tuple[Shape, ...]
) -> None:
    (tmp_path / "baseline.yaml").write_bytes(b"{{{")
    for baseline in (tmp_path / "baseline.yaml", tmp_path / "missing.yaml"):
        first = Keeper(tmp_path, shapes, FakeClock(), baseline=baseline).start()
        assert first.policy.name == "built-in"
        assert first.message is not None
        assert first.message.id == "policy.baseline-damaged"
        assert first.policy.controls["screen-lock"].respond == ("lock",)


def test_there_is_a_built_in_policy_for_any_catalogue(tmp_path: Path) -> None:
    first = Keeper(tmp_path, (), FakeClock(), baseline=tmp_path / "missing").start()
    assert (first.policy.name, dict(first.policy.controls)) == ("built-in", {})


def test_what_cannot_be_kept_does_not_come_into_force(
    tmp_path: Path, shapes: tuple[Shape, ...]
) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    keeper = Keeper(tmp_path / "data", shapes, FakeClock())
    with pytest.raises(StoreError, match="could not be written to the disk"):
        keeper.offer(GOOD % 1, "site.yaml")
    assert keeper.start().policy.name == "baseline"


def test_the_kept_policy_is_the_users_own(keeper: Keeper, tmp_path: Path) -> None:
    keeper.offer(GOOD % 1, "site.yaml")
    if os.name == "posix":  # Windows keeps rights in access lists
        assert (tmp_path / "data" / LAST_GOOD).stat().st_mode & 0o077 == 0
    assert [file.name for file in (tmp_path / "data").iterdir()] == [LAST_GOOD]


class PolicyKeeper(RuleBasedStateMachine):
    """Against a model: the last good policy that was offered, or the baseline."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.keeper = Keeper(self.folder, known_checks.shapes(), FakeClock())
        self.expected: int | None = None

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    @rule(version=st.integers(1, 1_000_000))
    def offer_good(self, version: int) -> None:
        assert self.keeper.offer(GOOD % version, "good").version == version
        self.expected = version

    @rule(data=st.sampled_from([WRONG, b"", b"\x00", b"policy: a", b"- 1", b"a: &b c"]))
    def offer_wrong(self, data: bytes) -> None:
        with pytest.raises(PolicyError):
            self.keeper.offer(data, "wrong")

    @rule(data=st.sampled_from([WRONG, b"", b"\xff"]))
    def damage_the_disk(self, data: bytes) -> None:
        (self.folder / LAST_GOOD).write_bytes(data)
        self.expected = None

    @rule()
    def leave_what_a_crash_leaves(self) -> None:
        (self.folder / f".{LAST_GOOD}.0badcafe.tmp").write_bytes(b"half a pol")

    @rule()
    def restart(self) -> None:
        self.keeper = Keeper(self.folder, known_checks.shapes(), FakeClock())

    @invariant()
    def there_is_the_expected_policy(self) -> None:
        policy: Policy = self.keeper.start().policy
        if self.expected is None:
            assert policy.name == "baseline"
        else:
            assert (policy.name, policy.version) == ("site", self.expected)
        assert set(policy.controls) == {shape.id for shape in known_checks.shapes()}


TestPolicyKeeper = PolicyKeeper.TestCase
TestPolicyKeeper.settings = settings(max_examples=25, stateful_step_count=15, deadline=None)
