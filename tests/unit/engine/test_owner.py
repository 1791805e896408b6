"""Who can mend a finding: the person is asked for what is hers, and for nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest

from agentguard import checks
from agentguard.base import translations
from agentguard.base.plugins import discover
from agentguard.checks import vendors
from agentguard.checks.base import Check
from agentguard.engine.core import begin, decide
from agentguard.engine.plan import make_plan
from agentguard.engine.posture import snapshot
from agentguard.engine.state import State
from agentguard.model.actions import ActionKind
from agentguard.model.events import Event, PolicyInForce
from agentguard.model.facts import Build, LifecyclesKnown, ProgramsSeen, Software, SoftwareSeen
from agentguard.model.machine import PatchesSeen, Updater, UpdatersSeen
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.model.snapshot import Snapshot
from agentguard.model.vendors import Vendor
from agentguard.model.verdicts import OTHERS, Owner
from agentguard.uplink import translation
from tests.unit.checks.good_desk import AT, policy

CHECKS = discover(checks, "CHECK", Check)
DAY = 86400.0
BUILDS = (Build(build=7, monthly=((date(2026, 9, 8), 100),)),)
EVERY = pytest.mark.parametrize("owner", list(Owner))


def ruled(owner: Owner = Owner.EITHER) -> Policy:
    """Give a policy that tells of every finding."""
    plain = policy()
    told = {
        id_: replace(one, respond=(ActionKind.NOTIFY,), owner=owner)
        for id_, one in plain.controls.items()
    }
    return replace(plain, controls=told)


@dataclass
class Floor:
    """The engine's core with the real checks under a policy."""

    state: State
    at: Moment = AT

    def see(self, kind: type[Event], **fields: Any) -> Snapshot:
        """Show an event a second later, and give the picture."""
        self.at = Moment(boot=self.at.boot + 1, wall=self.at.wall + 1)
        event = kind(at=self.at, **fields)
        self.state = decide(self.state, event, lambda e: make_plan(CHECKS, e.policy)).state
        return snapshot(self.state, self.at)

    def owner(self, check: str) -> tuple[Owner, Owner]:
        """Give who can mend the finding of a check, by the finding and by its control."""
        picture = snapshot(self.state, self.at)
        (finding,) = (f for f in picture.findings if f.check == check)
        (control,) = (c for c in picture.controls if c.check == check)
        return finding.owner, control.owner


@pytest.fixture
def floor() -> Callable[..., Floor]:
    """Give a maker of floors."""

    def make(owner: Owner = Owner.EITHER) -> Floor:
        first = PolicyInForce(at=AT, policy=ruled(owner))
        return Floor(begin(make_plan(CHECKS, first.policy), first, (), ()))

    return make


def behind(one: Floor) -> Snapshot:
    """Let a month's fixes be late, which the desktop team brings."""
    one.see(LifecyclesKnown, builds=BUILDS)
    return one.see(PatchesSeen, build="7.99", looked=AT.wall, security=0)


def restart(one: Floor) -> Snapshot:
    """Let a restart be due."""
    return one.see(PatchesSeen, reboot=AT.wall - 9 * DAY, looked=AT.wall, security=0)


def test_row_198_she_is_asked_for_nothing_that_only_the_team_can_mend(floor) -> None:
    one = floor()
    picture = behind(one)
    assert [f.message.id for f in picture.findings] == ["patches.behind"]
    assert one.owner("patches") == (Owner.TEAM, Owner.TEAM)
    assert picture.prompts == ()
    assert all(notice.read for notice in picture.inbox)


def test_row_198_what_becomes_hers_is_told_as_new(floor) -> None:
    one = floor()
    behind(one)
    picture = restart(one)
    assert one.owner("patches") == (Owner.PERSON, Owner.PERSON)
    assert [p.body.id for p in picture.prompts] == ["patches.reboot"]
    assert len(restart(one).prompts) == 1
    assert [notice.read for notice in picture.inbox] == [False, True]


def test_what_is_no_longer_hers_stays_told_and_is_not_told_again(floor) -> None:
    one = floor()
    assert len(restart(one).prompts) == 1
    assert len(behind(one).inbox) == 1
    assert one.owner("patches") == (Owner.TEAM, Owner.TEAM)


@pytest.mark.parametrize("day", ["contract_until", "review_by"])
def test_row_198_she_is_not_asked_to_mend_a_contract(floor, day: str) -> None:
    one = floor()
    vendor = Vendor(name="Acme", publishers=("Acme*",), **{day: "2020-01-31"})
    rules = ruled()
    control = replace(rules.controls["vendors"], settings=vendors.Settings(register=(vendor,)))
    one.see(PolicyInForce, policy=replace(rules, controls={**rules.controls, "vendors": control}))
    item = Software(name="Dialler", version="1", vendor="Acme Ltd", source="msi")
    picture = one.see(SoftwareSeen, items=(item,))
    assert one.owner("vendors") == (Owner.SUPERVISOR, Owner.SUPERVISOR)
    assert picture.prompts == ()
    assert all(notice.read for notice in picture.inbox)


@EVERY
def test_row_198_a_policy_says_whose_it_is(floor, owner: Owner) -> None:
    one = floor(owner)
    told = len(behind(one).prompts)
    assert told == (owner is Owner.PERSON)
    restart(one)
    whose = owner if owner is not Owner.EITHER else Owner.PERSON
    assert one.owner("patches") == (whose, whose)


@EVERY
def test_row_198_nobody_is_taught_what_the_team_is_to_mend(floor, owner: Owner) -> None:
    one = floor()
    rules = ruled(owner)
    control = replace(rules.controls["remote-tools"], respond=(ActionKind.COACH,))
    every = {**rules.controls, "remote-tools": control}
    one.see(PolicyInForce, policy=replace(rules, controls=every))
    picture = one.see(ProgramsSeen, images=("anydesk",))
    assert [f.check for f in picture.findings] == ["remote-tools"]
    assert len(picture.prompts) == (owner not in OTHERS)


@EVERY
def test_row_198_the_report_says_what_is_the_teams(floor, owner: Owner) -> None:
    one = floor(owner)
    behind(one)
    picture = one.see(
        UpdatersSeen, updaters=(Updater(program="x", on=True, waits=True, ready=AT.wall - 9 * DAY),)
    )
    told = {c.check: c.owner for c in translation.controls(picture)}
    moved = owner.value if owner in OTHERS else ""
    assert told["patches"] == (moved or ("" if owner is Owner.PERSON else "team"))
    assert told["updaters"] == moved


def test_what_a_person_can_do_has_an_advice_of_its_own() -> None:
    words = translations.load()
    for check, hers in (("patches", "reboot"), ("updaters", "waits"), ("updaters", "stuck")):
        assert words.has(f"{check}.{hers}-advice")
