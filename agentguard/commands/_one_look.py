"""Looks at this computer once with all that the agent knows, and changes nothing of the agent's."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from agentguard.base import paths, settings, translations
from agentguard.base.errors import StoreError
from agentguard.base.translations import Texts
from agentguard.commands import _named_policy
from agentguard.commands._words import of_one_look
from agentguard.detect.sandbox.client import Limits, ScanClient
from agentguard.mfa import Verifiers
from agentguard.model.events import PolicyInForce
from agentguard.model.messages import say
from agentguard.model.policy import Policy
from agentguard.model.posture import ControlState
from agentguard.model.verdicts import State
from agentguard.platforms import cage, child_starter, leash, load, machine_layers, system_clock
from agentguard.policy.last_good import Keeper
from agentguard.ports.clock import Clock
from agentguard.runtime.agent import Agent, Computer, Parts, Person, Storage
from agentguard.runtime.compose import build
from agentguard.runtime.known_checks import shapes
from agentguard.runtime.one_shot import Look, Progress, silent
from agentguard.store import file_memory
from agentguard.store.agent_store import open_for_reading
from agentguard.store.file_memory import SeenDatabase
from agentguard.store.memory import InMemoryJournal, InMemoryOutbox

HEALTH = "agent-health"
PREFIXES = ("lesson", "watched-file/", "watched-pattern/")
LOOK_AGAIN, TRIES = 0.1, 30
"""Seconds between two tries to remove the copies, and how many there are."""


def taken(
    seconds: float, policy: Path | None = None, progress: Progress = silent
) -> tuple[ControlState, ...]:
    """Return the state of every control after a look of at most `seconds`."""
    clock = system_clock()
    journal, entries = _remembered(paths.data_folder())
    with _agent(journal, clock, policy) as agent:
        seen = Look(agent=agent, journal=entries, progress=progress).take(seconds).controls
    words = translations.load()
    return tuple(_promising_nothing(one, words) for one in seen)


def _promising_nothing(control: ControlState, words: Texts) -> ControlState:
    """Return a control without a word on what comes later: after one look nothing does.

    That a look went well proves nothing of an agent that may not even run.
    """
    if control.check == HEALTH and control.state is State.PASS:
        untold = replace(control.coverage, why=(say("engine.not-yet"),))
        control = replace(control, state=State.UNKNOWN, coverage=untold)
    once = partial(of_one_look, words)
    coverage = replace(control.coverage, why=tuple(map(once, control.coverage.why)))
    detail = None if control.detail is None else once(control.detail)
    return replace(control, coverage=coverage, detail=detail, rows=tuple(map(once, control.rows)))


def _remembered(folder: Path) -> tuple[InMemoryJournal, tuple[int, bool] | None]:
    """Return a journal that remembers lessons and watched files, and the state of the real one."""
    copy = InMemoryJournal()
    try:
        with closing(open_for_reading(folder)) as real:
            for prefix in PREFIXES:
                copy.commit((), real.journal.memory(prefix))
            return copy, real.journal.verify()
    except StoreError:
        return copy, None


@contextmanager
def _agent(journal: InMemoryJournal, clock: Clock, policy: Path | None) -> Iterator[Agent]:
    folder = paths.data_folder()
    chosen = policy or (Path(p) if (p := settings.load(folder, machine_layers()).policy) else None)
    given = _named_policy.read(str(chosen)) if chosen else None
    with (
        _copied(folder) as copies,
        closing(SeenDatabase(copies, clock)) as seen,
        _child(clock, seen) as scan,
    ):
        parts = Parts(
            computer=Computer(backend=load(), clock=clock),
            storage=Storage(
                folder=folder,
                journal=journal,
                outbox=InMemoryOutbox(journal),
                seen=None if policy else seen,  # a draft may read files by other rules
            ),
            person=Person(verifier=Verifiers(())),
            scan=scan,
        )
        try:
            yield build(parts, _first(folder, clock, given))
        finally:
            scan.abort()  # whatever is still read: nobody waits for the rest


def _child(clock: Clock, seen: SeenDatabase) -> ScanClient:
    """Return who reads files to their end: after a look nobody reads on."""
    return ScanClient(
        *(Limits(), clock),
        strikes=seen,
        cage=cage(),
        leash=leash,
        start=child_starter(),
        to_the_end=True,
    )


def _first(folder: Path, clock: Clock, given: Policy | None) -> PolicyInForce:
    """Return the policy that was named, else the kept one: a look is no start that may crash."""
    if given is not None:
        return PolicyInForce(at=clock.now(), policy=given)
    return Keeper(folder, shapes(), clock).start()


@contextmanager
def _copied(folder: Path) -> Iterator[Path]:
    """Yield a folder with a copy of what is known of files: a look changes nothing of the agent's.

    One that cannot be copied is done without, and every file is read.
    """
    with TemporaryDirectory(prefix="agentguard-check-", ignore_cleanup_errors=True) as made:
        for part in folder.glob(f"{file_memory.FILE}*"):
            with suppress(OSError):
                shutil.copy(part, made)
        try:
            yield Path(made)
        finally:
            _removed(Path(made))


def _removed(folder: Path) -> None:
    """Remove the copies; a look that was broken off may write into them for another moment."""
    for _ in range(TRIES):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        threading.Event().wait(LOOK_AGAIN)
