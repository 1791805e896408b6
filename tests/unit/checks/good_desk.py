"""A desk on which every control passes, as events that a test can take one thing out of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from agentguard import checks
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
from agentguard.engine.posture import controls
from agentguard.engine.state import State
from agentguard.model import drills, events, facts, locking, machine
from agentguard.model.events import Event, PolicyInForce
from agentguard.model.gate import AppGroup
from agentguard.model.handover import ShiftStanding
from agentguard.model.moments import Moment
from agentguard.model.outcomes import FileOutcome
from agentguard.model.policy import (
    Contact,
    Control,
    Payment,
    PaymentWindow,
    Policy,
    ShiftRules,
    Watch,
)
from agentguard.model.posture import ControlState
from tests import programs

CHECKS = discover(checks, "CHECK", Check)
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC).timestamp()
AT = Moment(boot=10_000.0, wall=NOON)
SENSORS = ("clipboard", "files", "foreground", "session")
SETTINGS = {
    "reauth": Gate(groups=(AppGroup(name="Customers", images=("crm",)),)),
    "printing": Printing(programs=("crm",)),
    "screen-sharing": Sharing(judged=True),
    "vpn": Tunnel(required=True),
    "vendors": Register(register=(Vendor(name="Debian", sources=("dpkg",)),)),
}


def policy(contact: Contact | None = None) -> Policy:
    """Give a policy under which every control has something to judge."""
    said = {
        c.id: Control(
            check=c.id,
            paused=False,
            severity=c.severity,
            respond=(),
            settings=SETTINGS.get(c.id) or c.settings(),
        )
        for c in CHECKS
    }
    return Policy(
        shift=ShiftRules(handover=True),
        name="test",
        version=1,
        description="",
        watch=Watch(),
        retention=(),
        backup_markers=("~/x",),
        contact=contact or Contact(name="Desk", phone="112"),
        controls=said,
        digest="",
        payment=Payment(windows=(PaymentWindow(images=("terminal",)),)),
    )


def sensors() -> Iterator[Event]:
    """Give what each sensor says when it begins."""
    for name in SENSORS:
        yield events.SensorState(at=AT, sensor=name, state=events.Watching.WATCHING)


def good(contact: Contact | None = None) -> tuple[Event, ...]:
    """Give every fact as it must be, each kind once."""
    bash = facts.Software(name="bash", version="5.2", vendor="", source="dpkg")
    debian = facts.Software(
        name="Debian", version="13", vendor="", source="dpkg", kind=facts.Kind.SYSTEM, edition="deb"
    )
    system = facts.Lifecycle(
        product="Debian", editions=("deb",), prefix="13", ends=date(2031, 1, 1), source="x"
    )
    known = programs.matcher({"bash": {"5": date(2031, 1, 1)}})
    lesson = facts.LessonRecord(lesson="card-data", every_days=365, known=NOON, answered=NOON)
    own = facts.FolderAccess(path="/home/kim/Documents", others_read=False, others_write=False)
    lock = locking.LockSource(name="GNOME", standing=locking.Standing.LOCKS, seconds=300.0)
    updater = machine.Updater(program="bash", on=True, version="5.2", looked=NOON)
    return (
        PolicyInForce(at=AT, policy=policy(contact)),
        *sensors(),
        facts.LifecyclesKnown(at=AT, lines=(system,), compiled=date(2026, 11, 25), programs=known),
        facts.SoftwareSeen(at=AT, items=(bash, debian)),
        facts.DisksSeen(at=AT, volumes=(facts.Volume(mount="/", encrypted=True),)),
        facts.FirewallSeen(at=AT, on=True, product="nftables"),
        facts.AntivirusSeen(
            at=AT, products=(facts.Protection(product="ClamAV", on=True, current=True),)
        ),
        facts.ListenersSeen(at=AT),
        facts.ProgramsSeen(at=AT, images=frozenset({"bash"})),
        facts.FolderAccessSeen(at=AT, folders=(own,)),
        facts.BackupSeen(at=AT, newest=NOON, source="marker"),
        machine.UsbSeen(at=AT),
        ShiftStanding(at=AT, handed=AT),
        machine.AutoLogonSeen(at=AT, on=False),
        machine.RemoteSessionSeen(at=AT, protocol="RDP", clipboard=False, drives=False),
        machine.ClipboardHistorySeen(at=AT),
        machine.NetworksSeen(at=AT, wireless=True, wifi=("protected",)),
        machine.VpnSeen(at=AT, links=(machine.VpnLink(kind="wireguard", name="wg0"),)),
        machine.ScreenSharesSeen(at=AT, programs=("zoom",)),
        machine.PrintJobsSeen(
            at=AT,
            jobs=(
                machine.PrintJob(done=NOON, printer="local", pages=1, beside=frozenset({"edit"})),
            ),
        ),
        machine.UpdatersSeen(at=AT, updaters=(updater,)),
        machine.PatchesSeen(at=AT, looked=NOON, installed=NOON, security=0),
        machine.ChangesSeen(at=AT, watched=3),
        facts.RetentionSeen(at=AT, rules=1),
        facts.ForbiddenHeld(at=AT),
        facts.TrainingSeen(at=AT, lessons=(lesson,)),
        drills.DrillsKnown(
            at=AT,
            standings=(
                drills.DrillStanding(drill="card-file", outcome=drills.DrillOutcome.PASSED),
            ),
        ),
        events.JournalChecked(at=AT, entries=3, whole=True),
        events.UplinkState(at=AT, problem="", waiting=0, receipted=3),
        events.SweepFinished(at=AT, files=10, unread=0, seconds=1),
        events.FileScanned(at=AT, path="/home/kim/a.txt", outcome=FileOutcome.READ),
        events.ClipboardScanned(at=AT, app="crm", selection="CLIPBOARD", hits=()),
        locking.LockLimitsSeen(at=AT, sources=(lock,)),
        events.SessionState(at=AT, locked=False, idle=1.0, source="test", active=True),
        events.Tick(at=AT),
    )


def judged(seen: Sequence[Event], after: float = 0.0) -> dict[str, ControlState]:
    """Give the state of every control once the engine saw these, so many seconds later."""
    first = next((e for e in seen if isinstance(e, PolicyInForce)), None)
    first = first or PolicyInForce(at=AT, policy=policy())
    state: State = begin(make_plan(CHECKS, first.policy), first, (), ())
    for event in seen:
        state = decide(state, event, lambda e: make_plan(CHECKS, e.policy)).state
    later = Moment(boot=AT.boot + after, wall=AT.wall + after)
    if after:
        state = decide(state, events.Tick(at=later), lambda e: make_plan(CHECKS, e.policy)).state
    return {c.check: c for c in controls(state, later)}


def aged(event: Event, seconds: float) -> Event:
    """Give an event that was seen so long before."""
    return replace(event, at=Moment(boot=AT.boot - seconds, wall=AT.wall - seconds))
