"""Only the owner may read and write the data folders."""

from __future__ import annotations

from agentguard.checks.base import DAY, Check, NoSettings, belong, few, not_read
from agentguard.model.events import Facts
from agentguard.model.facts import FolderAccess, FolderAccessSeen
from agentguard.model.verdicts import (
    Owner,
    Severity,
    Verdict,
    not_applicable,
    passed,
    unknown,
    wrong,
)


def judge(event: FolderAccessSeen, _facts: Facts, _settings: NoSettings) -> Verdict:
    """Name folders that others may change first, then those that they may read."""
    if event.unread:
        return not_read(event)
    if not event.folders:
        return not_applicable("folder-access.none")
    changeable = [f for f in event.folders if f.others_write]
    if changeable:
        return wrong(_whose("folder-access.write", changeable), folders=_names(changeable))
    readable = [f for f in event.folders if f.others_read]
    if readable:
        return wrong(_whose("folder-access.read", readable), folders=_names(readable))
    unread = [f for f in event.folders if f.others_read is None or f.others_write is None]
    if unread:
        return unknown("folder-access.unread", folders=_names(unread))
    return passed("folder-access.private", count=len(event.folders))


def _whose(id_: str, folders: list[FolderAccess]) -> str:
    """Return the sentence: the person can end others' access to folders of her own alone."""
    return id_ if any(f.hers for f in folders) else f"{id_}-managed"


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
    owner=Owner.TEAM,
    owners={
        **belong(Owner.PERSON, "folder-access.read", "folder-access.write"),
        **belong(Owner.TEAM, "folder-access.read-managed", "folder-access.write-managed"),
    },
)
