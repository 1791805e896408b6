"""Every command has `--json` and `--verbose`, and what it prints then is what programs read."""

from __future__ import annotations

import argparse
import io
import json
import logging
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from agentguard import cli
from agentguard.base import errors
from agentguard.commands import _outcome
from agentguard.commands.base import Command
from tests.cli.test_help import EVERY
from tests.cli.typed import Type

ENDS = {
    typed: parser
    for typed, parser in EVERY.items()
    if not any(
        isinstance(one, argparse._SubParsersAction) and one.required for one in parser._actions
    )
}
"""What is a whole command, without a verb to come."""
LINES = {("logs",), ("scan",), ("server", "logs")}
"""Print a JSON object a line, as there may be very many."""
ELSEWHERE = {
    ("diagnose",): "takes minutes",
    ("doctor",): "asks this computer, which takes long; tests/cli/test_doctor.py",
    ("check",): "looks at this computer; tests/cli/test_check_once.py",
    ("drill",): "acts at this computer",
    ("mfa", "key"): "waits for a key to be touched",
    ("quit",): "ends the agents of this computer",
    ("setup", "close"): "ends the agents of this computer",
    ("setup", "farewell"): "acts at this computer; tests/cli/test_setup.py",
    ("setup", "purge"): "acts at this computer; tests/cli/test_setup.py",
    ("setup", "take"): "acts at this computer; tests/cli/test_setup.py",
}
"""Not run here, and why."""
OTHER_ACT = {("server", "setup")}
"""Only looks with `--json`, and acts without."""
UNASKED = {("server", "add-user"): ("--password-stdin",)}
MOST = 8


def test_row_589_every_command_has_both_options_or_says_why_not() -> None:
    assert len(ENDS) > 90
    for typed, parser in ENDS.items():
        options = parser._option_string_actions
        assert "--verbose" in options, typed
        assert ("--json" in options) is (typed not in _outcome.NO_DOCUMENT), typed


def test_what_prints_no_document_is_there_argued_and_grows_no_more() -> None:
    assert set(_outcome.NO_DOCUMENT) <= set(ENDS)
    assert set(_outcome.AS_IT_IS) <= set(ENDS)
    assert all(len(why.split()) > 3 for why in _outcome.NO_DOCUMENT.values())
    assert len(_outcome.NO_DOCUMENT) <= MOST, "give it a document"
    assert set(ELSEWHERE) <= set(ENDS) - set(_outcome.NO_DOCUMENT)


def needed(parser: argparse.ArgumentParser, folder: Path) -> list[str]:
    """Give what the command cannot do without: files that are not there, and its first choices."""
    given: list[str] = []
    for action in parser._actions:
        if not (action.required or (not action.option_strings and action.nargs is None)):
            continue
        if isinstance(action, argparse._SubParsersAction):
            continue
        value = str(next(iter(action.choices))) if action.choices else str(folder / action.dest)
        given += [*action.option_strings[:1], value]
    return given


@pytest.mark.parametrize(
    "typed", sorted(set(ENDS) - set(_outcome.NO_DOCUMENT) - set(ELSEWHERE)), ids=" ".join
)
def test_row_589_what_is_printed_is_json_and_ends_as_without(
    typed: tuple[str, ...], type_: Type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    words = (*typed, *needed(ENDS[typed], tmp_path), *UNASKED.get(typed, ()))
    said = type_(*words, "--json")
    assert "Traceback" not in said.err
    documents = said.out.splitlines() if typed in LINES else [said.out] * bool(said.out)
    for one in documents:
        json.loads(one)
    assert said.out or said.code or typed in LINES, "what went well has a result"
    refused = [line for line in said.err.splitlines() if line.startswith('{"error"')]
    assert refused == said.err.splitlines()[-1:] * len(refused)
    assert refused or documents or typed in LINES
    if refused:
        assert said.code in {2, 3}
        told = json.loads(refused[0])
        assert set(told) == {"error", "code"}
        assert told["error"]
        assert told["code"] in _outcome.CODES.values()
        assert told["code"] != "mistake"
        if typed not in OTHER_ACT:
            assert type_(*words).code == said.code


def every_kind(kind: type[errors.AgentGuardError]) -> set[type[errors.AgentGuardError]]:
    return {kind}.union(*map(every_kind, kind.__subclasses__()))


def test_every_kind_of_refusal_has_an_id_of_its_own() -> None:
    ours = {one for one in every_kind(errors.AgentGuardError) if one.__module__ == errors.__name__}
    assert ours <= set(_outcome.CODES)
    assert len(set(_outcome.CODES.values())) == len(_outcome.CODES)
    assert _outcome.code_of(FileNotFoundError()) == "system"
    assert _outcome.code_of(ZeroDivisionError()) == "mistake"


@pytest.mark.parametrize("words", [("chek",), ("policy", "validat"), ("lock", "--frobnicate")])
def test_row_590_wrong_words_are_told_in_json_as_well(words: tuple[str, ...], type_: Type) -> None:
    said, plain = type_(*words, "--json"), type_(*words)
    told = json.loads(said.err)
    assert (said.code, said.out, told["code"]) == (2, "", "usage")
    assert plain.err.rstrip().endswith(told["error"].replace(" --json", ""))


def test_help_is_told_where_json_is_asked_for(type_: Type) -> None:
    said = type_("lock", "--json", "--help")
    assert (said.code, said.err) == (0, "")
    assert "usage: agentguard lock" in said.out


def answering(monkeypatch: pytest.MonkeyPatch, run: Callable[[argparse.Namespace], int]) -> None:
    """Put something in the place of what `agentguard lock` does."""
    known = cli._command("lock")
    made = Command(arguments=known.arguments, run=run)
    monkeypatch.setattr(cli, "_command", lambda _name: made)


def test_row_590_what_was_said_before_a_refusal_is_not_lost(
    type_: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(_given: argparse.Namespace) -> int:
        sys.stdout.write("shown once\n")
        _outcome.facts(kept=1)
        raise errors.CannotError("The rest failed.")

    answering(monkeypatch, run)
    said = type_("lock", "--json")
    assert json.loads(said.out) == {"done": False, "said": ["shown once"], "kept": 1}
    assert json.loads(said.err) == {"error": "The rest failed.", "code": "cannot"}
    assert said.code == 3


def test_row_590_each_policy_that_is_refused_is_named_with_why(type_: Type, tmp_path: Path) -> None:
    good, wrong = tmp_path / "good.yaml", tmp_path / "wrong.yaml"
    good.write_text("policy: good\nversion: 1\n")
    wrong.write_text("policy: wrong\nversion: many\n")
    files = (good, tmp_path / "none.yaml", wrong)
    said, plain = type_("policy", "validate", *files, "--json"), type_("policy", "validate", *files)
    told = json.loads(said.out)
    assert (said.code, plain.code, said.err) == (2, 2, "")
    assert not told["done"]
    assert [line.partition(":")[0] for line in told["said"]] == plain.out.split(":")[:1]
    assert [one["code"] for one in told["refused"]] == ["usage", "policy"]
    assert "\n".join(one["error"] for one in told["refused"]) == plain.err.rstrip("\n")
    assert json.loads(type_("policy", "validate", good, "--json").out)["refused"] == []


def test_findings_are_a_document_that_is_not_done(
    type_: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch, lambda _given: 1)
    said = type_("lock", "--json")
    assert (said.code, json.loads(said.out)) == (1, {"done": False, "said": []})
    assert sys.stdout is not None
    assert not _outcome.facts(unread=1), "nobody reads facts without --json"


def test_a_document_is_json_at_a_terminal_that_has_few_letters(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", out)

    def run(_given: argparse.Namespace) -> int:
        sys.stdout.write("é\udcff नमस्ते\n")
        return 0

    answering(monkeypatch, run)
    assert cli.main(["lock", "--json"]) == 0
    out.seek(0)
    assert json.loads(out.read())["said"] == ["é\udcff नमस्ते"]


def test_row_591_verbose_tells_steps_and_where_a_refusal_comes_from(type_: Type) -> None:
    said = type_("lock", "--verbose")
    assert said.code == 3
    assert "DEBUG MainThread agentguard.commands._outcome: lock begins: AgentGuard" in said.err
    assert "CannotError at " in said.err
    assert said.err.splitlines()[-1].startswith("agentguard: ")
    assert "DEBUG" not in type_("lock").err


def test_row_591_verbose_says_nothing_of_what_libraries_read(
    type_: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(_given: argparse.Namespace) -> int:
        logging.getLogger("sqlalchemy.engine").debug("a value of a row")
        logging.getLogger("agentguard.vault").debug("a step with ada@example.org")
        return 0

    answering(monkeypatch, run)
    said = type_("lock", "--verbose", "--json")
    assert json.loads(said.out)["done"]
    assert "a value of a row" not in said.err
    assert said.err.count("a step with [masked]") == 1
    assert logging.getLogger("agentguard").handlers == []


def test_what_a_program_needs_is_a_fact_beside_the_sentence(type_: Type, home: Path) -> None:
    made = json.loads(type_("server", "totp", "ada", "--json").out)
    assert made["user"] == "ada"
    assert made["secret"] in made["address"]
    assert len(made["said"]) == 2, "no picture of it, which is for people"
    assert (
        "█" in type_("server", "totp", "ada").out or "\x1b[" in type_("server", "totp", "ada").out
    )
    told = json.loads(type_("settings", "path", "--json").out)
    assert told["said"] == [told["file"]] == [str(home / "settings.toml")]
