"""Writes the name of each test that failed, a line each, into a file that the environment names."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

FILE = os.environ.get("AGENTGUARD_FAILURES", "")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if FILE and report.failed:
        with Path(FILE).open("a", encoding="utf-8") as told:
            told.write(f"{report.nodeid}\n")
