"""A policy for probes that look at none of it."""

from __future__ import annotations

import pytest

from agentguard.model.policy import Contact, Policy, Watch


@pytest.fixture
def any_policy() -> Policy:
    return Policy(
        name="test",
        version=1,
        description="",
        watch=Watch(folders=()),
        retention=(),
        backup_markers=(),
        contact=Contact(),
        controls={},
        digest="",
    )
