"""Judges a finished MSI by its tables, in place of the ICE suite that runs on Windows alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from installer import msi as database
from installer.completing import OWN, REFUSAL, RIGHTS, SECURE, SETTINGS, VITAL

MOST = 40  # MB of 2**20 bytes
SPARE = 3  # of these, for the next library
SERVICE = "AgentGuardKeeper"
EVENT_LOG = r"SYSTEM\CurrentControlSet\Services\EventLog\AgentGuard"
# SYSTEM and administrators all, Event Log Readers and the forwarder read, who is logged on writes.
LOG_RIGHTS = (
    "O:BAG:SYD:P(A;;0xf0007;;;SY)(A;;0x7;;;BA)(A;;0x1;;;S-1-5-32-573)(A;;0x1;;;NS)(A;;0x2;;;IU)"
)
ORDER = (
    REFUSAL,
    "AppSearch",
    "NameCode",
    "KeepEndpoint",
    "LaunchConditions",
    "CostFinalize",
    "FindProgram",
    "FindOldProgram",
    "PlaceCode",
    "CloseAgents",
    "CloseForUpgrade",
    "InstallValidate",
    "InstallInitialize",
    "RemoveExistingProducts",
    "StopServices",
    "SayFarewell",
    "DeleteServices",
    "WaitForEnd",
    "PurgeData",
    "RemoveFiles",
    "InstallFiles",
    "WriteRegistryValues",
    "TakeCode",
    "InstallServices",
    "StartServices",
    "InstallFinalize",
)
_GUID = re.compile(r"\{[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\}")
_VERSION = re.compile(r"\d{1,3}\.\d{1,3}\.\d{1,5}")
_PUBLIC = re.compile(r"\[([A-Z][A-Z0-9_]*)\]")
_WORD = re.compile(r"\w+")
_WIDE, _SCRIPTS = 0x100, frozenset({5, 6, 21, 22, 37, 38, 53, 54})
"""msidbComponentAttributes64bit; the types of custom actions that run JScript or VBScript."""

Table = list[dict[str, str]]
Read = Callable[[str], Table]


def problems(msi: Path) -> list[str]:
    """Return everything that is wrong with an MSI."""

    def read(table: str) -> Table:
        return database.rows(msi, table)

    found = [
        *_refusal(read),
        *_summary(database.summary(msi)), *_properties(read), *_secure(read), *_components(read),
        *_files(read), *_registry(read), *_event_log(read), *_starts(read), *_sequence(read),
        *_rights(read), *_service(read),
    ]  # fmt: skip
    if (taken := msi.stat().st_size / 2**20) > MOST - SPARE:
        found.append(f"it takes {taken:.1f} MB; it may take {MOST - SPARE}, and {SPARE} are spare")
    return found


def _summary(text: str) -> Iterator[str]:
    if "Template: x64" not in text:
        yield "it is not for x64"
    if "Version: 500" not in text:
        yield "rights of folders need Windows Installer 5.0 (Version 500)"


def properties(read: Read) -> dict[str, str]:
    """Return the properties by their names."""
    return {row["Property"]: row["Value"] for row in read("Property")}


def _properties(read: Read) -> Iterator[str]:
    known = properties(read)
    wanted = {"ALLUSERS": "1", "REBOOT": "ReallySuppress", "REINSTALLMODE": "amus"}
    for name, value in wanted.items():
        if known.get(name) != value:
            yield f"{name} is {known.get(name)!r}, not {value!r}"
    for name in ("MSIRESTARTMANAGERCONTROL", "DISABLEROLLBACK"):
        if name in known:
            yield f"{name} is set"
    yield from _named(read, known)


def _named(read: Read, known: dict[str, str]) -> Iterator[str]:
    """Judge the codes and the version by which Windows tells products apart."""
    for name in ("UpgradeCode", "ProductCode"):
        if not _GUID.fullmatch(known.get(name, "")):
            yield f"{name} is no GUID in upper case: {known.get(name)!r}"
    if {row["UpgradeCode"] for row in read("Upgrade")} != {known.get("UpgradeCode")}:
        yield "the table Upgrade has another code"
    if not _VERSION.fullmatch(known.get("ProductVersion", "")):
        yield f"ProductVersion has not three numbers: {known.get('ProductVersion')!r}"
    if not {row["Name"] for row in read("Icon")} >= {known.get("ARPPRODUCTICON")}:
        yield "the entry in Apps has no icon"


def _secure(read: Read) -> Iterator[str]:
    """Each public property that anything uses must reach the service of Windows Installer."""
    texts = [row["Target"] for row in read("CustomAction")]
    texts += [row["Value"] for row in read("Registry")]
    folders = {row["Directory"] for row in read("Directory")} - set(SETTINGS)
    used = {name for text in texts for name in _PUBLIC.findall(text)} - folders
    secure = set(properties(read).get("SecureCustomProperties", "").split(";"))
    if lost := sorted((used | set(SECURE)) - secure):
        yield f"not in SecureCustomProperties: {', '.join(lost)}"
    for row in read("CustomAction"):
        if int(row["Type"]) & 0x3F in _SCRIPTS:
            yield f"{row['Action']} is a script"


def _components(read: Read) -> Iterator[str]:
    rows = read("Component")
    codes = [row["ComponentId"] for row in rows]
    if len(codes) != len(set(codes)):
        yield "two components have one GUID"
    for row in rows:
        if not _GUID.fullmatch(row["ComponentId"]):
            yield f"the component {row['Component']} has no GUID: it would never be removed"
        if not int(row["Attributes"]) & _WIDE:
            yield f"the component {row['Component']} is not marked as 64-bit"
        if not row["KeyPath"]:
            yield f"the component {row['Component']} has no key path"


def _files(read: Read) -> Iterator[str]:
    rows, version = read("File"), properties(read).get("ProductVersion", "")
    hashed = {row["File_"] for row in read("MsiFileHash")}
    own = [row for row in rows if row["FileName"].split("|")[-1].startswith("agentguard")]
    own = [row for row in own if row["FileName"].endswith(".exe")]
    if len(own) != len({"agentguard", "agentguard-ctl"}):
        yield f"it holds {len(own)} programs of ours"
    for row in own:
        if row["Version"] != f"{version}.0":
            yield f"{row['FileName']} has the version {row['Version']!r}, not {version}.0"
    for row in rows:
        if row["Version"] and row["File"] in hashed:
            yield f"{row['FileName']} has a version and a hash"


def _registry(read: Read) -> Iterator[str]:
    rows = read("Registry")
    for row in rows:
        if row["Key"].endswith("\\"):
            yield f"the registry key {row['Key']} ends in a backslash"
    written = {_value(row) for row in rows if row["Key"] == r"Software\AgentGuard"}
    for name in SETTINGS:
        if f"[{name}]" not in written:
            yield f"{name} is not remembered"


def _starts(read: Read) -> Iterator[str]:
    """Look that the keeper alone starts agents: one by the Run key would be a second beside it."""
    for row in read("Registry"):
        if row["Key"].casefold().endswith(("currentversion\\run", "currentversion\\runonce")):
            yield f"{row['Name']} is started beside the keeper"


def _event_log(read: Read) -> Iterator[str]:
    """Judge the log of our own: its size counts in pieces of 64 kB, and its rights are ours."""
    rows = [row for row in read("Registry") if row["Key"].startswith(EVENT_LOG)]
    told = {row["Name"]: row["Value"] for row in rows}
    size = int(told.get("MaxSize", "#1").removeprefix("#"))
    if size % 2**16 or told.get("Retention") != "#0":
        yield f"the event log has no size, or would stop when it is full: {told}"
    if told.get("CustomSD") != LOG_RIGHTS:
        yield f"the event log has other rights: {told.get('CustomSD')}"
    if not {"EventMessageFile", "TypesSupported"} <= told.keys():
        yield "the event log has no source"


def _value(row: dict[str, str]) -> str:
    return row["Value"]


def _refusal(read: Read) -> Iterator[str]:
    """Look that an older version says why it does not go in."""
    said = [row["Description"] for row in read("LaunchCondition")]
    if not any("newer version" in text and "KEEPDATA=1" in text for text in said):
        yield "a downgrade would be refused without a word"


def _sequence(read: Read) -> Iterator[str]:
    rows = {row["Action"]: row for row in read("InstallExecuteSequence")}
    places = [int(rows[name]["Sequence"]) if name in rows else -1 for name in ORDER]
    if -1 in places or places != sorted(places):
        yield f"the order is broken: {dict(zip(ORDER, places, strict=True))}"
    refused = set(_WORD.findall(rows.get(REFUSAL, {}).get("Condition", "")))
    if lost := sorted({*OWN, "MsiTrueAdminUser"} - refused):
        yield f"a repair would take settings of anybody: {', '.join(lost)}"
    guard = rows.get("PurgeData", {}).get("Condition", "")
    if "NOT UPGRADINGPRODUCTCODE" not in guard or "KEEPDATA" not in guard:
        yield "data would be purged when they must be kept"


def _rights(read: Read) -> Iterator[str]:
    rights = {row["LockObject"]: row["SDDLText"] for row in read("MsiLockPermissionsEx")}
    if rights != RIGHTS:
        yield f"the folders have other rights: {rights}"


def _service(read: Read) -> Iterator[str]:
    rows = read("ServiceInstall")
    if [row["Name"] for row in rows] != [SERVICE]:
        yield f"it does not install {SERVICE} alone"
    if not all(int(row["ErrorControl"]) & VITAL for row in rows):
        yield "an install would go on without its service"
    if len(read("MsiServiceConfigFailureActions")) != len(rows):
        yield "the service would not be started again"
