"""What the README, the other pages and the program's own sentences tell is what there is."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

from agentguard import cli
from agentguard.base import translations

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


NAMED = re.compile(r"agentguard(?:-ctl)? ([a-z][a-z-]*)(?: ([a-z][a-z-]*))?")


def acts(command: str) -> frozenset[str]:
    """Give the second words that a command takes; none when it takes any."""
    parsers = [cli._parser([command])]
    for word in (command, ""):
        every = [a for a in parsers[-1]._actions if isinstance(a, argparse._SubParsersAction)]
        if not every or not word:
            return frozenset(every[0].choices) if every else frozenset()
        parsers.append(every[0].choices[word])
    return frozenset()


def told() -> Iterator[tuple[str, str]]:
    """Give what stands as a command in a page, and every sentence of the program."""
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
    for page in pages:
        text = page.read_text(encoding="utf-8")
        for found in re.findall(r"`([^`\n]+)`|^((?:agentguard|python3) .+)$", text, re.MULTILINE):
            yield page.name, "".join(found)
    yield from translations.load().sentences.items()


def test_every_command_that_is_told_of_exists() -> None:
    known = {name: acts(name) for name in cli.names()}
    wrong = [
        (place, *words)
        for place, text in told()
        for words in NAMED.findall(text)
        if words[0] in known and known[words[0]] and words[1] and words[1] not in known[words[0]]
    ]
    assert wrong == []
