"""Rewrites the asserts of all tests once, before several processes each would.

pytest keeps what it rewrote beside the source, but processes that begin together in a clean
checkout all find nothing kept: that was half of what each took to find the tests.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from _pytest.assertion import rewrite
from _pytest.assertion.rewrite import assertstate_key


def once(config: pytest.Config) -> None:
    """Rewrite what the processes of this run are going to read, one share on each processor.

    Nothing is done where nothing is kept, and by a process that has no others to hand tests to.
    """
    shared = config.getoption("numprocesses", 0) and not hasattr(config, "workerinput")
    if not shared or sys.dont_write_bytecode or not hasattr(os, "fork"):
        return
    todo = [file for file in _files(config.args) if rewrite._read_pyc(file, _kept(file)) is None]
    many = os.cpu_count() or 1
    children = [_child(config, todo[part::many]) for part in range(many) if todo[part::many]]
    for child in children:
        os.waitpid(child, 0)


def _files(args: Sequence[str]) -> list[Path]:
    folders = [Path(arg) for arg in args if Path(arg).is_dir()]
    names = ("test_*.py", "conftest.py")
    return sorted({file.resolve() for one in folders for n in names for file in one.rglob(n)})


def _kept(file: Path) -> Path:
    return rewrite.get_cache_dir(file) / f"{file.stem}{rewrite.PYC_TAIL}"


def _child(config: pytest.Config, files: Sequence[Path]) -> int:
    """Begin a process that rewrites them; what cannot be is told by whoever collects it."""
    if child := os.fork():
        return child
    try:
        for file in files:
            with suppress(SyntaxError, UnicodeError, OSError, RecursionError):
                digest, code = rewrite._rewrite_test(file, config)
                rewrite.try_makedirs(_kept(file).parent)
                rewrite._write_pyc(config.stash[assertstate_key], code, digest, _kept(file))
    finally:
        os._exit(0)
