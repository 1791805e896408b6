"""What the two programs begin with: by their name, and for the scan children that they start."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from installer.pyinstaller import entry

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = "C:\\Program Files\\AgentGuard\\"
WATCHED = """
import os, runpy, sys
class Watch:
    def find_spec(self, name, *_):
        if name in ("multiprocessing", "agentguard.cli"):
            print(name, "OPENSSL_CONF" in os.environ)
sys.meta_path.insert(0, Watch())
sys.argv = [{entry!r}, "--version"]
try:
    runpy.run_path({entry!r}, run_name={name!r})
except SystemExit:
    pass
print("at the end", "OPENSSL_CONF" in os.environ)
"""
"""Tells whether a variable stands when a module is looked for, and when all is done."""


@pytest.mark.parametrize(
    ("program", "given", "wanted"),
    [
        ("agentguard.exe", [], ["tray"]),
        ("AgentGuard.EXE", [], ["tray"]),
        ("agentguard.exe", ["tray", "--quiet"], ["tray", "--quiet"]),
        ("agentguard-ctl.exe", [], []),
        ("agentguard-ctl.exe", ["doctor"], ["doctor"]),
    ],
)
def test_the_windowed_program_guards_unless_it_is_told_otherwise(
    program: str, given: list[str], wanted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", f"{PROGRAM}{program}")
    monkeypatch.setattr(sys, "argv", [program, *given])
    assert entry.words() == wanted


@pytest.mark.parametrize(("name", "stands"), [("__main__", False), ("entry", True)])
def test_as_a_program_it_cleans_its_environment_first_and_as_a_module_leaves_it(
    name: str, stands: bool
) -> None:
    words = (sys.executable, "-c", WATCHED.format(entry=entry.__file__, name=name))
    env = {**os.environ, "OPENSSL_CONF": "x"}
    ended = subprocess.run(words, cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    said = ended.stdout.split("\n")
    for what in ("multiprocessing", "agentguard.cli", "at the end"):
        assert f"{what} {stands}" in said
        assert f"{what} {not stands}" not in said


def test_a_scan_child_is_caught_before_anything_else_runs() -> None:
    text = Path(entry.__file__).read_text(encoding="utf-8")
    main = text[text.index("__main__") :]
    assert main.index("freeze_support()") < main.index("main(words())")


def test_the_spec_leaves_out_the_endpoint_and_nothing_that_the_agent_finds_by_name() -> None:
    spec = (ROOT / "installer" / "pyinstaller" / "agentguard.spec").read_text(encoding="utf-8")
    pattern = re.search(r'^LEFT_OUT = re\.compile\(r"(.*)"\)$', spec, re.MULTILINE)
    assert pattern is not None
    left_out = re.compile(pattern[1])
    every = [p.relative_to(ROOT).as_posix() for p in (ROOT / "agentguard").rglob("*.py")]
    gone = [name for name in every if left_out.search(name)]
    gone.remove("agentguard/detect/formats/_ocr.py")  # needs Pillow, and is no format of its own
    assert "agentguard/server/compose.py" in gone
    assert "agentguard/commands/serve.py" in gone
    rooms = ("checks", "detect", "service", "vault", "uplink", "platforms/_win32")
    assert [
        name for name in gone if name.startswith(tuple(f"agentguard/{r}/" for r in rooms))
    ] == []


def test_no_module_of_the_agent_needs_what_is_left_out() -> None:
    """The commands of the endpoint alone import the server."""
    importing = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "agentguard").rglob("*.py")
        if "server" not in path.parts and "agentguard.server" in path.read_text(encoding="utf-8")
    ]
    commands = r"agentguard/commands/(serve|server|demo|_policy_reader|_server_\w+|_demo_\w+)\.py"
    assert [name for name in importing if not re.fullmatch(commands, name)] == []
