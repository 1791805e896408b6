"""Antivirus: one product that is on and current is enough."""

from __future__ import annotations

import pytest

from agentguard.checks.antivirus import CHECK
from agentguard.model.facts import AntivirusSeen, Protection
from agentguard.model.verdicts import State


def product(name: str, *, on: bool | None, current: bool | None) -> Protection:
    """Make a product."""
    return Protection(product=name, on=on, current=current)


GOOD = product("ClamAV", on=True, current=True)
OLD = product("ClamAV", on=True, current=False)
OFF = product("Defender", on=False, current=True)
DEAD = product("Norton", on=False, current=False)
UNTOLD = product("Sophos", on=None, current=True)
UNDATED = product("Sophos", on=True, current=None)


@pytest.mark.parametrize(
    ("products", "state", "words"),
    [
        ((), State.FAIL, "No antivirus was found on this PC."),
        ((GOOD,), State.PASS, "On and up to date: ClamAV."),
        ((OFF, DEAD, GOOD), State.PASS, "On and up to date: ClamAV."),
        ((OLD,), State.FAIL, "On, but its virus list is old: ClamAV."),
        ((OFF, OLD), State.FAIL, "On, but its virus list is old: ClamAV."),
        ((OFF, DEAD), State.FAIL, "Turned off: Defender, Norton."),
        (
            (OFF, UNTOLD),
            State.UNKNOWN,
            "It could not be told whether this is on and up to date: Sophos.",
        ),
        (
            (OLD, UNDATED),
            State.UNKNOWN,
            "It could not be told whether this is on and up to date: Sophos.",
        ),
    ],
)
def test_it_tells_the_best_that_is_proved(desk, products, state, words) -> None:
    told = desk.judge(CHECK, AntivirusSeen, products=products)
    assert (told.state, told.words) == (state, words)


def test_what_could_not_be_read_is_unknown(desk) -> None:
    assert desk.judge(CHECK, AntivirusSeen, unread="no-tool").state is State.UNKNOWN
