"""What each start of an endpoint would find out anew, kept for all that start in one process.

Tests start hundreds of them. Nothing is left out or put in the place of something else: templates,
handlers, migrations and statements are the product's own, read or compiled at their first use. And
a stop is seen at once: uvicorn looks ten times a second whether it is to end, and half of the time
of a room's tests was spent waiting for that.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import uvicorn.server
from alembic.config import Config
from alembic.script import ScriptDirectory
from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket
from litestar import Litestar
from litestar.datastructures import State
from sqlalchemy import Engine

from agentguard.base.translations import Texts
from agentguard.server import compose
from agentguard.server.console import pages
from agentguard.server.store.engine import dialects


class Compiled(BytecodeCache):
    """Keeps what Jinja compiled, by the template's name and text."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], Any] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key, bucket.checksum] = bucket.code


class Consoles:
    """Applications of the console whose endpoints have ended, for those that begin.

    To look through a hundred handlers is most of what an endpoint's start costs, and each finds
    the same. All that differs is given anew: the site, and what begins and ends its work.
    """

    def __init__(self) -> None:
        self._free: list[Litestar] = []

    def __call__(
        self, *, state: State, on_startup: list[Any], on_shutdown: list[Any], **same: Any
    ) -> Litestar:
        made = self._free.pop() if self._free else Litestar(**same)

        async def ended() -> None:
            self._free.append(made)

        made.state = state
        made.on_startup, made.on_shutdown = on_startup, [*on_shutdown, ended]
        return made


class Statements:
    """Lets the engines of one kind of database share what SQLAlchemy compiled for it.

    It is kept by the statement's shape and the dialect, of which every engine has its own. One
    that never reached its database has a dialect that knows nothing of it, and shares nothing.
    """

    def __init__(self) -> None:
        self._make = dialects.make
        self._first: dict[str, Engine] = {}

    def __call__(self, url: str) -> Engine:
        made = self._make(url)
        first = self._first.get(made.dialect.name)
        if first is None or not hasattr(first.dialect, "default_isolation_level"):
            self._first[made.dialect.name] = made
            return made
        made.dialect = made.pool._dialect = first.dialect
        made._compiled_cache = first._compiled_cache
        return made


class Migrations:
    """Reads the folder of the migrations once."""

    def __init__(self) -> None:
        self._read = ScriptDirectory.from_config
        self._kept: dict[str | None, ScriptDirectory] = {}

    def __call__(self, config: Config) -> ScriptDirectory:
        place = config.get_main_option("script_location")
        if place not in self._kept:
            self._kept[place] = self._read(config)
        return self._kept[place]


class Attentive:
    """The `asyncio` of uvicorn's server, whose pauses between two looks are a twentieth."""

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / 20)


@contextmanager
def kept() -> Iterator[None]:
    """Keep all of it while the tests of a room run."""
    make, compiled = compose.environment, Compiled()

    def environment(words: Texts) -> Environment:
        made = make(words)
        made.bytecode_cache = compiled
        return made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compose, "environment", environment)
        patch.setattr(pages, "Litestar", Consoles())
        patch.setattr(dialects, "make", Statements())
        patch.setattr(ScriptDirectory, "from_config", Migrations())
        patch.setattr(uvicorn.server, "asyncio", Attentive())
        yield
