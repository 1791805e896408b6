"""The verbs `diff` and `init` of `agentguard policy`: what differs, and a fair start for one."""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path

from agentguard.base import atomic_files, paths
from agentguard.base.errors import CannotError, UsageError
from agentguard.base.translations import Texts
from agentguard.commands._words import spoken
from agentguard.commands.base import FINDINGS, FINE
from agentguard.model.policy import Policy
from agentguard.model.policy_changes import Change, changes
from agentguard.policy.parser import parse
from agentguard.policy.weakening import weaker
from agentguard.runtime import known_checks

_NAME = re.compile(r"^policy:.*$", re.MULTILINE)
_SCHEMA = re.compile(r"\A# yaml-language-server:[^\n]*\n#?\n?")
LONGEST = 64
_UNFIT = re.compile(r"[^a-z0-9]+")


def arguments(verb: str, parser: argparse.ArgumentParser, words: Texts) -> None:
    """Add the options of a verb."""
    if verb == "diff":
        parser.add_argument("old", metavar="FILE", help=words.say("cli.policy.diff-old"))
        parser.add_argument("new", nargs="?", metavar="NEW", help=words.say("cli.policy.diff-new"))
        parser.add_argument("--json", action="store_true", help=words.say("cli.policy.diff-json"))
        return
    parser.add_argument("file", type=Path, metavar="FILE", help=words.say("cli.policy.init-file"))
    known = shipped()  # none where the program's own files are lost: other verbs go on
    parser.add_argument(
        "--like",
        default=known[0] if known else None,
        required=not known,
        choices=known,
        help=words.say("cli.policy.init-like"),
    )


def shipped() -> tuple[str, ...]:
    """Return the names of the policies that ship with the program."""
    return tuple(sorted(file.stem for file in paths.shipped_policies().glob("*.yaml")))


def differ(before: Policy, after: Policy, *, as_json: bool) -> int:
    """Print what the second policy changes, and what of it asks for less; 1 where they differ."""
    words = spoken()
    lesser = weaker(before, after)
    found = changes(before, after, lesser)
    sys.stdout.write(_as_json(found, lesser) if as_json else _told(found, lesser, words))
    return FINDINGS if found else FINE


def _as_json(found: list[Change], lesser: tuple[str, ...]) -> str:
    rows = [{"path": one.path, "before": one.before, "after": one.after} for one in found]
    return json.dumps({"changes": rows, "weaker": list(lesser)}, indent=2) + "\n"


def _told(found: list[Change], lesser: tuple[str, ...], words: Texts) -> str:
    if not found:
        return words.say("cli.policy.diff-none") + "\n"
    lines = []
    for one in found:
        lines += [one.path, *_side("-", one.before), *_side("+", one.after)]
    lines.append("")
    lines.append(words.say("cli.policy.diff-weaker" if lesser else "cli.policy.diff-no-weaker"))
    lines += (f"  {path}" for path in lesser)
    return "\n".join(lines) + "\n"


def _side(sign: str, value: str) -> list[str]:
    return [f"  {sign} {line}" for line in value.splitlines()]


def begin(file: Path, like: str, words: Texts) -> int:
    """Write a policy to start from, with the comments of the shipped one; never over a file."""
    text = (paths.shipped_policies() / f"{like}.yaml").read_text(encoding="utf-8")
    made = _NAME.sub(f"policy: {_name(file)}", _SCHEMA.sub("", text), count=1).encode()
    parse(made, str(file), known_checks.shapes())
    try:
        with atomic_files.open_new(file) as opened:
            opened.write(made)
    except FileExistsError as error:
        raise UsageError(
            words.say("cli.policy.init-there", file=str(file)),
            words.say("cli.policy.init-there-advice"),
        ) from error
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise CannotError(words.say("cli.policy.unwritten", file=str(file), why=why)) from error
    sys.stdout.write(words.say("cli.policy.init-done", file=str(file), like=like) + "\n")
    return FINE


def _name(file: Path) -> str:
    """Return a policy's name made of its file's: small letters, digits and hyphens."""
    return _UNFIT.sub("-", file.stem.lower()).strip("-")[:LONGEST].rstrip("-") or "policy"
