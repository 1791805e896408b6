"""Every check, each sentence that something is wrong, under each owner that a policy can name."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from agentguard import checks
from agentguard.base import translations
from agentguard.base.plugins import discover
from agentguard.checks.base import Check, no_subject
from agentguard.engine.core import begin, decide
from agentguard.engine.plan import make_plan
from agentguard.engine.posture import snapshot
from agentguard.engine.state import State
from agentguard.model import facts, locking, machine
from agentguard.model.actions import ActionKind
from agentguard.model.events import NOT_ENROLLED, Event, PolicyInForce, Tick, UplinkState
from agentguard.model.messages import Message, say
from agentguard.model.moments import Moment
from agentguard.model.posture import Overall
from agentguard.model.snapshot import Snapshot
from agentguard.model.verdicts import OTHERS, Finding, Owner, Verdict
from agentguard.model.verdicts import State as Is
from agentguard.policy.parser import parse
from agentguard.runtime.known_checks import shapes
from agentguard.ui.present import present
from tests.unit.checks.good_desk import AT, good, policy

CHECKS = discover(checks, "CHECK", Check)
WORDS = translations.load()
PCI = Path(__file__).parents[3] / "policies" / "pci-contact-centre.yaml"
SENTENCES = [(check, id_) for check in CHECKS for id_ in check.owners]
EACH = pytest.mark.parametrize(("check", "told"), SENTENCES, ids=[id_ for _, id_ in SENTENCES])
REMINDED = {"training"}
"""Checks that remind before something is due, by cards of their own, and ask nothing after."""
ROOM = re.compile(r"\{(\w+)\}")


def filled(id_: str) -> Message:
    """Give a sentence with something in each of its places."""
    names = set(ROOM.findall(WORDS.sentences[id_]))
    return say(id_, **dict.fromkeys(names, 3))


def saying(check: Check[Any], told: str) -> Check[Any]:
    """Give a check that always says this."""

    def judge(_event: Event, _facts: object, _settings: object) -> Verdict:
        return Verdict(state=Is.FAIL, message=filled(told))

    return replace(check, judge=judge, on=(Tick,), needs=(), subject=no_subject, fresh=None)


def later(seconds: float) -> Moment:
    return Moment(boot=AT.boot + seconds, wall=AT.wall + seconds)


class Desk:
    """An engine's core with one check that always says the same."""

    def __init__(self, check: Check[Any], told: str, owner: Owner = Owner.EITHER) -> None:
        self.check = saying(check, told)
        plain = policy()
        every = (ActionKind.NOTIFY, ActionKind.COACH)
        control = replace(plain.controls[check.id], respond=every, owner=owner)
        rules = replace(plain, controls={check.id: control})
        self.first = PolicyInForce(at=AT, policy=rules)
        self.state = begin(make_plan((self.check,), rules), self.first, (), ())
        self.records: list[Any] = []
        self.passed = 0.0

    def tick(self, times: int = 1) -> Snapshot:
        for _ in range(times):
            self.passed += 1
            event = Tick(at=later(self.passed))
            decision = decide(self.state, event, lambda e: make_plan((self.check,), e.policy))
            self.state = decision.state
            self.records += decision.records
        return snapshot(self.state, later(self.passed))

    def restarted(self) -> Snapshot:
        """Give what a new agent shows that kept findings and inbox, and looks again."""
        kept: State = self.state
        self.state = begin(
            make_plan((self.check,), self.first.policy),
            self.first,
            tuple(kept.findings.values()),
            kept.inbox,
        )
        return self.tick(3)


@EACH
@pytest.mark.parametrize("ruled", list(Owner))
def test_row_204_only_what_is_hers_asks_her(check: Check[Any], told: str, ruled: Owner) -> None:
    desk = Desk(check, told, ruled)
    picture = desk.tick(3)
    owner = check.owners[told] if ruled is Owner.EITHER else ruled
    (finding,), (control,) = picture.findings, picture.controls
    assert (finding.owner, control.owner, control.state) == (owner, owner, Is.FAIL)
    view = present(picture, WORDS)
    (opened,) = [r for r in desk.records if r.kind == "finding.opened"]
    assert opened.payload.get("owner", "person") == owner.value
    if owner in OTHERS:
        assert picture.prompts == ()
        assert [n.read for n in picture.inbox] == [True]
        assert view.findings == ()
        assert view.header.icon.startswith("theirs")
        assert "nothing for you to mend" in view.header.headline
        assert view.unread == 0
        (group,) = view.theirs.groups
        (row,) = group.rows
        assert (group.owner, row.key) == (owner, finding.key)
    else:
        assert len(picture.prompts) == (check.id not in REMINDED)
        assert [f.key for f in view.findings] == [finding.key]
        assert view.theirs.groups == ()
        assert view.header.overall in {Overall.ACT, Overall.ATTENTION}
    assert "order" not in f"{view.header.headline} {view.header.word} {view.tooltip}"


@EACH
def test_row_205_others_things_are_told_once_and_not_at_each_start(
    check: Check[Any], told: str
) -> None:
    desk = Desk(check, told)
    before = desk.tick(3).inbox
    after = desk.restarted().inbox
    assert after == before
    assert len(after) == (check.id not in REMINDED)


def test_row_205_what_others_have_at_once_makes_one_entry_for_each() -> None:
    every = [saying(c, next(i for i, o in c.owners.items() if o in OTHERS)) for c in CHECKS
             if any(o in OTHERS for o in c.owners.values())]  # fmt: skip
    plain = policy()
    rules = replace(
        plain,
        controls={c.id: replace(plain.controls[c.id], respond=(ActionKind.NOTIFY,)) for c in every},
    )
    first = PolicyInForce(at=AT, policy=rules)
    state = begin(make_plan(tuple(every), rules), first, (), ())
    state = decide(state, Tick(at=later(1)), lambda e: make_plan(tuple(every), e.policy)).state
    picture = snapshot(state, later(1))
    many = {o: sum(f.owner is o for f in picture.findings) for o in OTHERS}
    assert min(many.values()) > 1
    assert {n.title.id: n.body for n in picture.inbox if n.title} == {
        f"theirs.notice-{owner}": say("theirs.notice-many", count=count)
        for owner, count in many.items()
    }


def bare() -> tuple[Event, ...]:
    """Give a desk that nobody has set up yet: nothing of what a desktop team brings is there."""
    lists = (locking.LockSource(name="Windows", standing=locking.Standing.NEVER, seconds=None),)
    told: dict[type[Event], dict[str, Any]] = {
        facts.DisksSeen: {"volumes": (facts.Volume(mount="/", encrypted=False),)},
        facts.FirewallSeen: {"on": False, "product": ""},
        facts.AntivirusSeen: {"products": ()},
        facts.BackupSeen: {"newest": None},
        machine.AutoLogonSeen: {"on": True, "product": "GDM"},
        machine.RemoteSessionSeen: {"protocol": "RDP", "clipboard": True, "drives": True},
        machine.PatchesSeen: {"security": 12, "oldest": AT.wall - 60 * 86400, "looked": AT.wall},
        facts.FolderAccessSeen: {
            "folders": (
                facts.FolderAccess(path="/srv/exports", others_read=True, others_write=True),
            )
        },
        facts.ListenersSeen: {
            "listeners": (facts.Listener(port=22, protocol="tcp", program="sshd"),)
        },
        facts.SoftwareSeen: {
            "items": (facts.Software(name="Dialler", version="1", vendor="Acme", source="msi"),)
        },
        locking.LockLimitsSeen: {"sources": lists},
    }
    plain = [e for e in good() if type(e) not in told and not isinstance(e, PolicyInForce)]
    return (*plain, *(kind(at=AT, **fields) for kind, fields in told.items()))


@pytest.fixture
def new_desk() -> Callable[[str], Snapshot]:
    """Give the picture of a bare desk under the policy for card payments."""

    def make(problem: str = "") -> Snapshot:
        rules = parse(PCI.read_bytes(), "pci", shapes())
        first = PolicyInForce(at=AT, policy=rules)
        state = begin(make_plan(CHECKS, rules), first, (), ())
        reports = (UplinkState(at=AT, problem=problem, waiting=0, receipted=0),)
        for event in chain(bare(), reports):
            state = decide(state, event, lambda e: make_plan(CHECKS, e.policy)).state
        return snapshot(state, later(1))

    return make


def test_row_208_a_new_desk_does_not_greet_its_agent_with_red(
    new_desk: Callable[..., Snapshot],
) -> None:
    picture = new_desk()
    found = {f.check: f.owner for f in picture.findings}
    assert len(found) >= 8
    assert picture.overall is Overall.ACT, "who leads sees that it fails"
    view = present(picture, WORDS)
    assert view.header.icon == "theirs"
    assert picture.prompts == ()
    assert view.findings == ()
    assert view.header.headline == (
        f"{len(found)} things are for your desktop team. There is nothing for you to mend."
    )
    assert view.menu.state == view.header.headline
    assert view.unread == 0
    failing = {c.check for m in view.measures for c in m.controls if c.state is Is.FAIL}
    assert failing == set(found), "nothing that is wrong is shown as good"
    assert {c.look for m in view.measures for c in m.controls if c.state is Is.FAIL} == {"theirs"}


@pytest.mark.parametrize(
    ("problem", "waiting", "told"),
    [
        ("", 0, "They have been told."),
        ("", 4, "They are told with the next report."),
        ("uplink.offline", 4, "They are told as soon as the console can be reached."),
        (NOT_ENROLLED, 0, "Nobody is told from here: this PC is not enrolled."),
    ],
)
def test_row_206_it_is_said_whether_they_know(
    new_desk: Callable[..., Snapshot], problem: str, waiting: int, told: str
) -> None:
    uplink = UplinkState(at=AT, problem=problem, waiting=waiting, receipted=0)
    assert present(replace(new_desk(), uplink=uplink), WORDS).theirs.told == told
    assert present(replace(new_desk(), uplink=None), WORDS).theirs.told == ""


def test_a_control_with_several_findings_is_hers_where_one_is() -> None:
    check = next(c for c in CHECKS if c.id == "screen-lock")
    desk = Desk(check, "screen-lock.late")
    desk.tick()
    hers = Finding(
        check=check.id,
        subject="now",
        severity=check.severity,
        message=filled("screen-lock.open"),
        since=AT,
    )
    known = {**desk.state.findings, hers.key: hers}
    (control,) = snapshot(replace(desk.state, findings=known), later(2)).controls
    assert control.owner is Owner.PERSON
    assert control.detail is not None
    assert control.detail.id == "engine.several"
