"""No tool runs that sends passwords and data in the clear."""

from __future__ import annotations

from dataclasses import dataclass, field

from agentguard.checks.base import HOUR, Check, belong, few, named, not_read
from agentguard.model.events import Facts
from agentguard.model.facts import ProgramsSeen
from agentguard.model.verdicts import Owner, Severity, Verdict, passed, unknown, wrong

TOOLS = (
    "ftp",
    "ftpd",
    "in.ftpd",
    "in.rlogind",
    "in.rshd",
    "in.telnetd",
    "in.tftpd",
    "inetutils-ftp",
    "inetutils-telnet",
    "lftp",
    "netkit-ftp",
    "ncftp",
    "proftpd",
    "pure-ftpd",
    "rcp",
    "rexec",
    "rlogin",
    "rsh",
    "telnet",
    "telnetd",
    "tftp",
    "tftpd",
    "tnftp",
    "utelnetd",
    "vsftpd",
)
"""Image names of clients and servers of protocols that have no encryption, or seldom use it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Which tools there are, and which may run all the same."""

    tools: tuple[str, ...] = field(
        default=TOOLS,
        metadata={"doc": "Program names of clear-text tools (* and ? as in a shell)."},
    )
    allowed: tuple[str, ...] = field(
        default=(), metadata={"doc": "Those of them that may run, such as one that uses TLS."}
    )


def judge(event: ProgramsSeen, _facts: Facts, settings: Settings) -> Verdict:
    """Know a tool by its image name."""
    if event.unread:
        return not_read(event)
    if not event.images:
        return unknown("clear-text.no-programs")
    running = [i for i in event.images if named(i, settings.tools)]
    strange = [i for i in running if not named(i, settings.allowed)]
    if strange:
        return wrong("clear-text.running", tools=few(strange))
    return passed("clear-text.none")


CHECK = Check(
    id="clear-text",
    measure=1,
    severity=Severity.MEDIUM,
    on=(ProgramsSeen,),
    settings=Settings,
    judge=judge,
    fresh=HOUR,
    owners=belong(Owner.PERSON, "clear-text.running"),
)
