"""The endpoint's data folder is said once: wherever on the line, or by the environment."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentguard.base import translations
from agentguard.cli import main
from agentguard.commands import _server_place
from agentguard.commands.server import COMMAND


def parsers(
    parser: argparse.ArgumentParser, words: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], argparse.ArgumentParser]]:
    """Every parser below one, with the words that lead to it."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, sub in action.choices.items():
                yield (*words, name), sub
                yield from parsers(sub, (*words, name))


def whole() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(exit_on_error=False)
    COMMAND.arguments(parser, translations.load())
    return parser


EVERY = dict(parsers(whole()))


def needed(parser: argparse.ArgumentParser) -> list[str]:
    """Words that satisfy what a command must be told."""
    given: list[str] = []
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return given
        if action.required or (not action.option_strings and action.nargs is None):
            word = str(next(iter(action.choices))) if action.choices else "7"
            given += [*action.option_strings[-1:], word]
    return given


def test_there_are_commands_and_verbs() -> None:
    assert {("doctor",), ("policy", "list"), ("evidence", "make"), ("catalogue", "add")} <= set(
        EVERY
    )


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_the_folder_may_stand_at_every_place_of_the_line(words: tuple[str, ...]) -> None:
    sub = EVERY[words]
    if any(isinstance(action, argparse._SubParsersAction) for action in sub._actions):
        return  # its verbs are tried each
    rest = needed(sub)
    place = ["--data", "/one/place", "--database", "sqlite:///x"]
    lines = [[*words[:at], *place, *words[at:], *rest] for at in range(len(words) + 1)]
    for line in [*lines, [*words, *rest, *place]]:
        given = whole().parse_args(line)
        assert (given.data, given.database) == (Path("/one/place"), "sqlite:///x"), line
    unsaid = whole().parse_args([*words, *rest])
    assert (unsaid.data, unsaid.database) == (None, "")


def test_what_is_said_last_counts() -> None:
    given = whole().parse_args(["--data", "/first", "doctor", "--data", "/last"])
    assert given.data == Path("/last")


def test_the_environment_names_it_for_the_service_and_for_every_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    named = tmp_path / "named"
    assert _server_place.folder(None, {_server_place.VARIABLE: str(named)}) == named
    assert _server_place.folder(tmp_path, {_server_place.VARIABLE: str(named)}) == tmp_path
    monkeypatch.setenv(_server_place.VARIABLE, str(named))
    assert main(["server", "enrol-code", "--team", "Billing"]) == 0
    assert (named / "server.db").is_file()
    assert main(["server", "desks"]) == 0
    assert "Billing" not in capsys.readouterr().err
