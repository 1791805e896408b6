"""The door to Linux."""

from __future__ import annotations

from collections.abc import Mapping

from agentguard.model.messages import say
from agentguard.ports.desktop import Absent, Backend


def backend(environment: Mapping[str, str]) -> Backend:
    """Give what the session of this environment can do."""
    reason = "desktop.no-display" if "DISPLAY" not in environment else "desktop.wayland"
    absent = Absent(reason=say(reason))
    return Backend(
        name="linux",
        session=absent,
        clipboard=absent,
        foreground=absent,
        calls=absent,
        notifier=absent,
        probes=(),
    )
