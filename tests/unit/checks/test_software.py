"""Unsupported software: by the catalogue's products, lines and days.

What the catalogue does not name has not passed.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from agentguard.checks._plans import Plan
from agentguard.checks._programs import Taught
from agentguard.checks.software import CHECK, Settings
from agentguard.model.facts import Kind, Lifecycle, LifecyclesKnown, Software, SoftwareSeen
from agentguard.model.software import Today, as_extension
from agentguard.model.verdicts import State
from tests import programs

TODAY = date(2026, 11, 25)


def system_line(edition: str, prefix: str, ends: date) -> Lifecycle:
    """Make a release line of a system."""
    return Lifecycle(
        product=f"{edition} {prefix}",
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


WELL = system_line("well", "1", date(2030, 1, 1))
TOOL = {"3.1": date(2026, 11, 24), "3.2": TODAY, "3.3": date(2030, 1, 1)}
KNOWN = programs.matcher({"tool": TOOL, "suite": {"*": date(2025, 10, 14)}}, "tool help")


def judge(desk, *items: tuple[str, str], known=KNOWN, compiled=TODAY, settings=None) -> Any:
    """Judge an inventory of (name, version) on a supported system."""
    desk.see(LifecyclesKnown, lines=(WELL,), compiled=compiled, programs=known)
    software = (system(), *(program(n, v) for n, v in items))
    return desk.judge(CHECK, SoftwareSeen, settings, items=software)


def test_a_line_past_its_last_day_is_named_with_the_day(desk) -> None:
    told = judge(desk, ("tool", "3.1.4"), ("bash", "5.2"))
    assert (told.state, told.words) == (
        State.FAIL,
        "Their makers no longer mend faults in: Tool 3.1 (2026-11-24).",
    )


def test_on_the_last_day_it_is_still_supported_but_ends_soon(desk) -> None:
    told = judge(desk, ("tool", "3.2"))
    assert (told.state, told.words) == (
        State.PASS,
        "Support ends soon, the next today: Tool 3.2 (2026-11-25).",
    )


def test_a_supported_line_passes(desk) -> None:
    told = judge(desk, ("tool", "3.3.1"))
    assert told.state is State.PASS
    assert "(1)" in told.words


def test_a_program_without_a_line_is_counted_and_named_and_nothing_passes(desk) -> None:
    told = judge(desk, ("tool", "3.3.1"), ("bash", "5.2"), ("zoom", "7"))
    assert told.state is State.PARTIAL
    assert "1 of 3 programs" in told.words
    assert "bash, zoom" in told.words


def test_a_line_without_an_announced_end_is_supported(desk) -> None:
    known = programs.matcher({"evergreen": {"4": False}})
    assert judge(desk, ("evergreen", "4.7"), known=known).state is State.PASS
    assert judge(desk, ("evergreen", "2"), known=known).state is State.PARTIAL


def test_a_line_that_ended_on_a_day_that_is_not_told_has_ended(desk) -> None:
    told = judge(desk, ("relic", "4"), known=programs.matcher({"relic": {"*": True}}))
    assert (told.state, told.words) == (State.FAIL, "Their makers no longer mend faults in: Relic.")


def test_a_part_of_another_program_is_not_judged_alone(desk) -> None:
    told = judge(desk, ("tool", "3.3"), ("tool help", "1"))
    assert told.state is State.PASS
    assert "(1)" in told.words


def test_what_the_policy_accepts_counts_where_nothing_is_known_and_only_there(desk) -> None:
    settings = Settings(accepted=("bash", "tool"))
    assert judge(desk, ("bash", "5.2"), settings=settings).state is State.PASS
    assert judge(desk, ("tool", "3.1"), settings=settings).state is State.FAIL
    assert judge(desk, ("zoom", "3.1"), settings=settings).state is State.PARTIAL


def test_packages_of_the_distribution_stand_and_fall_with_it(desk) -> None:
    part = Software(name="tool", version="3.1", vendor="", source="dpkg", kind=Kind.PART)
    desk.see(LifecyclesKnown, lines=(WELL,), compiled=TODAY, programs=KNOWN)
    assert desk.judge(CHECK, SoftwareSeen, items=(system(), part)).state is State.PASS
    for strange in (system("other"), system(version="2")):
        told = desk.judge(CHECK, SoftwareSeen, items=(strange, part))
        assert told.state is State.UNKNOWN
        assert f"System {strange.version} {strange.edition}" in told.words
    assert desk.judge(CHECK, SoftwareSeen, items=(part,)).state is State.UNKNOWN


def test_a_program_that_calls_itself_a_system_is_none(desk) -> None:
    desk.see(LifecyclesKnown, lines=(WELL,), compiled=TODAY, programs=KNOWN)
    told = desk.judge(CHECK, SoftwareSeen, items=(program("System", "1.2"),))
    assert told.state is State.UNKNOWN


def test_the_policy_cannot_accept_a_system(desk) -> None:
    desk.see(LifecyclesKnown, lines=(WELL,), compiled=TODAY, programs=KNOWN)
    settings = Settings(accepted=("*",))
    told = desk.judge(CHECK, SoftwareSeen, settings, items=(system("other"),))
    assert told.state is State.UNKNOWN


PLAN = Plan(product="tool", owner="J. Doe", until="2027-01-31", reason="until the new one is in")


def test_a_plan_allows_what_has_ended_until_its_last_day_with_owner_and_reason(desk) -> None:
    told = judge(desk, ("tool", "3.1"), settings=Settings(plans=(PLAN,)))
    assert told.state is State.PASS
    assert told.words.startswith("Your policy allows what is out of support")
    assert told.words.endswith("the next for 67 more days: Tool 3.1 (2027-01-31).")
    for until, state in (("2026-11-25", State.PASS), ("2026-11-24", State.FAIL)):
        plan = replace(PLAN, until=until)
        assert judge(desk, ("tool", "3.1"), settings=Settings(plans=(plan,))).state is state


def test_a_plan_for_another_or_with_a_day_that_is_none_allows_nothing(desk) -> None:
    for plan in (replace(PLAN, product="suite"), replace(PLAN, until="2027-02-30")):
        told = judge(desk, ("tool", "3.1"), settings=Settings(plans=(plan,)))
        assert told.state is State.FAIL


def test_a_plan_makes_nothing_known_that_is_not(desk) -> None:
    plan = replace(PLAN, product="*")
    assert judge(desk, ("zoom", "7"), settings=Settings(plans=(plan,))).state is State.PARTIAL


OURS = Taught(name="Our dialler", names=("acme dial*",), publishers=("Acme*",))


@pytest.mark.parametrize(
    ("until", "state"),
    [
        ("", State.PASS),
        ("2026-11-24", State.FAIL),
        ("2027-02-30", State.FAIL),
        ("2030-01-01", State.PASS),
    ],
)
def test_the_policy_teaches_a_program(desk, until, state) -> None:
    settings = Settings(programs=(replace(OURS, until=until),))
    assert judge(desk, ("Acme Dialler", "5"), settings=settings).state is state
    assert judge(desk, ("Acme Dialler", "5")).state is State.PARTIAL


def test_the_end_of_what_the_policy_teaches_is_told_early(desk) -> None:
    settings = Settings(programs=(replace(OURS, until="2026-12-25"),))
    told = judge(desk, ("Acme Dialler", "5"), settings=settings)
    assert (told.state, told.words) == (
        State.PASS,
        "Support ends soon, the next in 30 days: Our dialler (2026-12-25).",
    )


def test_what_is_taught_is_so_by_name_publisher_and_version(desk) -> None:
    settings = Settings(programs=(replace(OURS, versions=("5.*",)),))
    assert judge(desk, ("Acme Dialler", "5.1"), settings=settings).state is State.PASS
    assert judge(desk, ("Acme Dialler", "4.1"), settings=settings).state is State.PARTIAL
    desk.see(LifecyclesKnown, lines=(WELL,), compiled=TODAY, programs=KNOWN)
    other = replace(program("Acme Dialler", "5.1"), vendor="Somebody")
    told = desk.judge(CHECK, SoftwareSeen, settings, items=(system(), other))
    assert told.state is State.PARTIAL


def test_the_same_product_is_named_once(desk) -> None:
    told = judge(desk, ("suite", "1"), ("suite", "2"))
    assert told.words.count("Suite") == 1


def test_the_policy_leaves_programs_out(desk) -> None:
    settings = Settings(ignore=("suite*",))
    assert judge(desk, ("suite", "1"), ("tool", "3.3"), settings=settings).state is State.PASS


@pytest.mark.parametrize(("days", "warned"), [(0, False), (183, False), (184, True)])
def test_the_policy_sets_how_early_to_warn(desk, days, warned) -> None:
    summer = programs.matcher({"tool": {"*": date(2027, 5, 28)}})
    told = judge(desk, ("tool", "1"), known=summer, settings=Settings(warn_days=days))
    assert told.state is State.PASS
    assert ("ends soon" in told.words) is warned


def test_an_old_catalogue_proves_no_health_but_still_tells_the_dead(desk) -> None:
    old = date(2025, 1, 1)
    assert judge(desk, ("tool", "3.3"), compiled=old).state is State.UNKNOWN
    assert judge(desk, ("tool", "3.3"), compiled=None).state is State.UNKNOWN
    assert judge(desk, ("tool", "3.1"), compiled=old).state is State.FAIL


def test_without_inventory_or_catalogue_nothing_is_claimed(desk) -> None:
    assert desk.judge(CHECK, LifecyclesKnown, lines=(WELL,), programs=KNOWN).state is None
    assert desk.judge(CHECK, SoftwareSeen).state is State.UNKNOWN
    assert desk.judge(CHECK, SoftwareSeen, unread="no-tool").state is State.UNKNOWN
    desk.see(LifecyclesKnown, lines=(), compiled=TODAY, programs=KNOWN)
    assert desk.judge(CHECK, SoftwareSeen, items=(system(),)).state is State.UNKNOWN
    assert judge(desk, ("tool", "3.1"), known=None).state is State.PARTIAL


@pytest.mark.parametrize(("version", "state"), [("3.2", "pass"), ("3.3", "pass"), ("3.1", "fail")])
def test_a_source_that_did_not_answer_lets_nothing_pass(desk, version, state) -> None:
    desk.see(LifecyclesKnown, lines=(WELL,), compiled=TODAY, programs=KNOWN)
    items = (system(), program("tool", version))
    whole = desk.judge(CHECK, SoftwareSeen, items=items)
    part = desk.judge(CHECK, SoftwareSeen, items=items, unread="software-part")
    assert whole.state is State(state)
    assert part.state is (State.FAIL if state == "fail" else State.PARTIAL)


def test_the_catalogue_may_come_after_the_inventory(desk) -> None:
    item = program("tool", "3.1")
    assert desk.judge(CHECK, SoftwareSeen, items=(item,)).state is State.UNKNOWN
    told = desk.judge(CHECK, LifecyclesKnown, lines=(WELL,), compiled=TODAY, programs=KNOWN)
    assert told.state is State.FAIL


def test_an_inventory_that_was_read_in_part_and_names_nothing_known_says_nothing(desk) -> None:
    desk.see(LifecyclesKnown, lines=(WELL,), compiled=TODAY, programs=KNOWN)
    for items in ((program("unheard-of", "1"),), (system(),), (system(), program("other", "1"))):
        found = desk.judge(CHECK, SoftwareSeen, items=items, unread="software-part")
        assert found.state is State.UNKNOWN
    told = desk.judge(CHECK, SoftwareSeen, items=(program("tool", "3.1"),), unread="no-answer")
    assert told.state is State.FAIL


def beside(kind: Kind, name: str, version: str, **more: Any) -> Software:
    """Make a runtime or an extension."""
    return Software(name=name, version=version, vendor="", source="x", kind=kind, **more)


@pytest.mark.parametrize("kind", [Kind.RUNTIME, Kind.EXTENSION])
def test_row_169_a_runtime_or_extension_that_no_rule_knows_is_no_stranger(desk, kind: Kind) -> None:
    desk.see(LifecyclesKnown, lines=(WELL,), compiled=TODAY, programs=KNOWN)
    items = (system(), program("tool", "3.3"), beside(kind, "Dial helper", "1"))
    told = desk.judge(CHECK, SoftwareSeen, items=items)
    assert told.state is State.PASS
    assert "(1)" in told.words


def test_row_169_an_extension_that_is_called_like_a_program_is_not_taken_for_it(desk) -> None:
    desk.see(LifecyclesKnown, lines=(WELL,), compiled=TODAY, programs=KNOWN)
    for name in ("tool", "tool help"):
        items = (system(), program("tool", "3.3"), beside(Kind.EXTENSION, name, "3.1"))
        assert desk.judge(CHECK, SoftwareSeen, items=items).state is State.PASS


def test_a_runtime_that_has_ended_is_told(desk) -> None:
    desk.see(LifecyclesKnown, lines=(WELL,), compiled=TODAY, programs=KNOWN)
    items = (system(), beside(Kind.RUNTIME, "tool", "3.1"))
    told = desk.judge(CHECK, SoftwareSeen, items=items)
    assert (told.state, told.words) == (
        State.FAIL,
        "Their makers no longer mend faults in: Tool 3.1 (2026-11-24).",
    )


def test_a_policy_teaches_an_extension(desk) -> None:
    desk.see(LifecyclesKnown, lines=(WELL,), compiled=TODAY, programs=KNOWN)
    taught = Taught(name="Dial helper", names=("Dial helper",), until="2026-01-31")
    items = (system(), beside(Kind.EXTENSION, "Dial helper", "1", host="chrome"))
    told = desk.judge(CHECK, SoftwareSeen, Settings(programs=(taught,)), items=items)
    assert told.state is State.FAIL
    assert "Dial helper (2026-01-31)" in told.words


def test_a_rule_for_extensions_knows_them() -> None:
    known = KNOWN.match("tool", "3.1", "", now=Today(day=TODAY, compiled=TODAY))
    own = replace(known, kind="extension")
    assert as_extension(own) is own
    other = as_extension(known)
    assert (other.product, other.kind, other.part) == ("", "extension", False)


@pytest.mark.parametrize("unread", ["software-part", "software-extensions", "software-others"])
def test_row_167_a_list_that_is_not_whole_never_passes(desk, unread: str) -> None:
    desk.see(LifecyclesKnown, lines=(WELL,), compiled=TODAY, programs=KNOWN)
    items = (system(), program("tool", "3.3"))
    told = desk.judge(CHECK, SoftwareSeen, items=items, unread=unread)
    assert told.state is State.PARTIAL
