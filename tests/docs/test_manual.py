"""The manual has every command with every option, and is sound troff."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from agentguard import cli
from tools.docs import commands

ROOT = Path(__file__).parents[2]
EVERY = [name for name in cli.names() if name not in {"setup", "shots"}]
MACROS = {"TH", "SH", "TP", "B", "I", "PP"}


def flat(one: commands.Command) -> list[commands.Command]:
    return [one, *(deeper for other in one.deeper for deeper in flat(other))]


def test_every_command_for_people_has_a_manual_page_and_one_on_the_site() -> None:
    manuals, pages = commands.manuals(), commands.pages()
    assert set(manuals) == {"agentguard.1", *(f"agentguard-{name}.1" for name in EVERY)}
    assert set(pages) == {"commands/index.md", *(f"commands/agentguard-{n}.md" for n in EVERY)}
    for name in EVERY:
        assert f"agentguard-{name}(1)".replace("-", "\\-") in manuals["agentguard.1"]


@pytest.mark.parametrize("one", commands.commands(), ids=lambda one: one.name)
def test_a_page_tells_of_every_option_and_every_second_word(one: commands.Command) -> None:
    manual = commands.manuals()[f"{one.name.replace(' ', '-')}.1"].replace("\\-", "-")
    page = commands.pages()[f"commands/{one.name.replace(' ', '-')}.md"]
    for command in flat(one):
        assert command.about, command.name
        assert f"# {command.name}\n" in page
        for option, what in command.options:
            assert what, (command.name, option)
            assert f".B {option}\n" in manual
            assert f"| `{option.replace('|', chr(92) + '|')}` |" in page


def test_no_word_of_ours_is_a_macro() -> None:
    for name, text in commands.manuals().items():
        for line in text.splitlines():
            if line.startswith((".", "'")):
                assert line[1:].split(" ")[0] in MACROS, (name, line)
            assert not re.search(r"\\[^e&-]", line), (name, line)


def test_they_are_written_where_they_are_wanted(tmp_path: Path) -> None:
    written = commands.write(tmp_path / "man")
    assert {file.name: file.read_text(encoding="utf-8") for file in written} == commands.manuals()
