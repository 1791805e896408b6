"""Every command explains itself, and says what is wrong with how it was called."""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentguard import cli
from agentguard.base import translations
from tests.cli.typed import Type, assert_one_sentence

WORDS = translations.load()
README = Path(__file__).parents[2] / "README.md"


def parsers() -> Iterator[tuple[tuple[str, ...], argparse.ArgumentParser]]:
    """Give every command and every verb of one, as it is typed."""
    for name in cli.names():
        for action in cli._parser([name])._actions:
            if isinstance(action, argparse._SubParsersAction):
                yield from below((name,), action.choices[name])


def below(
    typed: tuple[str, ...], parser: argparse.ArgumentParser
) -> Iterator[tuple[tuple[str, ...], argparse.ArgumentParser]]:
    yield typed, parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for verb, sub in action.choices.items():
                yield from below((*typed, verb), sub)


EVERY = dict(parsers())
by_command = pytest.mark.parametrize("typed", EVERY, ids=" ".join)


def is_sentence(text: str | None) -> bool:
    """Tell whether it is words, not an id that has none."""
    return bool(text) and text not in WORDS.sentences and not re.fullmatch(r"[\w.-]+", text or "")


def test_the_commands_of_the_product_are_there() -> None:
    assert set(cli.names()) >= {
        "tray", "run", "check", "scan", "enroll", "policy", "journal", "vault", "serve", "server",
        "demo", "catalogue",
    }  # fmt: skip
    assert {("policy", "validate"), ("journal", "verify"), ("vault", "restore")} <= set(EVERY)


@by_command
def test_help_ends_well_and_names_every_option(typed: tuple[str, ...], type_: Type) -> None:
    said = type_(*typed, "--help")
    assert (said.code, said.err) == (0, "")
    parser = EVERY[typed]
    assert " ".join((parser.description or "").split()) in " ".join(said.out.split())
    for action in parser._actions:
        for option in action.option_strings:
            assert option in said.out


@by_command
def test_every_option_and_argument_is_explained(typed: tuple[str, ...]) -> None:
    parser = EVERY[typed]
    assert is_sentence(parser.description)
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            assert all(is_sentence(one.help) for one in action._choices_actions)
            assert len(action._choices_actions) == len(action.choices)
        else:
            assert action.help, action
            assert action.help not in WORDS.sentences


def test_the_first_help_names_every_command_and_the_exit_codes(type_: Type) -> None:
    said = type_("--help")
    assert said.code == 0
    for name in cli.names():
        assert re.search(rf"^ +{name} +\S", said.out, re.MULTILINE), name
    assert "0 fine, 1 findings, 2 wrong use, 3 could not do it" in said.out


def test_the_version_is_told(type_: Type) -> None:
    said = type_("--version")
    assert said.code == 0
    assert re.fullmatch(r"agentguard \d+\.\d+\.\d+\n", said.out)


@by_command
def test_an_unknown_option_is_wrong_use(typed: tuple[str, ...], type_: Type) -> None:
    said = type_(*typed, "--frobnicate")
    assert said.code == 2
    assert said.out == ""
    assert "usage: agentguard" in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "COMMAND"),
        ("chek", "'chek'"),
        ("--frobnicate", "COMMAND"),
        ("policy", "VERB"),
        ("policy validat x", "'validat'"),
        ("policy validate", "FILE"),
        ("scan", "PATH"),
        ("scan . --format xml", "'xml'"),
        ("scan . --jobs many", "'many'"),
        ("scan . --jobs 0", "1 to 64"),
        ("check --seconds soon", "'soon'"),
        ("check --seconds nan", "--seconds"),
        ("check --seconds 0", "above 0"),
        ("check --seconds -5", "above 0"),
        ("check --seconds inf", "--seconds"),
        ("demo --once --seconds 0", "above 0"),
        ("demo --port 65536", "65535"),
        ("demo --port -1", "65535"),
        ("serve --port 65536", "65535"),
        ("serve --cert only.pem", "--key"),
        ("serve --cert no.pem --key no.pem", "no.pem"),
        ("serve --database nonsense", "address of a database"),
        ("serve --database mysql://nobody@localhost/x", "address of a database"),
        ("server", "COMMAND"),
        ("server enrol-code", "--team"),
        ("server enrol-code --team ''", "not empty"),
        ("server enrol-code --team x --hours nan", "1 to 720"),
        ("server totp ' '", "not empty"),
        ("server add-user x --role king", "'king'"),
        ("journal", "export|verify"),
        ("journal verify", "file"),
        ("vault", "VERB"),
        ("vault purge x --reason boredom", "'boredom'"),
        ("enroll", "--endpoint"),
        ("enroll --code secret", "--code"),
    ],
)
def test_wrong_use_says_what_is_wrong(typed: str, says: str, type_: Type, tmp_path: Path) -> None:
    said = type_(*shlex.split(typed))
    assert_one_sentence(said, 2)
    assert says in said.err
    assert said.out == ""
    assert not (tmp_path / "home" / "server").exists() or typed.startswith("server ")


def readme_lines() -> list[str]:
    lines = README.read_text("utf-8").splitlines()
    return [line.partition("#")[0].strip() for line in lines if line.startswith("agentguard ")]


def test_the_readme_shows_commands() -> None:
    assert len(readme_lines()) > 8


@pytest.mark.parametrize("line", readme_lines())
def test_every_command_of_the_readme_is_understood(line: str) -> None:
    words = shlex.split(line)[1:]
    assert cli._parser(words).parse_args(words).command == words[0]


def test_a_command_that_comes_first_is_the_only_one_and_is_told_as_before() -> None:
    every = subcommands(["-h", "scan"])
    alone = subcommands(["scan", "--policy", "p.toml"])
    assert (set(every), set(alone)) == (set(cli.names()), {"scan"})
    assert alone["scan"].format_help() == every["scan"].format_help()
    assert cli._parser(["scan"]).format_usage() == cli._parser(["-h"]).format_usage()


def subcommands(words: list[str]) -> dict[str, argparse.ArgumentParser]:
    actions = cli._parser(words)._actions
    return {
        name: sub
        for a in actions
        if isinstance(a, argparse._SubParsersAction)
        for name, sub in a.choices.items()
    }


@pytest.mark.parametrize("shell", cli.SHELLS)
def test_completion_names_every_command(shell: str, type_: Type) -> None:
    said = type_("--print-completion", shell)
    assert (said.code, said.err) == (0, "")
    for name in cli.names():
        assert re.search(rf"\b{name}\b", said.out), name
    for option in ("seconds", "jobs", "code-file"):
        assert option in said.out


def test_an_unknown_shell_is_wrong_use(type_: Type) -> None:
    said = type_("--print-completion", "dos")
    assert said.code == 2
    assert "bash" in said.err
