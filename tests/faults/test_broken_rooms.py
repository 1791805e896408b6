"""Row 80: whatever part of the agent cannot be made or raises as it starts, the others guard."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Generic, TypeVar

import pytest

from agentguard.base.startup import ROOM, Starting
from agentguard.model.events import Event, Watching
from agentguard.model.messages import Message
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.platforms.simulated import FakeClock, SimulatedDesktop
from agentguard.ports.desktop import Probe
from agentguard.runtime.agent import Agent
from agentguard.runtime.bootstrap import Place, opened

T = TypeVar("T")
U = TypeVar("U")

LETTER = "Your card number 4556 7375 8689 9855 was charged."
BLIND = {
    "clipboard": {"clear"},
    "session": {"lock"},
    "desktop-hands": {"clear", "lock"},
}
"""What nobody can do without a room."""
LOOKS = 400


class Planting(Starting):
    """A start in which one room cannot be made."""

    def __init__(self, victim: str = "") -> None:
        super().__init__()
        self.victim, self.rooms = victim, list[str]()

    def room(self, name: str, make: Callable[[], T], instead: Callable[[Message], U]) -> T | U:
        def planted() -> T:
            raise RuntimeError(LETTER)

        self.rooms.append(name)
        return super().room(name, planted if name == self.victim else make, instead)


class Flaky(Generic[T]):
    """A sensor, an actor or a sharer of a thread that raises as it starts, twice; then it runs."""

    def __init__(self, name: str, run: Callable[..., T]) -> None:
        self.name, self._run, self._left = name, run, 2

    def run(self, *given: object) -> T:
        self._left -= 1
        if self._left >= 0:
            raise RuntimeError(LETTER)
        return self._run(*given)


class Desk:
    """A simulated desk with a whole agent, whose clock goes while somebody looks."""

    def __init__(self, folder: Path, starting: Starting) -> None:
        self.clock = FakeClock()
        self.desktop = SimulatedDesktop(self.clock)
        self.place = Place(
            folder=folder, backend=self.desktop.backend, clock=self.clock, starting=starting
        )

    @contextmanager
    def agent(self, change: Callable[[Agent], Agent] = lambda agent: agent) -> Iterator[Agent]:
        self.desktop.idle(3600)  # left alone since before the start
        with opened(self.place) as made:
            agent = change(made)
            agent.start()
            yield agent

    def eventually(self, holds: Callable[[], object]) -> bool:
        for _ in range(LOOKS):
            if holds():
                return True
            self.clock.advance(0.5)
            threading.Event().wait(0.01)
        return False

    def guards(self, agent: Agent, without: set[str] | frozenset[str] = frozenset()) -> None:
        """Hold that what is copied is taken away, and that a desk that is left is locked."""
        self.desktop.copy(LETTER, "crm")
        if "clear" not in without:
            assert self.eventually(lambda: not self.desktop.paste())
        if "lock" not in without:
            assert self.eventually(lambda: self.desktop.locked)
        elif "clear" in without:  # it cannot lock: the screens are covered
            assert self.eventually(lambda: agent.engine.snapshot().shield)


def rooms(folder: Path) -> tuple[list[str], set[str]]:
    """Give the names of all rooms of an agent, and of all its sensors, actors and members."""
    starting = Planting()
    with Desk(folder, starting).agent() as agent:
        names = {one.name for one in (*agent.sensors, *agent.actors, *agent.members)}
    assert starting.faults == {}
    return starting.rooms, names


EVERY_ROOM = (
    "call", "capture", "catalogue", "changes", "clipboard", "clipboard-history", "desktop-hands",
    "drills", "files", "foreground", "front", "host", "lived", "local", "policy", "retention",
    "security-keys", "self-test", "session", "shift", "uplink", "vault",
)  # fmt: skip
ALWAYS = {
    "training", "keys", "life", "hands", "recorder", "errands", "ticker", "auditor",
    "scan", "holds", "renewing", "exceptions", "memory", "enrolment",
}  # fmt: skip
"""What is made of nothing that could fail; it may raise as it runs all the same."""


def test_every_sensor_and_actor_is_a_room_or_is_made_of_nothing(tmp_path: Path) -> None:
    made, names = rooms(tmp_path)
    assert sorted(made) == list(EVERY_ROOM)
    assert names - set(made) <= ALWAYS


@pytest.mark.parametrize("name", EVERY_ROOM)
def test_row_80_without_any_one_room_the_others_guard(name: str, tmp_path: Path) -> None:
    starting = Planting(name)
    desk = Desk(tmp_path, starting)
    with desk.agent() as agent:
        desk.guards(agent, BLIND.get(name, set()))
        key = ("agent-health", f"{ROOM}{name}")
        assert desk.eventually(lambda: key in agent.engine.state.findings)
        said = agent.engine.state.findings[key].message
        assert said.params == {"name": name, "error": "RuntimeError"}, "and no value"
        assert desk.eventually(lambda: agent.engine.snapshot().inbox), "it is shown"
    mended = Desk(tmp_path, Starting())
    with mended.agent() as agent:
        assert mended.eventually(lambda: key not in agent.engine.state.findings)


@pytest.mark.heavy
def test_row_80_whoever_raises_as_it_starts_is_told_and_comes_back(tmp_path: Path) -> None:
    (tmp_path / "first").mkdir()
    for number, name in enumerate(sorted(rooms(tmp_path / "first")[1])):
        folder = tmp_path / str(number)
        folder.mkdir()

        def break_(agent: Agent, name: str = name) -> Agent:
            return replace(
                agent,
                sensors=tuple(
                    Flaky(name, one.run) if one.name == name else one for one in agent.sensors
                ),
                actors=tuple(
                    replace(one, run=Flaky(name, one.run).run, when=None)
                    if one.name == name
                    else one
                    for one in agent.actors
                ),
                members=tuple(
                    replace(one, begin=Flaky(name, one.begin).run) if one.name == name else one
                    for one in agent.members
                ),
            )

        desk = Desk(folder, Starting())
        with desk.agent(break_) as agent:
            desk.guards(agent)  # which may be so before the last of them has begun
            assert desk.eventually(lambda name=name, agent=agent: name in failed(agent)), name


def failed(agent: Agent) -> set[object]:
    """Give the names that the journal tells to have failed."""
    return {
        e.record.payload["sensor"]
        for e in agent.parts.storage.journal.read(0, 9999)
        if e.record.kind == "sensor.state" and e.record.payload["state"] == "failed"
    }


@pytest.mark.parametrize("error", [TypeError, AttributeError, RecursionError, MemoryError])
def test_row_80_a_probe_that_raises_anything_leaves_the_others(
    error: type[Exception], tmp_path: Path
) -> None:
    desk = Desk(tmp_path, Starting())

    def raises(_at: Moment, _policy: Policy) -> Event:
        raise error(LETTER)

    first, *others = sorted(desk.place.backend.probes, key=lambda probe: probe.every)
    broken = Probe(name=first.name, every=first.every, read=raises)
    desk.place = replace(desk.place, backend=replace(desk.place.backend, probes=(broken, *others)))
    with desk.agent() as agent:

        def seen() -> set[str]:
            return {kind.__name__ for kind in agent.engine.state.facts.last}

        assert desk.eventually(lambda: {one.name for one in others} <= seen())
        assert first.name not in seen()

        def states() -> dict[str, Watching]:
            return {s.sensor: s.state for s in agent.engine.snapshot().sensors}

        assert desk.eventually(lambda: states().get(f"host.{first.name}") is Watching.FAILED)
        assert states()["host"] is Watching.WATCHING
