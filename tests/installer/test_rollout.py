"""What winget and Intune are given is of the shape that they take, and names what the MSI has."""

from __future__ import annotations

import csv
import importlib.util
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from agentguard.base.settings import DESCRIBED
from agentguard.ports.session_host import KEEPER
from installer.winget import manifests
from tests.shapes import shape

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "tests/vectors/winget.schema.json").read_text(encoding="utf-8"))
MSI = b"an installer"
URL = "https://example.org/AgentGuard-1.2.3-x64.msi"


def _module(place: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(Path(place).stem, ROOT / place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


intune = _module("installer/intune/oma_uri.py")
MADE = manifests.manifests(MSI, "1.2.3", URL)
WXS = (ROOT / "installer/agentguard.wxs").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(MADE))
def test_a_manifest_is_of_the_shape_that_winget_takes(name: str) -> None:
    shape(SCHEMA).validate(MADE[name])


def test_a_manifest_that_is_wrong_is_told() -> None:
    broken = {**MADE["AgentGuard.AgentGuard.installer.yaml"], "Scope": "everybody"}
    assert list(shape(SCHEMA).iter_errors(broken))


def test_the_manifest_names_the_codes_of_the_msi() -> None:
    assert manifests.UPGRADE.strip("{}") in WXS
    one = MADE["AgentGuard.AgentGuard.installer.yaml"]
    other = manifests.manifests(MSI, "1.2.4", URL)["AgentGuard.AgentGuard.installer.yaml"]
    assert one["ProductCode"] != other["ProductCode"]
    assert manifests.PUBLISHER in WXS


def test_a_silent_install_is_elevated_before_it_begins() -> None:
    """`/qn` shows nothing, the prompt for an administrator neither: it would end with 1603."""
    one = MADE["AgentGuard.AgentGuard.installer.yaml"]
    assert "/qn" in one["InstallerSwitches"]["Silent"].split()
    assert one["Scope"] == "machine"
    assert one["ElevationRequirement"] == "elevationRequired"


def test_the_oldest_windows_is_that_of_the_documents() -> None:
    told = (ROOT / "docs" / "platforms.md").read_text(encoding="utf-8")
    found = re.search(r"^Windows 10 (\w+) and later", told, re.MULTILINE)
    assert found is not None
    lines = tomllib.loads((ROOT / "resources/lifecycle.toml").read_text(encoding="utf-8"))
    known = {
        line["prefix"]
        for table in lines.values()
        if isinstance(table, list)
        for line in table
        if line.get("product") == f"Windows 10 {found[1]}"
    }
    one = MADE["AgentGuard.AgentGuard.installer.yaml"]
    assert {f"{prefix}.0" for prefix in known} == {one["MinimumOSVersion"]}


def test_the_files_are_written(tmp_path: Path) -> None:
    (tmp_path / "a.msi").write_bytes(MSI)
    words = (tmp_path / "a.msi", "1.2.3", URL, "--out", tmp_path / "out")
    command = (sys.executable, "-m", "installer.winget.manifests", *words)
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == sorted(MADE)


def test_intune_detects_what_the_msi_writes() -> None:
    script = (ROOT / "installer/intune/detect.ps1").read_text(encoding="utf-8")
    assert KEEPER in script
    assert r"HKLM:\SOFTWARE\AgentGuard" in script
    for name in re.findall(r"\$about\.(\w+)", script):
        assert f'Key="Software\\AgentGuard" Name="{name}"' in WXS


def test_intunes_rows_take_the_template_in_and_set_each_value() -> None:
    wanted = {"Endpoint": "https://guard.example/?a&b", "AutoStart": "0"}
    (ingest, *rest) = intune.rows(wanted)
    assert ingest[2].startswith("<?xml")
    assert rest == [
        (
            "./Device/Vendor/MSFT/Policy/Config/AgentGuard~Policy~AgentGuard/Endpoint",
            "String",
            '<enabled/><data id="Endpoint_Field" value="https://guard.example/?a&amp;b"/>',
        ),
        (
            "./Device/Vendor/MSFT/Policy/Config/AgentGuard~Policy~AgentGuard/AutoStart",
            "String",
            "<disabled/>",
        ),
    ]


@pytest.mark.parametrize("wrong", ["Endpiont=x", "AutoStart=maybe", "Language=tlh"])
def test_a_slip_is_told_before_it_reaches_a_tenant(
    wrong: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert intune.main([wrong]) == 2
    assert "no setting" in (said := capsys.readouterr().err) or "no value" in said


def test_every_policy_has_its_address(capsys: pytest.CaptureFixture[str]) -> None:
    assert intune.main([]) == 0
    rows = list(csv.reader(capsys.readouterr().out.splitlines()))
    assert [row[0].rsplit("/", 1)[1] for row in rows[2:]] == [one.registry for one in DESCRIBED]
