"""The version of the rules: the same as long as nothing of them changes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import agentguard
from agentguard.detect import rules
from agentguard.detect.rules import rules_version
from agentguard.model.detection import ALL, Detection


def test_it_is_the_same_in_every_process() -> None:
    told = subprocess.run(
        [sys.executable, "-c", "from agentguard.detect.rules import *; print(rules_version())"],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(agentguard.__file__).parents[1],
    )
    assert told.stdout.strip() == rules_version()


def test_what_a_policy_says_of_recognisers_is_another_version() -> None:
    assert rules_version(ALL) == rules_version(Detection())
    assert rules_version(ALL) != rules_version(Detection(off=("PAN",)))


def test_a_new_program_or_another_source_is_another_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "kind.py").write_text("A = 1\n")
    seen = set()
    monkeypatch.setattr(rules, "_ROOM", tmp_path)
    for text, version in (("A = 1\n", "1"), ("A = 2\n", "1"), ("A = 2\n", "2")):
        (tmp_path / "kind.py").write_text(text)
        monkeypatch.setattr(agentguard, "__version__", version)
        rules._sources.cache_clear()
        seen.add(rules_version())
    rules._sources.cache_clear()
    assert len(seen) == 3


def test_an_installed_program_without_sources_has_one_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "_ROOM", tmp_path)
    rules._sources.cache_clear()
    assert agentguard.__version__ in rules_version()
    rules._sources.cache_clear()
