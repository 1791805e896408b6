"""Made-up snapshots of a contact-centre desk: nobody here is real."""

from __future__ import annotations

from dataclasses import replace

from agentguard import checks
from agentguard.base.plugins import discover
from agentguard.checks.base import Check
from agentguard.model.attention import Later, Why
from agentguard.model.events import NOT_ENROLLED, PolicyRefused, SensorState, UplinkState, Watching
from agentguard.model.hits import Hit
from agentguard.model.messages import Message, Param, say
from agentguard.model.moments import Moment
from agentguard.model.orders import Order, OrderAct
from agentguard.model.payment import PaymentMode, Recorder
from agentguard.model.policy import Contact, Policy, Watch
from agentguard.model.posture import ControlState, overall
from agentguard.model.prompts import Notice, OnSilence, Prompt, PromptKind
from agentguard.model.release import Standing
from agentguard.model.shield import Shield
from agentguard.model.shield import Why as ShieldWhy
from agentguard.model.snapshot import Snapshot
from agentguard.model.verdicts import Coverage, Finding, Owner, Severity, State

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


OWNERS = {check.id: (check.owners, check.owner) for check in discover(checks, "CHECK", Check)}


def _control(measure: int, check: str, message: Message, since: float) -> ControlState:
    return ControlState(
        check=check,
        measure=measure,
        state=State.PASS,
        since=ago(since),
        severity=Severity.HIGH,
        detail=message,
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
        standing=Standing(signed=True, expires="2027-06-30", root=3),
        answered=NOON,
    )


LONGEST_NAME = "Computer Configuration, Administrative Templates, Screen saver timeout of the kiosk"


def _set(check: str, state: State, severity: Severity, message: Message) -> ControlState:
    control = next(c for c in CONTROLS if c.check == check)
    owners, owner = OWNERS[check]
    owner = owners.get(message.id, owner)
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


def new_desk() -> Snapshot:
    """Return a desk that nobody has set up yet: all that is wrong there is others' to mend."""
    told = (
        (Severity.CRITICAL, say("firewall.off")),
        (Severity.CRITICAL, say("antivirus.none")),
        (Severity.CRITICAL, say("disk-encryption.clear", volumes="C:, D:")),
        (Severity.HIGH, say("screen-lock.late", name=LONGEST_NAME, after="30 min", minutes=10)),
        (Severity.MEDIUM, say("backup.none")),
        (Severity.CRITICAL, say("journal.broken")),
    )
    controls = _with(*(_set(_check(one), State.FAIL, worst, one) for worst, one in told))
    owners = {c.check: c.owner for c in controls}
    findings = (
        Finding(
            check=_check(one),
            subject="",
            severity=worst,
            message=one,
            since=ago(6 * MINUTE),
            owner=owners[_check(one)],
        )
        for worst, one in told
    )
    return snapshot(controls, *findings)


def _check(message: Message) -> str:
    return message.id.partition(".")[0]


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
    return replace(of, shield=shield, in_call=shield.why is ShieldWhy.CALL)


def paying(of: Snapshot, recorder: Recorder) -> Snapshot:
    """Return a snapshot in the middle of a payment."""
    mode = PaymentMode(since=ago(2 * MINUTE), image="payments", recorder=recorder)
    return replace(of, payment=mode)


def all_modes() -> Snapshot:
    """Return a desk at which every mode holds at once that can hold beside the others."""
    busy = replace(paying(paused(), Recorder.FAILED), in_call=True, soon=ago(-40))
    return replace(
        offline(busy),
        refused=PolicyRefused(at=ago(HOUR), message=say("agent-health.policy")),
        standing=Standing(expires="2026-11-01", expired=True),
        answered=ago(25 * MINUTE),
        sensors=(*SENSORS, SensorState(at=ago(60), sensor="clipboard", state=Watching.FAILED)),
        orders=(Order(id="1", act=OrderAct.HOLD_VAULT, left=4 * HOUR, since=ago(HOUR)),),
    )


def each_mode() -> dict[str, Snapshot]:
    """Return a desk for each mode alone, as the pictures show them."""
    unseen = SensorState(at=ago(HOUR), sensor="session", state=Watching.ABSENT)
    unlocked = _set("screen-lock", State.UNKNOWN, Severity.HIGH, say("screen-lock.no-lock-source"))
    alone = UplinkState(at=NOON, problem=NOT_ENROLLED, waiting=0, receipted=0)
    nobody = replace(POLICY, contact=Contact())
    taking = paying(good(), Recorder.PAUSED)
    return {
        "payment": replace(taking, payment=replace(taking.payment, cleared=2))
        if taking.payment is not None
        else taking,
        "by-hand": paying(good(), Recorder.BY_HAND),
        "lock-soon": replace(good(), soon=ago(-40)),
        "not-known": replace(snapshot(_with(unlocked)), sensors=(*SENSORS, unseen)),
        "drill": replace(good(), drilling=ago(20)),
        "not-enrolled": replace(good(), uplink=alone, standing=Standing(), policy=nobody),
    }


def prompting(of: Snapshot, *prompts: Prompt) -> Snapshot:
    """Return the same desk with these prompts."""
    return replace(of, prompts=prompts)


LATER = tuple(
    Later(why=why, until=ago(-minutes * MINUTE))
    for why, minutes in ((Why.SOON, 12), (Why.BREAK, 89), (Why.END, 252))
)
NOTICE = Prompt(
    id="n1",
    kind=PromptKind.NOTICE,
    check="pii-files",
    subject=FILE,
    title=None,
    body=CARDS.message,
    asked=NOON,
    more=3,
    urgent=True,
    later=LATER,
)
BRIEF = replace(NOTICE, id="b1", brief=True, more=0, urgent=False, count=50)
COACHING = replace(NOTICE, id="c1", coach="pii-files", more=1)
FORBIDDEN = replace(
    COACHING, id="f1", body=say("pii-files.forbidden", listed="", count=1), later=LATER[:1], more=0
)
SHOUTED = Prompt(
    id="s1",
    kind=PromptKind.NOTICE,
    check="clipboard",
    subject="CLIPBOARD",
    title=say("action.cleared-title"),
    body=COPIED.message,
    asked=NOON,
    advice=say("action.cleared"),
    coach="clipboard",
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
SHIELD = Shield(why=ShieldWhy.CALL, since=NOON)
NOT_LOCKED = Shield(why=ShieldWhy.NOT_LOCKED, since=NOON)
LESSON = Prompt(
    id="l1",
    kind=PromptKind.LESSON,
    check="clipboard",
    subject="",
    title=None,
    body=COPIED.message,
    asked=NOON,
    topic="card-data",
    later=LATER,
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
