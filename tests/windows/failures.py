"""Writes the name of each test that failed, a line each, into a file that the environment names.

It also ends a run whose tests left a thread behind: Python waits for each before it ends, and
whoever waits for the run would wait for ever.
"""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import pytest

FILE = os.environ.get("AGENTGUARD_FAILURES", "")
PATIENCE = 30.0  # seconds that all of them are waited for
LEFT = pytest.ExitCode.INTERNAL_ERROR
ENDED = pytest.StashKey[int]()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if FILE and report.failed:
        with Path(FILE).open("a", encoding="utf-8") as told:
            told.write(f"{report.nodeid}\n")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    session.config.stash[ENDED] = exitstatus


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    code = config.stash.get(ENDED, 0)
    others = [one for one in threading.enumerate() if one is not threading.current_thread()]
    waited = [one for one in others if not one.daemon]
    for one in waited:
        one.join(PATIENCE / len(waited))
    if left := [one.name for one in waited if one.is_alive()]:
        print(f"threads outlived the tests that began them: {', '.join(left)}", flush=True)
        sys.stderr.flush()
        os._exit(code or LEFT)
