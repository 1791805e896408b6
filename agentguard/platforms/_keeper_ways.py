"""What the agent and its commands ask of the keeper, and what an agent tells it by its end."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from agentguard.base.errors import PlatformError
from agentguard.ports.session_host import SIGNED_OUT

if TYPE_CHECKING:
    from agentguard.ports.clock import Clock, Stop
    from agentguard.ports.session_host import ServiceSeen, StandIn

CODES = "codes"
"""The keeper's folder of codes that it hands to agents, on Linux."""


def session_ends() -> bool:
    """Check whether the system itself says that this session, or the computer, is ending.

    A program that a person has ended is in a session that goes on.
    """
    if sys.platform == "win32":
        from agentguard.platforms._win32 import api  # noqa: PLC0415 - one system's door at a time

        return bool(api.system_metrics(api.SHUTTING_DOWN))
    from agentguard.platforms._linux import logind  # noqa: PLC0415 - as above
    from agentguard.platforms._linux.bus import Bus, system_address  # noqa: PLC0415 - as above

    return logind.session_ends(Bus(system_address(os.environ)))


def exit_code(ends: Callable[[], bool] = session_ends) -> int:
    """Return what an agent ends with: on Windows it tells the keeper that the session is ending."""
    return SIGNED_OUT if sys.platform == "win32" and ends() else 0


def left_to_keeper(service: str, folder: Path, seconds: float) -> bool:
    """Check whether the agent of the keeper's guards, within so many seconds, and not this program.

    On Linux each user's systemd starts agents, and they look for each other by the folder alone.
    """
    if sys.platform != "win32":
        return False
    from agentguard.platforms._win32 import one_tray  # noqa: PLC0415 - one system's door at a time

    return one_tray.left_to_keeper(service, folder, seconds)


def code_from_keeper() -> str:
    """Return the code that the keeper has handed to this user; Windows' keeper enrols by itself."""
    if sys.platform == "win32":
        return ""
    from agentguard.base import paths  # noqa: PLC0415 - as above
    from agentguard.platforms._linux import handed_codes  # noqa: PLC0415 - one system's door at a time

    return handed_codes.code_for_me(paths.machine_folder() / CODES)


def code_from_pipe(name: str) -> str:
    """Return the code that the keeper hands to this very process over a named pipe.

    Raises:
        PlatformError: there is none, or this system's keeper hands codes over otherwise.

    """
    if sys.platform == "win32":
        from agentguard.platforms._win32 import code_pipe  # noqa: PLC0415 - as above

        return code_pipe.code(name)
    raise PlatformError("Only Windows has this pipe.", "Use: agentguard enroll --by-keeper")


def keeper_service() -> ServiceSeen | None:
    """Return what the service manager tells of the keeper; None where none is installed."""
    from agentguard.ports.session_host import KEEPER, KEEPER_UNIT  # noqa: PLC0415 - the doctor alone asks

    if sys.platform == "win32":
        from agentguard.platforms._win32 import service_manager  # noqa: PLC0415 - one system's door at a time

        return service_manager.seen(KEEPER)
    from agentguard.platforms._linux import units  # noqa: PLC0415 - as above
    from agentguard.platforms._linux.bus import Bus, system_address  # noqa: PLC0415 - as above

    return units.seen(Bus(system_address(os.environ)), KEEPER_UNIT)


def keeper_answers(clock: Clock) -> Callable[[Stop], None] | None:
    """Return what asks the system for all agents, in the keeper; None where each agent is told."""
    if sys.platform == "win32":
        from agentguard.platforms._win32.keeper_questions import (  # noqa: PLC0415 - as above
            WindowsAnswers,
        )

        return WindowsAnswers(clock).run
    return None


def stand_in(wake: Callable[[], None]) -> StandIn | None:
    """Return what the keeper tries its own rules with; None where the system starts agents."""
    if sys.platform == "win32":
        from agentguard.platforms._win32.stand_in import WindowsStandIn  # noqa: PLC0415 - as above

        return WindowsStandIn(wake)
    return None
