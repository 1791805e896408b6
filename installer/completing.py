"""Adds to an MSI what wixl 0.106 cannot write: rights, recovery, secure properties, stale files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from installer import msi as database

SETTINGS = ("ENDPOINT", "TEAM", "POLICYKEY", "ENROLMENTFILE", "AUTOSTART", "INSTALLDIR")
"""What an administrator sets on the command line, and what a later install keeps."""

OWN = (*SETTINGS, "CODEFILE", *(f"PREV_{name}" for name in SETTINGS))
"""What a repair takes of an administrator alone: every user may repair, and SYSTEM does it then."""

SECURE = (
    *OWN,
    "KEEPDATA",
    "WINDOWSMAJOR",
    "WIX_UPGRADE_DETECTED",
    "WIX_DOWNGRADE_DETECTED",
)

REFUSAL = "RefuseSettings"
REFUSED = (
    "Only an administrator changes the settings of AgentGuard: nothing was changed. "
    "Repair it without settings, or as an administrator."
)
_EARLY = 40  # before AppSearch at 50, which fills in what the last install wrote
_ERROR = 19  # a custom action that ends the installation with its text

# SDDL: SYSTEM and Administrators everything; Users read the data and see nothing of `private`.
RIGHTS = {
    "DATADIR": "D:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1200a9;;;BU)",
    "PRIVATEDIR": "D:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)",
}
MARKER = "upgrade.pending"
VITAL = 0x8000
"""msidbServiceInstallErrorControlVital: a service that cannot be made ends the install."""

_RIGHTS_TABLE = (
    "CREATE TABLE `MsiLockPermissionsEx` (`MsiLockPermissionsEx` CHAR(72) NOT NULL,"
    " `LockObject` CHAR(72) NOT NULL, `Table` CHAR(32) NOT NULL, `SDDLText` CHAR(0) NOT NULL,"
    " `Condition` CHAR(255) PRIMARY KEY `MsiLockPermissionsEx`)"
)
_RECOVERY_TABLE = (
    "CREATE TABLE `MsiServiceConfigFailureActions` (`MsiServiceConfigFailureActions` CHAR(72)"
    " NOT NULL, `Name` CHAR(255) NOT NULL, `Event` SHORT NOT NULL, `ResetPeriod` LONG,"
    " `RebootMessage` CHAR(255), `Command` CHAR(255), `Actions` CHAR(0), `DelayActions` CHAR(0),"
    " `Component_` CHAR(72) NOT NULL PRIMARY KEY `MsiServiceConfigFailureActions`)"
)


def complete(msi: Path, epoch: int) -> None:
    """Add it, and stamp the file."""
    database.change(msi, list(_statements(msi)))
    database.stamp(msi, epoch)


def _statements(msi: Path) -> Iterator[str]:
    secure = ("Property", "SecureCustomProperties")  # these reach the service of Windows
    yield database.update("Property", secure, "Value", ";".join(SECURE))
    yield from _refusal()
    yield from _rights()
    yield from _service(msi)
    yield database.insert(
        "RemoveFile",
        {
            "FileKey": "rmMarker",
            "Component_": "cData",
            "FileName": MARKER,  # a broken upgrade left it
            "DirProperty": "DATADIR",
            "InstallMode": 1,  # when the component is installed
        },
    )
    for row in database.rows(msi, "File"):
        if row["Version"] and not row["Language"]:
            yield database.update("File", ("File", row["File"]), "Language", "0")


def _refusal() -> Iterator[str]:
    """Take settings in a repair of nobody but an administrator.

    What is in SecureCustomProperties reaches the service of Windows Installer from any user.
    """
    action: dict[str, str | int] = {"Action": REFUSAL, "Type": _ERROR, "Target": REFUSED}
    yield database.insert("CustomAction", action)
    row: dict[str, str | int] = {
        "Action": REFUSAL,
        "Condition": f"Installed AND NOT MsiTrueAdminUser AND ({' OR '.join(OWN)})",
        "Sequence": _EARLY,
    }
    yield database.insert("InstallExecuteSequence", row)


def _rights() -> Iterator[str]:
    yield _RIGHTS_TABLE
    for folder, sddl in RIGHTS.items():
        row = {
            "MsiLockPermissionsEx": f"rights{folder}",
            "LockObject": folder,
            "Table": "CreateFolder",
            "SDDLText": sddl,
        }
        yield database.insert("MsiLockPermissionsEx", row)


def _service(msi: Path) -> Iterator[str]:
    """Start a service that ended again after 5, 5 and 60 s, and count anew after a day."""
    yield _RECOVERY_TABLE
    action: dict[str, str | int] = {
        "Action": "MsiConfigureServices",
        "Condition": 'VersionMsi >= "5.00"',
        "Sequence": 5850,
    }
    yield database.insert("InstallExecuteSequence", action)
    for row in database.rows(msi, "ServiceInstall"):
        key, control = row["ServiceInstall"], int(row["ErrorControl"]) | VITAL
        yield database.update("ServiceInstall", ("ServiceInstall", key), "ErrorControl", control)
        recovery: dict[str, str | int] = {
            "MsiServiceConfigFailureActions": key,
            "Name": row["Name"],
            "Event": 1,  # msidbServiceConfigEventInstall
            "ResetPeriod": 86400,
            "Actions": "1[~]1[~]1",
            "DelayActions": "5000[~]5000[~]60000",
            "Component_": row["Component_"],
        }
        yield database.insert("MsiServiceConfigFailureActions", recovery)
