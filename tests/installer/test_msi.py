"""The MSI of a tree: the same bytes for the same tree, and everything that it must say."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from installer import check_msi, completing, package
from installer import msi as database
from installer.package import BuildError
from tests.installer import stand_ins

pytestmark = pytest.mark.heavy


@pytest.fixture
def copy(msi: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(msi, tmp_path / "copy.msi"))


def test_it_is_as_it_should_be(msi: Path) -> None:
    assert check_msi.problems(msi) == []


def test_the_same_tree_gives_the_same_bytes(tree: Path, msi: Path, tmp_path: Path) -> None:
    twin = shutil.copytree(tree, tmp_path / "another name")
    for path in twin.rglob("*"):
        os.utime(path, (time.time(), time.time()))
    again = package.make(twin, "1.0.0", tmp_path / "again.msi")
    assert again.read_bytes() == msi.read_bytes()


def test_another_time_or_version_gives_others(
    tree: Path, msi: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1600000000")
    other = package.make(tree, "1.0.0", tmp_path / "other.msi")
    assert other.read_bytes() != msi.read_bytes()
    codes = {line for line in database.summary(other).split("\n") if "Revision" in line}
    assert not codes & set(database.summary(msi).split("\n"))


def test_its_checksum_lies_beside_it(msi: Path) -> None:
    beside = msi.with_name(f"{msi.name}.sha256").read_text(encoding="ascii")
    assert beside == f"{hashlib.sha256(msi.read_bytes()).hexdigest()}  {msi.name}\n"


def test_two_versions_share_what_an_upgrade_counts_by(msi: Path, tmp_path: Path) -> None:
    later = package.make(stand_ins.make(tmp_path / "t", "1.1.0"), "1.1.0", tmp_path / "1.1.0.msi")
    first, second = (
        {r["Property"]: r["Value"] for r in database.rows(m, "Property")} for m in (msi, later)
    )
    assert first["UpgradeCode"] == second["UpgradeCode"]
    assert first["ProductCode"] != second["ProductCode"]
    guids = [
        {row["ComponentId"]: row["Component"] for row in database.rows(m, "Component")}
        for m in (msi, later)
    ]
    shared = guids[0].keys() & guids[1].keys()
    assert len(guids[0]) - len(shared) == 1  # the file that no other version has


def test_wixl_is_not_believed_when_it_complains(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ignores what it does not know, with a word on standard error and the exit code 0."""
    place = tmp_path / "sources"
    place.mkdir()
    source = (package.HERE / "agentguard.wxs").read_text(encoding="utf-8")
    told = source.replace('<Media Id="1"', '<Media Id="1" CompressionLevel="high"')
    (place / "agentguard.wxs").write_text(told, encoding="utf-8")
    shutil.copy(package.HERE / "agentguard.ico", place)
    monkeypatch.setattr(package, "HERE", place)
    with pytest.raises(BuildError, match="wixl ended with 0"):
        package.make(tree, "1.0.0", tmp_path / "lost.msi")


def update(table: str, key: tuple[str, str], column: str, value: str | int) -> str:
    return database.update(table, key, column, value)


PROPERTY = "Property"
NOT_TEAM = [name for name in completing.OWN if name != "TEAM"]


def registered(row: str, column: str, value: str) -> str:
    return update("Registry", ("Registry", row), column, value)


RUN = r"Software\Microsoft\Windows\CurrentVersion\Run"
BREAKS = {
    "is started beside the keeper": database.insert(
        "Registry",
        {
            "Registry": "regRun",
            "Root": 2,
            "Key": RUN,
            "Name": "AgentGuard",
            "Value": "x",
            "Component_": "cSettings",
        },
    ),
    "the event log has no size": registered("regLogSize", "Value", "#20000000"),
    "or would stop when it is full": registered("regLogKeeps", "Value", "#-1"),
    "the event log has other rights": registered("regLogRights", "Value", "O:BAG:SYD:(A;;3;;;WD)"),
    "the event log has no source": registered("regEventFile", "Name", "Another"),
    "ALLUSERS is": update(PROPERTY, (PROPERTY, "ALLUSERS"), "Value", "2"),
    "REBOOT is": update(PROPERTY, (PROPERTY, "REBOOT"), "Value", "Force"),
    "REINSTALLMODE is": update(PROPERTY, (PROPERTY, "REINSTALLMODE"), "Value", "omus"),
    "DISABLEROLLBACK is set": database.insert(
        PROPERTY, {PROPERTY: "DISABLEROLLBACK", "Value": "1"}
    ),
    "MSIRESTARTMANAGERCONTROL is set": database.insert(
        PROPERTY, {PROPERTY: "MSIRESTARTMANAGERCONTROL", "Value": "Disable"}
    ),
    "no GUID in upper case": update(PROPERTY, (PROPERTY, "ProductCode"), "Value", "{abc}"),
    "has another code": update(PROPERTY, (PROPERTY, "UpgradeCode"), "Value", "{" + "0" * 8 + "}"),
    "has not three numbers": update(PROPERTY, (PROPERTY, "ProductVersion"), "Value", "1.0"),
    "has no icon": update(PROPERTY, (PROPERTY, "ARPPRODUCTICON"), "Value", "none.ico"),
    "not in SecureCustomProperties: TEAM": update(
        PROPERTY,
        (PROPERTY, "SecureCustomProperties"),
        "Value",
        ";".join(name for name in completing.SECURE if name != "TEAM"),
    ),
    "is a script": database.insert(
        "CustomAction", {"Action": "Script", "Type": 38, "Target": "MsgBox 1"}
    ),
    "has no GUID: it would never": update("Component", ("Component", "cData"), "ComponentId", ""),
    "is not marked as 64-bit": update("Component", ("Component", "cData"), "Attributes", 4),
    "has no key path": update("Component", ("Component", "cData"), "KeyPath", ""),
    "not 1.0.0.0": update("File", ("File", "fileCtl"), "Version", "0.9.0.0"),
    "ends in a backslash": update(
        "Registry", ("Registry", "regTeam"), "Key", r"Software\AgentGuard" + "\\"
    ),
    "TEAM is not remembered": update("Registry", ("Registry", "regTeam"), "Value", "north"),
    "the order is broken": update(
        "InstallExecuteSequence", ("Action", "RemoveExistingProducts"), "Sequence", 1401
    ),
    "a repair would take settings of anybody: TEAM": update(
        "InstallExecuteSequence",
        ("Action", completing.REFUSAL),
        "Condition",
        f"Installed AND NOT MsiTrueAdminUser AND ({' OR '.join(NOT_TEAM)})",
    ),
    "MsiTrueAdminUser": update(
        "InstallExecuteSequence", ("Action", completing.REFUSAL), "Condition", "Installed"
    ),
    "data would be purged": update(
        "InstallExecuteSequence", ("Action", "PurgeData"), "Condition", 'REMOVE = "ALL"'
    ),
    "other rights": update(
        "MsiLockPermissionsEx", ("LockObject", "PRIVATEDIR"), "SDDLText", "D:(A;;FA;;;BU)"
    ),
    "without its service": update(
        "ServiceInstall", ("ServiceInstall", "svcKeeper"), "ErrorControl", 1
    ),
    "would not be started again": ("DELETE FROM `MsiServiceConfigFailureActions` WHERE `Event`=1"),
    "without a word": update(
        "LaunchCondition", ("Condition", "NOT WIX_DOWNGRADE_DETECTED"), "Description", "No."
    ),
}


@pytest.mark.parametrize("said", BREAKS)
def test_what_breaks_it_is_seen(said: str, copy: Path) -> None:
    database.change(copy, [BREAKS[said]])
    assert [problem for problem in check_msi.problems(copy) if said in problem]


def test_a_repair_takes_settings_of_an_administrator_alone(msi: Path) -> None:
    """Any user may repair, and secure properties reach SYSTEM: an agent's endpoint is none."""
    actions = {row["Action"]: row for row in database.rows(msi, "CustomAction")}
    places = {row["Action"]: row for row in database.rows(msi, "InstallExecuteSequence")}
    refusal, place = actions[completing.REFUSAL], places[completing.REFUSAL]
    assert (refusal["Type"], refusal["Target"]) == ("19", completing.REFUSED)
    assert place["Condition"].startswith("Installed AND NOT MsiTrueAdminUser AND (")
    assert int(place["Sequence"]) < int(places["AppSearch"]["Sequence"])
    assert len(place["Condition"]) < 255  # of the column


def test_row_155_one_that_leaves_too_little_to_spare_is_seen(
    msi: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (check_msi.MOST, check_msi.SPARE) == (40, 3)
    taken = msi.stat().st_size / 2**20
    monkeypatch.setattr(check_msi, "MOST", check_msi.SPARE + taken + 0.01)
    assert check_msi.problems(msi) == []
    monkeypatch.setattr(check_msi, "MOST", check_msi.SPARE + taken - 0.01)
    assert f"and {check_msi.SPARE} are spare" in check_msi.problems(msi)[-1]


def test_a_table_that_is_not_there_has_no_rows(msi: Path) -> None:
    assert database.rows(msi, "NoSuchTable") == []


def test_a_refused_statement_fails(copy: Path) -> None:
    with pytest.raises(subprocess.CalledProcessError):
        database.change(copy, ["SELECT nothing"])


def test_nothing_secret_is_a_property_or_on_a_command_line(msi: Path) -> None:
    """A command line is in the log and in the audit of processes: it carries paths alone."""
    targets = {row["Action"]: row["Target"] for row in database.rows(msi, "CustomAction")}
    assert targets["TakeCode"] == 'setup take "[CODEFILE]"'
    assert targets["PlaceCode"] == "[PRIVATEDIR]enrolment-code"
    assert not [name for name in completing.SECURE if "TOKEN" in name or "PASSWORD" in name]
