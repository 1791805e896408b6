"""agentguard mfa key: registers a security key or Windows Hello, and prints what a policy lists."""

from __future__ import annotations

import getpass
import sys

from agentguard import platforms
from agentguard.base import paths
from agentguard.base.errors import CannotError
from agentguard.base.translations import Texts
from agentguard.checks.reauth import rules
from agentguard.commands._code import LONGEST_CODE
from agentguard.mfa.credential_counters import Counters
from agentguard.mfa.passkeys import BrokenError, KeyRing, Passkeys
from agentguard.model.records import Record
from agentguard.platforms import user_name
from agentguard.policy.last_good import Keeper
from agentguard.ports.desktop import Absent
from agentguard.ports.people import ListedKey
from agentguard.runtime import known_checks
from agentguard.store.agent_store import open_store

REGISTERED = "proof.key-registered"


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
    _show(made, words)


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


def _show(made: ListedKey, words: Texts) -> None:
    sys.stdout.write(words.say("cli.mfa.key-made") + "\n")
    sys.stdout.write(made.lines)
