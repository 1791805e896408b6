"""What holds for every test."""

from __future__ import annotations

import gc
import json
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from agentguard.platforms import keep_none
from tests import few_cases, rewritten, telling
from tests.limit import Limit
from tests.memory import memory

keep_none()  # Qt's tests make hundreds of thousands of calls in one process
settings.register_profile("busy machine", deadline=None)  # a slow example is no wrong one
settings.register_profile("again", deadline=None, max_examples=15)  # of what Linux' 3.13 proves
settings.load_profile(
    "again" if sys.platform == "win32" or sys.version_info < (3, 13) else "busy machine"
)

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A job in the background of a shell inherits an ignored SIGINT, and its children would too.
    signal.signal(signal.SIGINT, signal.default_int_handler)


FREEZE = gc.freeze


def _keep_nothing() -> None:
    """Freeze nothing for the product: a command does so for good, of a thousand starts all memory.

    To give it back after each test gave back what was found with it, a million things that stay,
    and each look for old garbage went through them: half a second to two, dozens of times a run.
    """


gc.freeze = _keep_nothing

CRASHED = pytest.StashKey[bool]()
PASSED = pytest.StashKey[dict[str, bool]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a run tell what passed, and another leave that out: `dev.py test --all` has several."""
    group = parser.getgroup("agentguard")
    group.addoption("--passed", help="write the names of the tests that passed to this file")
    group.addoption("--leave-out", action="append", default=[], help="leave out what it names")
    few_cases.addoption(group)


def pytest_configure(config: pytest.Config) -> None:
    passed: dict[str, bool] = {}
    config.stash[PASSED] = passed
    config.pluginmanager.register(Results(passed))
    config.pluginmanager.register(Limit())
    telling.brief(config)
    rewritten.once(config)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Look for no garbage while tests are found: a million things that stay, a quarter of the time.

    Nor later, among them; see `pytest_sessionfinish`.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        FREEZE()
        gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what passed in a run before; begin with those that share a long scene.

    After `-m` has chosen: of few cases, none is one that is not run.

    A process that has nothing left takes the last of another's: the first stay with theirs.
    """
    items.sort(key=lambda one: one.get_closest_marker("together") is None)
    files = map(Path, config.getoption("--leave-out"))
    known = {name for file in files for name in json.loads(file.read_text("utf-8"))}
    if known:
        config.hook.pytest_deselected(items=[one for one in items if one.nodeid in known])
        items[:] = [one for one in items if one.nodeid not in known]
    few_cases.leave_out(config, items)


class Results:
    """Keeps which tests passed in all of their steps."""

    def __init__(self, every: dict[str, bool]) -> None:
        self._every = every

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        good = report.passed and self._every.get(report.nodeid, True)
        self._every[report.nodeid] = good


@pytest.hookimpl(optionalhook=True)
def pytest_handlecrashitem(sched: Any) -> None:
    """A process of the tests that dies is no failed test, which may pass when it is run again."""
    sched.config.stash[CRASHED] = True


def pytest_sessionfinish(session: pytest.Session) -> None:
    """End with another code than that of failed tests when a process of the tests died.

    All garbage is looked for once more, and what it leaves open is a failure; pytest then looks
    five times through what is no garbage.
    """
    gc.unfreeze()
    gc.collect()
    FREEZE()
    if session.config.stash.get(CRASHED, False):
        session.exitstatus = pytest.ExitCode.INTERNAL_ERROR
    told = session.config.getoption("--passed")
    if told and not hasattr(session.config, "workerinput"):
        passed = [name for name, good in session.config.stash[PASSED].items() if good]
        Path(told).parent.mkdir(parents=True, exist_ok=True)
        Path(told).write_text(json.dumps(passed), encoding="utf-8")


@pytest.fixture
def quick_path() -> Iterator[Path]:
    """A folder for files that are flushed thousands of times, in memory where it can be.

    What a killed process leaves is the same there: the system keeps what was written, flushed or
    not, and nothing of these tests takes its power away.
    """
    with tempfile.TemporaryDirectory(prefix="agentguard-", dir=memory()) as folder:
        yield Path(folder)


@pytest.fixture(autouse=True)
def signals_are_given_back() -> Iterator[None]:
    """Whoever takes a signal must give it back: the next test, and the next window, need it."""
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    yield
    after = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    for number, handler in zip((signal.SIGINT, signal.SIGTERM), before, strict=True):
        signal.signal(number, handler)
    assert after == before


@pytest.fixture(autouse=True)
def windows_end_in_their_thread(request: pytest.FixtureRequest) -> Iterator[None]:
    """A window in a circle of garbage is ended here, not by a thread of some later test."""
    if "qapp" not in request.fixturenames:
        yield
        return
    gc.collect()
    FREEZE()  # only what the test makes is looked through
    gc.disable()
    yield
    _end_closed_windows()
    gc.collect()
    gc.enable()


def _end_closed_windows() -> None:
    """End what was to be deleted later; all that is left is dressed again by each later theme."""
    from PySide6.QtCore import QCoreApplication, QEvent  # noqa: PLC0415 - few tests have windows

    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
