"""What this user has printed, by Windows' log of print jobs; no document and no printer is named.

That log is off as Windows is delivered; an administrator switches it on.
"""

from __future__ import annotations

import sys

from agentguard.base.errors import PlatformError
from agentguard.model.facts import STILL_ASKING
from agentguard.model.machine import PrintJobsSeen
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.platforms._one_question import Question, open_for
from agentguard.platforms._print_jobs import PrintMemory
from agentguard.platforms._win32 import api
from agentguard.platforms._win32.microphones import running
from agentguard.platforms._win32.print_answers import OFF, done
from agentguard.platforms._win32.print_log import Denied, events, is_on
from agentguard.ports.desktop import Probe, StillAsking

if sys.platform != "win32":
    raise ImportError("This probe is for Windows.")

EVERY = 60.0
SECONDS = 10.0
_memory = PrintMemory(EVERY, running)


def _silent() -> PlatformError:
    return PlatformError("Windows' log of print jobs does not answer.")


LOGGED = Question("printing", SECONDS, events, silent=_silent)


def read(at: Moment, _policy: Policy) -> PrintJobsSeen:
    """Read the log where it is on."""
    try:
        on = is_on()
        if not on:
            return PrintJobsSeen(at=at, unread="unsupported" if on is None else OFF)
        jobs = tuple(done(LOGGED.ask(), api.user_name()))
    except StillAsking:
        raise
    except (Denied, PermissionError):
        return PrintJobsSeen(at=at, unread="denied")
    except PlatformError:
        silent = LOGGED.open is not None
        return PrintJobsSeen(at=at, unread=STILL_ASKING if silent else "no-answer")
    return PrintJobsSeen(at=at, jobs=_memory.seen(jobs, at))


PROBE = Probe(name="printing", every=EVERY, read=read, open=open_for(LOGGED))
