"""Who may do what to an agent, in Windows' language of security descriptors (SDDL).

The system may do all. The person whose agent it is may ask how it is and wait for its end; without
the line of the owner (OW, "owner rights") whoever owns an object may change its list at will.

Source: Microsoft, [MS-DTYP] 2.5.1 (SDDL), "Process Security and Access Rights", "Thread Security
and Access Rights".
"""

from __future__ import annotations

import struct

from agentguard.platforms._win32.access_answers import owner

_SYSTEM = "S-1-5-18"
_ASK_PROCESS = 0x101000  # SYNCHRONIZE, PROCESS_QUERY_LIMITED_INFORMATION
_ASK_THREAD = 0x101C60
"""SYNCHRONIZE, THREAD_QUERY_INFORMATION, _SET_INFORMATION, _SET_LIMITED_INFORMATION,
_QUERY_LIMITED_INFORMATION and _RESUME: with less a program with windows does not start."""
_OWN_THREAD = 0x120840
"""SYNCHRONIZE, READ_CONTROL, THREAD_QUERY_INFORMATION, ..._LIMITED_INFORMATION."""


def process(sid: str) -> str:
    """Return the descriptor of an agent's process; an administrator may ask as well."""
    who = (f"(A;;{_ASK_PROCESS:#x};;;{one})" for one in ("BA", sid))
    return f"O:SYG:SYD:P(A;;GA;;;SY){''.join(who)}"


def thread(sid: str) -> str:
    """Return the descriptor of an agent's first thread."""
    return f"O:SYG:SYD:P(A;;GA;;;SY)(A;;{_ASK_THREAD:#x};;;{sid})"


def own_thread(sid: str) -> str:
    """Return the list that an agent gives its own threads; it has to find them again itself."""
    who = (f"(A;;{_OWN_THREAD:#x};;;{one})" for one in ("OW", sid) if one)
    return f"D:P(A;;GA;;;SY){''.join(who)}"


def child(sid: str) -> str:
    """Return the list that an agent gives a process that it starts; the person owns it."""
    who = (f"(A;;{_ASK_PROCESS:#x};;;{one})" for one in ("OW", sid) if one)
    return f"D:P(A;;GA;;;SY){''.join(who)}"


def is_of_the_system(descriptor: bytes) -> bool:
    """Check whether what is described belongs to SYSTEM: no person can give that away."""
    try:
        return owner(descriptor) == _SYSTEM
    except (struct.error, IndexError):
        return False
