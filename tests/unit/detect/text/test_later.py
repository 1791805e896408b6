"""Patterns that are compiled at their first use: each is one, and importing compiles none."""

from __future__ import annotations

import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module

import pytest

from agentguard.detect import formats, kinds, matching
from agentguard.detect.lexicon.lazy_pattern import Later, later

_COUNT = """
import re, re._compiler as compiler
made, old = [], compiler.compile
compiler.compile = lambda *said: made.append(said[0]) or old(*said)
from agentguard.detect.recognition.scanner import default_scanner
before = len(made)
default_scanner()
print(len(made) - before)
"""
_FEW = 8


def _every() -> Iterator[tuple[str, Later]]:
    for room in (matching, kinds, formats):
        for module in pkgutil.iter_modules(room.__path__):
            found = vars(import_module(f"{room.__name__}.{module.name}"))
            for name, value in found.items():
                if isinstance(value, Later):
                    yield f"{module.name}.{name}", value


def test_every_pattern_can_be_compiled() -> None:
    every = dict(_every())
    assert len(every) > 100
    for pattern in every.values():
        pattern.compiled()


def test_importing_the_kinds_compiles_few_patterns() -> None:
    made = subprocess.run(
        [sys.executable, "-c", _COUNT], capture_output=True, text=True, check=True
    )
    assert int(made.stdout) <= _FEW


@pytest.mark.parametrize("again", [False, True])
def test_it_does_what_a_compiled_one_does(*, again: bool) -> None:
    for pattern in ("([a-z])([0-9])?", b"([a-z])([0-9])?"):
        text = "A1b2" if isinstance(pattern, str) else b"A1b2"
        mine, theirs = later(pattern, re.IGNORECASE), re.compile(pattern, re.IGNORECASE)
        if again:
            mine.search(text)
        assert mine.findall(text) == theirs.findall(text)
        assert mine.match(text, 2).groups() == theirs.match(text, 2).groups()
        assert mine.sub(text[:0], text, count=1) == theirs.sub(text[:0], text, count=1)
        assert mine.pattern == theirs.pattern
