"""Hands over to the command line, in an environment that loads and trusts nothing of its own."""

from __future__ import annotations

from agentguard.base import environment


def begin() -> int:
    """Run the command line and give its exit code; nothing else is imported before it is clean."""
    environment.clean()
    from agentguard.cli import main  # noqa: PLC0415 - see above

    return main()


if __name__ == "__main__":
    raise SystemExit(begin())
