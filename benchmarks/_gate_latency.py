"""How long the gate takes on a real X session, from a window's activation to the dialog's keyboard.

A window of a sensitive application is activated; 1.5 s later it counts. Measured is what comes on
top until the dialog, over covered screens, is the active window (_NET_ACTIVE_WINDOW). An agent
asks six times an hour at most, so every five rounds have an agent of their own.
"""

from __future__ import annotations

import select
import sys
import time
from contextlib import closing, suppress
from pathlib import Path

from _agent_latency import PATIENCE
from Xlib import X, Xatom, error
from Xlib.display import Display

from agentguard.base.errors import StoreError
from agentguard.sensors.foreground import STEADY
from agentguard.store.agent_store import open_for_reading
from tests.desktop.harness import Desktop, eventually

ROOT = Path(__file__).resolve().parent.parent
EACH = 5  # rounds of one agent
GROUPS = "".join(
    f'        - {{name: "Group {number}", images: [xterm], window_classes: [Gate{number}]}}\n'
    for number in range(EACH)
)
POLICY = f"""policy: latency
version: 1
controls:
  screen-lock: {{respond: [notify]}}
  reauth:
    respond: [prove]
    settings:
      groups:
{GROUPS}"""


class Active:
    """Waits until another window is the active one."""

    def __init__(self, name: str) -> None:
        self._display = Display(name)
        self._root = self._display.screen().root
        self._atom = self._display.get_atom("_NET_ACTIVE_WINDOW")
        self._root.change_attributes(event_mask=X.PropertyChangeMask)

    def now(self) -> tuple[int, str]:
        """Give the active window and its class."""
        value = self._root.get_full_property(self._atom, Xatom.WINDOW)
        number = int(value.value[0]) if value is not None and len(value.value) else 0
        if not number:
            return 0, ""
        with suppress(error.XError):
            found = self._display.create_resource_object("window", number).get_wm_class()
            return number, found[1] if found else ""
        return number, ""

    def gated(self, name: str) -> float:
        """Give the seconds from the moment a class is active until another window is."""
        begun, came = time.monotonic(), 0.0
        while time.monotonic() - begun < PATIENCE:
            number, found = self.now()
            if found == name and not came:
                came = time.monotonic()
            if came and number and found != name:
                return time.monotonic() - came
            self._display.flush()
            if not self._display.pending_events():
                select.select([self._display.fileno()], [], [], 0.01)
            while self._display.pending_events():
                self._display.next_event()
        raise SystemExit("the gate did not come")


def records(data: Path, kind: str) -> int:
    """Count the records of a kind; 0 while the journal is being made."""
    with suppress(StoreError), closing(open_for_reading(data)) as store:
        return sum(e.record.kind == kind for e in store.journal.read(0, 10_000))
    return 0


def one_agent(folder: Path) -> list[float]:
    """Run the rounds of one agent, with one window for each."""
    with Desktop() as desktop:
        data = desktop.home / "agent"
        data.mkdir()
        (folder / "policy.yaml").write_text(POLICY)
        (data / "settings.toml").write_text(f'policy = "{folder / "policy.yaml"}"\n')
        active = Active(desktop.display)
        more = {"AGENTGUARD_HOME": str(data), "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "xcb"}
        desktop.start("stalonetray")
        eventually(lambda: "window id" in desktop.run("xprop", "-root", "_NET_CLIENT_LIST"))
        time.sleep(1)  # without a tray the status window would come to the front
        agent = desktop.start(sys.executable, "-m", "agentguard", "tray", env=more)
        eventually(lambda: records(data, "agent.started"))
        eventually(lambda: records(data, "sensor.state") > 2)
        took = [_round(desktop, active, data, number) for number in range(EACH)]
        desktop.end(agent)
        return took


def _round(desktop: Desktop, active: Active, data: Path, number: int) -> float:
    name = f"Gate{number}"
    desktop.start("xterm", "-class", name, "-T", f"gate-{number}", "-geometry", "40x8")
    took = active.gated(name)
    eventually(lambda: records(data, "prompt.asked") > number)
    time.sleep(0.5)  # the dialog has its fields
    desktop.run("xdotool", "key", "Tab", "Tab", "space")
    eventually(lambda: records(data, "prompt.answered") > number)
    return took - STEADY


def measure(count: int, folder: Path) -> list[float]:
    """Give the seconds of at least `count` rounds beyond the debounce."""
    took: list[float] = []
    while len(took) < count:
        took += one_agent(folder)
    return took
