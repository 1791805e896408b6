"""Guards this session: the agent with windows or without, one at a time."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from agentguard import paths, settings, texts
from agentguard.commands._loading import loading
from agentguard.commands.base import FINE
from agentguard.errors import CannotError
from agentguard.platforms import (
    alive,
    call,
    called,
    keep_none,
    load,
    machine_layers,
    only_one,
    quitting,
    secret_places,
    system_clock,
    user_name,
)
from agentguard.texts import Texts

if TYPE_CHECKING:
    from agentguard.agent import Agent


@contextmanager
def alone(folder: Path, words: Texts) -> Iterator[None]:
    """Be the only agent of a folder.

    Raises:
        CannotError: an agent is running already.

    """
    with only_one(folder) as first:
        if not first:
            raise _second(words)
        yield


def _second(words: Texts) -> CannotError:
    return CannotError(words.say("cli.tray.second"), words.say("cli.tray.second-advice"))


@contextmanager
def guarding(folder: Path) -> Iterator[Agent]:
    """Start the agent of this user on this computer, and stop it afterwards."""
    with ExitStack() as stack:
        with loading():
            agent = _started(folder, stack)
        yield agent


def _started(folder: Path, stack: ExitStack) -> Agent:
    from agentguard.start import Place, logged, opened  # noqa: PLC0415 - after the first icon

    place = Place(
        folder=folder,
        backend=load(),
        clock=system_clock(),
        user=user_name(),
        secrets=secret_places(),
        layers=machine_layers(),
    )
    logged(place)
    agent = stack.enter_context(opened(place))
    agent.start()
    return agent


@contextmanager
def _ending(end: Callable[[], None]) -> Iterator[None]:
    """Let SIGINT and SIGTERM call `end`, and give both back afterwards."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, lambda *_: end()) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def guard_without_windows() -> int:
    """Guard until SIGINT or SIGTERM, or until all agents are told to end."""
    from agentguard.commands._notices import Notices  # noqa: PLC0415 - windows speak for themselves

    stop = threading.Event()
    folder = paths.data_folder()
    told = quitting(folder)
    words = texts.load(settings.load(folder, machine_layers()).language)
    with _ending(stop.set), alone(folder, words), guarding(folder) as agent:
        sys.stderr.write(words.say("cli.run.begun") + "\n")
        notices = Notices(agent.desk, words, agent.parts.backend.notifier)
        while not stop.wait(1.0) and not told():
            alive()
            notices.look()
    return FINE


def guard_with_windows(*, may_quit: bool, quiet: bool = False) -> int:
    """Guard with the tray until the person quits, a signal comes, or all agents are told to end.

    Where an agent guards already, this one ends at once; unless it is `quiet`, the other's window
    comes up.
    """
    folder = paths.data_folder()
    words = texts.load(settings.load(folder, machine_layers()).language)
    with only_one(folder) as first:
        if first:
            return _with_windows(folder, words, may_quit=may_quit)
    if quiet:
        return FINE
    if not call(folder):
        raise _second(words)
    if sys.stdout is not None:  # the program was started without one
        sys.stdout.write(words.say("cli.tray.called") + "\n")
    return FINE


class _Told(threading.Event):
    """A stop for a signal and for the end of all agents; each look says that this one is alive."""

    def __init__(self) -> None:
        super().__init__()
        self._told: Callable[[], bool] = bool
        self._asked = False

    def listen(self, told: Callable[[], bool]) -> None:
        """Set it as well once `told` says that all agents are to end."""
        self._told = told

    def ask(self) -> None:
        """Set it from a signal: no lock is taken, which the interrupted thread might hold."""
        self._asked = True

    def is_set(self) -> bool:
        """Tell whether it is."""
        alive()
        if self._asked or self._told():
            self.set()
        return super().is_set()


def _with_windows(folder: Path, words: Texts, *, may_quit: bool) -> int:
    stop = _Told()
    with _ending(stop.ask):  # an interrupt anywhere in the start could be swallowed there
        return _shown(folder, words, stop, may_quit=may_quit)


def _shown(folder: Path, words: Texts, stop: _Told, *, may_quit: bool) -> int:
    keep_none()
    with loading():
        from agentguard.ui.sourceless import spare  # noqa: PLC0415 - Qt only for windows

        spare()
        from agentguard.ui.early import appear  # noqa: PLC0415 - after what it spares

        first = appear(words)
        from agentguard.ui.run import run  # noqa: PLC0415 - after the first icon

    stop.listen(quitting(folder))
    with guarding(folder) as agent:
        return run(
            agent.desk,
            words,
            stop=stop,
            may_quit=may_quit,
            first=first,
            capture=agent.parts.backend.capture,
            ending=agent.stop,
            wanted=lambda: called(folder),
            set_here=lambda: settings.told(folder, machine_layers()),
        )
