"""Building an agent touches nothing: no file, no socket, no program, no thread, no database."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BUILT = """
import json, os, sys, threading
from pathlib import Path

import apsw

from agentguard.base import lifecycle, translations
from agentguard.detect.sandbox.client import Limits, ScanClient
from agentguard.mfa import Verifiers
from agentguard.model.events import PolicyInForce
from agentguard.platforms import system_clock
from agentguard.platforms.simulated import SimulatedDesktop
from agentguard.policy.parser import parse
from agentguard.runtime.agent import Computer, Parts, Person, Storage
from agentguard.runtime.compose import build
from agentguard.runtime.known_checks import catalogue, shapes
from agentguard.store.file_memory import SeenDatabase
from agentguard.store.memory import InMemoryJournal, InMemoryOutbox

folder = Path(sys.argv[1])
clock, journal = system_clock(), InMemoryJournal()
text = b"policy: built\\nversion: 1\\nwatch: {folders: [/nowhere]}\\n"
first = PolicyInForce(at=clock.now(), policy=parse(text, "built.yaml", shapes()))
seen = SeenDatabase(folder, clock)
parts = Parts(
computer=Computer(
backend=SimulatedDesktop(clock).backend,
clock=clock,
),
storage=Storage(
folder=folder,
journal=journal,
outbox=InMemoryOutbox(journal),
seen=seen,
),
person=Person(
verifier=Verifiers(()),
),
scan=ScanClient(Limits(), clock, strikes=seen),
)
touched = []
modules = tuple(str(Path(one)) for one in sys.path if one) + (str(Path("agentguard").absolute()),)

def heard(event, args):
    module = event.partition(".")[0]
    if not watching or module not in {"open", "os", "socket", "subprocess", "shutil", "tempfile"}:
        return
    if event == "open" and str(args[0]).endswith((".py", ".pyc")):
        return  # a module that is imported now
    if event in {"os.listdir", "os.scandir"} and str(args[0]).startswith(modules):
        return  # a room, or a library, whose modules are looked up
    touched.append(f"{event} {args[:1]}")

opened = []
apsw.connection_hooks.append(lambda connection: opened.append(connection.filename))
watching, before = False, set(threading.enumerate())
sys.addaudithook(heard)
watching = True
if sys.argv[2] == "touching":
    Path(folder, "one").write_text("x")
    seen.secret
agent = build(parts, first)
watching = False
threads = [thread.name for thread in set(threading.enumerate()) - before]
print(json.dumps([touched, opened, threads, sorted(os.listdir(folder))]))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "home"
    made.mkdir()
    return made


def built(folder: Path, how: str) -> list[list[str]]:
    """Build an agent in a program of its own; give what it touched, opened, started and left."""
    ended = subprocess.run(
        (sys.executable, "-B", "-c", BUILT, str(folder), how),  # bytecode is no file of an agent's
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert ended.returncode == 0, ended.stderr
    found: list[list[str]] = json.loads(ended.stdout)
    return found


def test_building_an_agent_touches_nothing(folder: Path) -> None:
    assert built(folder, "building") == [[], [], [], []]


def test_what_is_touched_would_be_seen(folder: Path) -> None:
    touched, opened, _, left = built(folder, "touching")
    assert any("one" in each for each in touched)
    assert len(opened) == 1
    assert {"one", "seen.db"} <= set(left)
