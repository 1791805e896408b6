"""The keys of the first day: made where they belong, which is never the endpoint's data folder."""

from __future__ import annotations

import argparse
import getpass
import sys
from pathlib import Path

from pyrage import x25519

from agentguard.base import atomic_files, paths
from agentguard.base.errors import CannotError, UsageError
from agentguard.base.translations import Texts
from agentguard.commands import _policy_file
from agentguard.commands._policy_reader import READING
from agentguard.server.admin.accounts import Admin
from agentguard.server.policies.publication import RINGS
from agentguard.server.store.desks.policies import Label
from agentguard.trust import bundles, dsse, key_files, roots

ROOT_KEY, POLICY_KEY, BACKUP_KEY, CHAIN = (
    "root.key",
    "policy.key",
    "backup-identity.txt",
    "root.json",
)
SHIPPED = "baseline.yaml"
ID = "cli.server-setup"


def passphrase(given: argparse.Namespace, said: Texts) -> bytes:
    """Return the passphrase of the keys: asked for once, or the first line of standard input.

    Raises:
        UsageError: there is none, or it was typed differently.

    """
    known: bytes | None = getattr(given, "known_passphrase", None)
    if known is not None:
        return known
    if given.passphrase_stdin:
        text = sys.stdin.readline().rstrip("\r\n")
    elif sys.stdin.isatty():
        text = getpass.getpass(said.say("cli.policy.passphrase"))
        if getpass.getpass(said.say("cli.server.repeat")) != text:
            raise UsageError(said.say("cli.server.differ"))
    else:
        raise UsageError(said.say("cli.policy.how-passphrase"))
    if not text:
        raise UsageError(said.say("cli.policy.no-passphrase-given"))
    given.known_passphrase = text.encode()
    return text.encode()


def make(folder: Path, data: Path, secret: bytes, said: Texts) -> bytes:
    """Make the root's and the policies' key and a root that names them; give its chain.

    Raises:
        UsageError: the folder is the endpoint's own, or the keys are there already.
        CannotError: they could not be written.

    """
    if folder.resolve() == data.resolve() or data.resolve() in folder.resolve().parents:
        raise UsageError(said.say(f"{ID}.keys-inside"), said.say(f"{ID}.keys-inside-advice"))
    _folder(folder, said)
    made = [key_files.make(folder / name, secret) for name in (ROOT_KEY, POLICY_KEY)]
    root = roots.Root(
        version=1,
        root_keys=(made[0].text,),
        root_threshold=1,
        policy_keys=(made[1].text,),
        policy_threshold=1,
    )
    key = key_files.load_private(folder / ROOT_KEY, lambda: secret)
    chain = roots.write_chain((dsse.sign(roots.sealed(root), key),))
    _policy_file.write(folder / CHAIN, chain)
    return chain


def sign(folder: Path, policy: Path | None, secret: bytes) -> bytes:
    """Sign a policy, the shipped baseline without one; the signed file lies beside the keys.

    Raises:
        UsageError: the policy is none, or the key cannot be opened.

    """
    file = policy or paths.shipped_policies() / SHIPPED
    data = _policy_file.data(file)
    READING.parse(data, str(file))
    key = key_files.load_private(folder / POLICY_KEY, lambda: secret)
    raw = dsse.write(dsse.sign(bundles.sealed(data), key))
    _policy_file.write(folder / f"{file.stem}.signed", raw)
    return raw


def publish(admin: Admin, raw: bytes) -> Label:
    """Publish the first policy for every desk: none has one that a ring would protect."""
    label = admin.policies.judged(raw, "policy", READING).label
    admin.policies.publish(raw, label, RINGS[-1])
    return label


def backup_key(folder: Path, said: Texts) -> str:
    """Return the public part of the key that opens backups; it is made if it is not there.

    Raises:
        CannotError: it could not be written or read.

    """
    file = folder / BACKUP_KEY
    try:
        if not file.exists():
            _folder(folder, said)
            made = x25519.Identity.generate()
            atomic_files.write_new(file, f"# {made.to_public()}\n{made}\n".encode())
        text = file.read_text(encoding="utf-8").splitlines()
        return str(x25519.Identity.from_str(text[-1]).to_public())
    except OSError as error:
        raise _unwritten(file, error, said) from error


def _folder(folder: Path, said: Texts) -> None:
    try:
        atomic_files.make_folder(folder)
    except OSError as error:
        raise _unwritten(folder, error, said) from error


def _unwritten(place: Path, error: OSError, said: Texts) -> CannotError:
    why = error.strerror or type(error).__name__
    return CannotError(said.say("cli.system", why=why, where=f": {place}"),
                       said.say(f"{ID}.folder-advice"))  # fmt: skip
