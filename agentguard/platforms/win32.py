"""The door to Windows: today it gives no capability, and says so for each."""

from __future__ import annotations

from agentguard.model.messages import say
from agentguard.ports.desktop import Absent, Backend


def backend() -> Backend:
    """Give what Windows can do for us so far."""
    absent = Absent(reason=say("desktop.windows"))
    return Backend(
        name="windows",
        session=absent,
        clipboard=absent,
        foreground=absent,
        calls=absent,
        notifier=absent,
        probes=(),
    )
