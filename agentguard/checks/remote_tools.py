"""No remote-access tool runs unless the policy allows it."""

from __future__ import annotations

from dataclasses import dataclass, field

from agentguard.checks.base import HOUR, NO_NEWS, Check, belong, few, named, not_read
from agentguard.model.events import Event, Facts
from agentguard.model.facts import Listener, ListenersSeen, ProgramsSeen
from agentguard.model.verdicts import Owner, Severity, Verdict, passed, unknown, wrong

TOOLS = (
    "aa_v3",  # Ammyy Admin
    "action1_*",
    "aeroadmin",
    "ammyy*",
    "anydesk*",
    "anyviewer*",
    "ateraagent",  # Atera
    "awesun*",
    "bomgar*",
    "chrome-remote-desktop*",
    "client32",  # NetSupport Manager
    "connectwisecontrol*",
    "dameware*",
    "distant-desktop",
    "dwagent",
    "dwagsvc",
    "dwrcs",  # DameWare
    "dwservice",
    "fleetdeck*",
    "g2comm",  # GoToMyPC
    "g2svc",
    "getscreen*",
    "gotoassist*",
    "hoptodesk*",
    "iperius*remote",
    "islalwayson*",  # ISL Online
    "isllight*",  # ISL Online
    "litemanager*",
    "lmi_rescue*",
    "lmiguardiansvc",  # LogMeIn
    "logmein*",
    "meshagent*",
    "msra",  # Windows Remote Assistance
    "netsupport*",
    "ninjarmm*",
    "nomachine*",
    "nxd",  # NoMachine
    "parsecd",
    "quickassist",
    "radmin*",
    "remcos*",
    "remotepc*",
    "remoting_host",  # Chrome Remote Desktop
    "romfusclient",  # LiteManager
    "romserver",  # LiteManager
    "romviewer",  # LiteManager
    "rserver3",  # Radmin
    "rustdesk*",
    "rutserv",  # Remote Utilities
    "rutview",
    "screenconnect*",
    "showmypc*",
    "simplegatewayservice",  # SimpleHelp
    "simplehelp*",
    "simpleservice",  # SimpleHelp
    "splashtop*",
    "sragent",  # Splashtop
    "srserver",
    "strwinclt",
    "supremo*",
    "tacticalrmm",
    "teamviewer*",
    "tigervnc*",
    "tightvnc*",
    "tmagentsvc",  # Teramind
    "todesk*",
    "tvnserver",
    "ultraviewer*",
    "ultravnc*",
    "veyon-*",
    "vncserver*",
    "vncviewer*",
    "winvnc*",
    "x0vncserver",
    "x11vnc",
    "xtightvnc*",
    "za_access*",  # Zoho Assist
    "zohoassist*",
    "zohours*",
)
"""Image names of the tools that fraudsters ask agents and customers to start."""


PORTS = (
    3389,  # Remote Desktop
    5500,  # VNC, waiting for the other side
    *range(5800, 5810),  # VNC in a browser
    *range(5900, 5910),  # VNC
    5938,  # TeamViewer
    6568,  # AnyDesk
    7070,  # AnyDesk
    *range(21114, 21120),  # RustDesk
)
"""Ports on which such tools wait; a renamed program still waits there."""


SIGNERS = (
    "AnyDesk Software*",
    "philandro Software*",  # AnyDesk
    "AeroAdmin*",
    "Ammyy*",
    "Bomgar*",
    "BeyondTrust*",
    "ConnectWise*",  # ScreenConnect
    "DucFabulous*",  # UltraViewer
    "DWSNET*",  # DWService
    "Famatech*",  # Radmin
    "GlavSoft*",  # TightVNC
    "Nanosystems*",  # Supremo
    "NetSupport*",
    "PURSLANE*",  # RustDesk
    "RealVNC*",
    "Remote Utilities*",
    "Splashtop*",
    "TeamViewer*",
    "uvnc*",  # UltraVNC
)
"""Makers who sign such tools and little else: a renamed program still has its signature."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Which tools there are, and which are the desktop team's own."""

    tools: tuple[str, ...] = field(
        default=TOOLS,
        metadata={"doc": "Program names of remote-access tools (* and ? as in a shell)."},
    )
    allowed: tuple[str, ...] = field(
        default=(),
        metadata={"doc": "Those that may run, by program or maker, as your own help desk's."},
    )
    signers: tuple[str, ...] = field(
        default=SIGNERS,
        metadata={"doc": "Makers whose signed programs are remote-access tools, by any name."},
    )
    ports: tuple[int, ...] = field(
        default=PORTS, metadata={"doc": "Ports on which remote-access tools wait."}
    )


def judge(event: Event, _facts: Facts, settings: Settings) -> Verdict | None:
    """Know a tool by its image name, signer or port; an allowed one is no finding."""
    match event:
        case ProgramsSeen():
            return _running(event, settings)
        case ListenersSeen(unread=""):
            return _waiting(event, settings)
        case ListenersSeen():
            return not_read(event)
        case _:
            return None


def _waiting(event: ListenersSeen, settings: Settings) -> Verdict:
    found = [one for one in event.listeners if one.port in settings.ports]
    strange = [one for one in found if not (one.program and named(one.program, settings.allowed))]
    if strange:
        hers = any(one.hers for one in strange)
        id_ = "remote-tools.waiting" if hers else "remote-tools.waiting-managed"
        return wrong(id_, ports=few(_name(one) for one in strange))
    return NO_NEWS


def _name(one: Listener) -> str:
    return f"{one.program or '?'} {one.protocol}/{one.port}"


def subject(event: Event, _settings: Settings) -> str:
    """Return what waits on a port apart from what runs."""
    return "ports" if isinstance(event, ListenersSeen) else ""


def _running(event: ProgramsSeen, settings: Settings) -> Verdict:
    if event.unread:
        return not_read(event)
    if not event.images:
        return unknown("remote-tools.no-programs")
    running = [i for i in event.images if named(i, settings.tools)]
    strange = [i for i in running if not named(i, settings.allowed)]
    strange += _by_signer(event, settings)
    if strange:
        return wrong("remote-tools.running", count=len(strange), tools=few(strange))
    if running:
        return passed("remote-tools.allowed", tools=few(running))
    return passed("remote-tools.none")


def _by_signer(event: ProgramsSeen, settings: Settings) -> list[str]:
    """Return what such a maker signed and no name told.

    An allowed tool allows what is beside it.
    """
    allowed = {by for image, by in event.signed if named(image, settings.allowed)}
    return [
        f"{image} ({by})"
        for image, by in event.signed
        if named(by, settings.signers)
        and by not in allowed
        and not named(by, settings.allowed)
        and not named(image, settings.tools)
    ]


CHECK = Check(
    id="remote-tools",
    measure=5,
    severity=Severity.HIGH,
    on=(ProgramsSeen, ListenersSeen),
    settings=Settings,
    judge=judge,
    subject=subject,
    fresh=HOUR,
    needs=(ListenersSeen,),
    lessons=("remote-help",),
    owners={
        **belong(Owner.PERSON, "remote-tools.running", "remote-tools.waiting"),
        **belong(Owner.TEAM, "remote-tools.waiting-managed"),
    },
)
