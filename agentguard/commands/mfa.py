"""agentguard mfa: offline codes for who has just proved presence, and security keys."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from agentguard.base import paths
from agentguard.base.errors import CannotError, UsageError
from agentguard.base.translations import Texts
from agentguard.commands import _outcome
from agentguard.commands._code import asked
from agentguard.commands._mfa_app import set_up
from agentguard.commands._mfa_key import register
from agentguard.commands._words import spoken
from agentguard.commands.base import FINE, Command
from agentguard.mfa.offline_codes import HOURS, MOST, OfflineCodes
from agentguard.mfa.totp import RemoteTotp
from agentguard.model.policy import Policy
from agentguard.model.records import Record
from agentguard.platforms import network, secret_places, system_clock, user_name
from agentguard.policy.last_good import Keeper
from agentguard.ports.clock import Clock
from agentguard.runtime.known_checks import shapes
from agentguard.store.agent_store import open_store
from agentguard.uplink import enrolment
from agentguard.uplink.client import Client
from agentguard.uplink.enrolment import Prover

COUNT = 10
GROUP = "offline-codes"
AWAY = "mfa.endpoint-away"
ISSUED = "proof.codes-issued"


def arguments(parser: argparse.ArgumentParser, words: Texts) -> None:
    """Add the verbs; the one-time code is no option, as command lines are seen by all."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar=words.say("cli.mfa.verb"))
    help_ = words.say("cli.mfa.codes")
    codes = verbs.add_parser("codes", help=help_, description=help_)
    codes.add_argument(
        "--count", type=int, default=COUNT, metavar="N", help=words.say("cli.mfa.count")
    )
    help_ = words.say("cli.mfa.app")
    verbs.add_parser("app", help=help_, description=help_)
    help_ = words.say("cli.mfa.key")
    verbs.add_parser("key", help=help_, description=help_)


def run(chosen: argparse.Namespace) -> int:
    """Make new offline codes, register a security key, or set up an authenticator app."""
    words = spoken()
    if chosen.verb == "key":
        register(words)
    elif chosen.verb == "app":
        _show(set_up(words, _policy()), words)
    else:
        _issue(chosen, words)
    return FINE


def _issue(chosen: argparse.Namespace, words: Texts) -> None:
    """Ask for a one-time code, have the endpoint judge it, and show new offline codes once."""
    folder, clock = paths.data_folder(), system_clock()
    if not 1 <= chosen.count <= MOST:
        raise UsageError(words.say("cli.mfa.count-wrong", most=MOST))
    _prove(folder, clock, words)
    _write_down(folder, clock, chosen.count)
    _show(OfflineCodes(folder, clock).issue(chosen.count), words)


def _policy() -> Policy:
    return Keeper(paths.data_folder(), shapes(), system_clock()).start().policy


def _show(codes: tuple[str, ...], words: Texts) -> None:
    _outcome.facts(hours=HOURS, codes=list(codes))
    sys.stdout.write(words.say("cli.mfa.issued", hours=HOURS) + "\n")
    sys.stdout.writelines(f"  {code}\n" for code in codes)
    sys.stdout.write(words.say("cli.mfa.keep") + "\n")


def _prove(folder: Path, clock: Clock, words: Texts) -> None:
    """Return when the endpoint accepts the code.

    Raises:
        CannotError: this computer is not enrolled, or the code was not accepted.

    """
    known = enrolment.load(folder)
    if known is None:
        raise CannotError(words.say("cli.mfa.not-enrolled"), words.say("cli.mfa.how-enrolled"))
    key = enrolment.request_key(folder, known, secret_places().device)
    client = Client(known.url, clock, ca_file=known.ca_file, network=network(folder))
    prover = Prover(client, known, key, user_name())
    proof = RemoteTotp(prover.prove).verify(GROUP, asked(words))
    if not proof.accepted:
        away = proof.message is not None and proof.message.id == AWAY
        advice = words.say("cli.mfa.away") if away else words.render(proof.message)
        raise CannotError(words.say("cli.mfa.none-issued"), advice)


def _write_down(folder: Path, clock: Clock, count: int) -> None:
    """Journal it first: no codes without a trace of them."""
    store = open_store(folder, clock)
    try:
        store.journal.commit([Record(kind=ISSUED, at=clock.now(), payload={"count": count})], {})
    finally:
        store.close()


COMMAND = Command(arguments=arguments, run=run)
