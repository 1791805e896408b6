"""The real catalogue, as the policy room is told of it."""

from __future__ import annotations

import pytest

from agentguard import app
from agentguard.policy.document import Shape


@pytest.fixture(scope="session")
def shapes() -> tuple[Shape, ...]:
    return app.shapes()
