"""Unsupported software: by exact name or pattern, by whole parts of the version, by date."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from agentguard import lifecycle
from agentguard.checks.software import CHECK, Settings
from agentguard.model.events import Facts
from agentguard.model.facts import Lifecycle, LifecyclesKnown, Software, SoftwareSeen
from agentguard.model.moments import Moment
from agentguard.model.verdicts import State

TODAY = date(2026, 11, 25)


def line(product: str, name: str, prefix: str, ends: date) -> Lifecycle:
    """Make a release line."""
    return Lifecycle(product=product, names=(name,), prefix=prefix, ends=ends, source="x")


OLD = line("Tool 3.1", "tool", "3.1", date(2026, 11, 24))
LAST_DAY = line("Tool 3.2", "tool", "3.2", TODAY)
NEW = line("Tool 3.3", "tool", "3.3", date(2030, 1, 1))
SUITE = line("Suite 2016", "Suite Pro 2016*", "", date(2025, 10, 14))
LINES = (OLD, LAST_DAY, NEW, SUITE)


def judge(desk, *items: tuple[str, str], lines=LINES, compiled=TODAY, settings=None) -> Any:
    """Judge an inventory of (name, version)."""
    desk.see(LifecyclesKnown, lines=lines, compiled=compiled)
    software = tuple(Software(name=n, version=v, vendor="", source="x") for n, v in items)
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
    told = judge(desk, ("tool", "3.3.1"), ("bash", "5.2"))
    assert told.state is State.PASS
    assert "(1)" in told.words


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
    assert judge(desk, (name, version), lines=epoch).state is State.PASS


@pytest.mark.parametrize("version", ["3.11", "3.10.2", "13.1", "4:13.1", "", "v3.1", "2.3.1"])
def test_and_matches_no_longer_number(desk, version) -> None:
    assert judge(desk, ("tool", version)).state is State.PASS


@pytest.mark.parametrize("name", ["tool", "TOOL", "Suite Pro 2016 - en-us", "suite pro 2016"])
def test_names_are_exact_or_patterns_of_any_case(desk, name) -> None:
    assert judge(desk, (name, "3.1")).state is State.FAIL


@pytest.mark.parametrize(
    "name", ["tool-extra", "mytool", "Update for Suite Pro 2016", "Suite Pro 2019", "too"]
)
def test_nothing_else_is_taken_for_it(desk, name) -> None:
    assert judge(desk, (name, "3.1")).state is State.PASS


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
    items = (Software(name="tool", version=version, vendor="", source="dpkg"),)
    whole = desk.judge(CHECK, SoftwareSeen, items=items)
    part = desk.judge(CHECK, SoftwareSeen, items=items, unread="software-part")
    assert whole.state is State(state)
    assert part.state is (State.FAIL if state == "fail" else State.PARTIAL)


def test_the_catalogue_may_come_after_the_inventory(desk) -> None:
    item = Software(name="tool", version="3.1", vendor="", source="x")
    assert desk.judge(CHECK, SoftwareSeen, items=(item,)).state is State.UNKNOWN
    told = desk.judge(CHECK, LifecyclesKnown, lines=LINES, compiled=TODAY)
    assert told.state is State.FAIL


def test_an_inventory_that_was_read_in_part_and_names_nothing_known_says_nothing(desk) -> None:
    desk.see(LifecyclesKnown, lines=LINES, compiled=TODAY)
    item = Software(name="unheard-of", version="1", vendor="", source="x")
    found = desk.judge(CHECK, SoftwareSeen, items=(item,), unread="software-part")
    assert found.state is State.UNKNOWN


def shipped(name: str, version: str) -> str:
    """Judge one program by the catalogue that ships; give what is shown."""
    at = Moment(boot=1, wall=datetime(2026, 11, 25, tzinfo=UTC).timestamp())
    item = Software(name=name, version=version, vendor="", source="x")
    seen = SoftwareSeen(at=at, items=(item,))
    facts = Facts(last={}).seeing(lifecycle.known(at)).seeing(seen)
    verdict = CHECK.judge(seen, facts, Settings())
    assert verdict is not None
    assert verdict.message is not None
    return str(verdict.message.params.get("products", verdict.state))


@pytest.mark.parametrize(
    ("name", "version", "words"),
    [
        ("Windows 10 Pro", "10.0.19045.3803", "Windows 10 22H2 (2025-10-14)"),
        ("Windows 10 Pro", "10.0.26200.1", "pass"),
        ("Microsoft Windows 11 Enterprise", "10.0.26100", "pass"),
        ("Windows 10 Enterprise LTSC 2021", "10.0.19044", "pass"),
        ("Python 3.8.10 (64-bit)", "3.8.10150.0", "Python 3.8 (2024-10-07)"),
        ("Python 3.13.1 (64-bit)", "3.13.1150.0", "pass"),
        ("Python 3.1.4", "3.1.4", "pass"),
        ("Microsoft Office Professional Plus 2016", "16.0.4266.1001", "Microsoft Office 2016"),
        ("Microsoft 365 Apps for enterprise - en-us", "16.0.18129", "pass"),
        ("Security Update for Microsoft Office Standard 2016 (KB1)", "1", "pass"),
        ("base-files", "11.1+deb11u11", "Debian 11 (2026-08-31)"),
        ("base-files", "13.8+deb13u1", "pass"),
        ("base-files", "12.4+deb12u9", "pass"),
        ("base-files", "12ubuntu4.7", "pass"),
        ("base-files", "11ubuntu5.8", "Ubuntu 20.04 LTS (2025-05-31)"),
        ("base-files", "10.1ubuntu2.12", "Ubuntu 18.04 LTS (2023-05-31)"),
        ("fedora-release-common", "42", "Fedora 42 (2026-05-27)"),
        ("Node.js", "18.20.4", "Node.js 18 (2025-04-30)"),
        ("nodejs", "18.20.4", "pass"),
        ("python3.9", "3.9.2-1", "pass"),
        ("Mozilla Firefox (x64 en-US)", "115.0", "pass"),
        ("Mozilla Firefox ESR (x64 en-US)", "102.15", "Firefox ESR 102"),
        ("LibreOffice 7.6.7.2", "7.6.7.2", "LibreOffice 7.6 (2024-06-12)"),
        ("PostgreSQL 13 ", "13.9-1", "PostgreSQL 13 (2025-11-13)"),
        ("OpenSSL 1.1.1w (64-bit)", "1.1.1", "OpenSSL 1.1.1 (2023-09-11)"),
        ("Eclipse Temurin JDK with Hotspot 8u402-b06 (x64)", "8.0.402.6", "pass"),
        ("virtualbox-7.0", "7.0.26", "VirtualBox 7.0 (2025-03-31)"),
    ],
)
def test_the_shipped_catalogue_knows_real_programs(name, version, words) -> None:
    assert shipped(name, version).startswith(words)


def test_a_long_inventory_is_judged_in_a_moment(desk) -> None:
    items = tuple((f"lib-something-{n}", f"{n}.2.3") for n in range(5000))
    lines = lifecycle.known(Moment(boot=1, wall=1)).lines
    begun = datetime.now(UTC)
    assert judge(desk, *items, lines=lines).state is State.PASS
    assert (datetime.now(UTC) - begun).total_seconds() < 2
