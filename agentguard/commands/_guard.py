"""Guards this session: the agent with windows or without, one at a time."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from agentguard import paths, settings, texts
from agentguard.commands._notices import Notices
from agentguard.commands._person import person
from agentguard.commands.base import FINE
from agentguard.errors import CannotError
from agentguard.platforms import (
    call,
    called,
    load,
    only_one,
    secret_places,
    system_clock,
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
    from agentguard.start import Place, logged, opened  # noqa: PLC0415 - after the first icon

    place = Place(
        folder=folder,
        backend=load(),
        clock=system_clock(),
        user=person(),
        secrets=secret_places(),
    )
    logged(place)
    with opened(place) as agent:
        agent.start()
        yield agent


@contextmanager
def _ending(stop: threading.Event) -> Iterator[None]:
    """Let SIGINT and SIGTERM set `stop`, and give both back afterwards."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def guard_without_windows() -> int:
    """Guard until SIGINT or SIGTERM."""
    stop = threading.Event()
    folder = paths.data_folder()
    words = texts.load(settings.load(folder).language)
    with _ending(stop), alone(folder, words), guarding(folder) as agent:
        sys.stderr.write(words.say("cli.run.begun") + "\n")
        notices = Notices(agent.desk, words, agent.parts.backend.notifier)
        while not stop.wait(1.0):
            notices.look()
    return FINE


def guard_with_windows(*, may_quit: bool) -> int:
    """Guard with the tray until the person quits or a signal comes.

    Where an agent guards already, its window comes up and this one ends at once.
    """
    folder = paths.data_folder()
    words = texts.load(settings.load(folder).language)
    with only_one(folder) as first:
        if first:
            return _with_windows(folder, words, may_quit=may_quit)
    if not call(folder):
        raise _second(words)
    if sys.stdout is not None:  # the program was started without one
        sys.stdout.write(words.say("cli.tray.called") + "\n")
    return FINE


def _with_windows(folder: Path, words: Texts, *, may_quit: bool) -> int:
    from agentguard.ui.early import appear  # noqa: PLC0415 - Qt only where windows are wanted

    first = appear(words)
    from agentguard.ui.run import run  # noqa: PLC0415 - after the first icon

    with guarding(folder) as agent:
        return run(
            agent.desk,
            words,
            stop=threading.Event(),
            may_quit=may_quit,
            first=first,
            capture=agent.parts.backend.capture,
            ending=agent.stop,
            wanted=lambda: called(folder),
        )
