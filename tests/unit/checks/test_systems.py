"""Until when a Windows is kept up: paid updates count where its own build shows them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from agentguard.base import lifecycle
from agentguard.checks._systems import kept
from agentguard.checks.software import CHECK, Settings
from agentguard.model.events import Facts
from agentguard.model.facts import Kind, Software, SoftwareSeen
from agentguard.model.moments import Moment
from agentguard.model.verdicts import State

AT = Moment(boot=1, wall=datetime(2026, 9, 15, tzinfo=UTC).timestamp())
TODAY = date(2026, 9, 15)
KNOWN = lifecycle.known(AT)
BLANK = Facts(last={}).seeing(KNOWN)


def windows(version: str, edition: str = "Professional") -> Software:
    """Make a Windows."""
    return Software(
        name="Windows", version=version, vendor="", source="x", kind=Kind.SYSTEM, edition=edition
    )


@pytest.mark.parametrize(
    ("version", "paid"),
    [
        ("10.0.19045.6456", False),  # the last fix that came to everybody
        ("10.0.19045.6466", False),  # came to desks without paid updates
        ("10.0.19045.6575", False),  # paid once, ten months ago
        ("10.0.19045.7417", False),  # June
        ("10.0.19045.7548", False),  # July, 63 days ago
        ("10.0.19045.7663", True),  # August
        ("10.0.19045.7700", True),  # a fix after the table's last
        ("10.0.19045", False),
        ("10.0.19045.x", False),
        ("10.0.19045.7663.1", False),
    ],
)
def test_row_195_paid_updates_count_where_the_build_shows_them(version: str, paid: bool) -> None:
    found = kept(windows(version), KNOWN, TODAY)
    assert found is not None
    assert found.product == "Windows 10 22H2"
    assert (found.paid, found.ends) == (paid, date(2028, 10, 10) if paid else date(2025, 10, 14))
    seen = SoftwareSeen(at=AT, items=(windows(version),))
    told = CHECK.judge(seen, BLANK.seeing(seen), Settings())
    assert told is not None
    assert (told.state is State.FAIL) is not paid


def test_a_fix_of_two_months_ago_still_shows_paid_updates_and_one_of_more_does_not() -> None:
    july = windows("10.0.19045.7548")
    for day, paid in ((date(2026, 9, 14), True), (TODAY, False)):
        found = kept(july, KNOWN, day)
        assert found is not None
        assert found.paid is paid


def test_before_its_end_and_after_the_last_paid_day_nothing_is_asked_of_the_build() -> None:
    item = windows("10.0.19045.9999")
    for day in (date(2025, 10, 14), date(2028, 10, 11)):
        found = kept(item, KNOWN, day)
        assert found is not None
        assert (found.paid, found.ends >= day) == (day.year == 2028, day.year == 2025)


def test_a_build_that_no_table_has_shows_nothing() -> None:
    bare = lifecycle.known(AT)
    bare = type(bare)(at=AT, lines=bare.lines)
    found = kept(windows("10.0.19045.7663"), bare, TODAY)
    assert found is not None
    assert not found.paid


def test_another_systems_end_is_the_end() -> None:
    found = kept(windows("10.0.19044.7663", "EnterpriseS"), KNOWN, date(2027, 1, 13))
    assert found is not None
    assert (found.paid, found.ends) == (False, date(2027, 1, 12))
    assert kept(windows("10.0.99999.1"), KNOWN, TODAY) is None


def test_paid_updates_that_end_soon_are_told() -> None:
    seen = SoftwareSeen(at=AT, items=(windows("10.0.19045.7663"),))
    told = CHECK.judge(seen, BLANK.seeing(seen), Settings(warn_days=730))
    assert told is not None
    assert told.state is State.PASS
    soon = CHECK.judge(seen, BLANK.seeing(seen), Settings(warn_days=30))
    assert soon is not None
    assert soon.state is State.PASS
