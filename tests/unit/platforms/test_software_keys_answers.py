"""Runtimes, Office and upgrade codes, as their own keys tell of them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.model.facts import Kind, Software
from agentguard.model.software import State, Today
from agentguard.platforms._win32 import office_answers, runtime_answers
from agentguard.platforms._win32.installer_answers import by_product, packed, unpacked
from agentguard.platforms._win32.runtime_answers import frameworks, shared, visual_c
from agentguard.platforms._win32.software_answers import (
    MACHINE,
    NARROW,
    OTHER,
    USER,
    Beside,
    Listed,
    installed,
)
from agentguard.software import shipped

NOTHING: dict[str, object] = {}
NOW = Today(day=date(2026, 11, 30), compiled=date(2026, 11, 25))


@pytest.mark.parametrize(
    ("release", "name"),
    [(533325, "4.8.1"), (533320, "4.8.1"), (528449, "4.8"), (528040, "4.8"), (461814, "4.7.2"),
     (460805, "4.7"), (394806, "4.6.2"), (378389, "4.5")],
)  # fmt: skip
def test_net_framework_4_is_known_by_its_release(release: int, name: str) -> None:
    full = {"Release": release, "Install": 1, "Version": "4.8.09037"}
    (item,) = frameworks(full, NOTHING)
    assert (item.name, item.kind) == (f"Microsoft .NET Framework {name}", Kind.RUNTIME)


def test_net_framework_4_0_has_no_release_and_3_5_counts_where_it_is_on() -> None:
    old = {"Install": 1, "Version": "4.0.30319"}
    three = {"Install": 1, "SP": 1, "Version": "3.5.30729.4926"}
    assert [one.name for one in frameworks(old, three)] == [
        "Microsoft .NET Framework 4",
        "Microsoft .NET Framework 3.5 SP1",
    ]
    for full in (NOTHING, {"Release": "528040"}, {"Release": 1}, {"Install": 1, "Version": "5"}):
        assert list(frameworks(full, {"Install": 0})) == []


def test_nets_runtimes_are_named_as_their_installer_names_them() -> None:
    found = shared(
        [("x64", "Microsoft.NETCore.App", "8.0.11"), ("x86", "Microsoft.AspNetCore.App", "9.0.0"),
         ("arm64", "Microsoft.WindowsDesktop.App", "10.0.0-rc.2.25502.107"),
         ("x64", "Microsoft.NETCore.App", "InstallLocation"), ("x64", "Other.App", "1.0")]
    )  # fmt: skip
    assert [(one.name, one.version, one.arch) for one in found] == [
        ("Microsoft .NET Runtime - 8.0.11 (x64)", "8.0.11", "x64"),
        ("Microsoft ASP.NET Core Runtime - 9.0.0 (x86)", "9.0.0", "x86"),
        ("Microsoft Windows Desktop Runtime - 10.0.0-rc.2.25502.107 (arm64)",
         "10.0.0-rc.2.25502.107", "arm64"),
    ]  # fmt: skip


def test_visual_c_stands_in_both_views_and_is_named_once() -> None:
    key = {"Installed": 1, "Major": 14, "Minor": 38, "Bld": 33135, "Version": "v14.38.33135.00"}
    older = {**key, "Minor": 36}
    found = visual_c(
        [("x64", older), ("x64", key), ("x86", {**key, "Installed": 0}), ("arm64", {})]
    )
    assert [(one.name, one.version) for one in found] == [
        ("Microsoft Visual C++ v14 Redistributable (x64) - 14.38.33135", "14.38.33135")
    ]


@pytest.mark.parametrize(
    ("runtime", "product", "line"),
    [
        (*frameworks({"Release": 379893, "Version": "4.5.51209"}, NOTHING), "dotnetfx", "4.5.2"),
        (*frameworks({"Release": 533320}, NOTHING), "dotnetfx", "4.8.1"),
        (*frameworks(NOTHING, {"Install": 1, "SP": 1}), "dotnetfx", "3.5-sp1"),
        (*shared([("x64", "Microsoft.NETCore.App", "6.0.36")]), "dotnet", "6"),
        (*shared([("x64", "Microsoft.AspNetCore.App", "8.0.1")]), "dotnet", "8"),
        (*shared([("x86", "Microsoft.WindowsDesktop.App", "3.1.32")]), "dotnet", "3.1"),
        (*visual_c([("x64", {"Installed": 1, "Major": 14, "Minor": 44, "Bld": 35211})]),
         "vcredist", "14"),
    ],
)  # fmt: skip
def test_a_rule_of_the_catalogue_knows_every_runtime(
    runtime: Software, product: str, line: str
) -> None:
    found = shipped.matcher().match(runtime.name, runtime.version, runtime.vendor, now=NOW)
    assert (found.product, found.line, found.part) == (product, line, False)


def test_a_runtime_that_has_ended_is_ended() -> None:
    (item,) = shared([("x64", "Microsoft.NETCore.App", "6.0.36")])
    found = shipped.matcher().match(item.name, item.version, item.vendor, now=NOW)
    assert (found.state, found.date) == (State.ENDED, date(2024, 11, 12))


@pytest.mark.parametrize(
    ("name", "twin"),
    [
        ("Microsoft Visual C++ 2015-2022 Redistributable (x64) - 14.38.33135", True),
        ("Microsoft Visual C++ v14 Redistributable (x64) - 14.38.33135", True),
        ("Microsoft Visual C++ 2015-2022 Redistributable (x86) - 14.38.33135", False),
        ("Microsoft Visual C++ 2022 X64 Minimum Runtime - 14.38.33135", False),
    ],
)
def test_a_runtime_that_stands_in_the_list_already_is_named_once(name: str, twin: bool) -> None:
    runtime = tuple(visual_c([("x64", {"Installed": 1, "Major": 14, "Minor": 38, "Bld": 33135})]))
    entry = {"DisplayName": name, "DisplayVersion": "14.38.33135.0"}
    found = installed([Listed(place=NARROW, entry=entry)], NOTHING, Beside(runtimes=runtime))
    assert [one.kind for one in found].count(Kind.RUNTIME) == (0 if twin else 1)
    assert list(runtime_answers.without_twins((*runtime, *runtime), ())) == list(runtime)


OFFICE = {
    "ProductReleaseIds": "O365ProPlusRetail,VisioProRetail",
    "VersionToReport": "16.0.20228.20190",
    "Platform": "x64",
    "UpdateChannel": "http://officecdn.microsoft.com/pr/55336b82-a18d-4dd6-b5f6-9e5095c314a6",
    "CDNBaseUrl": "http://officecdn.microsoft.com/pr/492350f6-3a01-4f97-b9c0-c7c6ddf67d60",
}


def test_office_tells_its_channel_build_and_architecture() -> None:
    entry = {"DisplayName": "Microsoft 365 Apps for enterprise - de-de", "DisplayVersion": "16.0.1"}
    listed = [Listed(place=MACHINE, entry=entry, key="O365ProPlusRetail - de-de")]
    found = installed(listed, NOTHING, Beside(office=OFFICE))
    assert {(o.name, o.version, o.channel, o.arch, o.ident) for o in found} == {
        ("Microsoft 365 Apps for enterprise - de-de", "16.0.20228.20190", "monthly-enterprise",
         "x64", "O365ProPlusRetail"),
        ("VisioProRetail", "16.0.20228.20190", "monthly-enterprise", "x64", "VisioProRetail"),
    }  # fmt: skip
    other = Listed(place=MACHINE, entry={"DisplayName": "Tool"}, key="Tool - de-de")
    assert installed([other], NOTHING, Beside(office=OFFICE))[0].channel == ""


@pytest.mark.parametrize(
    ("values", "channel"),
    [(OFFICE, "monthly-enterprise"), ({"CDNBaseUrl": OFFICE["CDNBaseUrl"]}, "current"),
     ({"UpdateChannel": "http://files.example/office"}, "other"), ({"UpdateChannel": 3}, ""),
     ({}, "")],
)  # fmt: skip
def test_a_channel_that_is_not_known_is_another_one(values: dict, channel: str) -> None:
    assert office_answers.channel(values) == channel
    assert office_answers.unlisted(values, frozenset({"x"})) == () or values is OFFICE


def test_a_code_is_packed_as_windows_installer_does_it() -> None:
    guid = "{90160000-0011-0000-0000-0000000FF1CE}"
    assert packed(guid) == "00006109110000000000000000F01FEC"  # Office 2016, as its key is called
    assert unpacked("00006109110000000000000000F01FEC") == guid
    for bad in ("", "x", guid[1:-1], "0" * 31, "G" * 32, "{90160000-0011-0000-0000-0000000FF1CÉ}"):
        assert packed(bad) == unpacked(bad) == ""


@given(st.uuids())
def test_packing_a_code_and_back_gives_the_same(uuid) -> None:
    guid = f"{{{uuid}}}".upper()
    assert unpacked(packed(guid)) == guid


def test_a_program_has_the_code_of_its_package_or_its_bundle() -> None:
    product, upgrade = (f"{{{n * 8}-0000-0000-0000-000000000000}}" for n in "12")
    codes = by_product([(packed(upgrade), [packed(product), "nonsense", ""]), ("nonsense", ["x"])])
    bundle = {"DisplayName": "Bundle", "BundleUpgradeCode": [upgrade.lower()]}
    loose = {"DisplayName": "Loose", "BundleUpgradeCode": "none"}
    found = installed(
        [Listed(place=MACHINE, entry={"DisplayName": "Package"}, key=product.lower()),
         Listed(place=MACHINE, entry=bundle, key="b"), Listed(place=MACHINE, entry=loose, key="c")],
        NOTHING, Beside(codes=codes),
    )  # fmt: skip
    assert [one.ident for one in found] == [upgrade, upgrade, ""]


def listed(name: str, place: str = MACHINE, **values: object) -> Listed:
    return Listed(place=place, entry={"DisplayName": name, **values})


@pytest.mark.parametrize(
    ("one", "arch"),
    [
        (listed("Tool"), "x64"),
        (listed("Tool (x86)"), "x86"),
        (listed("Tool", NARROW), ""),
        (listed("Tool", NARROW, WindowsInstaller=1), "x86"),
        (listed("Tool (x64)", NARROW), "x64"),
        (listed("Tool", USER), ""),
    ],
)
def test_an_architecture_is_told_where_it_is_known(one: Listed, arch: str) -> None:
    windows = {"BuildLabEx": "26100.1.amd64fre.ge_release.240331-1435"}
    assert installed([one], windows)[0].arch == arch


@pytest.mark.parametrize(
    ("name", "channel"),
    [("Google Chrome", "stable"), ("Google Chrome Beta", "beta"), ("Google Chrome SxS", "canary"),
     ("Microsoft Edge Dev", "dev"), ("Mozilla Firefox 140.3.0 ESR (x64 en-US)", "esr"),
     ("Mozilla Firefox (x64 de)", "stable"), ("Firefox Developer Edition 150.0 (x64 en-US)", "dev"),
     ("Brave", "stable"), ("Microsoft Edge WebView2 Runtime", ""),
     ("Citrix Workspace 2402", "ltsr"),
     ("Tool", "")],
)  # fmt: skip
def test_a_channel_is_told_where_the_name_or_its_maker_tells_it(name: str, channel: str) -> None:
    assert installed([listed(name)], NOTHING, Beside(long_term=True))[0].channel == channel


def test_row_167_what_another_person_has_is_hers_and_no_name_is_kept() -> None:
    package = "Maker.Tool_1.2.3.0_x64__abcdefghjkmnp"
    found = installed([listed("Dialler", OTHER)], NOTHING, Beside(of_others=(package,)))
    assert [(one.name, one.scope) for one in found] == [
        ("Dialler", "other-user"),
        ("Maker.Tool", "other-user"),
    ]
    assert "S-1-5" not in repr(found)
    mine = installed([], NOTHING, Beside(packages=(package,), of_others=(package,)))
    assert [one.scope for one in mine] == ["user"]


def test_row_168_a_program_that_stands_twice_is_one_and_keeps_what_either_tells() -> None:
    windows = {"BuildLabEx": "26100.1.amd64fre.ge_release.240331-1435"}
    code = "{22222222-0000-0000-0000-000000000000}"
    bundle = listed("Tool", NARROW, BundleUpgradeCode=code)
    (one,) = installed([listed("Tool"), bundle, listed("Tool")], windows)
    assert (one.arch, one.ident) == ("x64", code)
    both = installed([listed("Tool"), listed("Tool", NARROW, WindowsInstaller=1)], windows)
    assert [one.arch for one in both] == ["x64", "x86"]
    people = installed([listed("Tool"), listed("Tool", USER), listed("Tool", OTHER)], windows)
    assert [one.scope for one in people] == ["machine", "user", "other-user"]


def test_windows_tells_its_release_and_architecture() -> None:
    windows = {"ProductName": "Windows 10 Pro", "CurrentBuild": "26100", "UBR": 9168,
               "EditionID": "Professional", "DisplayVersion": "24H2",
               "CurrentMajorVersionNumber": 10,
               "BuildLabEx": "26100.1.arm64fre.ge_release.240331-1435"}  # fmt: skip
    (item,) = installed([], windows)
    assert (item.name, item.version) == ("Windows 11 Pro", "10.0.26100.9168")
    assert (item.channel, item.arch, item.edition) == ("24H2", "arm64", "Professional")
