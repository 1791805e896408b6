"""A warm parent that forks what is to be killed: a Python that starts for each would be most of it.

As a program, with the victim as `module:function`, it takes a line for each kill: after how many
seconds, and the victim's words. The victim is given what tells a line, and the words. It is killed
with SIGKILL that long after its first line, and all that it told is printed. Before the first one
the parent does the victim's work once by `warm` of the victim's module, so that none of them loads
anything but what it works on.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
Tell = Callable[[str], None]
Kill = Callable[..., list[str]]


@contextmanager
def killed(live: Callable[..., None]) -> Iterator[Kill]:
    """Give what lets `live` begin and be killed: `kill(seconds, *words)`, which gives its lines."""
    words = (sys.executable, "-m", __name__, f"{live.__module__}:{live.__name__}")
    with subprocess.Popen(
        words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdin is not None
        assert parent.stdout is not None
        into, out = parent.stdin, parent.stdout

        def kill(seconds: float, *given: object) -> list[str]:
            into.write(f"{json.dumps([seconds, *map(str, given)])}\n")
            into.flush()
            answer = out.readline()
            assert answer, "it did not begin, or ended by itself"
            told: list[str] = json.loads(answer)
            return told

        yield kill
        into.close()
        assert parent.wait(60) == 0


def _one(live: Callable[..., None], seconds: float, words: list[str]) -> list[str]:
    """Fork one and kill it; give the lines that it told, without one that was cut."""
    heard, told = os.pipe()
    child = os.fork()
    if not child:
        try:
            live(lambda line: os.write(told, f"{line}\n".encode()), *words)
        except BaseException as error:  # noqa: BLE001 - a victim that ends by itself is a failure
            os.write(2, f"{error!r}\n".encode())
        os._exit(1)
    os.close(told)
    with os.fdopen(heard, encoding="utf-8") as lines:
        first = lines.readline()
        # A kill comes at any moment, and at each the test must hold: nothing is waited for here.
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        every = [first, *lines]
    if not first or not os.WIFSIGNALED(status):
        sys.exit("a victim ended by itself")
    return [line.rstrip("\n") for line in every if line.endswith("\n")]


def main() -> None:
    module, _, name = sys.argv[1].partition(":")
    victims: Any = import_module(module)
    live = getattr(victims, name)
    victims.warm()
    for line in sys.stdin:
        seconds, *words = json.loads(line)
        sys.stdout.write(f"{json.dumps(_one(live, seconds, words))}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
