"""Starts person.py, another program at the desk, and tells it what to do."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PERSON = Path(__file__).with_name("person.py")


class Another:
    """Another program; a method's name is the wish, which is done when it returns."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            (sys.executable, PERSON), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            encoding="utf-8",
        )  # fmt: skip
        assert self._said() == "there"

    def __call__(self, wish: str, *words: object, **named: object) -> object:
        """Tell it a wish, and give its answer."""
        self.process.stdin.write(json.dumps((wish, words, named)) + "\n")
        self.process.stdin.flush()
        return json.loads(self._said())

    def end(self) -> None:
        self.process.kill()
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(20)

    def _said(self) -> str:
        return self.process.stdout.readline().rstrip("\n")


@contextmanager
def another() -> Iterator[Another]:
    made = Another()
    try:
        yield made
    finally:
        made.end()
