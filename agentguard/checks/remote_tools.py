"""No remote-access tool runs unless the policy allows it."""

from __future__ import annotations

from dataclasses import dataclass, field

from agentguard.checks.base import HOUR, Check, few, named
from agentguard.model.events import Facts
from agentguard.model.facts import ProgramsSeen
from agentguard.model.verdicts import Severity, Verdict, passed, unknown, wrong

TOOLS = (
    "aa_v3",  # Ammyy Admin
    "aeroadmin",
    "ammyy*",
    "anydesk*",
    "awesun*",
    "bomgar*",
    "chrome-remote-desktop*",
    "connectwisecontrol*",
    "dameware*",
    "distant-desktop",
    "dwagent",
    "dwagsvc",
    "dwservice",
    "g2comm",  # GoToMyPC
    "g2svc",
    "getscreen*",
    "gotoassist*",
    "iperius*remote",
    "litemanager*",
    "lmiguardiansvc",  # LogMeIn
    "lmi_rescue*",
    "logmein*",
    "meshagent*",
    "msra",  # Windows Remote Assistance
    "netsupport*",
    "client32",  # NetSupport Manager
    "parsecd",
    "quickassist",
    "radmin*",
    "remcos*",
    "remoting_host",  # Chrome Remote Desktop
    "rserver3",  # Radmin
    "rustdesk*",
    "rutserv",  # Remote Utilities
    "rutview",
    "screenconnect*",
    "showmypc*",
    "splashtop*",
    "sragent",  # Splashtop
    "srserver",
    "strwinclt",
    "supremo*",
    "teamviewer*",
    "tightvnc*",
    "tigervnc*",
    "todesk*",
    "tvnserver",
    "ultraviewer*",
    "ultravnc*",
    "vncserver*",
    "vncviewer*",
    "winvnc*",
    "x0vncserver",
    "x11vnc",
    "xtightvnc*",
    "zohoassist*",
    "za_access*",  # Zoho Assist
    "zohours*",
)
"""Image names of the tools that fraudsters ask agents and customers to start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Which tools there are, and which are the desktop team's own."""

    tools: tuple[str, ...] = field(
        default=TOOLS,
        metadata={"doc": "Program names of remote-access tools (* and ? as in a shell)."},
    )
    allowed: tuple[str, ...] = field(
        default=(),
        metadata={"doc": "Those of them that may run, such as your own help desk's."},
    )


def judge(event: ProgramsSeen, _facts: Facts, settings: Settings) -> Verdict:
    """Know a tool by its image name; an allowed one is no finding."""
    if event.unread:
        return unknown(f"unread.{event.unread}")
    if not event.images:
        return unknown("remote-tools.no-programs")
    running = [i for i in event.images if named(i, settings.tools)]
    strange = [i for i in running if not named(i, settings.allowed)]
    if strange:
        return wrong("remote-tools.running", count=len(strange), tools=few(strange))
    if running:
        return passed("remote-tools.allowed", tools=few(running))
    return passed("remote-tools.none")


CHECK = Check(
    id="remote-tools",
    measure=5,
    severity=Severity.HIGH,
    on=(ProgramsSeen,),
    settings=Settings,
    judge=judge,
    fresh=HOUR,
    proves=("PCI DSS 8.2.7", "ISO 27001 A.8.16", "NIST CSF DE.CM-09", "CIS 13.2"),
    lessons=("remote-help",),
)
