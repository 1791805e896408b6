"""Tests the agent's own controls once a day with made-up data (PCI DSS 4.0.1, 10.7.2).

Nobody is asked anything, and nothing of the person's is touched: the file lies in the agent's own
folder for the moment of the test, and what is judged as copied was never on a clipboard.
"""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from agentguard.base.errors import AgentGuardError, StoreError
from agentguard.model.hits import Hit
from agentguard.model.records import Record
from agentguard.model.self_tests import ControlsTested
from agentguard.ports.clock import Clock, Stop
from agentguard.ports.sensor import Submit
from agentguard.ports.storage import Journal

LOG = logging.getLogger(__name__)

FIRST = 900.0
"""Seconds until the first test: a start has better things to do."""
EVERY = 24 * 3600.0
AGAIN = 60.0
"""Seconds until what failed is tested once more, and between two looks whether a call is over."""
KIND = "PAN"
PREFIX = "4556"
LENGTH = 16
PLANTED = "self-test.txt"

Test = Callable[[], bool | None]
"""Tells whether a control works; None when it cannot be told now, or the policy wants it off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfTest:
    """Runs `tests`, by the name of the control; `busy` puts them off while there is a call."""

    tests: Mapping[str, Test]
    journal: Journal
    clock: Clock
    busy: Callable[[], bool] = lambda: False

    def run(self, submit: Submit, stop: Stop) -> None:
        """Test once a day until `stop` is set."""
        wait = FIRST
        while not self.clock.wait(stop, wait):
            if self.busy():
                wait = AGAIN
                continue
            told = self.test(stop)
            if told is None:
                return
            submit(told)
            wait = EVERY

    def test(self, stop: Stop) -> ControlsTested | None:
        """Test every control, one that fails twice; None when the agent ends meanwhile."""
        found = {name: _works(test) for name, test in self.tests.items()}
        if False in found.values():
            if self.clock.wait(stop, AGAIN):
                return None
            again = {n: _works(self.tests[n]) for n, works in found.items() if works is False}
            found |= again
        if stop.is_set():  # what was ended under the test has not failed
            return None
        worked = tuple(name for name, works in found.items() if works)
        failed = tuple(name for name, works in found.items() if works is False)
        self._note(worked, failed)
        return ControlsTested(at=self.clock.now(), worked=worked, failed=failed)

    def _note(self, worked: tuple[str, ...], failed: tuple[str, ...]) -> None:
        at = self.clock.now()
        records = [Record(kind="control.failed", at=at, payload={"control": n}) for n in failed]
        records.append(Record(kind="control.tested", at=at, payload={"count": len(worked)}))
        if failed:
            LOG.error("controls that do not work: %s", ", ".join(failed))
        with suppress(StoreError):  # told by the journal's own control
            self.journal.commit(records, {})


def _works(test: Test) -> bool | None:
    try:
        return test()
    except (AgentGuardError, OSError) as error:
        LOG.warning("a control could not be tested: %s", type(error).__name__)
        return False


def planted(scan: Callable[[str], tuple[Hit, ...]], folder: Path) -> bool | None:
    """Return whether a made-up card number is found in a file; None where none can be written."""
    file = folder / PLANTED
    try:
        file.unlink(missing_ok=True)
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as opened:
            opened.write(made_up())
    except OSError:
        return None
    try:
        return _found(scan(str(file)))
    finally:
        with suppress(OSError):
            file.unlink()


def judged(judge: Callable[[str], tuple[Hit, ...]]) -> bool:
    """Check whether a made-up card number is noticed in what could have been copied."""
    return _found(judge(made_up()))


def _found(hits: tuple[Hit, ...]) -> bool:
    return any(hit.kind == KIND for hit in hits)


def made_up() -> str:
    """Return a text with a card number of nobody, another one each time (ISO/IEC 7812-1)."""
    digits = [int(d) for d in PREFIX]
    digits += [secrets.randbelow(10) for _ in range(LENGTH - len(digits) - 1)]
    doubled = [d * 2 if place % 2 == 0 else d for place, d in enumerate(digits)]
    check = -sum(d - 9 if d > 9 else d for d in doubled) % 10  # noqa: PLR2004 - casting out nines
    number = "".join(map(str, (*digits, check)))
    return f"Card number: {number}, expires 08/29\n"
