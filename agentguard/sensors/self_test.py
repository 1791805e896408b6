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
from agentguard.detect.recognition.drill_values import counting, draw
from agentguard.model.hits import Hit
from agentguard.model.own_health import ControlsTested
from agentguard.model.records import Record
from agentguard.ports.clock import Clock, Stop
from agentguard.ports.sensor import Submit
from agentguard.ports.storage import Journal
from agentguard.ports.turns import Turns, alone

LOG = logging.getLogger(__name__)

FIRST = 900.0
"""Seconds until the first test: a start has better things to do."""
EVERY = 24 * 3600.0
AGAIN = 60.0
"""Seconds until what failed is tested once more, and between two looks whether a call is over."""
KIND = "PAN"
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
        alone(self.turns(submit, stop), self.clock, stop)

    def turns(self, submit: Submit, stop: Stop) -> Turns:
        """Test once a day."""
        wait = FIRST
        while True:
            yield wait
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


def planted(scan: Callable[[str, str], tuple[Hit, ...]], folder: Path) -> bool | None:
    """Return whether a made-up card number is found in a file; None where none can be written.

    `scan` is given the file and the number that counts in it.
    """
    file, number = folder / PLANTED, draw()
    try:
        file.unlink(missing_ok=True)
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as opened:
            opened.write(made_up(number))
    except OSError:
        return None
    try:
        return _found(scan(str(file), number))
    finally:
        with suppress(OSError):
            file.unlink()


def judged(judge: Callable[[str], tuple[Hit, ...]]) -> bool:
    """Check whether a made-up card number is noticed in what could have been copied."""
    number = draw()
    with counting(number):
        return _found(judge(made_up(number)))


def _found(hits: tuple[Hit, ...]) -> bool:
    return any(hit.kind == KIND for hit in hits)


def made_up(number: str) -> str:
    """Return a text with a card number of nobody, unlike any other text."""
    return f"Card number: {number}, expires 08/29\nDrill {secrets.token_hex(8)}\n"
