"""What a person asks of To do is done to that very file, or told why not; no file is ever lost."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from agentguard.base import file_marks, translations
from agentguard.base.errors import CannotError, PlatformError, StoreError
from agentguard.engine.action_runner import LeftAlone
from agentguard.model.actions import Action, ActionKind, Deed
from agentguard.model.events import Event, FileScanned
from agentguard.model.facts import FolderAccess, FolderAccessSeen
from agentguard.model.hits import Hit
from agentguard.model.messages import Message, say
from agentguard.model.moments import Moment
from agentguard.model.outcomes import FileOutcome
from agentguard.platforms.simulated import FakeClock, SimulatedDesktop
from agentguard.policy.parser import parse
from agentguard.ports.desktop import Absent
from agentguard.runtime.asked_deeds import FileDeeds, FolderDeed, asked_hands
from agentguard.runtime.compose_desk import deeds_here
from agentguard.runtime.known_checks import shapes
from agentguard.store.memory import InMemoryJournal
from agentguard.trust.removal_proof import proves
from agentguard.vault.vault import Vault

WORDS = "Card 4556 7375 8689 9855\n"
POLICY = parse(b"policy: t\nversion: 1\ndescription: d\n", "t.yaml", shapes())
CARD = Hit(kind="PAN", count=1)


@dataclass
class Desk:
    """The hands over a real vault, what they told, and how often they had files looked at."""

    hands: FileDeeds
    journal: InMemoryJournal
    told: list[Event]
    looks: list[None] = field(default_factory=list)

    def kinds(self) -> list[str]:
        return [entry.record.kind for entry in self.journal.read(0, 1000)]

    def gone(self) -> list[str]:
        return [e.path for e in self.told if isinstance(e, FileScanned)]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    clock, journal, told = FakeClock(), InMemoryJournal(), list[Event]()
    looks: list[None] = []
    hands = FileDeeds(
        vault=Vault(tmp_path / "agent" / "vault", journal, clock, notes=False),
        hits=lambda _path: (CARD,),
        policy=lambda: POLICY,
        journal=journal,
        clock=clock,
        submit=told.append,
        look_again=lambda: looks.append(None),
    )
    return Desk(hands=hands, journal=journal, told=told, looks=looks)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "export.csv"
    made.write_bytes(WORDS.encode())
    return made


def about(path: Path, deed: Deed = Deed.VAULT) -> Action:
    """Give the action about a file as it is now."""
    mark = file_marks.mark_of(path.lstat()) if path.exists() else "1-2-3-4"
    return Action(id="1", kind=deed, check="pii-files", subject=str(path), mark=mark)


def why(hand: Callable[[Action], Message], action: Action) -> str:
    with pytest.raises(LeftAlone) as left:
        hand(action)
    return left.value.said.id


def test_a_file_is_moved_told_with_its_id_and_can_come_back(desk: Desk, file: Path) -> None:
    told = desk.hands.move(about(file))
    (item,) = desk.hands.vault.items()
    assert (told.id, told.params) == ("action.asked-vault", {"item": item.id})
    assert not file.exists()
    assert desk.told == [
        FileScanned(at=desk.hands.clock.now(), path=str(file), outcome=FileOutcome.GONE)
    ]
    assert item.hits == (CARD,)
    assert desk.hands.vault.restore(item.id) == file
    assert file.read_text() == WORDS


def test_a_file_is_deleted_with_a_proof_before_and_after(desk: Desk, file: Path) -> None:
    assert desk.hands.delete(about(file, Deed.DELETE)).id == "action.asked-delete"
    assert not file.exists()
    assert desk.kinds() == ["deed.removing", "deed.removed"]
    for entry in desk.journal.read(0, 10):
        assert proves(dict(entry.record.payload), WORDS.encode())
        assert entry.record.payload["subject"] == str(file)
    assert desk.gone() == [str(file)]
    assert list(file.parent.glob("*")) == [], "nothing is left aside"


@pytest.mark.parametrize("deed", [Deed.VAULT, Deed.DELETE])
def test_row_211_a_file_that_changed_since_it_was_looked_at_is_not_touched(
    desk: Desk, file: Path, deed: Deed
) -> None:
    action = about(file, deed)
    file.write_text("something else, which nobody looked at")
    hand = desk.hands.move if deed is Deed.VAULT else desk.hands.delete
    assert why(hand, action) == "todo.refused.changed"
    assert file.read_text().startswith("something else")
    assert desk.looks == [None], "it is looked at again"
    assert desk.hands.vault.items() == ()


@pytest.mark.parametrize("deed", [Deed.VAULT, Deed.DELETE])
def test_row_211_another_file_of_the_same_name_is_not_touched(
    desk: Desk, file: Path, deed: Deed
) -> None:
    action, times = about(file, deed), file.stat()
    other = file.with_name("other.csv")
    other.write_text(WORDS)
    os.utime(other, ns=(times.st_atime_ns, times.st_mtime_ns))
    other.replace(file)
    hand = desk.hands.move if deed is Deed.VAULT else desk.hands.delete
    assert why(hand, action) == "todo.refused.changed"
    assert file.read_text() == WORDS


@pytest.mark.parametrize("deed", [Deed.VAULT, Deed.DELETE])
def test_a_file_that_was_not_looked_at_since_the_start_is_looked_at_first(
    desk: Desk, file: Path, deed: Deed
) -> None:
    hand = desk.hands.move if deed is Deed.VAULT else desk.hands.delete
    assert why(hand, replace(about(file, deed), mark="")) == "todo.refused.unseen"
    assert file.exists()
    assert desk.looks == [None]


def test_a_file_that_is_gone_already_is_told_gone(desk: Desk, file: Path) -> None:
    action = about(file)
    file.unlink()
    assert why(desk.hands.move, action) == "todo.refused.missing"
    assert why(desk.hands.delete, action) == "todo.refused.gone"
    assert desk.gone() == [str(file)] * 2


def test_a_file_with_a_second_name_is_not_deleted(desk: Desk, file: Path) -> None:
    os.link(file, file.with_name("twin.csv"))
    assert why(desk.hands.delete, about(file, Deed.DELETE)) == "todo.refused.several-names"
    assert file.exists()
    assert desk.looks == []


def test_a_legal_hold_that_begins_meanwhile_keeps_the_file(desk: Desk, file: Path) -> None:
    held = replace(desk.hands, policy=lambda: replace(POLICY, legal_hold=True))
    assert why(held.delete, about(file, Deed.DELETE)) == "todo.refused.on-hold"
    assert file.exists()


class Full(InMemoryJournal):
    """A journal whose disk is full from some entry on."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self.room = room

    def commit(self, records: object, memory: object) -> None:
        if not self.room:
            raise StoreError("The disk is full.")
        self.room -= 1
        super().commit(records, memory)  # type: ignore[arg-type] - passed on as they are


def test_without_a_proof_nothing_is_deleted(desk: Desk, file: Path) -> None:
    blind = replace(desk.hands, journal=Full(0))
    assert why(blind.delete, about(file, Deed.DELETE)) == "todo.refused.no-proof"
    assert file.exists()


def test_what_is_gone_with_its_proof_is_done_though_the_last_word_is_lost(
    desk: Desk, file: Path
) -> None:
    half = replace(desk.hands, journal=Full(1))
    assert half.delete(about(file, Deed.DELETE)).id == "action.asked-delete"
    assert not file.exists()


def test_row_518_a_vault_that_cannot_be_used_leaves_the_file_and_blames_no_program(
    desk: Desk, file: Path
) -> None:
    folder = file.parent / "agent"
    folder.mkdir()
    (folder / "vault").write_text("no folder")
    assert why(desk.hands.move, about(file)) == "todo.refused.not-moved"
    assert file.read_text() == WORDS
    said = translations.load().say("todo.refused.not-moved")
    assert "disk may be full" in said
    assert "program" not in said


@pytest.mark.posix
def test_a_folder_where_nothing_may_be_removed_keeps_its_file(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "file"
    folder.mkdir()
    plain = folder / "x"
    plain.mkdir()
    assert why(desk.hands.delete, about(plain, Deed.DELETE)) == "todo.refused.changed"
    loop = tmp_path / "loop"
    loop.symlink_to(tmp_path / "file" / "x")
    assert why(desk.hands.delete, replace(about(plain), subject=str(loop))) == (
        "todo.refused.failed"
    )


@pytest.mark.parametrize(
    ("end", "wanted"),
    [
        (say("action.cleared"), ""),
        (say("action.overtaken"), "todo.refused.overtaken"),
        (PlatformError("busy"), "todo.refused.overtaken"),
    ],
)
def test_the_clipboard_is_only_called_empty_when_it_is(
    desk: Desk, end: Message | PlatformError, wanted: str
) -> None:
    def clear(_action: Action) -> Message:
        if isinstance(end, Message):
            return end
        raise end

    hand = asked_hands(desk.hands, {ActionKind.CLEAR_CLIPBOARD: clear})[Deed.CLEAR]
    action = Action(id="1", kind=Deed.CLEAR, check="clipboard", subject="CLIPBOARD")
    assert (why(hand, action) if wanted else hand(action).id) == (wanted or "action.cleared")


def test_old_files_are_only_called_gone_when_all_are(desk: Desk) -> None:
    def purge(_action: Action) -> Message:
        raise CannotError("2 files could not be removed.")

    hands = asked_hands(desk.hands, {ActionKind.PURGE: purge})
    assert Deed.CLEAR not in hands
    assert why(hands[Deed.PURGE], Action(id="1", kind=Deed.PURGE, check="r", subject="")) == (
        "todo.refused.not-purged"
    )


def opened(*folders: Path) -> FolderAccessSeen:
    seen = [FolderAccess(path=str(f), others_read=True, others_write=False) for f in folders]
    return FolderAccessSeen(at=Moment(boot=0.0, wall=0.0), folders=tuple(seen))


@pytest.mark.posix
def test_a_folder_is_made_private_and_looked_at_again(tmp_path: Path) -> None:
    from agentguard.platforms._linux.private_folders import make_private  # noqa: PLC0415 - Linux's

    folder, looks = tmp_path / "shared", list[None]()
    folder.mkdir(mode=0o755)
    (folder / "kept").write_text("x")
    deed = FolderDeed(
        seen=lambda: opened(folder),
        make_private=make_private,
        look_again=lambda: looks.append(None),
    )
    action = Action(id="1", kind=Deed.PRIVATE, check="folder-access", subject="")
    assert deed(action).id == "action.asked-private"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "kept").read_text() == "x"
    assert looks == [None]
    lost = replace(deed, seen=lambda: opened(tmp_path / "never"))
    assert why(lost, action) == "todo.refused.not-private"
    assert replace(deed, seen=lambda: None)(action).id == "action.asked-private"


def test_only_what_this_desktop_can_do_is_offered() -> None:
    whole = SimulatedDesktop(FakeClock()).backend
    assert deeds_here(whole) == frozenset(Deed) - {Deed.PRIVATE}
    bare = replace(whole, clipboard=Absent(reason=say("desktop.wayland")))
    assert Deed.CLEAR not in deeds_here(bare)
    assert Deed.PRIVATE in deeds_here(replace(whole, make_private=lambda _path: None))
