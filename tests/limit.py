"""Ends a test that takes longer than its limit: one thread looks for all tests of a process.

pytest-timeout begins and ends a thread for each test, which took a third of an empty one's time,
and more where many threads wait for Python. What it does when a limit is past is still its own.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pytest_timeout import Settings

STEP = 1.0  # seconds between two looks: as much longer a test may take


class Limit:
    """Looks at the clock for the test that runs; tests that ask for a signal have theirs."""

    def __init__(self) -> None:
        self._running: tuple[float, pytest.Item, Settings] | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, name="limit of tests", daemon=True)

    def pytest_sessionstart(self) -> None:
        self._thread.start()

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure(self) -> None:
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()

    @pytest.hookimpl(optionalhook=True)
    def pytest_timeout_set_timer(self, item: pytest.Item, settings: Settings) -> bool | None:
        if settings.method != "thread":
            return None
        self._running = (time.monotonic() + settings.timeout, item, settings)
        return True

    @pytest.hookimpl(optionalhook=True)
    def pytest_timeout_cancel_timer(self, item: pytest.Item) -> bool | None:
        if self._running is None or self._running[1] is not item:
            return None
        self._running = None
        return True

    def _look(self) -> None:
        while not self._over.wait(STEP):
            running = self._running
            if running is not None and time.monotonic() >= running[0]:
                self._running = None
                _end(*running[1:])


def _end(item: pytest.Item, settings: Settings) -> None:
    """Say where every thread is and end the process, unless somebody debugs it."""
    from pytest_timeout import timeout_timer  # noqa: PLC0415 - whoever sets a limit has loaded it

    timeout_timer(item, settings)
