"""Reads what an open page is told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

KIND = {"accept": "text/event-stream"}
MANY = 400  # signs of life after which nothing else is waited for

Told = Iterator[tuple[str, str]]
"""What is said, and its number."""


@contextmanager
def stream(browser: Any, path: str = "/live") -> Iterator[Told]:
    """Open a page's stream; its first sign of life has come."""
    with browser.http.stream("GET", path, headers=KIND) as answer:
        assert answer.status_code == 200, answer.read()
        assert answer.headers["content-type"].startswith("text/event-stream")
        told = _events(answer)
        assert next(told)[0] == "beat"
        yield told


def until(told: Told, kind: str) -> str:
    """Wait until something is said, through signs of life; give its number."""
    for _, (said, number) in zip(range(MANY), told, strict=False):
        if said == kind:
            return number
        assert said == "beat", f"{said} was said before {kind}"
    raise AssertionError(f"{kind} was never said")


def _events(answer: Any) -> Told:
    kind = ""
    for line in answer.iter_lines():
        name, _, value = line.partition(": ")
        if name == "event":
            kind = value
        elif name == "data":
            yield kind, value
