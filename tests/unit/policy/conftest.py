"""The real catalogue, as the policy room is told of it."""

from __future__ import annotations

import pytest

from agentguard.policy.document import Shape
from agentguard.runtime import known_checks


@pytest.fixture(scope="session")
def shapes() -> tuple[Shape, ...]:
    return known_checks.shapes()
