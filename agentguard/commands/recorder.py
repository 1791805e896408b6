"""agentguard recorder: keeps what signs in at the call recorder's platform for this person."""

from __future__ import annotations

import argparse
import getpass
import sys

from agentguard.base import paths
from agentguard.base.errors import UsageError
from agentguard.base.translations import Texts
from agentguard.commands._words import spoken
from agentguard.commands.base import FINE, Command
from agentguard.platforms import secret_places
from agentguard.uplink.recorders.asking import ADAPTERS
from agentguard.uplink.recorders.logins import Logins
from agentguard.uplink.recorders.platform import Login

LONGEST = 500  # characters of an answer


def arguments(parser: argparse.ArgumentParser, words: Texts) -> None:
    """Add the verbs; what signs in is no option, as command lines are seen by all."""
    verbs = parser.add_subparsers(
        dest="verb", required=True, metavar=words.say("cli.recorder.verb")
    )
    help_ = words.say("cli.recorder.login")
    login = verbs.add_parser("login", help=help_, description=help_)
    login.add_argument("vendor", choices=tuple(ADAPTERS), help=words.say("cli.recorder.vendor"))
    help_ = words.say("cli.recorder.forget")
    verbs.add_parser("forget", help=help_, description=help_)


def run(chosen: argparse.Namespace) -> int:
    """Keep a login, or let go of it."""
    words, logins = spoken(), Logins(paths.data_folder(), secret_places().device)
    if chosen.verb == "forget":
        logins.forget()
        sys.stdout.write(words.say("cli.recorder.forgotten") + "\n")
        return FINE
    user, agent = _asked(words, "user"), _asked(words, "agent")
    login = Login(user=user, agent=agent, secret=_asked(words, "secret"))
    if not (login.user and login.secret and login.agent):
        raise UsageError(words.say("cli.recorder.empty"), words.say("cli.recorder.empty-advice"))
    place = words.say(f"secret.place.{logins.save(chosen.vendor, login)}")
    sys.stdout.write(words.say("cli.recorder.kept", vendor=chosen.vendor, place=place) + "\n")
    return FINE


def _asked(words: Texts, what: str) -> str:
    """Read one answer: typed unseen where it is the secret, else a line of the standard input."""
    if sys.stdin is None:
        return ""
    question = words.say(f"cli.recorder.ask-{what}") + " "
    if sys.stdin.isatty() and what == "secret":
        return getpass.getpass(question).strip()
    if sys.stdin.isatty():
        sys.stderr.write(question)
        sys.stderr.flush()
    return sys.stdin.readline(LONGEST).strip()


COMMAND = Command(arguments=arguments, run=run)
