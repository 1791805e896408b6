"""Whatever goes out of the agent and the keeper asks the system for the way, through one door."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.source

ROOT = Path(__file__).parents[2] / "agentguard"
PARTS = ("uplink", "service", "commands", "runtime", "platforms", "engine", "sensors", "ui")
MAKERS = {"Client", "enrol", "held", "looked", "Desk"}
"""What of the uplink goes out, or builds what does; each takes a `network`."""
SOCKETS = {"create_connection", "HTTPSConnection", "HTTPConnection", "urlopen", "getproxies",
           "open_connection", "AsyncClient"}  # fmt: skip
STRAIGHT = {
    "commands/_local.py": "an agent on this computer, by its loopback address",
    "uplink/tunnel.py": "the door itself",
    "uplink/client.py": "HTTP over a connection that the door has opened",
    "uplink/recorders/web.py": "HTTP over a connection that the door has opened",
    "uplink/recorder.py": "the call recorder is a machine of the house, and never behind a proxy",
}


DEMO = "commands/demo.py"
"""Shows an endpoint on this computer."""


def files() -> Iterator[Path]:
    for part in PARTS:
        yield from sorted((ROOT / part).rglob("*.py"))


def calls(file: Path) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def makers(file: Path) -> set[str]:
    """Give the names by which a file calls what goes out."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("agentguard.uplink"):
            names = {alias.name for alias in node.names}
            found |= names & MAKERS
            found |= {f"{name}.{maker}" for name in names for maker in MAKERS}
    return found


def test_everything_that_reports_is_given_the_way() -> None:
    found, without = 0, []
    for file in files():
        wanted = makers(file)
        for name, call in calls(file):
            if name not in wanted:
                continue
            found += 1
            given = {keyword.arg for keyword in call.keywords}
            given |= {ast.unparse(one).partition("(")[0] for one in call.args}
            if "network" not in given:
                without.append(f"{file.relative_to(ROOT)}:{call.lineno} {name}")
    assert [one for one in without if not one.startswith(DEMO)] == []
    assert found > 10


def test_nothing_else_opens_a_connection() -> None:
    found = {
        str(file.relative_to(ROOT)).replace("\\", "/")
        for file in files()
        for name, _ in calls(file)
        if name.rpartition(".")[2] in SOCKETS
    }
    assert found == set(STRAIGHT)
