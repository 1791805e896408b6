"""agentguard policy: validate, show and explain policies, and sign them."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

from agentguard import platforms
from agentguard.base import atomic_files, paths
from agentguard.base.errors import CannotError, UsageError
from agentguard.base.translations import Texts
from agentguard.commands import _named_policy, _policy_keys, _policy_root, _policy_simulate
from agentguard.commands._outcome import Fact, code_of, facts
from agentguard.commands._words import spoken
from agentguard.commands.base import FINDINGS, FINE, WRONG_USE, Command
from agentguard.model.policy import Policy
from agentguard.model.policy_changes import Change, changes
from agentguard.policy.explanation import explain
from agentguard.policy.last_good import Keeper
from agentguard.policy.parser import parse
from agentguard.policy.schema import json_schema, policy_table, policy_yaml
from agentguard.policy.weakening import weaker
from agentguard.runtime import known_checks

SIGNING = ("keygen", "sign", "verify")
_NAME = re.compile(r"^policy:.*$", re.MULTILINE)
_SCHEMA = re.compile(r"\A# yaml-language-server:[^\n]*\n#?\n?")
LONGEST = 64
_UNFIT = re.compile(r"[^a-z0-9]+")


def arguments(parser: argparse.ArgumentParser, words: Texts) -> None:
    """Add the verbs."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar=words.say("cli.policy.verb"))
    validate = _verb(verbs, "validate", words)
    validate.add_argument("files", nargs="+", metavar="FILE", help=words.say("cli.policy.files"))
    for name in ("show", "explain"):
        verb = _verb(verbs, name, words)
        verb.add_argument("file", nargs="?", metavar="FILE", help=words.say("cli.policy.file"))
        if name == "show":
            verb.add_argument("--json", action="store_true", help=words.say("cli.policy.json"))
    _verb(verbs, "schema", words)
    for name in ("diff", "init"):
        compare_arguments(name, _verb(verbs, name, words), words)
    _policy_simulate.arguments(_verb(verbs, "simulate", words), words)
    for name in SIGNING:
        _policy_keys.arguments(name, _verb(verbs, name, words), words)
    _policy_root.arguments(_verb(verbs, "root", words), words)


def _verb(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], name: str, words: Texts
) -> argparse.ArgumentParser:
    help_ = words.say(f"cli.policy.{name}")
    return verbs.add_parser(name, help=help_, description=help_)


def run(chosen: argparse.Namespace) -> int:
    """Do what the verb says."""
    if chosen.verb == "root":
        return _policy_root.run(chosen)
    if chosen.verb in SIGNING:
        return _policy_keys.run(chosen)
    return _VERBS[chosen.verb](chosen)


def _explain(chosen: argparse.Namespace) -> int:
    measures = {check.id: check.measure for check in known_checks.catalogue()}
    sys.stdout.write(explain(_policy(chosen.file), measures))
    return FINE


def _schema(_chosen: argparse.Namespace) -> int:
    schema = json.dumps(json_schema(known_checks.shapes()), indent=2, ensure_ascii=False)
    sys.stdout.write(schema + "\n")
    return FINE


def _diff(chosen: argparse.Namespace) -> int:
    before = _policy(chosen.old if chosen.new else None)
    after = _policy(chosen.new or chosen.old)
    return differ(before, after, as_json=chosen.json)


def _simulate(chosen: argparse.Namespace) -> int:
    draft = _policy(chosen.file)
    return _policy_simulate.simulate(_policy(None), draft, chosen.days, as_json=chosen.json)


def _validate(chosen: argparse.Namespace) -> int:
    words = spoken()
    code = FINE
    refused: list[Fact] = []
    for_programs = facts(refused=refused)
    for file in chosen.files:
        try:
            policy = _named_policy.read(file)
        except UsageError as error:
            sentence = words.mask(str(error))
            refused.append({"file": words.mask(file), "error": sentence, "code": code_of(error)})
            if not for_programs:
                sys.stderr.write(f"{sentence}\n")
            code = WRONG_USE
        else:
            said = words.say(
                "cli.policy.good", file=words.mask(file), name=policy.name, version=policy.version
            )
            sys.stdout.write(f"{said}\n")
    return code


def _show(chosen: argparse.Namespace) -> int:
    policy = _policy(chosen.file)
    if chosen.json:
        shown = {**policy_table(policy), "digest": policy.digest}
        sys.stdout.write(json.dumps(shown, indent=2) + "\n")
    else:
        sys.stdout.write(policy_yaml(policy))
    return FINE


def _policy(file: str | None) -> Policy:
    """Return the policy of a file, or the one in force; why it is that one goes to stderr."""
    if file is not None:
        return _named_policy.read(file)
    first = Keeper(paths.data_folder(), known_checks.shapes(), platforms.system_clock()).start()
    if first.message:
        sys.stderr.write(spoken().render(first.message) + "\n")
    return first.policy


_VERBS: dict[str, Callable[[argparse.Namespace], int]] = {
    "validate": _validate,
    "show": _show,
    "explain": _explain,
    "schema": _schema,
    "diff": _diff,
    "simulate": _simulate,
    "init": lambda chosen: begin(chosen.file, chosen.like, spoken()),
}

COMMAND = Command(arguments=arguments, run=run)


def compare_arguments(verb: str, parser: argparse.ArgumentParser, words: Texts) -> None:
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
