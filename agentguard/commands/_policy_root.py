"""agentguard policy root: make, change, sign, show and pin the document that names the keys."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from agentguard import platforms
from agentguard.base import paths, translations
from agentguard.base.errors import UsageError
from agentguard.base.translations import Texts
from agentguard.commands import _policy_file, _policy_keys, _signing_options
from agentguard.commands.base import FINE
from agentguard.policy.last_good import Keeper
from agentguard.runtime import known_checks
from agentguard.trust import dsse, key_files, roots
from agentguard.trust.keys import public_of
from agentguard.trust.roots import Root, keys_of


def arguments(parser: argparse.ArgumentParser, words: Texts) -> None:
    """Add the verbs."""
    verbs = parser.add_subparsers(
        dest="root_verb", required=True, metavar=words.say("cli.policy.verb")
    )
    for name in ("make", "next", "sign", "show", "pin"):
        help_ = words.say(f"cli.policy-root.{name}")
        verb = verbs.add_parser(name, help=help_, description=help_)
        verb.add_argument("file", type=Path, metavar="FILE", help=words.say("cli.policy-root.file"))
        if name in {"make", "next"}:
            _naming(verb, words, needed=name == "make")
        if name == "sign":
            _signing_options.add_key(verb, words)
            _signing_options.add_stdin(verb, words)
        if name == "pin":
            verb.add_argument("--anew", action="store_true", help=words.say("cli.policy-root.anew"))


def _naming(verb: argparse.ArgumentParser, words: Texts, *, needed: bool) -> None:
    for name in ("root", "policy"):
        verb.add_argument(
            f"--{name}-key",
            type=Path,
            action="append",
            required=needed,
            metavar="FILE",
            help=words.say(f"cli.policy-root.{name}-key"),
        )
        verb.add_argument(
            f"--{name}-threshold", type=int, help=words.say(f"cli.policy-root.{name}-threshold")
        )


def run(chosen: argparse.Namespace) -> int:
    """Do what the verb says."""
    verbs: dict[str, Callable[[argparse.Namespace, Texts], str]] = {
        "make": _make,
        "next": _next,
        "sign": _sign,
        "show": _show,
        "pin": _pin,
    }
    sys.stdout.write(f"{verbs[chosen.root_verb](chosen, translations.load())}\n")
    return FINE


def _make(chosen: argparse.Namespace, words: Texts) -> str:
    if chosen.file.exists():
        raise UsageError(words.say("cli.policy-root.exists", file=str(chosen.file)))
    root = _judged(
        roots.Root(
            version=1,
            root_keys=_texts(chosen.root_key),
            root_threshold=chosen.root_threshold or len(chosen.root_key),
            policy_keys=_texts(chosen.policy_key),
            policy_threshold=chosen.policy_threshold or 1,
        )
    )
    _policy_file.write(chosen.file, roots.write_chain((roots.sealed(root),)))
    return words.say("cli.policy-root.made", file=str(chosen.file), **_said(root))


def _next(chosen: argparse.Namespace, words: Texts) -> str:
    chain = roots.read_chain(_policy_file.data(chosen.file))
    before = roots.content(roots.walk(None, chain))
    root_keys = _texts(chosen.root_key) if chosen.root_key else before.root_keys
    policy_keys = _texts(chosen.policy_key) if chosen.policy_key else before.policy_keys
    root = _judged(
        roots.Root(
            version=before.version + 1,
            root_keys=root_keys,
            root_threshold=chosen.root_threshold or before.root_threshold,
            policy_keys=policy_keys,
            policy_threshold=chosen.policy_threshold or before.policy_threshold,
        )
    )
    _policy_file.write(chosen.file, roots.write_chain((*chain, roots.sealed(root))))
    return words.say("cli.policy-root.made", file=str(chosen.file), **_said(root))


def _sign(chosen: argparse.Namespace, words: Texts) -> str:
    *before, newest = roots.read_chain(_policy_file.data(chosen.file))
    key = _policy_keys.private_key(chosen, words)
    signed = dsse.sign(newest, key)
    _policy_file.write(chosen.file, roots.write_chain((*before, signed)))
    return words.say(
        "cli.policy-root.signed",
        file=str(chosen.file),
        id=public_of(key).id,
        version=roots.content(signed).version,
        count=len(signed.signatures),
    )


def _show(chosen: argparse.Namespace, words: Texts) -> str:
    root = _policy_keys.newest_root(chosen.file)
    return words.say("cli.policy-root.shown", file=str(chosen.file), **_said(root))


def _pin(chosen: argparse.Namespace, words: Texts) -> str:
    chain = _policy_file.data(chosen.file)
    keeper = Keeper(paths.data_folder(), known_checks.shapes(), platforms.system_clock())
    return words.say("cli.policy-root.pinned", version=keeper.pin(chain, anew=chosen.anew))


def _texts(files: Iterable[Path]) -> tuple[str, ...]:
    return tuple(key_files.load_public(file).text for file in files)


def _judged(root: Root) -> Root:
    """Refuse a root that no agent would take, before anybody signs it."""
    return roots.content(roots.sealed(root))


def _said(root: Root) -> dict[str, str | int]:
    return {
        "version": root.version,
        "root_keys": ", ".join(key.id for key in keys_of(root.root_keys)),
        "root_threshold": root.root_threshold,
        "policy_keys": ", ".join(key.id for key in keys_of(root.policy_keys)),
        "policy_threshold": root.policy_threshold,
    }
