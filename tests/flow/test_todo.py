"""From a file that was found to one that is moved or deleted, by a whole agent on real files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from agentguard.model.actions import Deed
from agentguard.model.deeds import Done, Stage
from agentguard.model.vault import Taking
from agentguard.trust.removal_proof import proves
from tests.flow.conftest import POLICY, Floor

CARD = "4556 7375 8689 9855"
LETTER = f"Dear customer, your card number {CARD} was charged.\n"
CODE = f"{LETTER} The CVV is 123.\nCVV: 123\n"
TOLD = POLICY.replace("[notify, vault]", "[notify]")
"""Nothing is done about a file but what the person asks for."""


def write(floor: Floor, *names: str, words: str = LETTER) -> list[Path]:
    files = [floor.folder / name for name in names]
    for file in files:
        file.write_text(words)
    floor.until(lambda: set(map(str, files)) <= set(floor.findings("pii-files")))
    return files


def press(floor: Floor, deed: Deed, *files: Path) -> None:
    """Ask as the window does, once each file was looked at for good."""
    floor.agent.desk.do(deed, "pii-files", tuple(map(str, files)))


def history(floor: Floor) -> tuple[Done, ...]:
    return floor.agent.desk.snapshot().history


def test_a_found_file_is_moved_looked_at_again_and_brought_back(start: Callable) -> None:
    floor = start(words=TOLD)
    (file,) = write(floor, "export.txt")
    press(floor, Deed.VAULT, file)
    floor.until(lambda: history(floor) and history(floor)[0].how)
    assert not file.exists()
    assert floor.findings("pii-files") == []
    done = history(floor)[0]
    (item,) = floor.agent.desk.vault_items()
    assert (done.place, done.how, done.item) == ("export.txt", "asked-vault", item.id)
    kinds = [r.kind for r in floor.records()]
    order = ["finding.opened", "deed.asked", "action.intended", "vault.put"]
    places = [kinds.index(kind) for kind in order]
    assert places == sorted(places)
    floor.agent.desk.restore(done.item, Taking(reason="mistake"))
    floor.until(lambda: history(floor)[0].back is not None)
    assert file.read_text() == LETTER
    floor.until(lambda: floor.findings("pii-files") == [str(file)])


def test_row_210_a_file_with_a_security_code_is_deleted_with_proof_and_never_moved(
    start: Callable,
) -> None:
    floor = start(words=TOLD)
    (file,) = write(floor, "notes.txt", words=CODE)
    press(floor, Deed.VAULT, file)
    press(floor, Deed.DELETE, file)
    floor.until(lambda: history(floor) and history(floor)[0].how == "asked-delete")
    assert not file.exists()
    assert floor.agent.desk.vault_items() == ()
    (proof,) = (r for r in floor.records() if r.kind == "deed.removed")
    assert proves(dict(proof.payload), CODE.encode())


def test_row_212_fifty_files_are_done_each_with_its_own_end(start: Callable) -> None:
    floor = start(words=TOLD)
    files = write(floor, *(f"call {number:02}.txt" for number in range(50)))
    changed = files[30]
    press(floor, Deed.VAULT, *files)
    changed.write_text(f"{LETTER} written to meanwhile")
    floor.until(lambda: len(history(floor)) + len(failed(floor)) >= 50)
    gone = [file for file in files if not file.exists()]
    assert len(gone) == len(floor.agent.desk.vault_items()) >= 49
    assert changed.exists() or changed in gone
    assert len({one.batch for one in history(floor)}) == 1


def failed(floor: Floor) -> list[str]:
    deeds = floor.agent.desk.snapshot().deeds
    return [one.subject for one in deeds if one.stage is Stage.FAILED]


def test_row_212_a_long_row_can_be_stopped_and_what_was_not_begun_is_where_it_was(
    start: Callable,
) -> None:
    floor = start(words=TOLD)
    files = write(floor, *(f"call {number:02}.txt" for number in range(30)))
    press(floor, Deed.VAULT, *files)
    floor.until(lambda: history(floor))
    floor.agent.desk.stop_deeds(floor.agent.desk.snapshot().deeds[0].batch)
    floor.until(lambda: not floor.agent.desk.snapshot().deeds)
    left = [file for file in files if file.exists()]
    assert left
    assert len(left) + len(floor.agent.desk.vault_items()) == 30
    floor.until(lambda: set(floor.findings("pii-files")) == set(map(str, left)))


def test_row_213_an_end_in_the_middle_of_a_row_loses_no_file_and_goes_on_with_none(
    start: Callable,
) -> None:
    floor = start(words=TOLD)
    files = write(floor, *(f"call {number:02}.txt" for number in range(30)))
    press(floor, Deed.VAULT, *files)
    floor.until(lambda: history(floor))
    again = start(words=TOLD)
    there = {str(file) for file in files if file.exists()}
    kept = {item.path for item in again.agent.desk.vault_items()}
    assert there | kept == set(map(str, files))
    assert not there & kept
    assert again.agent.desk.snapshot().deeds == ()
    again.until(lambda: set(again.findings("pii-files")) == there)
    assert {one.place for one in history(again)} >= {Path(p).name for p in kept}


def test_row_212_what_was_copied_is_emptied_when_it_is_asked_for(start: Callable) -> None:
    floor = start(words=TOLD.replace("clear-clipboard, ", ""))
    floor.until(lambda: floor.desktop.watchers >= 1)
    floor.desktop.copy(LETTER, app="crm")
    floor.until(lambda: floor.findings("clipboard"))
    floor.agent.desk.do(Deed.CLEAR, "clipboard", tuple(floor.findings("clipboard")))
    floor.until(lambda: history(floor) and history(floor)[0].how == "asked-clear")
    assert floor.desktop.paste() == ""
    assert floor.findings("clipboard") == []
