"""The options of commands that sign: the key, its passphrase, and where the signed file goes."""

from __future__ import annotations

import argparse
from pathlib import Path

from agentguard.base.translations import Texts

SIGNED = ".signed"


def add_key(verb: argparse.ArgumentParser, words: Texts) -> None:
    """Add the option for the key to sign with."""
    verb.add_argument(
        "--key", type=Path, required=True, metavar="FILE", help=words.say("cli.policy.key")
    )


def add_out(verb: argparse.ArgumentParser, words: Texts) -> None:
    """Add the option for the signed file's name."""
    verb.add_argument("--out", type=Path, metavar="FILE", help=words.say("cli.policy.out"))


def add_stdin(verb: argparse.ArgumentParser, words: Texts) -> None:
    """Add the option for a passphrase that comes by standard input."""
    verb.add_argument(
        "--passphrase-stdin", action="store_true", help=words.say("cli.policy.passphrase-stdin")
    )


def out(chosen: argparse.Namespace) -> Path:
    """Return where the signed file goes: beside the one that is signed, or in its place."""
    file: Path = chosen.file
    if chosen.out is not None:
        return Path(chosen.out)
    return file if file.suffix == SIGNED else file.with_name(f"{file.name}{SIGNED}")
