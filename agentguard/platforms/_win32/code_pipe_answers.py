r"""Who may have a code over a named pipe, and who came for it.

The keeper makes a pipe with a name that nobody can guess, for one person. The access list keeps
everybody else out, and everybody who comes over the network. The right to make instances of the
pipe (0x4) is in nobody's hands but the system's, so that no program can stand in for the keeper.
Source: Microsoft, "Named Pipe Security and Access Rights" and "Security Descriptor String Format".
"""

from __future__ import annotations

import re
from dataclasses import dataclass

OPENED = 0x0012019B
"""What a client asks for: FILE_GENERIC_READ and FILE_GENERIC_WRITE without 0x4.

GENERIC_WRITE, as of `open(path, "r+b")`, would ask for the right to make instances as well.
"""
COMES = 30.0
LIMIT = 10.0
"""Seconds that a program has to come, for many start while somebody logs on; and then to take the
code."""
HELLO = b"agentguard enrol 1\n"
"""What a client says first: only of one that has spoken can Windows tell whose it is."""
_NAME = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A process at the end of a pipe: its number, its session, and the SID it runs as."""

    pid: int
    session: int
    sid: str = ""


def path(name: str) -> str:
    """Return the pipe's path; empty when this is no name of ours, such as another computer's."""
    return rf"\\.\pipe\AgentGuard.Enrol.{name}" if _NAME.fullmatch(name) else ""


def rights(sid: str) -> str:
    """Return the security descriptor of a pipe for one person."""
    return f"O:SYG:SYD:P(D;;GA;;;NU)(A;;GA;;;SY)(A;;{OPENED:#x};;;{sid})"


def stranger(awaited: Party, came: Party) -> str:
    """Return what is wrong with who came; empty when it is the one that is awaited.

    What Windows did not tell is wrong. Before a client has spoken its SID is not asked for.
    """
    if not came.pid or came.pid != awaited.pid:
        return "process"
    return "" if came.session == awaited.session else "session"


def other_person(awaited: Party, came: Party) -> bool:
    """Check whether who came acts for somebody else; nobody is somebody else."""
    return not came.sid or came.sid != awaited.sid
