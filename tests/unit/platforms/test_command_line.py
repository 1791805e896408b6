"""Words go through a command line of Windows unchanged; the rules are CommandLineToArgvW's."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import agentguard

FILE = Path(agentguard.__file__).parent / "platforms/_win32/command_line.py"
SPEC = importlib.util.spec_from_file_location("command_line", FILE)
assert SPEC is not None
assert SPEC.loader is not None
command_line = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(command_line)


def apart(line: str) -> list[str]:
    """Take a line apart as Windows does: an independent reading of the documented rules."""
    words, word, quoted, any_ = [], "", False, False
    for run, mark in re.findall(r"(\\*)(.?)", line, re.DOTALL):
        if mark == '"':
            word += "\\" * (len(run) // 2)
            any_ = True
            if len(run) % 2:
                word += '"'
            else:
                quoted = not quoted
        elif mark in {" ", "\t", ""} and not quoted:
            word += run
            if word or any_:
                words.append(word)
            word, any_ = "", False
        else:
            word += run + mark
    return words


TEXT = st.text(st.sampled_from('ab \\"é\t'), max_size=12)


@given(st.lists(TEXT, min_size=1, max_size=5))
def test_words_come_out_as_they_went_in(words: list[str]) -> None:
    assert apart(command_line.joined(words)) == words


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["C:\\Program Files\\a.exe", "tray"], '"C:\\Program Files\\a.exe" tray'),
        (["a", ""], 'a ""'),
        (["a", "b c\\"], 'a "b c\\\\"'),
    ],
)
def test_known_lines(words: list[str], line: str) -> None:
    assert command_line.joined(words) == line


@pytest.mark.parametrize(
    ("words", "guards"),
    [
        (["agentguard.exe"], True),
        (["agentguard.exe", "tray", "--quiet"], True),
        (["agentguard.exe", "run"], True),
        (["pythonw.exe", "-m", "agentguard", "tray"], True),
        (["agentguard.exe", "--scan-child", "524"], False),
        (["agentguard.exe", "--version"], False),
        ([], False),
    ],
)
def test_what_guards_is_known_by_its_words(words: list[str], guards: bool) -> None:
    assert command_line.guards(words) is guards
