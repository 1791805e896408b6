"""The policy keeper against a model of its rules, killed after any step."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from agentguard.base.errors import PolicyRejected
from agentguard.platforms.simulated import FakeClock
from agentguard.policy import trial, trust_record
from agentguard.policy.last_good import LAST_GOOD, Keeper
from agentguard.policy.succession import BUILT
from agentguard.runtime import known_checks
from tests.unit.policy.signing import NONE, Said, chain, root

DAY = 86_400.0
SHAPES = tuple(one for one in known_checks.shapes() if one.id == "screen-lock")
RULES = {
    False: "",
    True: "controls:\n  screen-lock: {respond: [lock, notify], settings: {limit_minutes: 5}}",
}
ROOTS = {n: root(n, policy_keys=(f"policy-{n}",)) for n in range(1, 5)}
OFFERED = st.builds(
    Said,
    version=st.integers(1, 5),
    epoch=st.integers(1, 2),
    group=st.sampled_from(["", "", "Billing", "Sales"]),
    expires=st.sampled_from(["", "", "2026-12-31", "2030-12-31"]),
    loosens=st.booleans(),
    note=st.sampled_from(["", "another"]),
    rules=st.sampled_from(list(RULES.values())),
)
KEYS = st.sampled_from([*["right"] * 6, "older", "stranger"])
STEPS = st.sampled_from([0, 1, None])
"""How many of a change's files were written when the power went; None for all."""


@dataclass
class Model:
    """What the rules say: all that is believed, and which policies there are."""

    root: int = 0
    mark: tuple[int, int] = (0, 0)
    marked: Said | None = None
    good: Said | None = None
    trying: Said | None = None
    failed: Said | None = None
    healthy: int = 0
    beats: int = 0
    time: float = BUILT

    @property
    def in_force(self) -> Said | None:
        return self.trying or self.good

    def expected(self, said: Said, right_key: bool) -> str:
        """Give why a policy is refused, empty when it is taken."""
        offered = (said.epoch, said.version)
        past = said.expires == "2026-12-31" and self.time >= BUILT + 36 * DAY
        before = self.in_force
        rules = [
            ("signature", not right_key),
            ("group", said.group == "Sales"),
            ("rollback", offered < self.mark),
            ("equivocation", offered == self.mark and said != self.marked),
            ("failed-before", said == self.failed),
            ("expired", past),
            (
                "weaker",
                before is not None and not said.loosens and bool(before.rules) and not said.rules,
            ),
        ]
        return next((kind for kind, holds in rules if holds), "")


def refusal(act: Callable[[], object]) -> str:
    """Give why it was refused, empty when it was not."""
    try:
        act()
    except PolicyRejected as error:
        return error.kind
    return ""


class SignedKeeper(RuleBasedStateMachine):
    """Offers, roots, times, heartbeats, crashes and kills in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.clock = FakeClock()
        self.model = Model()
        self.keeper = self.opened()
        self.keeper.pin(chain(ROOTS[1]))
        self.model.root = 1

    def opened(self) -> Keeper:
        none = self.folder / "no-baseline"
        return Keeper(self.folder, SHAPES, self.clock, group="Billing", baseline=none)

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    def files(self) -> dict[str, bytes]:
        return {f.name: f.read_bytes() for f in self.folder.iterdir()}

    def cut(self, before: dict[str, bytes], order: tuple[str, ...], steps: int | None) -> bool:
        """Leave the folder as a kill after so many files leaves it; tell whether it was cut."""
        if steps is None:
            return False
        after = self.files()
        for name in order[steps:]:
            (self.folder / name).unlink(missing_ok=True)
            if name in before:
                (self.folder / name).write_bytes(before[name])
        if steps < len(order):
            half = after.get(order[steps], b"half a file")
            (self.folder / f".{order[steps]}.0badcafe.tmp").write_bytes(half[: len(half) // 2])
        self.keeper = self.opened()
        return True

    @rule(said=OFFERED, by=KEYS, steps=STEPS)
    def deliver(self, said: Said, by: str, steps: int | None) -> None:
        right = by == "right"
        number = max(1, self.model.root - (by == "older"))
        right = right or (by == "older" and number == self.model.root)
        raw = said.signed("stranger" if by == "stranger" else f"policy-{number}")
        kind = self.model.expected(said, right)
        before = self.files()
        assert refusal(lambda: self.keeper.deliver(raw, "endpoint")) == kind
        if kind or said == self.model.in_force:
            assert self.files() == before
            return
        cut = self.cut(before, (trust_record.FILE, trial.FILE), steps)
        if not cut or steps:
            self.model.mark, self.model.marked = (said.epoch, said.version), said
        if not cut:
            self.model.trying, self.model.healthy, self.model.beats = said, 0, 0

    @rule(said=OFFERED)
    def deliver_by_the_right_key(self, said: Said) -> None:
        self.deliver(said, "right", None)

    @rule(said=OFFERED, again=st.booleans())
    def deliver_near_the_mark(self, said: Said, again: bool) -> None:
        epoch, version = self.model.mark
        near = replace(said, epoch=max(1, epoch), version=max(1, version - 1 + again * 2), group="")
        self.deliver(near, "right", None)

    @rule(said=OFFERED)
    def deliver_unsigned(self, said: Said) -> None:
        before = self.files()
        raw = said.text.encode()
        assert refusal(lambda: self.keeper.deliver(raw, "endpoint")) == "unsigned"
        assert self.files() == before

    @rule(step=st.sampled_from([1, 1, 1, 2]), steps=STEPS)
    def follow_root(self, step: int, steps: int | None) -> None:
        wanted = self.model.root + step
        if wanted not in ROOTS:
            return
        before = self.files()
        skips = step > 1
        given = chain(ROOTS[wanted])
        assert refusal(lambda: self.keeper.pin(given)) == ("root-step" if skips else "")
        if skips:
            return
        if not self.cut(before, (trust_record.FILE,), steps) or steps:
            self.model.root = wanted

    @rule(days=st.integers(0, 30))
    def hear_the_time(self, days: int) -> None:
        self.model.time += days * DAY
        self.keeper.told(self.model.time)

    @rule(days=st.integers(-4000, 4000))
    def turn_the_clock(self, days: int) -> None:
        self.clock.jump_wall(days * DAY)

    @rule(healthy=st.booleans(), steps=STEPS)
    def beat(self, healthy: bool, steps: int | None) -> None:
        before = self.files()
        back = self.keeper.beat(NONE, answers=healthy)
        model = self.model
        if model.trying is None:
            assert back is None
            return
        model.beats, model.healthy = model.beats + 1, model.healthy + healthy
        if model.healthy >= trial.HEALTHY:
            assert back is None
            if self.cut(before, (LAST_GOOD, trial.FILE), steps):
                model.healthy, model.beats = model.healthy - healthy, model.beats - 1
                model.good = model.trying if steps else model.good
            else:
                model.good, model.trying = model.trying, None
        elif model.beats >= trial.BEATS:
            assert back is not None
            model.failed, model.trying = model.trying, None

    @rule()
    def crash_twice(self) -> None:
        self.keeper.crashed()
        back = self.keeper.crashed()
        assert (back is not None) == (self.model.trying is not None)
        if self.model.trying is not None:
            self.model.failed, self.model.trying = self.model.trying, None

    @rule()
    def start_again(self) -> None:
        self.keeper = self.opened()
        self.keeper.start(running=True)
        self.keeper.ended()
        self.keeper.told(self.model.time)

    @invariant()
    def the_policy_of_the_model_is_in_force(self) -> None:
        policy = self.opened().start().policy
        said = self.model.in_force
        if said is None:
            assert policy.name == "built-in"
        else:
            assert (policy.version, policy.release.epoch) == (said.version, said.epoch)
            assert policy.description == said.note
        assert set(policy.controls) == {shape.id for shape in SHAPES}
        assert self.keeper.root() == self.model.root


TestSignedKeeper = SignedKeeper.TestCase
EXAMPLES = 40 if os.name == "posix" else 5  # each write is slow under Wine
TestSignedKeeper.settings = settings(max_examples=EXAMPLES, stateful_step_count=25, deadline=None)
