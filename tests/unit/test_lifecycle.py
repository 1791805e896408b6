"""The lifecycle catalogue: broad, sourced, and damaged only aloud."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from agentguard.base import lifecycle
from agentguard.base.errors import CannotError
from agentguard.model.facts import Build, Channel, Lifecycle
from agentguard.model.moments import Moment

NOW = Moment(boot=1, wall=2)
GOOD = """
compiled = 2026-11-25

[[system]]
product = "System 1"
editions = ["Pro*"]
prefix = "1"
ends = 2028-01-31
source = "https://example.org/system"
"""
BUILDS = """{"compiled": "2026-02-11", "format": 1,
"client": {"7": [["2026-02-10", 20], ["2026-01-13", 10]]},
"server": {"7": [["2026-02-10", 30]]},
"office": {"current": [["17.2", "2026-01-13"]]}}"""


def test_the_shipped_catalogue_is_broad() -> None:
    known = lifecycle.known(NOW)
    makers = {line.product.split(" ")[0] for line in known.lines}
    assert len(known.lines) >= 100
    assert len(makers) >= 10
    assert known.at == NOW
    assert known.compiled == date(2026, 11, 25)


def test_the_monthly_fixes_are_of_patch_days_and_go_up() -> None:
    builds = lifecycle.known(NOW).builds
    assert {26100, 26200, 19044, 22631, 20348} <= {one.build for one in builds}
    assert len({(one.build, one.server) for one in builds}) == len(builds)
    for one in builds:
        days, revisions = zip(*one.monthly, strict=True)
        assert list(revisions) == sorted(set(revisions)), one
        assert all(day.weekday() == 1 and 8 <= day.day <= 14 for day in days), one


def test_every_line_has_a_plausible_day_and_a_source() -> None:
    for line in lifecycle.known(NOW).lines:
        assert date(2010, 1, 1) < line.ends < date(2040, 1, 1), line
        source = urlsplit(line.source)
        assert source.scheme == "https", line
        assert "." in source.netloc, line


def test_no_line_can_match_everything() -> None:
    for line in lifecycle.known(NOW).lines:
        assert line.editions, line
        assert line.prefix, line


def test_no_product_stands_twice() -> None:
    every = Counter(line.product for line in lifecycle.known(NOW).lines)
    assert [name for name, count in every.items() if count > 1] == []


def test_later_versions_do_not_end_before_earlier_ones() -> None:
    ends = {line.product: line.ends for line in lifecycle.known(NOW).lines}
    for order in (
        ["Debian 9", "Debian 10", "Debian 11", "Debian 12", "Debian 13"],
        ["Windows 11 21H2", "Windows 11 22H2", "Windows 11 23H2", "Windows 11 24H2"],
    ):
        days = [ends[product] for product in order]
        assert days == sorted(days)


def test_a_builds_months_and_the_channels_of_office_are_read(tmp_path: Path) -> None:
    file = tmp_path / "builds.json"
    file.write_text(BUILDS)
    read = lifecycle.read_builds(file)
    client = Build(build=7, monthly=((date(2026, 1, 13), 10), (date(2026, 2, 10), 20)))
    server = Build(build=7, monthly=((date(2026, 2, 10), 30),), server=True)
    assert (read.compiled, read.builds) == (date(2026, 2, 11), (client, server))
    assert read.office == (Channel(name="current", releases=(("17.2", date(2026, 1, 13)),)),)
    months = [client.month_of(revision) for revision in (9, 10, 19, 20, 99)]
    assert months == [None, *[date(2026, 1, 13)] * 2, *[date(2026, 2, 10)] * 2]
    lacked = [client.lacked_by(revision) for revision in (9, 10, 20)]
    assert lacked == [date(2026, 1, 13), date(2026, 2, 10), None]


@pytest.mark.parametrize(
    ("before", "after"),
    [("}}", ""), ('"7"', '"x"'), ("20]", '"20"]'), ("02-10", "02-30"), ('"office"', '"o"')],
)
def test_a_damaged_file_of_builds_is_told(tmp_path: Path, before: str, after: str) -> None:
    file = tmp_path / "builds.json"
    file.write_text(BUILDS.replace(before, after))
    with pytest.raises(CannotError, match=r"damaged: builds\.json"):
        lifecycle.read_builds(file)


def test_a_system_is_read() -> None:
    read = lifecycle.parse(GOOD)
    assert read.compiled == date(2026, 11, 25)
    assert read.lines == (
        Lifecycle(
            product="System 1",
            editions=("Pro*",),
            prefix="1",
            ends=date(2028, 1, 31),
            source="https://example.org/system",
        ),
    )


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ("compiled = 2026-11-25", "", "compiled"),
        ("compiled = 2026-11-25", "compiled = 3", "compiled"),
        ("ends = 2028-01-31", 'ends = "soon"', "ends"),
        ("ends = 2028-01-31", "ends = 2027-02-31", "Invalid"),
        ("ends = 2028-01-31", "", "ends"),
        ('editions = ["Pro*"]', "editions = []", "editions"),
        ('editions = ["Pro*"]', 'editions = ["tool", ""]', "editions"),
        ('prefix = "1"', "prefix = 3", "prefix"),
        ('prefix = "1"', 'prefix = ""', "prefix"),
        ('prefix = "1"', 'prefix = "1"\nsuffix = "x"', "suffix"),
        ('source = "https://example.org/system"', 'source = ""', "source"),
        ("[[system]]", "[system]", "system"),
        ("[[system]]", "[[systems]]", "system"),
    ],
)
def test_a_damaged_catalogue_says_what_is_wrong(before: str, after: str, why: str) -> None:
    assert before in GOOD
    with pytest.raises(CannotError, match="lifecycle catalogue is damaged") as raised:
        lifecycle.parse(GOOD.replace(before, after))
    assert why in str(raised.value)


def test_a_missing_catalogue_is_told(tmp_path: Path) -> None:
    with pytest.raises(CannotError, match="cannot be read"):
        lifecycle.read(tmp_path / "lifecycle.toml")
