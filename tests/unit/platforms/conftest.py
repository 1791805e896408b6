"""What is tested of Linux's backend is collected on Linux alone."""

from __future__ import annotations

import sys
from pathlib import Path

_ALL = Path(__file__).parent.rglob("test_*.py")
_LINUX = ("agentguard.platforms._linux", "agentguard.platforms import linux")
collect_ignore = (
    [str(p) for p in _ALL if any(name in p.read_text("utf-8") for name in _LINUX)]
    if sys.platform == "win32"
    else []
)
