"""How late the lock comes: the real program, a real logind, xss-lock and i3lock, nobody there.

A key is pressed, and the time from the limit (one minute, the least there is) to the moment at
which logind's hint says that the locker has locked is the lateness. Needs root, for logind.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from agentguard.base import settings  # noqa: E402 - after the path
from agentguard.base.settings import MachineSettings  # noqa: E402
from tests.desktop.fixtures import start_xss_lock  # noqa: E402
from tests.desktop.harness import SESSION, Desktop, Logind, eventually  # noqa: E402

LIMIT = 60.0
MOST = 2.0
POLICY = """
policy: idle
version: 1
description: what a lock that nobody asks for needs
watch: {{folders: ["{folder}"]}}
controls:
  screen-lock: {{respond: [lock], settings: {{limit_minutes: 1}}}}
"""


def rounds(count: int, home: Path) -> Iterator[float]:
    """Give the lateness of each lock in seconds."""
    with ExitStack() as stack:
        inside = stack.enter_context(Logind(stack.enter_context(Desktop())))
        start_xss_lock(inside, f"--session={SESSION}")
        inside.start(sys.executable, "-m", "agentguard", "run", env=_environment(home))
        eventually((home / "agent" / "local.json").exists)
        for _ in range(count):
            inside.run("xdotool", "key", "shift")
            begun = time.monotonic()
            eventually(lambda: inside.locked_hint, within=3 * LIMIT)
            yield time.monotonic() - begun - LIMIT
            inside.unlock()
            eventually(lambda: not inside.locked_hint)


def _environment(home: Path) -> dict[str, str]:
    data = home / "agent"
    data.mkdir(mode=0o700)
    file = home / "idle.yaml"
    file.write_text(POLICY.format(folder=home / "none"))
    settings.save(data, MachineSettings(policy=str(file)))
    return {"AGENTGUARD_HOME": str(data), "PYTHONPATH": str(ROOT)}


def main() -> int:
    """Measure, print and judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        late = sorted(rounds(given.rounds, Path(folder)))
    held = late[-1] <= MOST and late[0] >= 0
    print("the lock at the idle limit, seconds late")
    print(f"  median {statistics.median(late):.2f}   least {late[0]:.2f}   most {late[-1]:.2f}")
    print(f"  bar: never early, at most {MOST:g} s late: {'held' if held else 'MISSED'}")
    return 0 if held else 1


if __name__ == "__main__":
    raise SystemExit(main())
