"""agentguard policy keygen, sign and verify: keys, and what they sign, without any network."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agentguard.base import translations
from agentguard.base.errors import UsageError
from agentguard.base.translations import Texts
from agentguard.commands import _policy_file, _signing_options
from agentguard.commands.base import FINE
from agentguard.policy import signature
from agentguard.policy.parser import parse
from agentguard.runtime import known_checks
from agentguard.trust import bundles, dsse, key_files, roots
from agentguard.trust.dsse import Sealed
from agentguard.trust.keys import public_of
from agentguard.trust.roots import Root


def arguments(name: str, verb: argparse.ArgumentParser, words: Texts) -> None:
    """Add the options of a verb; a passphrase is none, as command lines are seen by everybody."""
    verb.add_argument("file", type=Path, metavar="FILE", help=words.say(f"cli.policy.{name}-file"))
    if name == "keygen":
        verb.add_argument(
            "--no-passphrase", action="store_true", help=words.say("cli.policy.no-passphrase")
        )
    if name == "sign":
        _signing_options.add_key(verb, words)
        _signing_options.add_out(verb, words)
    if name in {"keygen", "sign"}:
        _signing_options.add_stdin(verb, words)
    if name == "verify":
        verb.add_argument(
            "--root", type=Path, required=True, metavar="FILE", help=words.say("cli.policy.by-root")
        )


def run(chosen: argparse.Namespace) -> int:
    """Do what the verb says."""
    verbs: dict[str, Callable[[argparse.Namespace, Texts], str]] = {
        "keygen": _keygen,
        "sign": _sign,
        "verify": _verify,
    }
    sys.stdout.write(f"{verbs[chosen.verb](chosen, translations.load())}\n")
    return FINE


def private_key(chosen: argparse.Namespace, words: Texts) -> Ed25519PrivateKey:
    """Return the key to sign with; its passphrase is asked for when it has one.

    Raises:
        UsageError: it cannot be read, or the passphrase is wrong.

    """
    return key_files.load_private(chosen.key, lambda: _passphrase(chosen, words))


def write_signed(
    chosen: argparse.Namespace, given: Sealed, key: Ed25519PrivateKey
) -> tuple[Path, Sealed]:
    """Add a key's signature to an envelope and write it; give the file, and what stands in it.

    Raises:
        CannotError: it could not be written.

    """
    out, signed = _signing_options.out(chosen), dsse.sign(given, key)
    _policy_file.write(out, dsse.write(signed))
    return out, signed


def newest_root(file: Path) -> Root:
    """Return the newest root of a file, each step of which holds.

    Raises:
        UsageError: the file cannot be read, or a step does not hold.

    """
    return roots.content(roots.walk(None, roots.read_chain(_policy_file.data(file))))


def _keygen(chosen: argparse.Namespace, words: Texts) -> str:
    passphrase = b"" if chosen.no_passphrase else _passphrase(chosen, words, twice=True)
    public = key_files.make(chosen.file, passphrase)
    return words.say(
        "cli.policy.key-made",
        file=str(chosen.file),
        public=f"{chosen.file}{key_files.PUBLIC}",
        id=public.id,
    )


def _sign(chosen: argparse.Namespace, words: Texts) -> str:
    data = _policy_file.data(chosen.file)
    given = bundles.read(data) if signature.looks_signed(data) else bundles.sealed(data)
    policy = parse(given.payload, str(chosen.file), known_checks.shapes())
    key = private_key(chosen, words)
    out, signed = write_signed(chosen, given, key)
    return words.say(
        "cli.policy.signed",
        file=str(out),
        name=policy.name,
        version=policy.version,
        id=public_of(key).id,
        count=len(signed.signatures),
    )


def _verify(chosen: argparse.Namespace, words: Texts) -> str:
    root = newest_root(chosen.root)
    data = _policy_file.data(chosen.file)
    policy = parse(bundles.opened(data, root), str(chosen.file), known_checks.shapes())
    ids = dsse.signers(bundles.read(data), roots.keys_of(root.policy_keys))
    release = policy.release
    return words.say(
        "cli.policy.verified",
        file=str(chosen.file),
        name=policy.name,
        version=policy.version,
        epoch=release.epoch,
        team=release.group or words.say("cli.policy.every-team"),
        expires=release.expires or words.say("cli.policy.no-end"),
        loosens=words.say("policy.explain.yes" if release.loosens else "policy.explain.no"),
        ids=", ".join(sorted(ids)),
        root=root.version,
        digest=policy.digest,
    )


def _passphrase(chosen: argparse.Namespace, words: Texts, *, twice: bool = False) -> bytes:
    """Return a passphrase from standard input, or ask the person for it."""
    if chosen.passphrase_stdin:
        given = sys.stdin.readline().rstrip("\r\n") if sys.stdin is not None else ""
        if not given:
            raise UsageError(words.say("cli.policy.no-passphrase-given"))
        return given.encode()
    if sys.stdin is None or not sys.stdin.isatty():
        raise UsageError(words.say("cli.policy.how-passphrase"))
    given = getpass.getpass(words.say("cli.policy.passphrase"))
    if twice and getpass.getpass(words.say("cli.server.repeat")) != given:
        raise UsageError(words.say("cli.server.differ"))
    return given.encode()
