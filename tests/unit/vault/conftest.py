"""A vault on a real journal, and folders to move files from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from agentguard.platforms.simulated import FakeClock
from agentguard.store.agent_store import Store, open_store
from agentguard.vault.vault import Vault


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def store(tmp_path: Path, clock: FakeClock) -> Iterator[Store]:
    data = tmp_path / "data"
    data.mkdir()
    opened = open_store(data, clock)
    yield opened
    opened.close()


@pytest.fixture
def vault(tmp_path: Path, store: Store, clock: FakeClock) -> Vault:
    return Vault(tmp_path / "data" / "vault", store.journal, clock)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder
