"""agentguard setup: the steps of an install, an upgrade and a removal that only the program knows.

The installer calls it, mostly as SYSTEM, and nobody sees what it prints: every word goes to
install.log in the computer's folder as well.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from agentguard.base import paths, translations
from agentguard.base.errors import AgentGuardError, CannotError, UsageError
from agentguard.base.translations import Texts
from agentguard.commands import _setup_data
from agentguard.commands._number_arguments import seconds
from agentguard.commands.base import COULD_NOT, FINE, Command
from agentguard.platforms import cleared, data_of_users, end_agents

PATIENCE = 15.0
LOG = "install.log"


def arguments(parser: argparse.ArgumentParser, words: Texts) -> None:
    """Add the steps."""
    every = parser.add_subparsers(dest="act", required=True, metavar=words.say("cli.command"))
    steps = {}
    for act in ("close", "take", "farewell", "purge"):
        help_ = words.say(f"cli.setup.{act}")
        steps[act] = every.add_parser(act, help=help_, description=help_)
    close, take = steps["close"], steps["take"]
    close.add_argument(
        "--seconds", type=float, default=PATIENCE, help=words.say("cli.setup.seconds")
    )
    for option, text in (("upgrade", "upgrade"), ("all", "every"), ("kill", "kill")):
        help_ = words.say(f"cli.setup.{text}")
        close.add_argument(f"--{option}", action="store_true", help=help_)
    take.add_argument("file", type=Path, help=words.say("cli.setup.file"))


def run(chosen: argparse.Namespace) -> int:
    """Take one step."""
    words = translations.load()
    try:
        return _STEPS[chosen.act](chosen, words)
    except AgentGuardError as error:
        _note(str(error))
        raise


def _close(chosen: argparse.Namespace, words: Texts) -> int:
    wait = seconds(chosen.seconds, words)
    if chosen.upgrade:
        _setup_data.mark(paths.machine_folder())
    if chosen.all:
        ended = cleared(_installed(words), wait, kill=chosen.kill)
    else:
        ended = end_agents(paths.machine_folder(), wait)
    if not ended:
        raise CannotError(words.say("cli.setup.late"), words.say("cli.setup.late-advice"))
    return FINE


def _installed(words: Texts) -> Path:
    """Return the folder of the installed program.

    That of a Python holds other people's programs.
    """
    if not getattr(sys, "frozen", False):
        raise UsageError(words.say("cli.setup.not-installed"))
    return Path(sys.executable).parent


def _take(chosen: argparse.Namespace, words: Texts) -> int:
    _setup_data.take(chosen.file, paths.private_folder(), words)
    return FINE


def _farewell(_chosen: argparse.Namespace, words: Texts) -> int:
    from agentguard.commands._keeper_service import farewell  # noqa: PLC0415 - TLS costs other steps time

    told = _setup_data.kept(paths.machine_folder()) or farewell()
    _say(words.say("cli.setup.told" if told else "cli.setup.untold"))
    return FINE if told else COULD_NOT


def _purge(_chosen: argparse.Namespace, words: Texts) -> int:
    folder = paths.machine_folder()
    if _setup_data.kept(folder):
        _setup_data.unmark(folder)
        _say(words.say("cli.setup.kept"))
        return FINE
    done = _setup_data.purge(folder, _setup_data.of_users(data_of_users))
    sys.stdout.write(
        words.say("cli.setup.left" if done.left else "cli.setup.purged", count=done.left) + "\n"
    )
    if done.vaults:
        sys.stdout.write(words.say("cli.setup.vaults", count=done.vaults) + "\n")
    return COULD_NOT if done.left else FINE


def _say(sentence: str) -> None:
    sys.stdout.write(f"{sentence}\n")
    _note(sentence)


def _note(sentence: str) -> None:
    """Write it down for who looks why an install failed; without the folder there is no place."""
    try:
        with (paths.machine_folder() / LOG).open("a", encoding="utf-8") as log:
            log.write(f"{sentence}\n")
    except OSError:
        return


_STEPS = {"close": _close, "take": _take, "farewell": _farewell, "purge": _purge}

COMMAND = Command(arguments=arguments, run=run)
