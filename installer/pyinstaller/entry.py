"""What both programs begin with: `agentguard.exe` guards, `agentguard-ctl.exe` is the CLI."""

import sys

from agentguard.base import environment

if __name__ == "__main__":
    environment.clean()  # before anything is imported that it could lead astray

from agentguard.detect.sandbox.worker_entry import SCAN_CHILD, begin

if __name__ == "__main__" and sys.argv[1:2] == [SCAN_CHILD]:
    begin(int(sys.argv[2]))  # a scan child is this program again
    raise SystemExit(0)

from multiprocessing import freeze_support
from pathlib import PureWindowsPath

from agentguard.cli import main

TRAY = "agentguard.exe"


def words() -> list[str]:
    """Return what was asked for; the windowed program without words guards with its tray."""
    given = sys.argv[1:]
    windowed = PureWindowsPath(sys.executable).name.lower() == TRAY
    return given or (["tray"] if windowed else [])


if __name__ == "__main__":
    freeze_support()
    raise SystemExit(main(words()))
