"""Names and versions of any script and length are shown on one line and can be written."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.platforms._architectures import architecture, named
from agentguard.platforms._shown_words import LONGEST, shown
from agentguard.platforms._win32.software_answers import MACHINE, Beside, Listed, installed


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        (" Größe 测试\0", "Größe 测试"),
        ("a\tb\r\nc\x1b[31m", "a b c [31m"),
        ("Tool\u202egnp.exe", "Toolgnp.exe"),
        (
            "\u0645\u06cc\u0632\u200c\u06a9",
            "\u0645\u06cc\u0632\u200c\u06a9",
        ),  # a joiner that Persian needs
        ("half \ud83d", "half \N{REPLACEMENT CHARACTER}"),
        ("x" * 10_000, "x" * LONGEST),
        ("\N{NO-BREAK SPACE}", ""),
        (None, ""),
        (7, ""),
    ],
)
def test_row_165_a_name_is_shown_as_it_is_without_what_would_harm(told: object, kept: str) -> None:
    assert shown(told) == kept


@given(st.text(alphabet=st.characters(), max_size=300))
def test_row_165_any_text_is_one_short_line_that_can_be_written(text: str) -> None:
    told = shown(text)
    assert len(told) <= LONGEST
    assert told.splitlines() in ([], [told])
    assert not any(unicodedata.category(one) in {"Cc", "Cs"} for one in told)
    told.encode("utf-8")
    assert shown(told) == told


VALUE = st.none() | st.integers() | st.binary(max_size=5) | st.text(st.characters(), max_size=300)
NAMES = ("DisplayName", "DisplayVersion", "Publisher", "SystemComponent", "WindowsInstaller",
         "BundleUpgradeCode", "ReleaseType", "ParentKeyName")  # fmt: skip


@given(
    entry=st.dictionaries(
        st.sampled_from(NAMES), VALUE | st.lists(st.text(max_size=3), max_size=2)
    ),
    windows=st.dictionaries(
        st.sampled_from(("ProductName", "CurrentBuild", "UBR", "EditionID", "BuildLabEx")), VALUE
    ),
    office=st.dictionaries(
        st.sampled_from(("ProductReleaseIds", "VersionToReport", "UpdateChannel", "Platform")),
        VALUE,
    ),
)
def test_row_165_whatever_stands_in_the_registry_is_read(entry, windows, office) -> None:
    found = installed(
        [Listed(place=MACHINE, entry=entry, key="Some - key")], windows, Beside(office=office)
    )
    for item in found:
        assert item.name
        f"{item}".encode()


@pytest.mark.parametrize(
    ("word", "kept"),
    [("amd64", "x64"), ("x86_64", "x64"), ("i686", "x86"), ("aarch64", "arm64"), ("ARM64", "arm64"),
     ("all", ""), ("noarch", ""), ("neutral", ""), ("armhf", ""), ("", "")],
)  # fmt: skip
def test_an_architecture_has_one_name(word: str, kept: str) -> None:
    assert architecture(word) == kept


@pytest.mark.parametrize(
    ("name", "kept"),
    [("7-Zip 24.08 (x64)", "x64"), ("Adobe Acrobat (64-bit)", "x64"), ("Java 8 (32 bit)", "x86"),
     ("Mozilla Firefox (x86 en-US)", "x86"), ("Tool ARM64", "arm64"), ("ux640 reader", ""),
     ("Runtime x64 for x86", ""), ("Tool", "")],
)  # fmt: skip
def test_an_architecture_in_a_name_is_read_where_it_is_the_only_one(name: str, kept: str) -> None:
    assert named(name) == kept
