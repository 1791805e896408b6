"""What the service manager starts in place of the installed program."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from agentguard.cli import main

if __name__ == "__main__":
    raise SystemExit(main(["keeper", "service"]))
