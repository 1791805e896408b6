r"""What the service manager's numbers and texts mean.

Source: Microsoft's reference of winsvc.h (SERVICE_STATUS_PROCESS, QUERY_SERVICE_CONFIGW,
SERVICE_FAILURE_ACTIONSW, SERVICE_FAILURE_ACTIONS_FLAG).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from agentguard.ports.session_host import Recovery

RUNNING, AUTOMATIC = 4, 2  # SERVICE_RUNNING, SERVICE_AUTO_START
STATES: Mapping[int, str] = {
    1: "stopped", 2: "start-pending", 3: "stop-pending", RUNNING: "running",
    5: "continue-pending", 6: "pause-pending", 7: "paused",
}  # fmt: skip
STARTS: Mapping[int, str] = {
    0: "boot", 1: "system", AUTOMATIC: "automatic", 3: "demand", 4: "disabled",
}  # fmt: skip

RESTART = 1  # SC_ACTION_RESTART
PAUSES = (1_000, 5_000, 60_000)
A_DAY = 24 * 3600
"""Milliseconds before the first start, the second, and each later one; seconds after which it is
the first again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What is to be done when a service fails: kinds and pauses, and seconds to count for."""

    reset: int
    actions: tuple[tuple[int, int], ...]


WANTED = Failure(reset=A_DAY, actions=tuple((RESTART, pause) for pause in PAUSES))


def recovery(actions: Failure | None, *, flag: bool | None) -> Recovery:
    """Judge what was read back; None is what the system does not tell, as Wine does.

    Actions hold for a process that ended; the flag lets them hold for a service as well that says
    by itself that it has stopped with an error.
    """
    if actions is None:
        return Recovery.UNKNOWN
    if not actions.actions or any(kind != RESTART for kind, _ in actions.actions) or flag is False:
        return Recovery.REFUSED
    return Recovery.UNKNOWN if flag is None else Recovery.SET


def quoted(path: str) -> bool:
    r"""Check whether an ImagePath means one program alone.

    Without quotes Windows takes `C:\Program.exe` for `C:\Program Files\…` if it is there.
    """
    program, ends, _ = path.strip().lower().partition(".exe")
    return path.strip().startswith('"') or (bool(ends) and " " not in program)


def with_quotes(path: str) -> str:
    r"""Return an ImagePath with its program in quotes; as it is where no program is seen in it."""
    if quoted(path):
        return path
    program = path.strip()
    ends = program.lower().find(".exe") + len(".exe")
    return f'"{program[:ends]}"{program[ends:]}' if ends >= len(".exe") else path
