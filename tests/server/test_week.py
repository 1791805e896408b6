"""Days of a small centre at an endpoint: what each person sees, and what the endpoint keeps."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.server import week

TICK = 1800.0
"""Seconds between two reports; `benchmarks/week.py` lives a week through at two minutes."""


@pytest.mark.heavy
def test_three_days_are_seen_as_they_were_and_nothing_goes_early_or_stays_late(
    tmp_path: Path,
) -> None:
    with week.endpoint(tmp_path, TICK) as centre:
        centre.looks_every = 4 * week.HOUR
        centre.live(3)
        centre.verdict()
        assert centre.looks == centre.signed_out == 18, "a session is over after hours away"
        assert week.grown(centre.days) == []
