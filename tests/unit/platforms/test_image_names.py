"""A program is named alike on every system: its image in lower case, without folder and `.exe`."""

from __future__ import annotations

import os

import pytest

from agentguard.platforms._linux.x11 import image_name, program


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/usr/bin/xterm", "xterm"),
        ("/opt/Crm/CRM Client", "crm client"),
        ("/opt/firefox/firefox (deleted)", "firefox"),
        ("C:/Program Files/Crm.EXE", "crm"),
        ("bash\n", "bash"),
        ("", ""),
    ],
)
def test_names(path: str, name: str) -> None:
    assert image_name(path) == name


def test_this_process_has_a_name() -> None:
    assert program(os.getpid()).startswith("python")


def test_no_process_has_no_name() -> None:
    assert program(None) == ""
    assert program(2**22 + 1) == ""
