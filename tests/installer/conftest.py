"""Trees of tiny programs and their MSIs, made once for all tests of the installer."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from installer import package
from tests.installer import stand_ins

collect_ignore_glob = ["test_*.py"] if sys.platform == "win32" else []


@pytest.fixture(scope="session")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a tree of version 1.0.0; tests that change it copy it."""
    return stand_ins.make(tmp_path_factory.mktemp("tree") / "agentguard-1.0.0", "1.0.0")


@pytest.fixture(scope="session")
def msi(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give its MSI; tests that change it copy it."""
    return package.make(tree, "1.0.0", tmp_path_factory.mktemp("msi") / "AgentGuard-1.0.0-x64.msi")
