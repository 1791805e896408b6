"""Data folders: who else can open them."""

from __future__ import annotations

import pytest

from agentguard.checks.folder_access import CHECK
from agentguard.model.facts import FolderAccess, FolderAccessSeen
from agentguard.model.verdicts import State


def folder(
    path: str, *, read: bool | None = False, write: bool | None = False, hers: bool = True
) -> FolderAccess:
    """Make a folder."""
    return FolderAccess(path=path, others_read=read, others_write=write, hers=hers)


OWN = folder("/home/kim/Documents")
OPEN = folder("/home/kim/Desktop", read=True)
SHARED = folder("C:\\Users\\kim\\Shared\\", read=True, write=True)
DARK = folder("/home/kim/Far", read=None)
FOREIGN = folder("/srv/Exports", read=True, hers=False)
LENT = folder("/srv/Drop", read=True, write=True, hers=False)


@pytest.mark.parametrize(
    ("folders", "state", "words"),
    [
        ((), State.NOT_APPLICABLE, "There is no data folder to look at."),
        ((OWN,), State.PASS, "Nobody else can open your data folders (1)."),
        ((OWN, OPEN), State.FAIL, "Other people on this PC can read: Desktop."),
        ((OPEN, SHARED), State.FAIL, "Other people on this PC can change: Shared."),
        ((OPEN, DARK), State.FAIL, "Other people on this PC can read: Desktop."),
        (
            (OWN, FOREIGN),
            State.FAIL,
            "Other people on this PC can read folders that are not yours: Exports.",
        ),
        (
            (OWN, LENT),
            State.FAIL,
            "Other people on this PC can change folders that are not yours: Drop.",
        ),
        ((OPEN, FOREIGN), State.FAIL, "Other people on this PC can read: Desktop, Exports."),
        ((OWN, DARK), State.UNKNOWN, "It is not known who can open: Far."),
    ],
)
def test_others_may_neither_change_nor_read(desk, folders, state, words) -> None:
    told = desk.judge(CHECK, FolderAccessSeen, folders=folders)
    assert (told.state, told.words) == (state, words)


def test_the_users_name_is_not_in_the_words(desk) -> None:
    assert "kim" not in desk.judge(CHECK, FolderAccessSeen, folders=(OPEN, SHARED)).words


def test_many_folders_make_a_short_sentence(desk) -> None:
    folders = tuple(folder(f"/srv/{n}", read=True) for n in "hgfedcba")
    told = desk.judge(CHECK, FolderAccessSeen, folders=folders)
    assert told.words == "Other people on this PC can read: a, b, c, d, e (+3)."


def test_what_could_not_be_read_is_unknown(desk) -> None:
    assert desk.judge(CHECK, FolderAccessSeen, unread="denied").state is State.UNKNOWN
