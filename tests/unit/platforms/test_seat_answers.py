"""Each session of one person has a seat of its own for as long as it lasts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from agentguard.platforms._win32.seat_answers import FIRST, seated

PEOPLE = st.dictionaries(st.integers(1, 9), st.sampled_from(["anna", "ben", "cleo"]))


def test_row_132_who_is_logged_on_once_has_the_first_seat() -> None:
    assert seated({}, {1: "anna", 2: "ben", 7: "cleo"}) == {1: FIRST, 2: FIRST, 7: FIRST}


def test_row_132_a_second_session_has_the_next_seat_and_keeps_it() -> None:
    assert seated({}, {3: "anna", 5: "anna"}) == {3: 1, 5: 2}
    assert seated({3: 1, 5: 2}, {5: "anna"}) == {5: 2}, "the other left"
    assert seated({5: 2}, {2: "anna", 5: "anna"}) == {5: 2, 2: 1}


@given(PEOPLE, PEOPLE)
def test_row_132_no_seat_is_taken_twice_and_nobody_is_moved(
    before: dict[int, str], after: dict[int, str]
) -> None:
    known = seated({}, before)
    seats = seated(known, after)
    assert seats.keys() == after.keys()
    assert len({(after[one], seats[one]) for one in seats}) == len(seats)
    same = {one for one in after if before.get(one) == after[one]}
    others = {one for one in after if one in known and one not in same}
    if not others:
        assert all(seats[one] == known[one] for one in same)


@given(PEOPLE, st.dictionaries(st.integers(1, 9), st.integers(1, 9)))
def test_row_132_whatever_was_written_down_no_seat_is_taken_twice(
    people: dict[int, str], known: dict[int, int]
) -> None:
    seats = seated(known, people)
    assert len({(people[one], seats[one]) for one in seats}) == len(people)
