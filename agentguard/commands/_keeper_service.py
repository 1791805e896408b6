"""Builds the keeper of this computer and lets it keep."""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable
from pathlib import Path

from agentguard import __version__
from agentguard.base import logs, paths, settings, translations
from agentguard.base.errors import CannotError
from agentguard.engine.supervisor import Actor, Supervisor
from agentguard.platforms import (
    closed,
    desks,
    keeper_answers,
    machine_layers,
    network,
    secret_places,
    stand_in,
    system_clock,
    system_log,
)
from agentguard.ports.clock import Clock, Stop
from agentguard.service.files import ProgramFiles
from agentguard.service.identity import CODE_FILE, Identity, Wanted
from agentguard.service.keeper_status import Standing
from agentguard.service.reports import Teller
from agentguard.service.restart_drill import RestartDrill
from agentguard.service.run import Keeper
from agentguard.service.system_log_lines import BEGUN, STOPPED, Witness
from agentguard.service.watch import Happening, What

ENDING = 5.0  # seconds for what is on its way to the endpoint

Rest = Callable[[float], None]
"""Waits, at most so many seconds."""


def keep(stop: Stop, rest: Rest, wake: Callable[[], None]) -> None:
    """Keep until `stop` is set; `wake` ends a rest."""
    private, clock = _private(), system_clock()
    log = private / "logs"
    log.mkdir(mode=0o700, exist_ok=True)
    logs.set_up(log, seconds=lambda: clock.now().boot)
    identity = _identity(private, clock)
    teller = Teller(identity.connect, identity.epoch, clock)
    files = ProgramFiles(_program_folder(), private, __version__)
    witness = Witness(teller, system_log(), translations.load())
    keeper = Keeper(
        folder=paths.machine_folder(),
        desks=desks(wake),
        clock=clock,
        told=witness,
        gone=files.gone,
        wanted=lambda: settings.load(None, machine_layers()).auto_start,
        drill=_drill(clock, wake),
    )
    supervisor = Supervisor(clock=clock, submit=lambda _event: None, patience=ENDING)
    supervisor.start(Actor(name="reports", run=teller.run))
    if (answers := keeper_answers(clock)) is not None:
        supervisor.start(Actor(name="answers", run=answers))
    witness.write(BEGUN)
    try:
        keeper.run(stop, rest)
        witness.write(STOPPED)
    finally:
        supervisor.stop()


def _drill(clock: Clock, wake: Callable[[], None]) -> RestartDrill | None:
    """Return the keeper's own drill; None where the system starts the agents."""
    one = stand_in(wake)
    return None if one is None else RestartDrill(stand_in=one, boot=lambda: clock.now().boot)


def farewell() -> bool:
    """Tell the endpoint, as the keeper, that AgentGuard is removed; tell whether it took it."""
    private, clock = paths.private_folder(), system_clock()
    identity = _identity(private, clock)
    teller = Teller(identity.connect, identity.epoch, clock)
    witness = Witness(teller, system_log(), translations.load())
    witness.tell(Standing(at=clock.now().iso), (Happening(what=What.REMOVED, session=""),))
    return not teller.report()


def _identity(private: Path, clock: Clock) -> Identity:
    places, ways = secret_places().machine, network(None)
    return Identity(private, lambda: _wanted(private), clock, places, ways)


def _private() -> Path:
    """Return the folder of the key and the code, if it is nobody else's.

    Raises:
        CannotError: somebody else has made it, or may read it: who made it first could give the
            keeper an identity of their own.

    """
    folder, words = paths.private_folder(), translations.load()
    if not closed(folder):
        title = words.say("cli.keeper.open", folder=str(folder))
        raise CannotError(title, words.say("cli.keeper.open-advice"))
    return folder


def _wanted(private: Path) -> Wanted:
    said = settings.load(None, machine_layers())
    own = private / CODE_FILE  # where the installer has put it
    elsewhere = Path(said.enrolment_file) if said.enrolment_file and not own.exists() else None
    return Wanted(
        endpoint=said.endpoint,
        ca_file=said.ca_file,
        label=said.shown(platform.node()),
        code_file=elsewhere or own,
    )


def _program_folder() -> Path:
    """Return where the program's files lie: beside the frozen program, or its package."""
    if getattr(sys, "frozen", False):
        return Path(sys.executable).parent
    return Path(__file__).resolve().parents[1]
