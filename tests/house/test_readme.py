"""What the README tells a newcomer is what the program does."""

from __future__ import annotations

import re
from pathlib import Path

from agentguard import cli

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_first_two_commands_set_everything_up() -> None:
    commands = re.findall(r"^(python3 \S+ \S+)", README, re.MULTILINE)
    assert commands[:2] == ["python3 dev.py demo", "python3 dev.py test"]


def test_every_command_it_names_exists() -> None:
    named = set(re.findall(r"agentguard ([a-z]+)", README))
    assert named - set(cli.names()) == set()


def test_everything_it_points_to_is_there() -> None:
    links = re.findall(r"\]\(([^)]+)\)|`((?:docs|policies)/[^`]*)`|`([A-Z]+\.md)`", README)
    paths = [next(filter(None, found)) for found in links]
    assert [p for p in paths if not (ROOT / p).exists()] == []
