"""What `dev.py` and `.ci/run` run once, and how a fuzzer searches long."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from configparser import RawConfigParser
from pathlib import Path

import pytest

import dev
from tests.house import test_contracts

ROOT = Path(__file__).parents[2]
HOUSE = Path(__file__).parent


def test_a_long_search_is_by_chance_and_lasts_as_long_as_it_was_told() -> None:
    words, named = dev.fuzzing(["--seconds", "90", "-k", "journal"])
    assert words == ("tests/fuzz", "-m", "heavy", "-n", "auto", "-k", "journal")
    assert named == {"AGENTGUARD_FUZZ_SECONDS": "90", "AGENTGUARD_FUZZ_SEED": "0"}
    assert dev.fuzzing(["--keep", "-n", "0"])[1] == {
        "AGENTGUARD_FUZZ_SECONDS": "600",
        "AGENTGUARD_FUZZ_SEED": "0",
        "AGENTGUARD_FUZZ_KEEP": "1",
    }


def test_a_search_of_everything_is_short_and_the_same_each_time() -> None:
    shown = "from tests.fuzz import running; print(running.SEED, running.SECONDS, running.CHANGES)"
    plain = {k: v for k, v in os.environ.items() if not k.startswith("AGENTGUARD_FUZZ")}
    told = subprocess.run(
        (sys.executable, "-c", shown),
        cwd=ROOT,
        env=plain,
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.split() == ["1", "6", "300"]


OF_SOURCES = {
    *("budgets", "composition", "docstrings", "matrix", "mirrored", "names", "network_door"),
    *("digits", "named_modules", "own_files", "pages", "wall"),
}
"""Files that read texts alone, and run nothing of ours: they say the same on every Python."""
IN_PART = {"contracts", "figures", "habits", "spans", "texts", "windows_alone"}
"""Files of which some tests do."""


def test_only_what_reads_the_sources_is_left_to_one_python() -> None:
    """What is left out of the run on 3.11 must not grow unseen."""
    texts = {path: path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")}
    marked = {path for path, text in texts.items() if "pytest.mark.source" in text}
    assert marked == {HOUSE / f"test_{name}.py" for name in OF_SOURCES | IN_PART}
    for name in OF_SOURCES:
        text = texts[HOUSE / f"test_{name}.py"]
        assert "\npytestmark = pytest.mark.source\n" in text
        assert not re.search(r"\n\s*(from|import) (agentguard|dev|installer|tools)\b", text)
    assert [m.name for m in test_contracts.test_what_lint_holds.pytestmark][-1] == "source"


def test_types_are_held_for_both_systems_each_with_its_own_memory() -> None:
    typed = {name: words for name, words in dev.LINT.items() if words[0] == "mypy"}
    systems = {words[2] for words in typed.values() if words[1] == "--platform"}
    caches = {words[words.index("--cache-dir") + 1] for words in typed.values()}
    assert systems == {"linux", "win32"}
    assert len(caches) == len(typed)


@pytest.mark.parametrize("config", dev.COVERED)
def test_each_gate_of_branches_names_modules_and_tests_that_there_are(config: str) -> None:
    """Of a module that moved away nothing is measured, and its gate stays green."""
    told = RawConfigParser()
    told.read(ROOT / config, encoding="utf-8")
    named = told["report"]["include"].split()
    assert [name for name in named if not list(ROOT.glob(name))] == []
    assert len(named) == len(set(named))
    assert [name for name in dev.COVERED[config][1:] if not (ROOT / name).exists()] == []


@pytest.mark.source
def test_tests_that_share_a_long_scene_come_first() -> None:
    """So that the process that makes it runs them all: what others take of it is its last ones."""
    files = ("tests/flow/test_by_phone.py", "tests/flow/test_canary.py")
    assert all((ROOT / file).exists() for file in files)
    told = subprocess.run(
        (sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *files),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    found = [line.partition("::")[0] for line in told.stdout.splitlines() if "::" in line]
    assert list(dict.fromkeys(found)) == list(reversed(files))
