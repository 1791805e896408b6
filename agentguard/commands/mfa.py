"""agentguard mfa: offline codes for a person who has just proved who it is."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from agentguard import paths, texts
from agentguard.commands._person import person
from agentguard.commands.base import FINE, Command
from agentguard.errors import CannotError, UsageError
from agentguard.mfa.offline import HOURS, MOST, OfflineCodes
from agentguard.mfa.totp import RemoteTotp
from agentguard.model.records import Record
from agentguard.platforms import secret_places, system_clock
from agentguard.ports.clock import Clock
from agentguard.store.db import open_store
from agentguard.texts import Texts
from agentguard.uplink import enrolment
from agentguard.uplink.client import Client
from agentguard.uplink.enrolment import Prover

COUNT = 10
GROUP = "offline-codes"
AWAY = "mfa.endpoint-away"
ISSUED = "proof.codes-issued"
LONGEST_CODE = 64


def arguments(parser: argparse.ArgumentParser, words: Texts) -> None:
    """Add the verbs; the one-time code is no option, as command lines are seen by all."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar=words.say("cli.mfa.verb"))
    help_ = words.say("cli.mfa.codes")
    codes = verbs.add_parser("codes", help=help_, description=help_)
    codes.add_argument(
        "--count", type=int, default=COUNT, metavar="N", help=words.say("cli.mfa.count")
    )


def run(chosen: argparse.Namespace) -> int:
    """Ask for a one-time code, have the endpoint judge it, and show new offline codes once."""
    words, folder, clock = texts.load(), paths.data_folder(), system_clock()
    if not 1 <= chosen.count <= MOST:
        raise UsageError(words.say("cli.mfa.count-wrong", most=MOST))
    _prove(folder, clock, words)
    _write_down(folder, clock, chosen.count)
    codes = OfflineCodes(folder, clock).issue(chosen.count)
    sys.stdout.write(words.say("cli.mfa.issued", hours=HOURS) + "\n")
    sys.stdout.writelines(f"  {code}\n" for code in codes)
    sys.stdout.write(words.say("cli.mfa.keep") + "\n")
    return FINE


def _prove(folder: Path, clock: Clock, words: Texts) -> None:
    """Return when the endpoint accepts the code.

    Raises:
        CannotError: this computer is not enrolled, or the code was not accepted.

    """
    known, key = enrolment.load(folder), enrolment.device_key(folder, secret_places().device)
    if known is None or key is None:
        raise CannotError(words.say("cli.mfa.not-enrolled"), words.say("cli.mfa.how-enrolled"))
    client = Client(known.url, clock, ca_file=known.ca_file)
    prover = Prover(client, known, key, person())
    proof = RemoteTotp(prover.prove).verify(GROUP, _asked(words))
    if not proof.accepted:
        away = proof.message is not None and proof.message.id == AWAY
        advice = words.say("cli.mfa.away") if away else words.render(proof.message)
        raise CannotError(words.say("cli.mfa.none-issued"), advice)


def _asked(words: Texts) -> str:
    if sys.stdin is None:  # the program was started without one
        return ""
    if sys.stdin.isatty():
        sys.stderr.write(words.say("cli.mfa.ask") + " ")
        sys.stderr.flush()
    try:
        return sys.stdin.readline(LONGEST_CODE)
    except UnicodeError:
        return ""


def _write_down(folder: Path, clock: Clock, count: int) -> None:
    """Journal it first: no codes without a trace of them."""
    store = open_store(folder, clock)
    try:
        store.journal.commit([Record(kind=ISSUED, at=clock.now(), payload={"count": count})], {})
    finally:
        store.close()


COMMAND = Command(arguments=arguments, run=run)
