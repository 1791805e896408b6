"""agentguard keeper: sees that an agent guards every session of this computer, and tells of it."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from agentguard.base import paths, translations
from agentguard.base.errors import CannotError
from agentguard.base.translations import Texts
from agentguard.commands.base import FINDINGS, FINE, Command
from agentguard.platforms import alive, serve
from agentguard.ports.session_host import KEEPER

if TYPE_CHECKING:
    from agentguard.service.keeper_status import Standing


STANDS = 180.0
"""Seconds that a stand-in lives if nobody ends it; a drill of the keeper's is over before."""


def arguments(parser: argparse.ArgumentParser, words: Texts) -> None:
    """Add the sub-commands."""
    every = parser.add_subparsers(dest="act", required=True, metavar=words.say("cli.command"))
    for act in ("service", "run", "status", "stand-in"):
        help_ = words.say(f"cli.keeper.{act}")
        sub = every.add_parser(act, help=help_, description=help_)
        if act == "status":
            sub.add_argument("--json", action="store_true", help=words.say("cli.keeper.json"))


def run(chosen: argparse.Namespace) -> int:
    """Keep, or tell how this computer's sessions stand."""
    if chosen.act == "stand-in":
        threading.Event().wait(STANDS)
        return FINE
    if chosen.act == "status":
        return _status(as_json=chosen.json)
    if chosen.act == "service":
        serve(KEEPER, _serve)
        return FINE
    stop = threading.Event()
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in numbers}
    try:
        _keep(stop, lambda seconds: _watched(stop, seconds), lambda: None)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return FINE


def _keep(stop: threading.Event, rest: Callable[[float], None], wake: Callable[[], None]) -> None:
    from agentguard.commands._keeper_service import keep  # noqa: PLC0415 - the service manager waits

    keep(stop, rest, wake)


def _watched(stop: threading.Event, seconds: float) -> None:
    alive()
    stop.wait(seconds)


def _serve(stop: threading.Event, changed: threading.Event) -> None:
    def rest(seconds: float) -> None:
        changed.wait(seconds)
        if not stop.is_set():
            changed.clear()

    _keep(stop, rest, changed.set)


def _status(*, as_json: bool) -> int:
    import msgspec  # noqa: PLC0415 - as above

    from agentguard.service import keeper_status  # noqa: PLC0415 - as above

    words = translations.load()
    try:
        known = keeper_status.read(paths.machine_folder())
    except OSError as error:
        raise CannotError(words.say("cli.keeper.unreadable")) from error
    if known is None:
        raise CannotError(words.say("cli.keeper.none"), words.say("cli.keeper.none-advice"))
    if as_json:
        sys.stdout.write(json.dumps(msgspec.to_builtins(known), indent=2) + "\n")
    else:
        sys.stdout.writelines(f"{line}\n" for line in told(known, words))
    return FINE if known.well else FINDINGS


def told(known: Standing, words: Texts) -> list[str]:
    """Return the lines that a person reads."""
    lines = [words.say("cli.keeper.sessions", at=known.at, count=known.sessions)]
    if known.missing:
        lines.append(words.say("keeper.missing", count=known.missing))
    if known.failing:
        lines.append(words.say("keeper.failing", count=known.failing))
    if known.gone:
        lines.append(words.say("keeper.files-gone", count=known.gone, name=known.lost))
    if known.upgrading:
        lines.append(words.say("keeper.upgrading"))
    if known.problem:
        lines.append(words.say("cli.keeper.problem", problem=known.problem))
    lines.append(words.say("cli.keeper.reported", at=known.reported or "-"))
    return lines


COMMAND = Command(arguments=arguments, run=run)
