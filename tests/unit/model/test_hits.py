"""What is said of two parts of one file together, and of one beyond what is known already."""

from __future__ import annotations

from agentguard.model.hits import MOST, Hit, at_least, beyond, together

CARDS = Hit(kind="PAN", count=2, masked=("...1115", "...6467"))
MAIL = Hit(kind="EMAIL", count=1)


def test_two_parts_are_counted_together_by_kind() -> None:
    more = Hit(kind="PAN", count=3, masked=("...6467", "...6306"))
    both = Hit(kind="PAN", count=5, masked=("...1115", "...6467", "...6306"))
    assert together((CARDS,), (more, MAIL)) == (MAIL, both)
    assert together((CARDS,), ()) == together((), (CARDS,)) == (CARDS,)


def test_what_was_not_counted_out_stays_so_and_few_values_are_shown() -> None:
    many = Hit(kind="PAN", count=MOST, masked=tuple(f"...{n:04}" for n in range(5)))
    (sum_,) = together((many,), (CARDS,))
    assert (sum_.count, sum_.masked) == (MOST, many.masked)


def test_what_is_known_already_is_taken_off() -> None:
    seen = Hit(kind="PAN", count=1, masked=("...1115",))
    assert beyond((CARDS, MAIL), (seen,)) == (Hit(kind="PAN", count=1, masked=("...6467",)), MAIL)
    assert beyond((CARDS,), (CARDS, MAIL)) == ()
    assert beyond((seen,), (CARDS,)) == ()


def test_beyond_what_was_not_counted_out_nobody_knows_how_much_there_is() -> None:
    many = Hit(kind="PAN", count=MOST, masked=("...1115",))
    assert beyond((many,), (CARDS,)) == (many,)


def test_of_two_readings_of_the_same_parts_the_one_that_found_more_is_told() -> None:
    fewer = Hit(kind="PAN", count=1, masked=("...6306",))
    assert at_least((CARDS,), (fewer, MAIL)) == at_least((fewer, MAIL), (CARDS,)) == (MAIL, CARDS)
    assert at_least((CARDS,), ()) == at_least((), (CARDS,)) == (CARDS,)


def test_of_as_many_in_both_readings_those_of_the_later_are_shown() -> None:
    later = Hit(kind="PAN", count=2, masked=("...6306",))
    assert at_least((CARDS,), (later,)) == (later,)
