"""The door to Windows: today it gives no capability, and says so for each."""

from __future__ import annotations

import psutil

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
        on_battery=_on_battery,
    )


def _on_battery() -> bool | None:
    """Ask Windows (GetSystemPowerStatus); None without a battery, or when it does not know."""
    battery = psutil.sensors_battery()
    if battery is None or battery.power_plugged is None:
        return None
    return not battery.power_plugged
