"""Fixtures of a real desktop; a conftest elsewhere imports those that it needs by name.

`x_session`     one Xvfb with openbox and a session bus for all tests: `.env`, `.display`, `.home`,
                `.start(*command)`, `.run(*command)`
`fresh_session` the same, for one test that breaks it
`logind`        a real systemd-logind that knows `fresh_session`: `.env`, `.locked_hint`,
                `.unlock()`
`lockable`      the same with xss-lock and i3lock, as a desk has them
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.desktop.harness import SESSION, Desktop, Logind, eventually


@pytest.fixture(scope="session")
def x_session() -> Iterator[Desktop]:
    with Desktop() as desktop:
        yield desktop


@pytest.fixture
def fresh_session() -> Iterator[Desktop]:
    with Desktop() as desktop:
        yield desktop


@pytest.fixture
def logind(fresh_session: Desktop) -> Iterator[Logind]:
    with Logind(fresh_session) as running:
        yield running


@pytest.fixture
def lockable(logind: Logind) -> Logind:
    start_xss_lock(logind, f"--session={SESSION}")
    return logind


def start_xss_lock(
    inside: Desktop | Logind, *options: str, locker: tuple[str, ...] = ("i3lock", "--nofork")
) -> None:
    """Start xss-lock with a locker, and wait until it listens to the X server and to logind."""
    inside.start("xss-lock", *options, "--", *locker, env={"XSECURELOCK_NO_COMPOSITE": "1"})
    eventually(lambda: "pixmap id" in inside.run("xprop", "-root", "_MIT_SCREEN_SAVER_ID"))
    if isinstance(inside, Logind):
        eventually(lambda: inside.is_heard)
