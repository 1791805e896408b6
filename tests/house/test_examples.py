"""An example in a docstring shows what the code really gives."""

from __future__ import annotations

import doctest
from importlib import import_module
from pathlib import Path

import pytest

import agentguard

ROOT = Path(agentguard.__file__).parent
SHOWING = sorted(
    ".".join(file.relative_to(ROOT.parent).with_suffix("").parts)
    for file in ROOT.rglob("*.py")
    if "    >>> " in file.read_text(encoding="utf-8")
)


@pytest.mark.parametrize("module", SHOWING)
def test_an_example_gives_what_it_says(module: str) -> None:
    failed, tried = doctest.testmod(import_module(module))
    assert tried
    assert not failed
