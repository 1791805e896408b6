"""One authority for all the tests, an endpoint and an enrolled desk for each; real desktops."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desktop.fixtures import fresh_session, lockable, logind
from tests.faults.certificates import Authority
from tests.faults.desk import Desk, enrolled
from tests.faults.endpoint import Endpoint, serving

__all__ = ["fresh_session", "lockable", "logind"]


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def endpoint(authority: Authority) -> Iterator[Endpoint]:
    with serving(authority.server()) as running:
        yield running


@pytest.fixture
def desk(tmp_path: Path, endpoint: Endpoint, authority: Authority) -> Iterator[Desk]:
    made = enrolled(tmp_path, endpoint, authority.ca_file)
    yield made
    made.store.close()
