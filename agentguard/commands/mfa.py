"""agentguard mfa: offline codes for who has just proved presence, and security keys."""

from __future__ import annotations

import argparse
import getpass
import io
import sys
from pathlib import Path

from agentguard import platforms
from agentguard.base import paths
from agentguard.base.errors import CannotError, UplinkError, UsageError
from agentguard.base.translations import Texts
from agentguard.checks.reauth import rules
from agentguard.commands import _outcome
from agentguard.commands._code import LONGEST_CODE, Factors, asked
from agentguard.commands._words import spoken
from agentguard.commands.base import FINE, Command
from agentguard.mfa.app_setup import AppSetup
from agentguard.mfa.credential_counters import Counters
from agentguard.mfa.offline_codes import HOURS, MOST, OfflineCodes
from agentguard.mfa.passkeys import BrokenError, KeyRing, Passkeys
from agentguard.mfa.totp import RemoteTotp
from agentguard.model.messages import Message
from agentguard.model.policy import Policy
from agentguard.model.records import Record
from agentguard.platforms import network, secret_places, system_clock, user_name
from agentguard.policy.last_good import Keeper
from agentguard.ports.clock import Clock
from agentguard.ports.desktop import Absent
from agentguard.ports.factors import AppOffer, AppRuling
from agentguard.ports.people import ListedKey
from agentguard.runtime import known_checks
from agentguard.runtime.known_checks import shapes
from agentguard.store.agent_store import open_store
from agentguard.uplink import enrolment
from agentguard.uplink.client import Client
from agentguard.uplink.enrolment import Prover

COUNT = 10
GROUP = "offline-codes"
AWAY = "mfa.endpoint-away"
ISSUED = "proof.codes-issued"
REGISTERED = "proof.key-registered"


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


def set_up(words: Texts, policy: Policy) -> tuple[str, ...]:
    """Ask for the supervisor's code, show the secret once, take the first code; give offline codes.

    Raises:
        CannotError: there is no endpoint, or a code was not accepted.

    """
    setup = _setup(policy)
    offer = setup.begin(_asked(words.say("cli.mfa.app-code")))
    if not isinstance(offer, AppOffer):
        raise _none(words, offer)
    sys.stdout.write(_picture(offer) + "\n")
    sys.stdout.write(words.say("cli.mfa.app-scan", key=offer.key) + "\n")
    sys.stdout.flush()
    codes = setup.finish(_asked(words.say("cli.mfa.app-first")))
    if isinstance(codes, Message):
        raise _none(words, codes)
    return codes


def _setup(policy: Policy) -> AppSetup:
    folder, clock = paths.data_folder(), system_clock()
    factors = Factors(folder, clock)

    def ask(code: str) -> AppRuling:
        if not factors.enrolled():
            raise UplinkError("not-enrolled", "This computer is not enrolled at an endpoint.")
        return factors.app(code)

    def note(kind: str, count: int) -> None:
        store = open_store(folder, clock)
        try:
            noted = Record(kind=kind, at=clock.now(), payload={"count": count})
            store.journal.commit([noted], {})
        finally:
            store.close()

    return AppSetup(
        ask=ask,
        codes=factors.verifier(),
        offline=OfflineCodes(folder, clock),
        allowed=lambda: rules(policy).apps,
        note=note,
    )


def _asked(words: str) -> str:
    """Read a code, unseen at a terminal; it is no option, as command lines are seen by all."""
    if sys.stdin is None:
        return ""
    try:
        if sys.stdin.isatty():
            return getpass.getpass(words + " ", sys.stderr)
        return sys.stdin.readline(LONGEST_CODE).rstrip("\r\n")
    except (UnicodeError, EOFError):
        return ""


def _picture(offer: AppOffer) -> str:
    import segno  # noqa: PLC0415 - only here it is drawn

    drawn = io.StringIO()
    segno.make(offer.address, error="l", micro=False).terminal(out=drawn, compact=True)
    shown = drawn.getvalue()
    try:
        shown.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:  # a terminal without blocks: the key is typed
        return ""
    return shown


def _none(words: Texts, why: Message) -> CannotError:
    return CannotError(words.say("cli.mfa.app-none"), words.render(why))


def register(words: Texts) -> None:
    """Have a key make a credential, write that down, and show its public half.

    Raises:
        CannotError: there is no key, or it was not registered.

    """
    folder, clock = paths.data_folder(), platforms.system_clock()
    said = rules(Keeper(folder, known_checks.shapes(), clock).start().policy)
    found = platforms.load().authenticator
    if isinstance(found, Absent):
        raise CannotError(words.say("cli.mfa.no-key-made"), words.render(found.reason))
    ring = KeyRing(rp_id=said.rp_id, keys=said.keys)
    keys = Passkeys(found, lambda: ring, user_name(), Counters(folder))
    pin = "" if found.own_dialog else _pin(words)
    sys.stderr.write(words.say("cli.mfa.touch") + "\n")
    sys.stderr.flush()
    made = _made(keys, pin, words)
    store = open_store(folder, clock)
    try:
        noted = Record(kind=REGISTERED, at=clock.now(), payload={"person": made.person})
        store.journal.commit([noted], {})
    finally:
        store.close()
    _show_key(made, words)


def _made(keys: Passkeys, pin: str, words: Texts) -> ListedKey:
    try:
        made = keys.register(pin, 0)
    except BrokenError:
        raise CannotError(words.say("cli.mfa.no-key-made"), words.say("cli.mfa.broken")) from None
    if isinstance(made, ListedKey):
        return made
    raise CannotError(words.say("cli.mfa.no-key-made"), words.render(made))


def _pin(words: Texts) -> str:
    """Read the key's PIN, unseen; it is no option, as command lines are seen by all."""
    if sys.stdin is None:
        return ""
    try:
        if sys.stdin.isatty():
            return getpass.getpass(words.say("cli.mfa.ask-pin") + " ", sys.stderr)
        return sys.stdin.readline(LONGEST_CODE).rstrip("\r\n")
    except (UnicodeError, EOFError):
        return ""


def _show_key(made: ListedKey, words: Texts) -> None:
    sys.stdout.write(words.say("cli.mfa.key-made") + "\n")
    sys.stdout.write(made.lines)
