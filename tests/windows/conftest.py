"""Tests of Windows alone: elsewhere there is nothing to collect."""

from __future__ import annotations

import sys

collect_ignore_glob = [] if sys.platform == "win32" else ["test_*.py"]
