"""The command line as it is typed: in this process for speed, or as a program of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from agentguard.cli import main

PROGRAM = (sys.executable, "-m", "agentguard")
SECONDS = 60


@dataclass(frozen=True, slots=True)
class Said:
    """How a command ended and what it wrote."""

    code: int
    out: str
    err: str


Type = Callable[..., Said]
"""Types a command line, each word as an argument."""


def typing(capsys: pytest.CaptureFixture[str]) -> Type:
    def type_(*words: object) -> Said:
        capsys.readouterr()
        try:
            code = main([str(word) for word in words])
        except SystemExit as ended:  # argparse: help and wrong use
            code = int(ended.code or 0)
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return type_


def environment(home: Path, **more: str) -> dict[str, str]:
    """Give what a program needs, with a home of its own and nobody's locale."""
    kept = ("PATH", "LD_LIBRARY_PATH", "VIRTUAL_ENV")
    plain = {name: os.environ[name] for name in kept if name in os.environ}
    root = str(Path(__file__).parents[2])
    return {
        **plain,
        "HOME": str(home),
        "AGENTGUARD_HOME": str(home / "data"),
        "PYTHONPATH": root,
        **more,
    }


def ran(
    home: Path, *words: str | bytes, env: Mapping[str, str] | None = None, text: str = "utf-8"
) -> Said:
    """Run the program to its end."""
    ended = subprocess.run(
        (*PROGRAM, *words),
        env=environment(home, **(env or {})),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    return Said(ended.returncode, ended.stdout.decode(text), ended.stderr.decode(text))


def assert_one_sentence(said: Said, code: int) -> None:
    """Wrong use and what cannot be done are told in one line, without Python's own words."""
    assert said.code == code, said
    assert "Traceback" not in said.err
    assert "mistake of the program" not in said.err
    told = [line for line in said.err.splitlines() if line.startswith("agentguard")]
    assert len(told) == 1, said.err
    assert said.err.endswith(f"{told[0]}\n")
    assert told[0].endswith((".", ")")) or " error: " in told[0], told[0]
