"""Versions are compared by their numbers, and never as text."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.software import versions

NUMBERS = st.lists(st.integers(0, 99_999), min_size=1, max_size=6)


def written(parts: list[int]) -> str:
    """Write numbers as a version."""
    return ".".join(map(str, parts))


def trimmed(parts: list[int]) -> tuple[int, ...]:
    """Leave out the zeros at the end: 1.0 is 1."""
    while parts and parts[-1] == 0:
        parts = parts[:-1]
    return tuple(parts)


@given(NUMBERS, NUMBERS)
def test_plain_versions_are_ordered_as_their_numbers_are(a: list[int], b: list[int]) -> None:
    before = versions.key(written(a)) < versions.key(written(b))
    assert before is (trimmed(a) < trimmed(b))
    same = versions.key(written(a)) == versions.key(written(b))
    assert same is (trimmed(a) == trimmed(b))


@given(st.lists(st.text(alphabet="0123456789.abrcdev -_+()uU", max_size=14), max_size=5))
def test_any_texts_have_one_order(texts: list[str]) -> None:
    keys = sorted(map(versions.key, texts))
    assert all(a <= b for a, b in pairwise(keys))


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("99.0.4844", "151.0.1"),
        ("10.0.19045.999", "10.0.19045.5011"),
        ("1.1.1", "1.1.1w"),
        ("1.1.1t", "1.1.1w"),
        ("2.0-rc1", "2.0"),
        ("2.0-beta2", "2.0-rc1"),
        ("5.0.100-preview.8.20417.9", "5.0.100-rc.2.20479.15"),
        ("5.10.0 (4306)", "5.10.0 (4307)"),
        ("8u211", "8u361"),
        ("v18.20.3", "v18.20.4"),
        ("9.7.14", "ad 9.7.15"),
        ("7.2.5", "1:7.4.7-1+deb12u8"),
    ],
)
def test_versions_as_makers_write_them(earlier: str, later: str) -> None:
    assert versions.key(earlier) < versions.key(later)
    assert not versions.key(later) < versions.key(earlier)


@pytest.mark.parametrize(
    ("version", "line", "is_of"),
    [
        ("3.1", "3.1", True),
        ("3.1.4", "3.1", True),
        ("4:3.1-2", "3.1", True),
        ("v3.1", "3.1", True),
        ("3.11", "3.1", False),
        ("3", "3.1", False),
        ("13.1", "3.1", False),
        ("", "3.1", False),
        ("1.1.1w", "1.1.1", True),
    ],
)
def test_a_version_is_of_a_line_by_whole_numbers(version: str, line: str, is_of: bool) -> None:
    assert versions.is_of(version, line) is is_of


@pytest.mark.parametrize(
    ("transform", "written_as", "meant"),
    [
        ("java", "8.0.2110.9", "8u211"),
        ("java", "6.0.310", "6u31"),
        ("java", "17.0.10.0", "17.0.10.0"),
        ("python-msi", "3.8.8150.0", "3.8.8"),
        ("python-msi", "3.8.10150.0", "3.8.10"),
        ("python-msi", "3.8.10", "3.8.10"),
        ("strawberry", "5.28.2001", "5.28.2.1"),
        ("strawberry", "5.28.2", "5.28.2"),
        ("plain", "5.10.0 (4306)", "5.10.0.4306"),
        ("plain", "no number", ""),
    ],
)
def test_what_installers_write_is_read_as_it_is_meant(
    transform: str, written_as: str, meant: str
) -> None:
    assert versions.TRANSFORMS[transform](written_as) == meant


@given(st.text(max_size=400))
def test_no_text_is_too_strange(text: str) -> None:
    for transform in versions.TRANSFORMS.values():
        assert isinstance(transform(text), str)
    assert versions.key(text) == versions.key(text)
    assert len(versions.key("1." * 5_000)) <= versions.PLACES + 1
