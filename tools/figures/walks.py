"""The four walks, with the rigs that the flow tests of the measured checkout have themselves.

pytest runs this file in that checkout. Only what those rigs are called is known here, no module of
the product: a checkout whose rooms were moved is walked in the same way.
"""

from __future__ import annotations

import importlib.util
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(os.environ["AGENTGUARD_FIGURES"])
NAMES = ("copy to cleared", "file to vault", "report to receipt", "policy to desk")
RUNS = range(int(os.environ.get("AGENTGUARD_FIGURES_RUNS", "1")))
LETTER = "Dear customer, your card number 4556 7375 8689 9855 was charged.\n"
SETTLED = 4.0
"""Seconds in which a start comes to rest on a quiet machine."""
IDLE = range(64, 256)
"""Numbers of the seconds that are only listened to before a walk."""
PATIENCE = 12
"""Seconds that may pass until nothing new begins: timers of half a minute never rest."""

_flow = import_module("tests.flow.conftest")
_delivery = import_module("tests.flow.test_policy_delivery")
start, centre, seat = _flow.start, _delivery.centre, _delivery.seat
prepared = _flow.starts_of_endpoints_are_prepared_once


def _recorder() -> Any:
    place = Path(__file__).with_name("recorder.py")
    found = importlib.util.spec_from_file_location("figures_recorder", place)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    tree = f"{Path.cwd() / 'agentguard'}{os.sep}"
    module.in_children(FOLDER, tree)
    return module.Recorder(FOLDER, tree, "agent")


RECORDER = _recorder()
_idle = iter(IDLE)


@contextmanager
def walking(name: str, run: int) -> Iterator[None]:
    """Note what is entered, after all that began earlier has come to rest."""
    threading.Event().wait(SETTLED)
    _rest()
    RECORDER.walk(run * len(NAMES) + NAMES.index(name) + 1)
    yield
    RECORDER.walk(0)


def _rest() -> None:
    """Wait for a second in which nothing is entered that the second before did not enter."""
    before: set[str] = set()
    for number, _ in zip(_idle, range(PATIENCE), strict=False):
        RECORDER.walk(number)
        threading.Event().wait(1.0)
        RECORDER.walk(0)
        now = RECORDER.seen(number)
        if before and now <= before:
            return
        before = now


@pytest.mark.parametrize("run", RUNS)
def test_copy_to_cleared(start: Callable[[], Any], run: int) -> None:
    """A copied card number is found and taken out of the clipboard."""
    floor = start()
    floor.until(lambda: floor.desktop.watchers >= 1)
    with walking("copy to cleared", run):
        floor.desktop.copy(LETTER, app="crm")
        floor.until(lambda: not floor.desktop.paste())


@pytest.mark.parametrize("run", RUNS)
def test_file_to_vault(start: Callable[[], Any], run: int) -> None:
    """A file with a card number is found and moved into the vault."""
    floor = start()
    file = floor.folder / "export.txt"
    with walking("file to vault", run):
        file.write_text(LETTER)
        floor.until(lambda: not file.exists())


@pytest.mark.parametrize("run", RUNS)
def test_report_to_receipt(seat: Any, run: int) -> None:
    """What the desk saw is sent, stored by the endpoint, and its receipt taken."""
    seat.until(seat.delivered)
    with walking("report to receipt", run):
        seat.desktop.copy(LETTER, app="crm")
        seat.until(lambda: not seat.desktop.paste())
        seat.until(seat.delivered)


@pytest.mark.parametrize("run", RUNS)
def test_policy_to_desk(seat: Any, run: int) -> None:
    """A signed policy is published by the endpoint, fetched, checked and put in force."""
    seat.until(seat.delivered)
    with walking("policy to desk", run):
        _delivery.deliver(seat, _delivery.text(seat))
        seat.until(lambda: _delivery.asked(seat) and seat.agent.engine.policy().name == "billing")


@pytest.fixture(autouse=True)
def _alone(prepared: None) -> None:
    """Have what an endpoint prepares once ready before a walk begins."""
