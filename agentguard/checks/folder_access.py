"""Only the owner may read and write the data folders."""

from __future__ import annotations

from agentguard.checks.base import DAY, Check, NoSettings, few
from agentguard.model.events import Facts
from agentguard.model.facts import FolderAccess, FolderAccessSeen
from agentguard.model.proofs import supports
from agentguard.model.verdicts import Severity, Verdict, not_applicable, passed, unknown, wrong


def judge(event: FolderAccessSeen, _facts: Facts, _settings: NoSettings) -> Verdict:
    """Name folders that others may change first, then those that they may read."""
    if event.unread:
        return unknown(f"unread.{event.unread}")
    if not event.folders:
        return not_applicable("folder-access.none")
    changeable = [f for f in event.folders if f.others_write]
    if changeable:
        return wrong("folder-access.write", folders=_names(changeable))
    readable = [f for f in event.folders if f.others_read]
    if readable:
        return wrong("folder-access.read", folders=_names(readable))
    unread = [f for f in event.folders if f.others_read is None or f.others_write is None]
    if unread:
        return unknown("folder-access.unread", folders=_names(unread))
    return passed("folder-access.private", count=len(event.folders))


def _names(folders: list[FolderAccess]) -> str:
    """Name the folders without the path to them, which tells the user's name."""
    return few(f.path.replace("\\", "/").rstrip("/").rpartition("/")[2] for f in folders)


CHECK = Check(
    id="folder-access",
    measure=4,
    severity=Severity.MEDIUM,
    on=(FolderAccessSeen,),
    settings=NoSettings,
    judge=judge,
    fresh=DAY,
    proves=supports("PCI DSS 7.2.2", "ISO 27001 A.8.3", "NIST CSF PR.AA-05", "CIS 3.3"),
)
