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
        ("1.1.1", "1.1.1a"),
        ("1.1.1a", "1.1.1b"),
        ("7.1", "7.1a"),
        ("3.14.0a4", "3.14.0b1"),
        ("3.14.0rc2", "3.14.0"),
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
        ("python-msi", "3.14.104.1013", "3.14.0a4"),
        ("java", "8 Update 361", "8u361"),
        ("openoffice", "4.1.11", "4.1.11"),
        ("last", "", ""),
        ("plain", "5.10.0 (4306)", "5.10.0.4306"),
        ("plain", "1.1.1w Light", "1.1.1w light"),
        ("plain", "$INSTDIR2", ""),
        ("plain", "ms-resource:AppVersion1", ""),
        ("plain", "{3F2504E0}", ""),
        ("plain", "9" * 101, ""),
        ("plain", "no number", ""),
    ],
)
def test_what_installers_write_is_read_as_it_is_meant(
    transform: str, written_as: str, meant: str
) -> None:
    assert versions.TRANSFORMS[transform](written_as) == meant


UPDATE = st.integers(0, 999)
JAVA = st.tuples(st.integers(5, 8), UPDATE)


@given(JAVA, st.integers(1, 35))
def test_row_202_every_way_to_write_an_old_java_is_that_java(
    java: tuple[int, int], build: int
) -> None:
    feature, update = java
    ways = (f"{feature}u{update}", f"{feature} Update {update}", f"{feature}u{update}-b{build:02}")
    for way in (*ways, f"1.{feature}.0_{update:02}", f"{feature}.0.{update * 10}.{build}"):
        assert versions.as_java(way) == f"{feature}u{update}", way


@given(JAVA, JAVA)
def test_row_202_old_javas_are_ordered_by_their_updates(
    a: tuple[int, int], b: tuple[int, int]
) -> None:
    installed = [versions.key(versions.as_java(f"{x}.0.{y * 10}.9")) for x, y in (a, b)]
    told = [versions.key(versions.as_java(f"{x}u{y}")) for x, y in (a, b)]
    assert (installed[0] < installed[1]) is (a < b)
    assert installed == told


LEVELS = {"a": 10, "b": 11, "rc": 12, "": 15}
PYTHON = st.tuples(st.integers(0, 99), st.sampled_from([10, 11, 12, 15]), st.integers(1, 9)).map(
    lambda one: one if one[1] != LEVELS[""] else (*one[:2], 0)
)


@given(PYTHON, PYTHON)
def test_row_202_pythons_are_ordered_as_their_installers_number_them(
    a: tuple[int, int, int], b: tuple[int, int, int]
) -> None:
    keys = []
    for micro, level, serial in (a, b):
        word = next(word for word, number in LEVELS.items() if number == level)
        said = versions.as_python(f"3.14.{micro * 1000 + level * 10 + serial}.0")
        assert said == f"3.14.{micro}" + (f"{word}{serial}" if word else "")
        keys.append(versions.key(said))
    assert (keys[0] < keys[1]) is (a < b)
    assert (keys[0] == keys[1]) is (a == b)


@given(st.integers(1, 9), st.integers(1, 9), st.integers(0, 99), st.integers(1000, 9999))
def test_row_202_openoffice_writes_two_numbers_as_one(
    major: int, minor: int, micro: int, build: int
) -> None:
    said = versions.as_openoffice(f"{major}.{minor}{micro}.{build}")
    assert said == f"{major}.{minor}.{micro}"


ZOOM = st.tuples(
    st.integers(5, 9), st.integers(0, 20), st.integers(0, 20), st.integers(1000, 99999)
)


@given(ZOOM)
def test_row_202_both_installers_of_a_zoom_tell_the_same_release(
    zoom: tuple[int, int, int, int],
) -> None:
    major, minor, patch, build = zoom
    begin = f"{major}.{minor}"
    ways = (f"{begin}.{build}", f"{begin}.{patch} ({build})", f"{begin}.{patch}.{build}")
    assert len({versions.key(versions.as_zoom(way)) for way in ways}) == 1


@given(st.text(alphabet="abcdef0123456789-", max_size=12), NUMBERS)
def test_row_202_the_sign_of_anydesks_client_is_no_version(sign: str, parts: list[int]) -> None:
    said = versions.as_last(f"ad{sign} {written(parts)}")
    assert versions.key(said) == versions.key(written(parts))


@given(NUMBERS, st.integers(0, 99))
def test_row_202_a_build_is_no_beta(parts: list[int], build: int) -> None:
    said = versions.as_built(f"{written(parts)}-b{build}")
    assert said == f"{written(parts)}.{build}"


@given(NUMBERS, st.integers(0, 3), st.integers(0, 3))
def test_padding_tells_nothing(parts: list[int], behind: int, before: int) -> None:
    padded = ".".join("0" * before + str(part) for part in parts) + ".0" * behind
    assert versions.key(padded) == versions.key(written(parts))


ANY = st.text(alphabet="0123456789.abrcdevuw -_+()", max_size=14)


@given(ANY, ANY, ANY)
def test_versions_have_one_total_order(a: str, b: str, c: str) -> None:
    one, other, third = map(versions.key, (a, b, c))
    assert [one < other, one == other, one > other].count(True) == 1
    if one <= other <= third:
        assert one <= third


@pytest.mark.parametrize(
    ("version", "distributed"),
    [
        ("3.0.17-1~deb12u2", True),
        ("4:7.4.7-1+deb12u8", True),
        ("2.34.1-1ubuntu1.12", True),
        ("3.4.1+dfsg-2", True),
        ("1.2.3-1~bpo12", True),
        ("5:24.0.7-1~debian.12~bookworm", False),
        ("126.0.6478.126-1", False),
        ("7.0.5-1.el9", False),
    ],
)
def test_row_202_what_a_distribution_builds_is_seen_by_its_version(
    version: str, distributed: bool
) -> None:
    assert versions.is_distributed(version) is distributed


@given(st.text(max_size=400))
def test_no_text_is_too_strange(text: str) -> None:
    for transform in versions.TRANSFORMS.values():
        assert isinstance(transform(text), str)
    assert versions.key(text) == versions.key(text)
    assert len(versions.key("1." * 50)) <= versions.PLACES + 1


@pytest.mark.parametrize("text", ["9" * 10_000, "1." * 5_000, "a1" * 5_000, " " * 10_000 + "1"])
def test_row_199_a_version_of_thousands_of_signs_is_none(text: str) -> None:
    for transform in versions.TRANSFORMS.values():
        assert transform(text) in {"", "1"}
    assert versions.key(text) in {versions.key(""), versions.key("1")}
