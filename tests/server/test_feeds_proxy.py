"""A feed that names a proxy goes through it, with TLS to the receiver all the way."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agentguard.base import translations
from agentguard.server.feeds import http
from agentguard.server.feeds.http import FeedFailed
from agentguard.server.listener.certificate import CA_FILE, make_certificate
from tests.faults.endpoint import Proxy
from tests.server import receivers


@pytest.fixture
def hook(tmp_path: Path) -> Iterator[Any]:
    tls = make_certificate(tmp_path / "tls", ("localhost", "127.0.0.1"), time.time)
    with receivers.receiver(tls) as one:
        yield one


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    made = Proxy()
    yield made
    made.close()


def posted(url: str, ca: Path, proxy: str) -> str:
    """Post, and give what it failed at; empty where it was taken."""
    try:
        asyncio.run(http.post(url, b"{}", {}, allow_private=False, ca_file=str(ca), proxy=proxy))
    except FeedFailed as failed:
        worded = translations.load().has(f"feeds.problem.{failed.problem}")
        return f"{failed.problem} {failed.detail}".strip() if worded else "without words"
    return ""


def test_it_goes_through_the_proxy_which_looks_up_the_name(
    hook: Any, proxy: Proxy, tmp_path: Path
) -> None:
    ca = tmp_path / "tls" / CA_FILE
    for text in (proxy.url.removeprefix("http://"), proxy.url, f"{proxy.url}/"):
        assert posted(hook.url, ca, text) == ""
    assert len(hook.got) == 3
    assert set(proxy.tunnels) == {f"localhost:{hook.port}"}


def test_a_receiver_that_is_not_trusted_gets_nothing_through_it_either(
    hook: Any, proxy: Proxy, tmp_path: Path
) -> None:
    other = make_certificate(tmp_path / "other", ("localhost",), time.time)
    assert posted(hook.url, Path(other[0]).parent / CA_FILE, proxy.url) == "tls"
    assert hook.got == []


def test_a_proxy_that_lets_nobody_through_is_named(hook: Any, tmp_path: Path) -> None:
    asks = Proxy(asks=True)
    assert posted(hook.url, tmp_path / "tls" / CA_FILE, asks.url) == "proxy-refused 407"
    asks.close()
    assert hook.got == []


def test_a_proxy_that_is_away_is_not_gone_round(hook: Any, tmp_path: Path) -> None:
    assert posted(hook.url, tmp_path / "tls" / CA_FILE, "127.0.0.1:1") == "unreached"
    assert hook.got == []


@pytest.mark.parametrize("wrong", ["http://ann:secret@proxy:8080", "ann@proxy", ":8080", "/"])
def test_a_proxy_that_is_none_or_holds_a_password_is_refused(
    wrong: str, hook: Any, tmp_path: Path
) -> None:
    assert posted(hook.url, tmp_path / "tls" / CA_FILE, wrong) == "proxy-wrong"


def test_without_one_the_environment_counts_for_nothing(
    hook: Any, proxy: Proxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", proxy.url)
    assert posted(hook.url, tmp_path / "tls" / CA_FILE, "") == "private"
    assert proxy.tunnels == []
