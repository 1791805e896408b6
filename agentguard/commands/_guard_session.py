"""Guards this session: the agent with windows or without, one at a time."""

from __future__ import annotations

import gc
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from agentguard.base import lean_messages, own_files, paths, settings, translations
from agentguard.base.borrowed import be_brief, let_go
from agentguard.base.deferred import OPENSSL_NAMES, defer, put_off
from agentguard.base.errors import CannotError
from agentguard.base.languages import chosen
from agentguard.base.lean_records import share
from agentguard.base.startup import DISPLAY, FOLDER, OTHER_AGENT, Starting, why_of
from agentguard.base.translations import Texts
from agentguard.commands._quick_loading import loading
from agentguard.commands.base import FINE
from agentguard.model.messages import say
from agentguard.platforms import (
    alive,
    call,
    called,
    end_hung,
    end_silent,
    exit_code,
    holder,
    keep_none,
    languages,
    left_to_keeper,
    letter_scale,
    load,
    machine_layers,
    not_shown,
    one_heap,
    only_one,
    quitting,
    secret_places,
    silent,
    system_clock,
    user_name,
)
from agentguard.ports.session_host import KEEPER

if TYPE_CHECKING:
    from agentguard.runtime.agent import Agent
    from agentguard.software.kept_pack import KeptPack


SILENT = 7
"""Seconds without a sign of life, as agentguard.platforms counts them."""
APPEARS = 10
"""Seconds between two looks for a display that was not there at the start."""
KEPT = 20
"""Seconds in which a keeper that runs has an agent up: it needs five at most, and a start ten."""
LOOK, TRIES = 0.1, 20
"""Seconds between two tries for a folder whose agent was ended, and how many there are."""


@contextmanager
def alone(folder: Path, starting: Starting) -> Iterator[bool]:
    """Be the only agent of a folder; gives False where another guards.

    One that gives no sign of life is ended first: a desk is not left to who hangs.
    """
    with ExitStack() as stack:
        first = _taken(folder, stack)
        process = 0 if first else silent(folder)
        if process:
            end_silent(process)
        for _ in range(0 if first else TRIES if process else 1):
            if first := _taken(folder, stack):
                break
            threading.Event().wait(LOOK)
        if process and first:
            starting.note(OTHER_AGENT, say("starting.other-agent", seconds=SILENT))
        elif process and holder(folder)[0] == process:
            first = True
            starting.note(OTHER_AGENT, say("starting.other-agent-stays"))
        yield first


def _taken(folder: Path, stack: ExitStack) -> bool:
    """Take the folder until the stack ends; what was tried in vain is let go of at once."""
    with ExitStack() as attempt:
        if not attempt.enter_context(only_one(folder)):
            return False
        stack.enter_context(attempt.pop_all())
    return True


def _second(words: Texts) -> CannotError:
    return CannotError(words.say("cli.tray.second"), words.say("cli.tray.second-advice"))


def _home(starting: Starting) -> Path:
    """Return the data folder; where it cannot be used, one that ends with the session."""
    try:
        folder = paths.data_folder()
        next(folder.iterdir(), None)
    except (CannotError, OSError) as error:
        where, why = str(paths.wanted_folder()), why_of(error)
        instead = paths.spare_folder()
        starting.note(FOLDER, say("starting.folder", folder=where, why=why, instead=str(instead)))
        return instead
    if impostors := own_files.remove_impostors(folder):
        starting.note(FOLDER, say("starting.impostors", folder=str(folder), count=impostors))
    return folder


@contextmanager
def guarding(folder: Path, starting: Starting) -> Iterator[Agent]:
    """Start the agent of this user on this computer, and stop it afterwards."""
    with ExitStack() as stack:
        with loading(tidy=True):
            agent = _started(folder, starting, stack)
        yield agent


def _catalogue(folder: Path) -> KeptPack:
    """Return what keeps the catalogue of programs, which is read by now.

    Reading takes twice what is kept of it: what is imported next has room in what it leaves.
    """
    from agentguard.runtime.catalogue_service import packs  # noqa: PLC0415 - after the first icon

    kept = packs(folder, system_clock())
    kept.start()
    return kept


def _started(folder: Path, starting: Starting, stack: ExitStack) -> Agent:
    from agentguard.ports.desktop import nothing  # noqa: PLC0415 - after the first icon
    from agentguard.ports.secrets import Places  # noqa: PLC0415 - as above

    one_heap()  # before the threads, and after the first icon
    lean_messages.load()
    translations.pack_unread()  # what comes next has room in what it leaves
    early = Starting()  # what fails now is tried again by the agent, which tells it
    packs = early.room("catalogue", lambda: _catalogue(folder), lambda _why: None)
    from agentguard.runtime.bootstrap import Place, logged, opened  # noqa: PLC0415 - after it

    place = Place(
        folder=folder,
        backend=starting.room("desktop", load, nothing),
        clock=system_clock(),
        packs=packs,
        user=user_name(),
        secrets=starting.room("keyring", secret_places, lambda _why: Places()),
        layers=machine_layers(),
        starting=starting,
        end=end_hung,
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


def _be_lean() -> None:
    """Let this process carry little: it lives for hours. Called before anything else is loaded."""
    share()
    be_brief()
    let_go("locale")  # names of 900 languages, for one look by the reader of the command's words
    put_off(("argparse", "gettext"))  # which is that reader
    gc.unfreeze()  # the next look for garbage frees them
    defer((OPENSSL_NAMES,))


def guard_without_windows() -> int:
    """Guard until SIGINT or SIGTERM, or until all agents are told to end."""
    _be_lean()
    starting, stop = Starting(), threading.Event()
    folder = _home(starting)
    words = _words(folder)
    with _ending(stop.set), alone(folder, starting) as first:
        if not first:
            raise _second(words)
        return _headless(folder, starting, words, stop, words.say("cli.run.begun"))


def _never() -> bool:
    return False


def _headless(
    folder: Path,
    starting: Starting,
    words: Texts,
    stop: threading.Event,
    begun: str,
    enough: Callable[[], bool] = _never,
) -> int:
    """Guard without windows until the end, or until it is `enough`."""
    from agentguard.commands._notices import Notices  # noqa: PLC0415 - windows speak for themselves

    told = quitting(folder)
    while True:
        with guarding(folder, starting) as agent:
            sys.stderr.write(begun + "\n")
            sys.stderr.writelines(f"{words.render(fault)}\n" for fault in starting.faults.values())
            notices, anew = Notices(agent.desk, words, agent.backend.notifier), agent.anew
            while not (stop.wait(1.0) or told() or enough() or anew.is_set()):
                alive()
                agent.mind()
                notices.look()
        if stop.is_set() or not anew.is_set():
            return FINE
        starting = starting.again()


def _words(folder: Path) -> Texts:
    wish = settings.at_start(folder, machine_layers()).settings.language
    return translations.load(chosen(wish, languages()))


def guard_with_windows(*, may_quit: bool, quiet: bool = False) -> int:
    """Guard with the tray until the person quits, a signal comes, or all agents are told to end.

    Where an agent guards already, this one ends at once; unless it is `quiet`, the other's window
    comes up. Without a display it guards without windows until there is one.
    """
    _be_lean()
    starting = Starting()
    folder = _home(starting)
    words = _words(folder)
    if not _is_kept(folder):
        with alone(folder, starting) as first:
            if first:
                why = not_shown()
                if why:
                    return _unseen(folder, starting, words, why, may_quit=may_quit)
                return _with_windows(folder, starting, words, may_quit=may_quit)
    if quiet:
        return FINE
    if not call(folder):
        raise _second(words)
    if sys.stdout is not None:  # the program was started without one
        sys.stdout.write(words.say("cli.tray.called") + "\n")
    return FINE


def _is_kept(folder: Path) -> bool:
    """Check whether the keeper's agent guards, or will in a moment: then this one only calls it.

    Where none comes, this one guards: a desk is never left to nobody.
    """
    wanted = settings.at_start(folder, machine_layers()).settings.auto_start
    return wanted and left_to_keeper(KEEPER, folder, KEPT)


class _Display:
    """Looks now and then whether a display that was awaited is there."""

    def __init__(self) -> None:
        self._left = APPEARS
        self.there = False

    def came(self) -> bool:
        """Check whether it is; called once a second."""
        self._left -= 1
        if self._left <= 0:
            self._left = APPEARS
            self.there = not not_shown()
        return self.there


def _unseen(folder: Path, starting: Starting, words: Texts, why: str, *, may_quit: bool) -> int:
    """Guard where a display is wanted and there is none, and with windows as soon as there is.

    What needs a display to see is made with it, so that the agent begins anew: it takes a second.
    """
    starting.note(DISPLAY, say("starting.display", why=why))
    stop, display = threading.Event(), _Display()
    with _ending(stop.set):
        begun = words.say("starting.headless", why=why)
        _headless(folder, starting, words, stop, begun, display.came)
        if stop.is_set() or not display.there:
            return FINE
    sys.stderr.write(words.say("starting.display-came") + "\n")
    return _with_windows(folder, starting.again(), words, may_quit=may_quit)


class _Told(threading.Event):
    """A stop for a signal and for the end of all agents; each look says that this one is alive."""

    def __init__(self) -> None:
        super().__init__()
        self._told: tuple[Callable[[], bool], ...] = ()
        self._mind: Callable[[], None] = lambda: None
        self._asked = False

    def listen(self, mind: Callable[[], None], *told: Callable[[], bool]) -> None:
        """Set it as well once one of `told` says that this agent, or all agents, are to end.

        Each look minds the agent's threads, too.
        """
        self._mind, self._told = mind, told

    def again(self) -> bool:
        """Begin another round, unless a signal came or all agents are to end."""
        if self._asked or self._told[0]():
            return False
        self.clear()
        return True

    def ask(self) -> None:
        """Set it from a signal: no lock is taken, which the interrupted thread might hold."""
        self._asked = True

    def is_set(self) -> bool:
        """Check whether it is."""
        alive()
        self._mind()
        if self._asked or any(told() for told in self._told):
            self.set()
        return super().is_set()


def _with_windows(folder: Path, starting: Starting, words: Texts, *, may_quit: bool) -> int:
    stop = _Told()
    with _ending(stop.ask):  # an interrupt anywhere in the start could be swallowed there
        while _shown(folder, starting, words, stop, may_quit=may_quit) and stop.again():
            starting = starting.again()
    return exit_code()


def _shown(folder: Path, starting: Starting, words: Texts, stop: _Told, *, may_quit: bool) -> bool:
    """Guard with windows until the end; tell whether the agent wants to begin anew."""
    keep_none()
    with loading():
        from agentguard.ui.sourceless import spare  # noqa: PLC0415 - Qt only for windows

        spare()
        from agentguard.ui.startup_icon import appear  # noqa: PLC0415 - after what it spares

        first = appear(words)
        from agentguard.ui.call_signatures import shed  # noqa: PLC0415 - what comes next has its room

        shed()
        gc.collect()
        lean_messages.load()
        from agentguard.commands._speech import here  # noqa: PLC0415 - only for windows
        from agentguard.ui.run import run  # noqa: PLC0415 - after the first icon

    with guarding(folder, starting) as agent:
        stop.listen(agent.mind, quitting(folder), agent.anew.is_set)
        run(
            agent.desk,
            words,
            stop=stop,
            may_quit=may_quit,
            first=first,
            capture=agent.backend.capture,
            ending=agent.stop,
            wanted=lambda: called(folder),
            here=here(folder),
            scale=letter_scale,
        )
    return agent.anew.is_set()
