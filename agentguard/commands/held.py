"""agentguard held: all that the endpoint holds on this computer, to be read or kept."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from agentguard.base import atomic_files, paths, translations
from agentguard.base.errors import CannotError
from agentguard.base.translations import Texts
from agentguard.commands.base import FINE, Command
from agentguard.model.held_data import HeldClass, HeldThere
from agentguard.platforms import network, secret_places, system_clock
from agentguard.uplink.endpoint import held


def arguments(parser: argparse.ArgumentParser, words: Texts) -> None:
    """Add the options."""
    parser.add_argument("--json", action="store_true", help=words.say("cli.held.json"))
    parser.add_argument("--save", metavar="FILE", help=words.say("cli.held.save"))


def run(chosen: argparse.Namespace) -> int:
    """Ask, then show the classes of records, or the records themselves."""
    words = translations.load()
    folder = paths.data_folder()
    found = held(folder, system_clock(), secret_places().device, network(folder))
    if chosen.save:
        _save(Path(chosen.save), found, words)
    sys.stdout.write(f"{found.whole}\n" if chosen.json else shown(found, words))
    if chosen.save and not chosen.json:
        sys.stdout.write(f"{words.say('cli.held.saved', file=chosen.save)}\n")
    return FINE


def shown(found: HeldThere, words: Texts) -> str:
    """Return the classes in words, one a line."""
    head = words.say("cli.held.title", host=found.host, at=found.at)
    lines = [_line(one, words) for one in found.classes]
    return "\n".join((head, *lines, words.say("cli.held.never"), ""))


def _line(one: HeldClass, words: Texts) -> str:
    what = words.say(one.words) if words.has(one.words) else one.name
    days = f"  ({one.days})" if one.days else ""
    return f"{one.many:>8}  {what}{days}"


def _save(file: Path, found: HeldThere, words: Texts) -> None:
    try:
        atomic_files.write(file, found.whole.encode())
    except OSError as error:
        raise CannotError(
            words.say("cli.held.unwritten", file=str(file)), words.say("cli.held.unwritten-advice")
        ) from error


COMMAND = Command(arguments=arguments, run=run)
