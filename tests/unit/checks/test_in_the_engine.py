"""The checks in the real engine: findings by subject, responses, and a desk that is all green."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from agentguard import checks
from agentguard.base import translations
from agentguard.base.plugins import discover
from agentguard.checks.base import Check
from agentguard.checks.printing import Settings as Printing
from agentguard.checks.reauth import Settings as Gate
from agentguard.checks.screen_sharing import Settings as Sharing
from agentguard.checks.vendors import Settings as Register
from agentguard.checks.vendors import Vendor
from agentguard.checks.vpn import Settings as Tunnel
from agentguard.engine.core import begin, decide
from agentguard.engine.plan import make_plan
from agentguard.engine.posture import controls, snapshot
from agentguard.model.actions import ActionKind
from agentguard.model.drills import DrillOutcome, DrillsKnown, DrillStanding
from agentguard.model.events import (
    AppFocused,
    ClipboardScanned,
    Event,
    FileScanned,
    JournalChecked,
    LessonAnswered,
    LessonOffered,
    PolicyInForce,
    ProofGiven,
    SensorState,
    SessionState,
    SweepFinished,
    Tick,
    UplinkState,
    Watching,
)
from agentguard.model.facts import (
    AntivirusSeen,
    BackupSeen,
    DisksSeen,
    FirewallSeen,
    FolderAccess,
    FolderAccessSeen,
    ForbiddenHeld,
    Kind,
    LessonRecord,
    Lifecycle,
    LifecyclesKnown,
    ListenersSeen,
    ProgramsSeen,
    Protection,
    RetentionSeen,
    Software,
    SoftwareSeen,
    TrainingSeen,
    Volume,
)
from agentguard.model.gate import AppGroup
from agentguard.model.handover import ShiftStanding
from agentguard.model.hits import Hit
from agentguard.model.machine import (
    AutoLogonSeen,
    ChangesSeen,
    ClipboardHistorySeen,
    NetworksSeen,
    PatchesSeen,
    PrintJobsSeen,
    RemoteSessionSeen,
    ScreenSharesSeen,
    Updater,
    UpdatersSeen,
    UsbSeen,
    VpnLink,
    VpnSeen,
)
from agentguard.model.moments import Moment
from agentguard.model.outcomes import FileOutcome
from agentguard.model.policy import Contact, Control, Payment, PaymentWindow, Policy, ShiftRules
from agentguard.model.posture import Overall
from agentguard.model.prompts import PromptKind
from agentguard.model.verdicts import State
from tests import programs

CHECKS = discover(checks, "CHECK", Check)
RESPOND: Mapping[str, tuple[ActionKind, ...]] = {
    "screen-lock": (ActionKind.LOCK,),
    "clipboard": (ActionKind.CLEAR_CLIPBOARD,),
    "pii-files": (ActionKind.VAULT,),
    "reauth": (ActionKind.PROVE,),
    "training": (ActionKind.COACH,),
}
SETTINGS: Mapping[str, object] = {
    "reauth": Gate(groups=(AppGroup(name="Customers", images=("crm",)),)),
    "printing": Printing(programs=("crm",)),
    "screen-sharing": Sharing(judged=True),
    "vpn": Tunnel(required=True),
    "vendors": Register(register=(Vendor(name="Debian", sources=("dpkg",)),)),
}
BASH = Software(name="bash", version="5.2", vendor="", source="dpkg")
PROGRAMS = programs.matcher({"bash": {"5": date(2031, 1, 1)}})
DEBIAN = Software(
    name="Debian", version="13", vendor="", source="dpkg", kind=Kind.SYSTEM, edition="debian"
)
DEBIAN_13 = Lifecycle(
    product="Debian 13", editions=("debian",), prefix="13", ends=date(2031, 1, 1), source="x"
)
CARD = (Hit(kind="PAN", count=1),)


class Floor:
    """The engine's core with the real checks."""

    def __init__(self, desk) -> None:
        self.desk = desk
        policy = self._policy()
        first = PolicyInForce(at=self.now, policy=policy)
        self.state = begin(make_plan(CHECKS, policy), first, (), ())
        self.actions: list[tuple[ActionKind, str]] = []
        self.see(PolicyInForce, policy=policy)

    @property
    def now(self) -> Moment:
        """The present."""
        return Moment(boot=self.desk.boot, wall=self.desk.wall)

    def _policy(self) -> Policy:
        said = {
            c.id: Control(
                check=c.id,
                paused=False,
                severity=c.severity,
                respond=RESPOND.get(c.id, ()),
                settings=SETTINGS.get(c.id) or c.settings(),
            )
            for c in CHECKS
        }
        contact = Contact(name="Desk", phone="112")
        payment = Payment(windows=(PaymentWindow(images=("terminal",)),))
        policy = self.desk.policy(contact=contact, markers=("~/x",), payment=payment)
        return replace(policy, controls=said, shift=ShiftRules(handover=True))

    def see(self, kind: type[Event], **fields: Any) -> None:
        """Show an event to the engine, a second later."""
        self.desk.pass_time(1)
        event = kind(at=self.now, **fields)
        decision = decide(self.state, event, lambda e: make_plan(CHECKS, e.policy))
        self.state = decision.state
        self.actions += [(a.kind, a.subject) for a in decision.actions]

    def control(self, check: str) -> State:
        """Tell a control's state."""
        return next(c.state for c in controls(self.state, self.now) if c.check == check)

    def findings(self, check: str) -> list[str]:
        """Tell the subjects of a check's findings."""
        return [f.subject for f in self.state.findings.values() if f.check == check]


@pytest.fixture
def floor(desk) -> Floor:
    """Give the engine's core."""
    return Floor(desk)


def all_good(floor: Floor) -> None:
    """Show a desk on which everything is as it must be."""
    for sensor in ("clipboard", "foreground", "files", "session"):
        floor.see(SensorState, sensor=sensor, state=Watching.WATCHING)
    floor.see(LifecyclesKnown, lines=(DEBIAN_13,), compiled=date(2026, 11, 25), programs=PROGRAMS)
    floor.see(SoftwareSeen, items=(DEBIAN, BASH))
    floor.see(DisksSeen, volumes=(Volume(mount="/", encrypted=True),))
    floor.see(FirewallSeen, on=True, product="nftables")
    floor.see(AntivirusSeen, products=(Protection(product="ClamAV", on=True, current=True),))
    floor.see(ListenersSeen)
    floor.see(ProgramsSeen, images=frozenset({"bash"}))
    own = FolderAccess(path="/home/kim/Documents", others_read=False, others_write=False)
    floor.see(FolderAccessSeen, folders=(own,))
    floor.see(BackupSeen, newest=floor.desk.wall, source="marker")
    floor.see(UsbSeen)
    floor.see(AutoLogonSeen, on=False)
    floor.see(RemoteSessionSeen, protocol="RDP", clipboard=False, drives=False)
    floor.see(ClipboardHistorySeen)
    floor.see(NetworksSeen, wireless=True, wifi=("protected",))
    floor.see(VpnSeen, links=(VpnLink(kind="wireguard"),))
    floor.see(ScreenSharesSeen)
    floor.see(PrintJobsSeen)
    own = Updater(program="unattended-upgrades", on=True, looked=floor.desk.wall, system=True)
    floor.see(UpdatersSeen, updaters=(own,))
    floor.see(PatchesSeen, looked=floor.desk.wall, installed=floor.desk.wall, security=0)
    floor.see(ChangesSeen, watched=3)
    floor.see(RetentionSeen, rules=1)
    floor.see(ForbiddenHeld)
    floor.see(TrainingSeen, lessons=(lesson(floor, "card-data", 0),))
    floor.see(JournalChecked, entries=3, whole=True)
    drill = DrillStanding(drill="card-file", days=0.0, outcome=DrillOutcome.PASSED)
    floor.see(DrillsKnown, standings=(drill,))
    floor.see(ShiftStanding, handed=floor.now)
    floor.see(UplinkState, problem="", waiting=0, receipted=3)
    floor.see(SweepFinished, files=10, unread=0, seconds=1)
    floor.see(SessionState, locked=False, idle=1.0, source="test")
    floor.see(Tick)


def lesson(floor: Floor, id_: str, days: float) -> LessonRecord:
    """Give a lesson that was answered so many days ago."""
    ago = floor.desk.wall - days * 86_400
    return LessonRecord(lesson=id_, every_days=365, known=ago, answered=ago)


def test_every_control_can_be_green_and_nothing_needs_an_action(floor) -> None:
    all_good(floor)
    states = {c.check: c.state for c in controls(floor.state, floor.now)}
    assert states == dict.fromkeys((c.id for c in CHECKS), State.PASS)
    assert snapshot(floor.state, floor.now).overall is Overall.GOOD
    assert floor.actions == []


def test_no_control_is_green_before_it_was_looked_at(floor) -> None:
    green = {c.check for c in controls(floor.state, floor.now) if c.state is State.PASS}
    assert green == {"agent-health", "incident-response"}


def test_green_does_not_outlive_its_proof(floor) -> None:
    all_good(floor)
    floor.desk.pass_time(3 * 86_400)
    floor.see(Tick)
    green = {c.check for c in controls(floor.state, floor.now) if c.state is State.PASS}
    lasts = {"handover"}  # it tells of the last shift, and a desk may rest over a weekend
    assert green == {"agent-health", "incident-response", "watched-files"} | lasts


def test_a_file_goes_to_the_vault_and_the_finding_closes(floor) -> None:
    all_good(floor)
    floor.see(FileScanned, path="/home/kim/a.txt", outcome=FileOutcome.READ, hits=CARD)
    floor.see(FileScanned, path="/home/kim/b.txt", outcome=FileOutcome.READ)
    assert floor.findings("pii-files") == ["/home/kim/a.txt"]
    assert floor.actions == [(ActionKind.VAULT, "/home/kim/a.txt")]
    floor.see(FileScanned, path="/home/kim/a.txt", outcome=FileOutcome.GONE)
    assert floor.control("pii-files") is State.PASS


def test_a_sweep_alone_mends_no_file(floor) -> None:
    floor.see(FileScanned, path="/home/kim/a.txt", outcome=FileOutcome.READ, hits=CARD)
    floor.see(SweepFinished, files=10, unread=0, seconds=1)
    assert floor.control("pii-files") is State.FAIL


def test_the_selection_that_holds_the_number_is_cleared(floor) -> None:
    all_good(floor)
    floor.see(ClipboardScanned, app="crm", selection="PRIMARY", hits=CARD)
    assert floor.actions == [(ActionKind.CLEAR_CLIPBOARD, "PRIMARY")]
    floor.see(ClipboardScanned, app="", selection="PRIMARY", hits=())
    assert floor.control("clipboard") is State.PASS


def test_an_idle_desk_is_locked_once(floor) -> None:
    for idle in (898.0, 899.0, 900.0, 901.0):
        floor.see(SessionState, locked=False, idle=idle, source="test")
    assert floor.actions == [(ActionKind.LOCK, "")]
    floor.see(SessionState, locked=True, idle=902.0, source="test")
    assert floor.findings("screen-lock") == []


def test_the_gate_asks_for_its_group_and_again_after_an_unlock(floor) -> None:
    all_good(floor)
    floor.see(AppFocused, image="crm", window_class="Main")
    assert floor.findings("reauth") == ["Customers"]
    floor.see(ProofGiven, group="Customers", factor="totp")
    assert floor.control("reauth") is State.PASS
    floor.see(SessionState, locked=True, idle=0.0, source="test")
    floor.see(SessionState, locked=False, idle=0.0, source="test")
    assert floor.findings("reauth") == ["Customers"]
    prompts = [p for p in floor.state.prompts.values() if p.kind is PromptKind.PROOF]
    assert [p.topic for p in prompts] == ["Customers"]


def test_a_lesson_is_offered_before_it_is_due_and_never_after(floor) -> None:
    records = (lesson(floor, "card-data", 1), lesson(floor, "lock-screen", 400))
    floor.see(TrainingSeen, lessons=records)
    assert [f.message.id for f in floor.state.findings.values()] == ["training.overdue"]
    assert not floor.state.prompts
    due = floor.desk.wall + 3.5 * 86_400
    floor.see(LessonOffered, lesson="card-data", title="Cards", due=due, more=2)
    (prompt,) = floor.state.prompts.values()
    assert (prompt.kind, prompt.topic) == (PromptKind.LESSON, "card-data")
    said = translations.load().render(prompt.body)
    assert said == "Cards. You have 3 days for it. Others wait in Lessons: 2."
    for days, words in ((1.5, "You have until tomorrow."), (0.2, "Today is the last day for it.")):
        due = floor.desk.wall + days * 86_400
        floor.see(LessonOffered, lesson="clipboard", title="Cards", due=due)
        assert translations.load().render(floor.state.inbox[0].body) == f"Cards. {words}"
    floor.see(LessonAnswered, lesson="card-data")
    assert not floor.state.prompts, "what is done is offered no more"
    floor.see(LessonAnswered, lesson="clipboard")
    assert not floor.state.attention.waiting
