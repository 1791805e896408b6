"""What is offered as a policy, fuzzed: reasons alone come of it, soon and within the limits."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.running import SECONDS, search
from tests.unit.policy.signing import Said, chain, root

TARGET = Path(__file__).with_name("policy_target.py")


@pytest.mark.heavy
@pytest.mark.timeout(SECONDS + 120)
def test_nothing_that_is_offered_breaks_the_keeper(tmp_path: Path) -> None:
    shipped = (TARGET.parents[2] / "policies").glob("*.yaml")
    samples = [
        Said(version=2, expires="2027-01-31", group="a", loosens=True, note="b").signed(),
        Said().text.encode(),
        chain(root(), root(2)),
        *(file.read_bytes() for file in shipped),
    ]
    search(TARGET, "policy", samples, tmp_path)
