"""A platform on this computer for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.uplink.recorders.fake import Fake, platform


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[Fake]:
    with platform(tmp_path) as server:
        yield server
