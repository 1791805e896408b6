"""What the service manager starts in place of the installed program, in a session of its own."""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from agentguard.cli import main
from agentguard.service import restart_drill
from tests.windows import agent_ends, session_zero

if __name__ == "__main__":
    session_zero.move()
    agent_ends.listen()
    restart_drill.FIRST = float(os.environ.get("AGENTGUARD_TEST_DRILL", restart_drill.FIRST))
    raise SystemExit(main(["keeper", "service"]))
