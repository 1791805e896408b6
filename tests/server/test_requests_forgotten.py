"""What a request brings along is forgotten with its answer: cookies, query strings, forms."""

from __future__ import annotations

import functools
import gc
import sys
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from tests.server.receivers import until

BROWSERS = {"urlsplit"}
"""What the browser of these tests keeps, which runs in the same process."""
PLAIN = {"tuple", "list", "dict", "set", "frozenset", "_lru_list_elem"}
"""What is looked into: a cache names what it was asked by plain values.

Whatever else it holds may lead to the whole process, which takes minutes to walk through.
"""


def texts(kept: list[Any]) -> Iterator[str]:
    """Give every text within what is kept, each place once."""
    seen: set[int] = set()
    while kept:
        one = kept.pop()
        if isinstance(one, bytes):
            yield one.decode("latin-1")
        elif isinstance(one, str):
            yield one
        elif type(one).__name__ in PLAIN and id(one) not in seen:
            seen.add(id(one))
            kept += gc.get_referents(one)


def caches() -> Iterator[Any]:
    """Give the caches of every module that is loaded, and of its classes."""
    for module in tuple(sys.modules.values()):
        for one in tuple(vars(module).values()):
            inner = tuple(vars(one).values()) if isinstance(one, type) else ()
            for each in (one, *inner):
                # nothing is asked of others: one that loads a module when asked may lack it
                bound = isinstance(each, classmethod | staticmethod)
                found = each.__func__ if bound else each
                if isinstance(found, functools._lru_cache_wrapper):
                    yield found


def keepers(mark: str) -> set[str]:
    """Name the caches of the process that hold a text."""
    return {
        one.__qualname__
        for one in caches()
        if any(mark in text for text in texts(gc.get_referents(one)))
    }


@functools.lru_cache
def keep(text: str) -> str:
    return text


def test_a_cache_that_holds_a_text_is_found() -> None:
    mark = uuid4().hex
    keep(f"a{mark}")
    assert keepers(mark) == {"keep"}
    keep.cache_clear()
    assert keepers(mark) == set()


@pytest.mark.parametrize(
    "path",
    [
        "/?text={mark}",
        "/findings?text={mark}",
        "/devices?find={mark}",
        "/vendors?sort={mark}",
        "/sign-in?to={mark}",
        "/sign-in/company/back?code={mark}&state={mark}",
        "/wall?code={mark}",
        "/no-such-page?text={mark}",
    ],
)
def test_row_598_no_cookie_and_no_query_string_is_kept_once_it_is_answered(
    running: Any, browser: Any, stranger: Any, path: str
) -> None:
    assert running.address
    mark = uuid4().hex
    for one in (browser, stranger):
        assert one.get(path.format(mark=mark)).status_code < 500
        told = {"cookie": f"agentguard-step={mark}; __Host-agentguard-after={mark}"}
        assert one.get("/sign-in", **told).status_code < 500
        one.submit("/sign-in", name=mark, password=mark)
    until(lambda: keepers(mark) <= BROWSERS)
