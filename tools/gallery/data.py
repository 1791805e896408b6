"""Made-up snapshots of a contact-centre desk: nobody here is real."""

from __future__ import annotations

from dataclasses import replace

from agentguard import checks
from agentguard.base.plugins import discover
from agentguard.checks.base import Check
from agentguard.model.events import SensorState, UplinkState, Watching
from agentguard.model.findings import Finding
from agentguard.model.hits import Hit
from agentguard.model.messages import Message, Param, say
from agentguard.model.moments import Moment
from agentguard.model.payment import PaymentMode, Recorder
from agentguard.model.policy import Contact, Policy, Watch
from agentguard.model.posture import ControlState, overall
from agentguard.model.prompts import Notice, OnSilence, Prompt, PromptKind
from agentguard.model.shield import Shield, Why
from agentguard.model.snapshot import Snapshot
from agentguard.model.verdicts import Coverage, Owner, Severity, State

NOON = Moment(boot=14_580.0, wall=1_795_608_180.0)  # 2026-11-25 12:03 UTC
MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0
FILE = "/home/amara/Documents/callbacks/november.csv"


def ago(seconds: float) -> Moment:
    """Return the moment `seconds` before noon."""
    return Moment(boot=NOON.boot - seconds, wall=NOON.wall - seconds)


POLICY = Policy(
    name="pci-contact-centre",
    version=14,
    description="Cards are taken at this desk.",
    watch=Watch(),
    retention=(),
    backup_markers=(),
    contact=Contact(name="the security desk", phone="+44 1632 960 555"),
    controls={},
    digest="9f2c41d07be85a36" * 4,
)


THEIRS = {check.id: check.theirs for check in discover(checks, "CHECK", Check)}
PROVES = {check.id: check.proves for check in discover(checks, "CHECK", Check)}


def _control(measure: int, check: str, message: Message, since: float) -> ControlState:
    return ControlState(
        check=check,
        measure=measure,
        state=State.PASS,
        since=ago(since),
        severity=Severity.HIGH,
        detail=message,
        proves=PROVES[check],
    )


CONTROLS = (
    _control(1, "disk-encryption", say("disk-encryption.on", count=2), 3 * DAY),
    _control(1, "pii-files", say("pii-files.swept", files=2481), 26 * MINUTE),
    _control(2, "reauth", say("reauth.watched", count=3, minutes=30, keys=12), 4 * HOUR),
    _control(3, "training", say("training.done", count=2), 12 * DAY),
    replace(
        _control(4, "screen-lock", say("screen-lock.watched", minutes=5), 4 * HOUR),
        rows=(
            say("screen-lock.row-first-managed", name="AgentGuard", after="5 min"),
            say("screen-lock.row-locks", name="GNOME", after="10 min"),
            say("screen-lock.row-never", name="systemd-logind"),
        ),
    ),
    _control(4, "clipboard", say("clipboard.watched"), 4 * HOUR),
    _control(4, "folder-access", say("folder-access.private", count=3), 4 * HOUR),
    _control(4, "backup", say("backup.fresh", hours=24), 9 * HOUR),
    _control(5, "firewall", say("firewall.on", product="nftables"), 3 * DAY),
    _control(5, "antivirus", say("antivirus.on", products="ClamAV"), 3 * DAY),
    _control(5, "listeners", say("listeners.expected", count=2), 4 * HOUR),
    _control(5, "remote-tools", say("remote-tools.none"), 4 * HOUR),
    _control(6, "vendors", say("vendors.known", count=18), 2 * DAY),
    _control(7, "journal", say("journal.whole", entries=12_408), 3 * MINUTE),
    _control(7, "agent-health", say("agent-health.well"), 4 * HOUR),
    _control(8, "incident-response", say("incident-response.phone"), 3 * DAY),
    _control(9, "patches", say("patches.current"), 2 * DAY),
    _control(9, "software", say("software.supported", count=41), 2 * DAY),
    _control(9, "updaters", say("updaters.fine", count=3), 2 * DAY),
    _control(10, "retention", say("retention.young", rules=2), 6 * HOUR),
)
RECEIVED = UplinkState(at=NOON, problem="", waiting=0, receipted=12_408)
AWAY = UplinkState(at=NOON, problem="connect", waiting=7, receipted=12_401)
SENSORS = (
    SensorState(at=ago(4 * HOUR), sensor="files", state=Watching.WATCHING),
    SensorState(at=ago(4 * HOUR), sensor="clipboard", state=Watching.WATCHING),
    SensorState(at=ago(4 * HOUR), sensor="session", state=Watching.WATCHING),
    SensorState(
        at=ago(4 * HOUR), sensor="calls", state=Watching.ABSENT, message=say("desktop.old-windows")
    ),
)


def snapshot(controls: tuple[ControlState, ...] = CONTROLS, *findings: Finding) -> Snapshot:
    """Make a snapshot of these controls."""
    return Snapshot(
        at=NOON,
        policy=POLICY,
        controls=controls,
        findings=findings,
        prompts=(),
        inbox=INBOX,
        sensors=SENSORS,
        in_call=False,
        locked=False,
        uplink=RECEIVED,
        overall=overall(controls),
    )


def _set(check: str, state: State, severity: Severity, message: Message) -> ControlState:
    control = next(c for c in CONTROLS if c.check == check)
    owner = Owner.TEAM if message.id in THEIRS[check] else Owner.PERSON
    since = ago(6 * MINUTE)
    return replace(
        control, state=state, severity=severity, detail=message, since=since, owner=owner
    )


def _with(*changed: ControlState) -> tuple[ControlState, ...]:
    new = {c.check: c for c in changed}
    return tuple(new.get(c.check, c) for c in CONTROLS)


def _finding(
    check: str, severity: Severity, since: float, subject: str = "", /, **params: Param
) -> Finding:
    id_ = str(params.pop("id"))
    message = say(id_, **params)
    return Finding(
        check=check, subject=subject, severity=severity, message=message, since=ago(since)
    )


UNSUPPORTED = replace(
    _finding(
        "software", Severity.MEDIUM, 2 * DAY, id="software.unsupported", products="OpenSSL 1.1.1"
    ),
    owner=Owner.TEAM,
)
RESTART = _finding("patches", Severity.MEDIUM, 4 * DAY, id="patches.reboot", days=4)
RELAUNCH = _finding(
    "updaters", Severity.MEDIUM, 5 * HOUR, id="updaters.waits", count=1, programs="Google Chrome"
)
EXPLOITED = replace(
    _finding(
        "software", Severity.HIGH, 2 * DAY, id="software.exploited", count=1, products="WinRAR 7.11"
    ),
    owner=Owner.TEAM,
)
LESSON_DUE = _finding(
    "training", Severity.LOW, 5 * HOUR, id="training.overdue", count=1, lessons="Card numbers"
)
CARDS = replace(
    _finding("pii-files", Severity.CRITICAL, 6 * MINUTE, FILE, id="pii-files.card", count=3),
    hits=(Hit(kind="PAN", count=3, masked=("...1111", "...0004")), Hit(kind="DOB", count=1)),
)
COPIED = _finding("clipboard", Severity.HIGH, 2 * MINUTE, id="clipboard.card", count=1)


def good() -> Snapshot:
    """Return a desk in order."""
    return snapshot()


def attention() -> Snapshot:
    """Return a desk with an unsupported program and a lesson due."""
    software = _set("software", State.FAIL, Severity.MEDIUM, UNSUPPORTED.message)
    lesson = _set("training", State.FAIL, Severity.LOW, LESSON_DUE.message)
    return snapshot(_with(software, lesson), UNSUPPORTED, LESSON_DUE)


def updating() -> Snapshot:
    """Return a desk where a restart and a browser wait for the person, and a program for others."""
    controls = _with(
        _set("patches", State.FAIL, Severity.MEDIUM, RESTART.message),
        _set("updaters", State.FAIL, Severity.MEDIUM, RELAUNCH.message),
        _set("software", State.FAIL, Severity.HIGH, EXPLOITED.message),
    )
    return snapshot(controls, RESTART, RELAUNCH, EXPLOITED)


def with_the_team() -> Snapshot:
    """Return a desk where all that is wrong is the desktop team's to mend."""
    software = _set("software", State.FAIL, Severity.HIGH, EXPLOITED.message)
    return snapshot(_with(software), EXPLOITED)


def act() -> Snapshot:
    """Return a desk with card numbers in a file, and what was open before."""
    controls = _with(
        _set("pii-files", State.FAIL, Severity.CRITICAL, CARDS.message),
        _set("clipboard", State.FAIL, Severity.HIGH, COPIED.message),
        _set("software", State.FAIL, Severity.MEDIUM, UNSUPPORTED.message),
        _set("firewall", State.UNKNOWN, Severity.HIGH, say("firewall.unread")),
        _set("backup", State.NOT_APPLICABLE, Severity.LOW, say("backup.not-named")),
        _set("vendors", State.PAUSED, Severity.LOW, say("engine.paused")),
        _set("training", State.FAIL, Severity.LOW, LESSON_DUE.message),
    )
    return snapshot(controls, UNSUPPORTED, CARDS, COPIED, LESSON_DUE)


def blind() -> Snapshot:
    """Return a desk with nothing wrong, where two things could not be read, one only in part."""
    firewall = _set("firewall", State.UNKNOWN, Severity.HIGH, say("firewall.unread"))
    lost = Coverage(looked=2481, missed=3, why=(say("coverage.files-in-part", count=3),))
    told = say("pii-files.in-part", files=2481, missed=3)
    swept = next(c for c in CONTROLS if c.check == "pii-files")
    files = replace(swept, state=State.PARTIAL, detail=told, coverage=lost)
    return snapshot(_with(firewall, files))


def paused() -> Snapshot:
    """Return a desk in order with a paused control."""
    return snapshot(_with(_set("vendors", State.PAUSED, Severity.LOW, say("engine.paused"))))


def offline(of: Snapshot) -> Snapshot:
    """Return the same desk without its endpoint."""
    return replace(of, uplink=AWAY)


def covered(of: Snapshot, shield: Shield) -> Snapshot:
    """Return the same desk in a call, with its screens covered."""
    return replace(of, shield=shield, in_call=shield.why is Why.CALL)


def paying(of: Snapshot, recorder: Recorder) -> Snapshot:
    """Return a snapshot in the middle of a payment."""
    mode = PaymentMode(since=ago(2 * MINUTE), image="payments", recorder=recorder)
    return replace(of, payment=mode)


def prompting(of: Snapshot, *prompts: Prompt) -> Snapshot:
    """Return the same desk with these prompts."""
    return replace(of, prompts=prompts)


NOTICE = Prompt(
    id="n1",
    kind=PromptKind.NOTICE,
    check="pii-files",
    subject=FILE,
    title=None,
    body=CARDS.message,
    asked=NOON,
)
PROOF = Prompt(
    id="p1",
    kind=PromptKind.PROOF,
    check="reauth",
    subject="Payments",
    title=say("prompt.proof-title"),
    body=say("reauth.old", group="Payments", minutes=30),
    asked=NOON,
    deadline=NOON.boot + 120,
    on_silence=OnSilence.LOCK,
    topic="Payments",
)
SHIELD = Shield(why=Why.CALL, since=NOON)
NOT_LOCKED = Shield(why=Why.NOT_LOCKED, since=NOON)
LESSON = Prompt(
    id="l1",
    kind=PromptKind.LESSON,
    check="clipboard",
    subject="",
    title=say("prompt.lesson-title"),
    body=COPIED.message,
    asked=NOON,
    topic="card-data",
)
INBOX = (
    Notice(
        id="n3",
        title=say("action.vaulted-title"),
        body=CARDS.message,
        at=ago(6 * MINUTE),
        check="pii-files",
        advice=say("action.vaulted"),
        place="callbacks.csv",
    ),
    Notice(id="n2", title=None, body=UNSUPPORTED.message, at=ago(2 * DAY), check="software"),
    Notice(
        id="n0",
        title=None,
        body=say("backup.old", hours=24),
        at=ago(5 * DAY),
        read=True,
        check="backup",
    ),
)
