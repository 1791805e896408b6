"""Hands over to the command line."""

from __future__ import annotations

from agentguard.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
