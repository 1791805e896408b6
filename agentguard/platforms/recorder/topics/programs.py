"""Installed software: where Windows tells of it, for whom, and in which view of the registry."""

from __future__ import annotations

from agentguard.platforms._win32.office_answers import CHANNELS
from agentguard.platforms.recorder.questions import Keys, call, keys, of_keys
from agentguard.platforms.recorder.shapes import FLAG, LENGTH_ALONE, NUMBER, VARYING, fields, known

_FRAMEWORK = r"SOFTWARE\Microsoft\NET Framework Setup\NDP"
_VISUAL_C = Keys(
    root="HKLM",
    path=r"SOFTWARE\Microsoft\VisualStudio\14.0\VC\Runtimes",
    named={"Installed": NUMBER, "Major": NUMBER, "Minor": VARYING, "Bld": VARYING},
    below=("x64", "x86", "arm64"),
)
_ADDRESS = known(*(f"http://officecdn.microsoft.com/pr/{one}" for one in CHANNELS))
_OFFICE = r"SOFTWARE\Microsoft\Office\ClickToRun\Configuration"

QUESTIONS = (
    call(
        "software.keys",
        "registry Uninstall, by machine, 32 bit and user",
        fields(machine=VARYING, narrow=VARYING, user=VARYING),
    ),
    call(
        "software.users",
        r"registry HKU, ProfileList",
        fields(loaded=VARYING, programs=VARYING, packages=VARYING, refused=VARYING, absent=FLAG),
    ),
    call(
        "software.packages-listed",
        r"registry HKCU\...\AppModel\Repository\Packages",
        fields(count=VARYING, whole=VARYING),
    ),
    call(
        "software.packages",
        "WinRT PackageManager.FindPackagesByUserSecurityId",
        fields(count=VARYING),
        seconds=60.0,
    ),
    call(
        "software.provisioned",
        r"registry HKLM\...\Appx\AppxAllUserStore",
        fields(applications=VARYING, inbox=VARYING),
    ),
    call(
        "software.upgrade-codes",
        r"registry HKLM\SOFTWARE\Classes\Installer\UpgradeCodes, "
        r"HKCU\Software\Microsoft\Installer\UpgradeCodes",
        fields(count=VARYING, own=VARYING, products=VARYING),
    ),
    call(
        "software.dotnet",
        r"registry HKLM\SOFTWARE\dotnet\Setup\InstalledVersions, sharedfx, in both views",
        fields(wide=VARYING, narrow=VARYING),
    ),
    keys(
        "software.framework-3.5", "HKLM", rf"{_FRAMEWORK}\v3.5",
        Install=NUMBER, SP=NUMBER, Version=LENGTH_ALONE,
    ),
    of_keys("software.visual-c", _VISUAL_C),
    of_keys(
        "software.visual-c-narrow",
        Keys(
            root=_VISUAL_C.root, path=_VISUAL_C.path, named=_VISUAL_C.named,
            below=_VISUAL_C.below, narrow=True,
        ),
    ),
    keys(
        "software.office", "HKLM", _OFFICE,
        UpdateChannel=_ADDRESS, CDNBaseUrl=_ADDRESS, Platform=known("x86", "x64"),
        ProductReleaseIds=LENGTH_ALONE, VersionToReport=LENGTH_ALONE,
        UpdatesEnabled=known("True", "False"),
    ),
    of_keys(
        "software.citrix",
        Keys(
            root="HKLM",
            path=r"SOFTWARE\Citrix\ICA Client\AutoUpdate\Commandline Policy",
            named={"LTSROnly": known("true", "false")},
            narrow=True,
        ),
    ),
    call("software.file-version", "GetFileVersionInfoW, VerQueryValueW", fields(told=FLAG)),
)  # fmt: skip
