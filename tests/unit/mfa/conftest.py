"""Codes whose hashes cost next to nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.hashes import cheap_at_the_desk


@pytest.fixture(scope="module", autouse=True)
def hashes_are_cheap() -> Iterator[None]:
    with cheap_at_the_desk():
        yield
