"""When this session's screen locks by itself, by every setting that has a say on Linux.

Desktop environments count only in their own session; logind and the X server's screen saver count
beside them. The agent's own idle timer is no setting of the system and is not among them.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from agentguard.model.locking import LockLimitsSeen, LockSource
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.platforms._linux import lock_gsettings, lock_kde, lock_logind, lock_x11
from agentguard.ports.desktop import Probe

READERS = (lock_gsettings.read, lock_kde.read, lock_logind.read, lock_x11.read)


def sources(environment: Mapping[str, str]) -> tuple[LockSource, ...]:
    """Read every setting that has a say in the session of an environment."""
    return tuple(one for reader in READERS for one in reader(environment))


def read(at: Moment, _policy: Policy) -> LockLimitsSeen:
    """Read the settings of this session."""
    return LockLimitsSeen(at=at, sources=sources(os.environ))


PROBE = Probe(name="lock-limits", every=120, read=read)
