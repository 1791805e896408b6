"""Hands over to the command line."""

from __future__ import annotations

from multiprocessing import freeze_support

from agentguard.cli import main

if __name__ == "__main__":
    freeze_support()
    raise SystemExit(main())
