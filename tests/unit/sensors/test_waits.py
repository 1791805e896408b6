"""The ages of waiting updates, as the agent has seen them: over restarts, and from both sides."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.model.machine import PatchesSeen
from agentguard.model.moments import EARLIEST, Moment
from agentguard.sensors.update_waits import KEY, Waits
from tests.unit.engine.conftest import ListJournal

START = 1_790_000_000.0
DAY = 86400.0


class Lists:
    """A computer whose package lists are looked at once a day."""

    def __init__(self) -> None:
        self.journal = ListJournal()
        self.restart()

    def restart(self) -> None:
        self.waits = Waits(self.journal)

    def look(self, day: float, *names: str, **fields: object) -> tuple[float | None, float | None]:
        """Give the days on which the first update came out: at the latest, at the soonest."""
        at = Moment(boot=1.0, wall=START + day * DAY)
        told = {"looked": at.wall, "security": len(names), "waiting": names, **fields}
        seen = self.waits.dated(PatchesSeen(at=at, **told), at)
        return _day(seen.oldest), _day(seen.earliest)


def _day(wall: float | None) -> float | None:
    return None if wall is None else (wall - START) / DAY


@pytest.fixture
def lists() -> Lists:
    return Lists()


def test_what_waits_at_the_first_look_has_waited_since_nobody_knows_when(lists) -> None:
    assert lists.look(0, "openssl") == (0, None)
    assert lists.look(40, "openssl") == (0, None)


def test_what_came_between_two_looks_is_as_old_as_they_are(lists) -> None:
    assert lists.look(0) == (None, None)
    assert lists.look(1, "openssl") == (1, 0)
    assert lists.look(5, "openssl", "vim") == (1, 0)
    assert lists.look(6, "vim") == (5, 1)


def test_a_restart_makes_nothing_younger(lists) -> None:
    lists.look(0)
    lists.look(1, "openssl")
    lists.restart()
    assert lists.look(50, "openssl") == (1, 0)


def test_what_was_installed_and_waits_again_waits_anew(lists) -> None:
    lists.look(0, "openssl")
    lists.look(2)
    assert lists.look(9, "openssl") == (9, 2)


def test_lists_that_are_old_themselves_prove_no_youth(lists) -> None:
    lists.look(0, looked=START - 60 * DAY)
    assert lists.look(1, "openssl") == (1, -60)


def test_what_was_not_counted_changes_nothing(lists) -> None:
    lists.look(0, "openssl")
    assert lists.look(1, security=None) == (None, None)
    assert lists.look(2, unread="no-answer") == (None, None)
    assert lists.look(3, "openssl") == (0, None)


def test_a_date_of_the_maker_counts_where_it_is_older(lists) -> None:
    dates = {"oldest": START - 9 * DAY, "earliest": START - 9 * DAY}
    assert lists.look(0, "id", **dates) == (-9, -9)


def test_a_date_that_the_maker_renews_makes_nothing_younger(lists) -> None:
    for day in (0, 20, 40):
        dates = {"oldest": START + day * DAY, "earliest": START + day * DAY}
        assert lists.look(day, "id", **dates) == (0, 0)


def test_a_clock_that_was_never_right_is_not_written_down(lists) -> None:
    early = (EARLIEST - START) / DAY - 1
    assert lists.look(early, "openssl") == (None, None)
    assert lists.journal.memory(KEY) == {}


@pytest.mark.parametrize(
    "kept", [None, 7, {}, {"looked": "x", "waiting": {}}, {"looked": 1, "waiting": {"a": [1]}}]
)
def test_a_memory_that_cannot_be_read_begins_anew(lists, kept) -> None:
    lists.journal.commit((), {KEY: kept})
    lists.restart()
    assert lists.look(0, "a")[0] == 0


@given(st.lists(st.sets(st.sampled_from("abc"), max_size=3), min_size=1, max_size=12))
def test_an_age_is_never_less_than_what_was_seen(days: list[set[str]]) -> None:
    lists = Lists()
    since: dict[str, int] = {}
    for day, names in enumerate(days):
        since = {name: since.get(name, day) for name in names}
        oldest, earliest = lists.look(day, *sorted(names))
        assert oldest == min(since.values(), default=None)
        assert earliest is None or earliest <= (oldest or 0)
        lists.restart()
