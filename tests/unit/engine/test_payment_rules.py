"""Whether a policy's payments have a recorder, and whether anything can pause it."""

from __future__ import annotations

import pytest

from agentguard.model.policy import NO_PAYMENT, Payment, RecorderPlatform


@pytest.mark.parametrize(
    ("rules", "records", "pauses"),
    [
        (NO_PAYMENT, False, False),
        (Payment(recorder="https://recorder.example/"), True, True),
        (Payment(platform=RecorderPlatform(vendor="twilio")), True, True),
        (Payment(platform=RecorderPlatform(vendor="five9")), True, False),
    ],
)
def test_five9_is_a_recorder_that_nothing_pauses(rules, records, pauses) -> None:
    assert (rules.records, rules.pauses) == (records, pauses)
