"""The demonstration's programs: added to what is there, one ended, one attacked, one waiting."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from agentguard.commands._demo_material import PROGRAMS, with_programs
from agentguard.model.facts import SoftwareSeen
from agentguard.model.machine import UpdatersSeen
from agentguard.model.moments import Moment
from agentguard.model.software import State, Today
from agentguard.platforms.simulated import FakeClock, SimulatedDesktop
from agentguard.software import shipped
from tests.unit.checks.good_desk import policy

AT = Moment(boot=10.0, wall=1_795_608_000.0)


def test_one_has_ended_and_one_is_attacked() -> None:
    now = Today(day=date(2026, 11, 25), compiled=shipped.matcher().compiled)
    found = [shipped.matcher().match(p.name, p.version, p.vendor, now=now) for p in PROGRAMS]
    assert [one.state for one in found] == [State.ENDED, State.EXPLOITED]


def test_they_stand_beside_what_the_desk_has() -> None:
    plain = SimulatedDesktop(FakeClock()).backend
    both = with_programs(plain)
    assert [p.name for p in both.probes] == [p.name for p in plain.probes]
    for before, after in zip(plain.probes, both.probes, strict=True):
        was, is_ = before.read(AT, policy()), after.read(AT, policy())
        match was, is_:
            case SoftwareSeen(), SoftwareSeen():
                assert is_ == replace(was, items=(*was.items, *PROGRAMS))
            case UpdatersSeen(), UpdatersSeen():
                assert is_.updaters[:-1] == was.updaters
                assert is_.updaters[-1].waits
            case _:
                assert is_ == was
