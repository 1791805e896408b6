"""What is said of a clock that was set: how far as people say it, and in which direction."""

from __future__ import annotations

from typing import Any

import pytest

from agentguard.base import spans, translations
from agentguard.server.console import moments

HOUR, DAY = 3600, 86400


@pytest.mark.parametrize(
    ("how", "seconds", "said"),
    [
        ("step", 90, "It was set forward by 1 min."),
        ("step", -HOUR, "It was set back by 1 h 00 min."),
        ("step", -2, "It was set back by 2 s."),
        ("start", 400 * DAY, "When AgentGuard started, it was 400 d from where it can have been."),
        ("start", -3 * DAY, "When AgentGuard started, it was 3 d from where it can have been."),
        ("drift", 31, "It drifts, by 31 s until now."),
        ("step", 99_999_999, "It was set forward by 1157 d."),
        ("step", "long", "It was set forward by long."),
    ],
)
def test_row_568_a_clock_that_was_set_is_told_as_people_say_it(
    desk: Any, event: Any, browser: Any, how: str, seconds: Any, said: str
) -> None:
    desk.send(event(1, "clock.changed", params={"how": how, "seconds": seconds}))
    assert said in browser.get("/tamper").text


def test_row_568_a_length_is_never_told_as_none_and_has_no_sign() -> None:
    words = translations.load()
    told = {n: spans.about(n, words.say) for n in (0, 59, -60, 3599, -3600, 86_399, -86_400)}
    assert told == {
        0: "0 s", 59: "59 s", -60: "1 min", 3599: "59 min", -3600: "1 h 00 min",
        86_399: "23 h 59 min", -86_400: "1 d",
    }  # fmt: skip
    assert moments.ago(10.0, 40.0, words) == "just now"
