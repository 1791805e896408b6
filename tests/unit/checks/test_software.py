"""Unsupported software: by exact name or pattern, by whole parts of the version, by date.

What no line of the catalogue names has not passed.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from agentguard.checks.software import CHECK, Settings
from agentguard.model.facts import Kind, Lifecycle, LifecyclesKnown, Software, SoftwareSeen
from agentguard.model.verdicts import State

TODAY = date(2026, 11, 25)


def line(product: str, name: str, prefix: str, ends: date | None, below: str = "") -> Lifecycle:
    """Make a release line of a program."""
    return Lifecycle(
        product=product, names=(name,), prefix=prefix, ends=ends, source="x", below=below
    )


def system_line(edition: str, prefix: str, ends: date) -> Lifecycle:
    """Make a release line of a system."""
    return Lifecycle(
        product=f"{edition} {prefix}",
        names=(),
        prefix=prefix,
        ends=ends,
        source="x",
        editions=(edition,),
    )


def program(name: str, version: str) -> Software:
    """Make an installed program."""
    return Software(name=name, version=version, vendor="", source="x")


def system(edition: str = "well", version: str = "1.2") -> Software:
    """Make an operating system; without more, a supported one."""
    return Software(
        name="System", version=version, vendor="", source="x", kind=Kind.SYSTEM, edition=edition
    )


OLD = line("Tool 3.1", "tool", "3.1", date(2026, 11, 24))
LAST_DAY = line("Tool 3.2", "tool", "3.2", TODAY)
NEW = line("Tool 3.3", "tool", "3.3", date(2030, 1, 1))
SUITE = line("Suite 2016", "Suite Pro 2016*", "", date(2025, 10, 14))
WELL = system_line("well", "1", date(2030, 1, 1))
LINES = (OLD, LAST_DAY, NEW, SUITE, WELL)


def judge(desk, *items: tuple[str, str], lines=LINES, compiled=TODAY, settings=None) -> Any:
    """Judge an inventory of (name, version) on a supported system."""
    desk.see(LifecyclesKnown, lines=(*lines, WELL) if lines else (), compiled=compiled)
    software = (system(), *(program(n, v) for n, v in items))
    return desk.judge(CHECK, SoftwareSeen, settings, items=software)


def test_a_line_past_its_last_day_is_named_with_the_day(desk) -> None:
    told = judge(desk, ("tool", "3.1.4"), ("bash", "5.2"))
    assert (told.state, told.words) == (
        State.FAIL,
        "No longer supported by the maker: Tool 3.1 (2026-11-24).",
    )


def test_on_the_last_day_it_is_still_supported_but_ends_soon(desk) -> None:
    told = judge(desk, ("tool", "3.2"))
    assert (told.state, told.words) == (State.PASS, "Support ends soon: Tool 3.2 (2026-11-25).")


def test_a_supported_line_passes(desk) -> None:
    told = judge(desk, ("tool", "3.3.1"))
    assert told.state is State.PASS
    assert "(1)" in told.words


def test_a_program_without_a_line_is_counted_and_named_and_nothing_passes(desk) -> None:
    told = judge(desk, ("tool", "3.3.1"), ("bash", "5.2"), ("zoom", "7"))
    assert told.state is State.PARTIAL
    assert "1 of 3 programs" in told.words
    assert "bash, zoom" in told.words


def test_a_line_without_an_announced_end_is_a_line(desk) -> None:
    lines = (line("Evergreen 4", "evergreen", "4", None),)
    assert judge(desk, ("evergreen", "4.7"), lines=lines).state is State.PASS
    assert judge(desk, ("evergreen", "5.0"), lines=lines).state is State.PARTIAL


@pytest.mark.parametrize(
    ("version", "state"),
    [
        ("150.9", State.FAIL),
        ("v9.0.1", State.FAIL),
        ("1:12", State.FAIL),
        ("151.0", State.PARTIAL),
        ("1510", State.PARTIAL),
        ("", State.PARTIAL),
        ("latest", State.PARTIAL),
    ],
)
def test_every_version_before_a_limit_has_ended_and_no_other(desk, version, state) -> None:
    lines = (line("Browser before 151", "browser", "", date(2026, 7, 28), below="151"),)
    assert judge(desk, ("browser", version), lines=lines).state is state


@pytest.mark.parametrize(
    ("version", "state"), [("3.5.9", State.FAIL), ("3.6", State.PARTIAL), ("3", State.PARTIAL)]
)
def test_a_version_that_says_less_than_the_limit_is_not_before_it(desk, version, state) -> None:
    lines = (line("Old", "python", "", date(2020, 1, 1), below="3.6"),)
    assert judge(desk, ("python", version), lines=lines).state is state


def test_what_the_policy_accepts_counts_where_nothing_is_known_and_only_there(desk) -> None:
    settings = Settings(accepted=("bash", "tool"))
    assert judge(desk, ("bash", "5.2"), settings=settings).state is State.PASS
    assert judge(desk, ("tool", "3.1"), settings=settings).state is State.FAIL
    assert judge(desk, ("zoom", "3.1"), settings=settings).state is State.PARTIAL


def test_packages_of_the_distribution_stand_and_fall_with_it(desk) -> None:
    part = Software(name="tool", version="3.1", vendor="", source="dpkg", kind=Kind.PART)
    desk.see(LifecyclesKnown, lines=LINES, compiled=TODAY)
    assert desk.judge(CHECK, SoftwareSeen, items=(system(), part)).state is State.PASS
    for strange in (system("other"), system(version="2")):
        told = desk.judge(CHECK, SoftwareSeen, items=(strange, part))
        assert told.state is State.UNKNOWN
        assert f"System {strange.version} {strange.edition}" in told.words
    assert desk.judge(CHECK, SoftwareSeen, items=(part,)).state is State.UNKNOWN


def test_a_program_that_calls_itself_a_system_is_none(desk) -> None:
    desk.see(LifecyclesKnown, lines=LINES, compiled=TODAY)
    told = desk.judge(CHECK, SoftwareSeen, items=(program("System", "1.2"),))
    assert told.state is State.UNKNOWN


def test_the_policy_cannot_accept_a_system(desk) -> None:
    desk.see(LifecyclesKnown, lines=LINES, compiled=TODAY)
    settings = Settings(accepted=("*",))
    told = desk.judge(CHECK, SoftwareSeen, settings, items=(system("other"),))
    assert told.state is State.UNKNOWN


@pytest.mark.parametrize("version", ["3.1", "3.1.4", "3.1-2ubuntu1", "3.1+dfsg", "1:3.1.4"])
def test_a_prefix_ends_with_a_part_of_the_version(desk, version) -> None:
    assert judge(desk, ("tool", version)).state is State.FAIL


@pytest.mark.parametrize(
    ("name", "version", "prefix"),
    [
        ("openssl", "1:3.0.13-0ubuntu3", "3.0"),  # dpkg
        ("vim", "2:8.2.3995-1ubuntu2.24", "8.2"),
        ("git", "1:2.39.5-0+deb12u2", "2.39"),
        ("libreoffice-core", "4:7.4.7-1+deb12u8", "7.4"),
        ("firefox", "1:1snap1-0ubuntu5", "1"),
        ("bind9", "10:9.18.1", "9.18"),
    ],
)
def test_the_epoch_of_a_package_is_no_part_of_its_version(desk, name, version, prefix) -> None:
    of_line = (line("Old", name, prefix, date(2026, 1, 1)),)
    assert judge(desk, (name, version), lines=of_line).state is State.FAIL
    epoch = (line("Other", name, version.split(":")[0] + ":", date(2026, 1, 1)),)
    assert judge(desk, (name, version), lines=epoch).state is State.PARTIAL


@pytest.mark.parametrize("version", ["3.11", "3.10.2", "13.1", "4:13.1", "", "vers3.1", "2.3.1"])
def test_and_matches_no_longer_number(desk, version) -> None:
    assert judge(desk, ("tool", version)).state is State.PARTIAL


@pytest.mark.parametrize("version", ["v3.1.4", "V3.1", "2:v3.1"])
def test_the_letter_of_a_tag_is_no_part_of_its_version(desk, version) -> None:
    assert judge(desk, ("tool", version)).state is State.FAIL


@pytest.mark.parametrize("name", ["tool", "TOOL", "Suite Pro 2016 - en-us", "suite pro 2016"])
def test_names_are_exact_or_patterns_of_any_case(desk, name) -> None:
    assert judge(desk, (name, "3.1")).state is State.FAIL


@pytest.mark.parametrize(
    "name", ["tool-extra", "mytool", "Update for Suite Pro 2016", "Suite Pro 2019", "too"]
)
def test_nothing_else_is_taken_for_it(desk, name) -> None:
    assert judge(desk, (name, "3.1")).state is State.PARTIAL


def test_of_two_lines_that_fit_the_one_that_ends_last_counts(desk) -> None:
    both = (line("Short", "tool", "3", date(2020, 1, 1)), line("Long", "tool", "3", TODAY))
    assert judge(desk, ("tool", "3.1"), lines=both).state is State.PASS


def test_the_same_product_is_named_once(desk) -> None:
    told = judge(desk, ("Suite Pro 2016 - en", "1"), ("Suite Pro 2016 - fr", "1"))
    assert told.words.count("Suite") == 1


def test_the_policy_leaves_programs_out(desk) -> None:
    settings = Settings(ignore=("suite*",))
    assert judge(desk, ("Suite Pro 2016", "1"), settings=settings).state is State.PASS


@pytest.mark.parametrize(("days", "warned"), [(0, False), (183, False), (184, True)])
def test_the_policy_sets_how_early_to_warn(desk, days, warned) -> None:
    summer = (line("Tool", "tool", "", date(2027, 5, 28)),)
    told = judge(desk, ("tool", "1"), lines=summer, settings=Settings(warn_days=days))
    assert told.state is State.PASS
    assert ("ends soon" in told.words) is warned


def test_an_old_catalogue_proves_no_health_but_still_tells_the_dead(desk) -> None:
    old = date(2025, 1, 1)
    assert judge(desk, ("tool", "3.3"), compiled=old).state is State.UNKNOWN
    assert judge(desk, ("tool", "3.3"), compiled=None).state is State.UNKNOWN
    assert judge(desk, ("tool", "3.1"), compiled=old).state is State.FAIL


def test_without_inventory_or_catalogue_nothing_is_claimed(desk) -> None:
    assert desk.judge(CHECK, LifecyclesKnown, lines=LINES).state is None
    assert desk.judge(CHECK, SoftwareSeen).state is State.UNKNOWN
    assert desk.judge(CHECK, SoftwareSeen, unread="no-tool").state is State.UNKNOWN
    assert judge(desk, ("tool", "3.1"), lines=()).state is State.UNKNOWN


@pytest.mark.parametrize(("version", "state"), [("3.2", "pass"), ("3.3", "pass"), ("3.1", "fail")])
def test_a_source_that_did_not_answer_lets_nothing_pass(desk, version, state) -> None:
    desk.see(LifecyclesKnown, lines=LINES, compiled=TODAY)
    items = (system(), program("tool", version))
    whole = desk.judge(CHECK, SoftwareSeen, items=items)
    part = desk.judge(CHECK, SoftwareSeen, items=items, unread="software-part")
    assert whole.state is State(state)
    assert part.state is (State.FAIL if state == "fail" else State.PARTIAL)


def test_the_catalogue_may_come_after_the_inventory(desk) -> None:
    item = program("tool", "3.1")
    assert desk.judge(CHECK, SoftwareSeen, items=(item,)).state is State.UNKNOWN
    told = desk.judge(CHECK, LifecyclesKnown, lines=LINES, compiled=TODAY)
    assert told.state is State.FAIL


def test_an_inventory_that_was_read_in_part_and_names_nothing_known_says_nothing(desk) -> None:
    desk.see(LifecyclesKnown, lines=LINES, compiled=TODAY)
    for items in ((program("unheard-of", "1"),), (system(),), (system(), program("other", "1"))):
        found = desk.judge(CHECK, SoftwareSeen, items=items, unread="software-part")
        assert found.state is State.UNKNOWN
    told = desk.judge(CHECK, SoftwareSeen, items=(program("tool", "3.1"),), unread="no-answer")
    assert told.state is State.FAIL
