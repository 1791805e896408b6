"""The lifecycle catalogue: broad, sourced, and damaged only aloud."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from agentguard import lifecycle
from agentguard.errors import CannotError
from agentguard.model.facts import Lifecycle
from agentguard.model.moments import Moment

NOW = Moment(boot=1, wall=2)
GOOD = """
compiled = 2026-11-25

[[line]]
product = "Tool 3"
names = ["tool", "Tool 3*"]
prefix = "3."
ends = 2027-01-31
source = "https://example.org/tool"
"""


def test_the_shipped_catalogue_is_broad() -> None:
    known = lifecycle.known(NOW)
    makers = {line.product.split(" ")[0] for line in known.lines}
    assert len(known.lines) >= 100
    assert len(makers) >= 20
    assert known.at == NOW
    assert known.compiled == date(2026, 11, 25)


def test_every_line_has_a_plausible_day_and_a_source() -> None:
    for line in lifecycle.known(NOW).lines:
        assert date(2015, 1, 1) < line.ends < date(2040, 1, 1), line
        source = urlsplit(line.source)
        assert source.scheme == "https", line
        assert "." in source.netloc, line


def test_no_line_can_match_everything() -> None:
    for line in lifecycle.known(NOW).lines:
        for name in line.names:
            assert len(name.replace("*", "").replace("?", "").strip()) >= 4, line
            assert not name.startswith("*"), line
            exact = not set("*?") & set(name)
            assert (
                line.prefix
                or not exact
                or any(c.isdigit() for c in name)
                or (name == "Microsoft Silverlight")
            ), line


def test_no_product_stands_twice() -> None:
    every = Counter(line.product for line in lifecycle.known(NOW).lines)
    assert [name for name, count in every.items() if count > 1] == []


def test_later_versions_do_not_end_before_earlier_ones() -> None:
    ends = {line.product: line.ends for line in lifecycle.known(NOW).lines}
    for order in (
        ["Python 3.6", "Python 3.7", "Python 3.8", "Python 3.9", "Python 3.10", "Python 3.14"],
        ["Debian 9", "Debian 10", "Debian 11", "Debian 12", "Debian 13"],
        ["Windows 11 21H2", "Windows 11 22H2", "Windows 11 23H2", "Windows 11 24H2"],
        ["PostgreSQL 11", "PostgreSQL 12", "PostgreSQL 13", "PostgreSQL 17", "PostgreSQL 18"],
        ["Node.js 14", "Node.js 16", "Node.js 18", "Node.js 20", "Node.js 22", "Node.js 24"],
    ):
        days = [ends[product] for product in order]
        assert days == sorted(days)


def test_a_line_is_read() -> None:
    assert lifecycle.parse(GOOD) == (
        date(2026, 11, 25),
        (
            Lifecycle(
                product="Tool 3",
                names=("tool", "Tool 3*"),
                prefix="3.",
                ends=date(2027, 1, 31),
                source="https://example.org/tool",
            ),
        ),
    )


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ("compiled = 2026-11-25", "", "compiled"),
        ("compiled = 2026-11-25", "compiled = 3", "compiled"),
        ("ends = 2027-01-31", 'ends = "soon"', "ends"),
        ("ends = 2027-01-31", "ends = 2027-02-31", "Invalid"),
        ('names = ["tool", "Tool 3*"]', "names = []", "names"),
        ('names = ["tool", "Tool 3*"]', 'names = ["tool", ""]', "names"),
        ('prefix = "3."', "prefix = 3", "prefix"),
        ('prefix = "3."', 'prefix = "3."\nsuffix = "x"', "suffix"),
        ('source = "https://example.org/tool"', 'source = ""', "source"),
        ("[[line]]", "[line]", "line"),
        ("[[line]]", "[[lines]]", "line"),
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
