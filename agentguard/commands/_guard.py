"""Guards this session: the agent with windows or without, one at a time."""

from __future__ import annotations

import getpass
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from agentguard import paths, settings, texts
from agentguard.agent import Agent
from agentguard.commands.base import FINE
from agentguard.errors import CannotError
from agentguard.platforms import load, only_one, system_clock
from agentguard.start import Place, logged, opened


def here() -> Place:
    """Give this user's place on this computer."""
    return Place(
        folder=paths.data_folder(), backend=load(), clock=system_clock(), user=getpass.getuser()
    )


@contextmanager
def guarding(place: Place) -> Iterator[Agent]:
    """Start the agent; a second one in the same folder says so.

    Raises:
        CannotError: an agent is running already.

    """
    words = texts.load(settings.load(place.folder).language)
    with only_one(place.folder) as alone:
        if not alone:
            raise CannotError(words.say("cli.tray.second"), words.say("cli.tray.second-advice"))
        logged(place)
        with opened(place) as agent:
            agent.start()
            yield agent


def guard_without_windows() -> int:
    """Guard until SIGINT or SIGTERM."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with guarding(here()):
        sys.stderr.write(texts.load().say("cli.run.begun") + "\n")
        while not stop.wait(1.0):
            pass
    return FINE


def guard_with_windows(*, may_quit: bool) -> int:
    """Guard with the tray until the person quits or a signal comes."""
    from agentguard.ui.run import run  # noqa: PLC0415 - Qt only where windows are wanted

    place = here()
    words = texts.load(settings.load(place.folder).language)
    with guarding(place) as agent:
        return run(agent.desk, words, stop=threading.Event(), may_quit=may_quit)
