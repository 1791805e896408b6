"""Of python-xlib's requests a desk keeps those that it makes, and reads another one for it."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = pytest.mark.posix

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


def test_row_245_a_request_that_is_seldom_made_is_read_when_it_is() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", SHOW], capture_output=True, text=True, check=True, timeout=60
    )
    assert ended.stdout.splitlines() == ["True", "True True {'GrabKey'}", "GrabKey False"]
