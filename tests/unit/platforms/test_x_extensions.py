"""A connection to the X server fits three extensions, whichever part of the agent opens it.

Of python-xlib's requests a desk keeps those that it makes, and reads another one for it.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = pytest.mark.posix
CODE = """
from Xlib import ext
{first}
from agentguard.platforms._linux import x11
from agentguard.platforms._linux.x_extensions import USED
from Xlib.ext import res, screensaver, xfixes
left = vars(ext)["__extensions__"]
print({{one for one, _module in left}} == USED == {{m.extname for m in (res, screensaver, xfixes)}})
"""
LOOK = 'from agentguard.platforms import _display; list(_display._by_x({"DISPLAY": ":0"}, ""))'
SHOW = """
import gc
from agentguard.platforms._linux import x11, x_extensions
from Xlib.protocol import request, rq
def kept():
    return {one for one, what in vars(request).items() if isinstance(what, type)}
def alive():
    return {one.__name__ for one in gc.get_objects()
            if isinstance(one, type) and one.__module__ == request.__name__}
print(kept() == alive() == x_extensions.MADE)
made = request.GrabKey
print(made is request.GrabKey, issubclass(made, rq.Request), kept() - x_extensions.MADE)
print(request.major_codes[33].__name__, hasattr(request, "GrabNothing"))
"""


@pytest.mark.parametrize("first", ["", LOOK, f"{LOOK}; {LOOK}"])
def test_no_more_extensions_are_loaded_than_are_used(first: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", CODE.format(first=first)],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert ended.stdout.strip() == "True"


def test_row_426_a_connection_reads_no_keyboard() -> None:
    show = (
        "from Xlib.display import Display\n"
        "from agentguard.platforms._linux import x11\n"
        "shown = Display.__new__(Display)\n"
        "shown._update_keymap(8, 248)\n"  # without a connection: it would fail if it asked
        "print('nothing is asked')"
    )
    ended = subprocess.run(
        [sys.executable, "-c", show], capture_output=True, text=True, check=True, timeout=60
    )
    assert ended.stdout.strip() == "nothing is asked"


def test_row_245_a_request_that_is_seldom_made_is_read_when_it_is() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", SHOW], capture_output=True, text=True, check=True, timeout=60
    )
    assert ended.stdout.splitlines() == ["True", "True True {'GrabKey'}", "GrabKey False"]
