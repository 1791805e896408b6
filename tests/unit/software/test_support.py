"""Whether a version is kept up: by its line's day, its releases, and what is not known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from agentguard.model.software import State, Today
from agentguard.software.catalogue import Product, ReleaseLine
from agentguard.software.support import Support, judge

DAY = date(2026, 11, 30)
NOW = Today(day=DAY, compiled=DAY)
ONE = timedelta(days=1)


def lines(*told: ReleaseLine, **more: object) -> Product:
    """Make a product of release lines, the newest first."""
    return replace(Product(slug="tool", title="Tool", source="https://page", lines=told), **more)  # type: ignore[arg-type]


def judged(end: date | bool | None, **more: object) -> Support:
    """Judge the line 3 that ends so."""
    line = replace(ReleaseLine(name="3", security=end), **more)  # type: ignore[arg-type]
    return judge(lines(line), "3", "3.1", NOW)


@pytest.mark.parametrize(
    ("end", "state"),
    [
        (DAY - ONE, State.ENDED),
        (DAY, State.ENDING),
        (DAY + ONE, State.ENDING),
        (DAY + timedelta(days=90), State.ENDING),
        (DAY + timedelta(days=91), State.SUPPORTED),
    ],
)
def test_the_last_day_is_still_supported_and_an_end_is_told_early(end: date, state: State) -> None:
    found = judged(end)
    assert (found.state, found.ends, found.source) == (state, end, "https://page")


def test_what_is_not_dated_is_said_as_it_is() -> None:
    assert (judged(True).state, judged(True).why.id) == (State.ENDED, "support.ended-some-day")
    assert (judged(False).state, judged(False).why.id) == (State.SUPPORTED, "support.no-end")
    assert (judged(None).state, judged(None).why.id) == (State.UNKNOWN, "support.no-date")


def test_paid_support_is_told_and_is_no_support() -> None:
    found = judged(DAY - ONE, extended=DAY + ONE)
    assert (found.state, found.why.id) == (State.ENDED, "support.ended-but-paid")
    assert judged(DAY - ONE, extended=DAY - ONE).why.id == "support.ended"


def test_a_line_has_a_source_of_its_own_or_its_product_s() -> None:
    assert judged(DAY, source="https://line").source == "https://line"


@pytest.mark.parametrize(("days", "state"), [(90, State.SUPPORTED), (91, State.UNKNOWN)])
def test_an_old_catalogue_calls_nothing_supported_that_was_new_in_it(
    days: int, state: State
) -> None:
    made = DAY - timedelta(days=days)
    young = ReleaseLine(name="3", released=made - timedelta(days=30), security=False)
    old = ReleaseLine(name="2", released=made - timedelta(days=400), security=False)
    now = Today(day=DAY, compiled=made)
    assert judge(lines(young), "3", "3.1", now).state is state
    assert judge(lines(old), "2", "2.1", now).state is State.SUPPORTED


ESR = lines(
    ReleaseLine(name="141", released=date(2026, 9, 1), security=DAY),
    ReleaseLine(name="140", released=date(2026, 8, 1), security=date(2027, 9, 1), long_term=True),
    slug="firefox",
)


def test_a_rapid_release_ends_with_the_next_though_its_number_lives_on() -> None:
    assert judge(ESR, "140", "140.0", NOW).ends == date(2026, 9, 1)
    assert judge(ESR, "140", "140.0", NOW).state is State.ENDED
    assert judge(ESR, "esr-140", "140.3", NOW).state is State.SUPPORTED
    newest = lines(*ESR.lines[1:], slug="firefox")
    assert judge(newest, "140", "140.0", NOW).state is State.SUPPORTED


LISTED = lines(
    ReleaseLine(name="4.2", security=False, released=date(2020, 1, 1), latest="4.2.7"),
    ReleaseLine(name="4.0", security=date(2024, 1, 1)),
    before="ended",
)


@pytest.mark.parametrize(
    ("version", "state", "why"),
    [
        ("2.1.1", State.ENDED, "support.older-than-ended"),
        ("4.1", State.UNKNOWN, "support.no-line"),
        ("4.3", State.SUPPORTED, "support.newer"),
        ("", State.UNKNOWN, "support.no-version"),
    ],
)
def test_a_line_that_the_list_leaves_out(version: str, state: State, why: str) -> None:
    found = judge(LISTED, version, version, NOW)
    assert (found.state, found.why.id) == (state, why)


def test_what_is_newer_than_an_old_catalogue_is_not_known() -> None:
    old = Today(day=DAY, compiled=DAY - timedelta(days=181))
    assert judge(LISTED, "4.3", "4.3", old).state is State.UNKNOWN


def test_without_a_list_of_ended_lines_an_old_one_is_not_known() -> None:
    assert judge(replace(LISTED, before=""), "2.1", "2.1", NOW).state is State.UNKNOWN


def test_a_product_without_dates_says_why() -> None:
    found = judge(lines(note="vendor-tells-none"), "", "3", NOW)
    assert (found.state, found.why.id) == (State.UNKNOWN, "support.vendor-tells-none")


EVERGREEN = Product(
    slug="meet",
    title="Meet",
    source="https://page",
    weeks=12,
    releases=(("1.0", date(2026, 1, 5)), ("1.1", date(2026, 2, 2)), ("2.0", date(2026, 11, 2))),
)


def test_an_evergreen_product_is_judged_by_how_far_it_is_behind() -> None:
    old = judge(EVERGREEN, "", "1.0", NOW)
    assert (old.state, old.ends) == (State.ENDED, date(2026, 2, 2) + timedelta(weeks=12))
    assert old.why.params["weeks"] == 43
    assert judge(EVERGREEN, "", "1.1", NOW).state is State.SUPPORTED
    assert judge(EVERGREEN, "", "2.0", NOW).why.id == "support.newest"
    assert judge(EVERGREEN, "", "2.1", NOW).state is State.SUPPORTED
    assert judge(EVERGREEN, "", "", NOW).why.id == "support.no-version"


def test_a_maker_who_names_no_time_leaves_it_unknown_how_far_is_too_far() -> None:
    found = judge(replace(EVERGREEN, weeks=0), "", "1.0", NOW)
    assert (found.state, found.why.id) == (State.UNKNOWN, "support.behind")


def test_an_old_catalogue_says_at_least_how_far_a_version_is_behind() -> None:
    now = Today(day=DAY, compiled=DAY - timedelta(days=91))
    assert judge(EVERGREEN, "", "2.0", now).state is State.UNKNOWN
    assert judge(EVERGREEN, "", "1.1", now).state is State.UNKNOWN
    assert judge(EVERGREEN, "", "1.0", now).state is State.ENDED


def test_a_channel_is_not_judged_by_the_stable_releases() -> None:
    assert judge(EVERGREEN, "dev", "1.0", NOW).state is State.UNKNOWN
