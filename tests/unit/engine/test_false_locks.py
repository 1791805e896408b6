"""Ten thousand things that happen to a session, and never a lock while somebody is there.

A world with one person, two sources of idle time (one follows the wall clock), a screen that other
users and remote sessions take over, suspends, locks that do not come, calls, and a sensor that is
started again; through the real sensor's belief, the real check and the real engine.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

import pytest

from agentguard.checks import screen_lock
from agentguard.engine.core import begin
from agentguard.engine.loop import Engine, Ledger
from agentguard.engine.plan import make_plan
from agentguard.model.actions import Action, ActionKind
from agentguard.model.events import CallState, Event, PolicyInForce, SessionState, Tick
from agentguard.model.policy import Contact, Control, Policy, Watch
from agentguard.model.verdicts import Severity
from agentguard.platforms.simulated import FakeClock
from agentguard.ports.desktop import SessionReading
from agentguard.sensors.session import SLACK, BelievedIdle
from tests.unit.engine.conftest import ListJournal

EVENTS = 10_000
LIMIT = 15 * 60
LATE = 2 * 30.0
"""Seconds: two readings, as long waits are read every half minute here."""
YEARS = 10 * 365 * 86_400


def policy() -> Policy:
    control = Control(
        check="screen-lock",
        paused=False,
        severity=Severity.HIGH,
        respond=(ActionKind.LOCK,),
        settings=screen_lock.Settings(limit_minutes=LIMIT // 60),
    )
    return Policy(
        name="test",
        version=1,
        description="",
        watch=Watch(),
        retention=(),
        backup_markers=(),
        contact=Contact(),
        controls={"screen-lock": control},
        digest="",
    )


@dataclass
class World:
    """What is true at the desk, and what its sources say of it."""

    dice: random.Random
    clock: FakeClock = field(default_factory=FakeClock)
    acted: float = 0.0
    counted: float = 0.0
    counted_wall: float = 0.0
    by_wall: bool = False
    missing: bool = False
    locked: bool = False
    active: bool = True
    in_call: bool = False
    wall_moved: bool = False
    steady_since: float = 0.0
    false_locks: list[str] = field(default_factory=list)
    locks: int = 0
    missed: list[str] = field(default_factory=list)
    last: str = ""

    def __post_init__(self) -> None:
        now = self.clock.now()
        begun = PolicyInForce(at=now, policy=policy())
        checks = (screen_lock.CHECK,)
        self.engine = Engine(
            state=begin(make_plan(checks, begun.policy), begun, (), ()),
            ledger=Ledger(journal=ListJournal()),
            replan=lambda event: make_plan(checks, event.policy),
            clock=self.clock,
            give=self.asked_to_lock,
        )
        self.belief = BelievedIdle()
        self.act()
        self.look()

    def act(self) -> None:
        """The person touches keyboard or mouse: every source counts from here."""
        now = self.clock.now()
        self.acted = self.counted = now.boot
        self.counted_wall = now.wall
        self.steady_since = now.boot
        self.wall_moved = False

    def away(self) -> float:
        return self.clock.now().boot - self.acted

    def asked_to_lock(self, action: Action) -> None:
        assert action.kind is ActionKind.LOCK
        self.locks += 1
        if self.away() < LIMIT - SLACK:
            self.false_locks.append(f"after {self.last}: {self.away():.0f} s")
        self.locked = self.locked or self.dice.random() < 0.8

    def reading(self) -> SessionReading:
        now = self.clock.now()
        idle = now.wall - self.counted_wall if self.by_wall else now.boot - self.counted
        return SessionReading(
            idle=None if self.missing else idle,
            locked=self.locked,
            source="wall" if self.by_wall else "boot",
            active=self.active,
        )

    def see(self, event: Event) -> None:
        self.engine.submit(event)
        self.engine.drain()

    def look(self) -> None:
        read, now = self.reading(), self.clock.now()
        idle = self.belief.see(read, now)
        self.see(
            SessionState(
                at=now, locked=read.locked, idle=idle, source=read.source, active=read.active
            )
        )
        self.see(Tick(at=self.clock.now()))

    def wait(self, seconds: float) -> None:
        """Let time pass, looked at every half minute at least."""
        left = seconds
        while left > 0:
            step = min(left, 30.0)
            self.clock.advance(step)
            left -= step
            self.look()
        steady = self.clock.now().boot - self.steady_since > LIMIT + LATE
        if steady and self.away() > LIMIT + LATE and not self.protected():
            self.missed.append(f"after {self.last}: {self.away():.0f} s")

    def protected(self) -> bool:
        """Tell whether it is locked, covered or being locked, or no source can tell idle time."""
        state = self.engine.state
        blind = self.missing or (self.by_wall and self.wall_moved)
        return self.locked or blind or bool(state.shield or state.tries)

    def disturbed(self) -> None:
        """A source begins to count anew, so the floor is counted from here."""
        self.steady_since = self.clock.now().boot

    # --- what happens ---------------------------------------------------------------------

    def work(self) -> None:
        for _ in range(self.dice.randint(1, 5)):
            self.act()
            self.wait(self.dice.uniform(0.2, 100))

    def leave(self) -> None:
        self.wait(self.dice.choice([60, 600, 880, 905, 1200]))

    def wall_jump(self) -> None:
        self.clock.jump_wall(self.dice.choice([YEARS, -YEARS, 3600, -3600, 5, 1000]))
        self.wall_moved = True
        self.disturbed()
        self.look()

    def another_source(self) -> None:
        """The other source still counts from long ago, whatever the person did."""
        self.by_wall = not self.by_wall
        stale = self.dice.choice([0, 100, 5_000, 1e6])
        self.counted -= stale
        self.counted_wall -= stale
        self.disturbed()
        self.look()

    def source_away(self) -> None:
        self.missing = True
        self.look()
        self.wait(self.dice.choice([1, 100, 2000]))
        self.missing = False
        self.disturbed()
        self.look()

    def other_user(self) -> None:
        """Somebody else is in front; the person comes back, which this session's input misses."""
        self.active = False
        self.look()
        self.wait(self.dice.choice([5, 300, 800]))
        self.active = True
        self.acted = self.clock.now().boot
        self.disturbed()
        self.look()

    def unlock(self) -> None:
        """The person unlocks; the source may have missed it, as in a remote session."""
        self.locked = True
        self.look()
        self.locked = False
        if self.dice.random() < 0.5:
            self.act()
        self.acted = self.clock.now().boot
        self.disturbed()
        self.look()

    def suspend(self) -> None:
        self.clock.advance(self.dice.choice([30, 3600, 30 * 86_400]))
        self.act()
        self.look()

    def sensor_starts_again(self) -> None:
        self.belief.gap()
        self.disturbed()
        self.look()

    def call(self) -> None:
        self.in_call = not self.in_call
        self.see(CallState(at=self.clock.now(), in_call=self.in_call, source="softphone"))

    def burst(self) -> None:
        for _ in range(20):
            self.look()


HAPPENINGS = (
    World.work,
    World.leave,
    World.wall_jump,
    World.another_source,
    World.source_away,
    World.other_user,
    World.unlock,
    World.suspend,
    World.sensor_starts_again,
    World.call,
    World.burst,
)


@pytest.mark.parametrize("seed", range(4))
def test_nobody_is_locked_out_while_at_the_desk_and_nobody_is_forgotten(seed: int) -> None:
    world = World(random.Random(seed))
    for _ in range(EVENTS // 4):
        happening = world.dice.choice(HAPPENINGS)
        world.last = f"{world.last.split(' > ')[-1]} > {happening.__name__}"
        happening(world)
    assert world.false_locks == []
    assert world.missed == []
    assert world.locks > 20
