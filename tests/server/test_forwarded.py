"""Whose word on who asks is taken: that of a proxy that was named, and nobody else's."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from nacl.signing import SigningKey
from sqlalchemy import select

from agentguard.server.admin.accounts import Admin
from agentguard.server.listener.certificate import CA_FILE, make_certificate
from agentguard.server.run import LocalServer
from agentguard.server.settings import ServerSettings
from agentguard.server.store.schema.tables import lockout


@pytest.mark.parametrize(
    "case",
    [
        ((), "203.0.113.9", "127.0.0.1"),
        (("192.0.2.7",), "203.0.113.9", "127.0.0.1"),
        (("127.0.0.1",), "203.0.113.9", "203.0.113.9"),
        (("192.0.2.7", "127.0.0.0/8"), "2001:db8::9", "2001:db8::/64"),
        (("127.0.0.1",), "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (("127.0.0.1",), "", "127.0.0.1"),
    ],
    ids=["none", "another", "address", "network", "added to", "empty"],
)
def test_guesses_are_counted_for_who_asks(
    tmp_path: Path,
    start: Any,
    connect: Any,
    ask_to_enrol: Any,
    case: tuple[tuple[str, ...], str, str],
) -> None:
    proxies, says, asked = case
    running = start(ServerSettings(data=tmp_path / "server", proxies=proxies, jobs=False))
    with connect(running) as http:
        http.headers["x-forwarded-for"] = says
        assert ask_to_enrol(http, SigningKey.generate(), "AAAA-BBBB").status_code == 403
    keys = running.admin._database.run(lambda c: list(c.scalars(select(lockout.c.key))))
    assert keys == [f"enrol:{asked}"]


def test_a_proxy_is_known_too_by_an_endpoint_that_listens_on_every_kind_of_address(
    tmp_path: Path, connect: Any, ask_to_enrol: Any
) -> None:
    """There 127.0.0.1 is ::ffff:127.0.0.1."""
    settings = ServerSettings(data=tmp_path / "server", proxies=("127.0.0.1",), jobs=False)
    tls = make_certificate(settings.data, ("127.0.0.1",), time.time)

    def begin(name: str, run: Any) -> None:
        threading.Thread(target=run, name=name, daemon=True).start()

    server = LocalServer(settings, time.time, begin, host="::", tls=tls)
    server.start()
    way = SimpleNamespace(
        address=f"https://127.0.0.1:{server.port}", ca=settings.data / CA_FILE, server=server
    )
    try:
        with connect(way) as http:
            http.headers["x-forwarded-for"] = "203.0.113.9"
            assert ask_to_enrol(http, SigningKey.generate(), "AAAA-BBBB").status_code == 403
        with Admin(settings, time.time) as admin:
            keys = admin._database.run(lambda c: list(c.scalars(select(lockout.c.key))))
    finally:
        server.stop()
    assert keys == ["enrol:203.0.113.9"]
