"""A file whose name would turn its line around is shown by its letters, in their order."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QLabel, QListWidget

from agentguard.ui.elided import Elided
from agentguard.ui.pages.vault import VaultRow
from agentguard.ui.present import present
from agentguard.ui.todo_files import FileList
from agentguard.ui.views import ItemView
from agentguard.ui.widgets import label
from agentguard.ui.wording import Wording
from tools.gallery import content, data

NAME, READ = "invoice\u202efdp.exe", "invoicefdp.exe"


def test_row_567_a_name_on_one_line_is_read_in_order(qtbot) -> None:
    line = Elided()
    qtbot.addWidget(line)
    line.resize(400, 20)
    line.show_name(NAME, f"/home/maria/{NAME}")
    assert line.text() == f"\u2066{READ}\u2069"
    assert line.toolTip() == line.accessibleName() == f"/home/maria/{READ}"


def test_row_567_the_files_of_a_card_are_read_in_order_and_one_ends_before_its_note(
    qtbot, said
) -> None:
    one = ItemView(subject="a", name=f"\u2069{NAME}", place=f"/{NAME}", shown="2 cards")
    two = replace(one, subject="b", name="\u2067b")
    files = FileList(said, lambda: None)
    qtbot.addWidget(files)
    card = present(data.act(), said).findings[0]
    files.show_files(replace(card, items=(one, two, replace(one, subject="c"), one)))
    files._turn()  # what the link below the files does
    whole = files.findChild(QListWidget)
    assert whole.item(0).text() == f"\u2066{READ}\u2069  ·  2 cards"
    assert whole.item(0).toolTip() == f"/{READ}"
    assert whole.item(1).text() == "\u2066\u2067b\u2069\u2069  ·  2 cards"


def test_row_567_labels_of_the_vault_and_of_notices_are_read_in_order(qtbot, said) -> None:
    made = label(NAME)
    qtbot.addWidget(made)
    assert made.text() == READ
    item = replace(content.VAULT[0], path=f"/home/maria/{NAME}")
    row = VaultRow(item, Wording(said, data.NOON), lambda *_: None, lambda *_: None, asks=True)
    qtbot.addWidget(row)
    told = [one.text() for one in row.findChildren(QLabel)]
    assert READ in told
    assert not any("\u202e" in one for one in told)
