"""No value is shown, in whatever text of the model it stands: every picture of the desk is made
with one in each text that its classes have, and all that can be read is searched for it.
"""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton, QLabel, QPlainTextEdit, QTextBrowser, QWidget

from agentguard import cli
from agentguard.base.errors import CannotError
from agentguard.base.settings import SetHere
from agentguard.commands import check, doctor, retention, vault
from agentguard.commands._capabilities import Capability, Standing
from agentguard.commands._notices import Notices
from agentguard.commands._words import spoken
from agentguard.commands.base import COULD_NOT, WRONG_USE
from agentguard.detect.recognition.masked_names import masked
from agentguard.model.exceptions import Excepted
from agentguard.model.facts import RetentionSeen
from agentguard.model.messages import Message
from agentguard.model.orders import OrderAct
from agentguard.model.prompts import Prompt, PromptKind
from agentguard.model.snapshot import Snapshot
from agentguard.model.vault import VaultItem
from agentguard.platforms.simulated import FakeClock, SimulatedDesktop
from agentguard.ui.present import present
from agentguard.ui.prompts import Prompts
from agentguard.ui.run import Interface
from agentguard.ui.shields import Shields
from agentguard.ui.views import Page
from agentguard.ui.wording import Wording
from agentguard.vault.file_names import leave_note, take_note_away
from tests.filled import SAID, Filler, message, placeholders, texts_of
from tests.flow.canary import Corpus, drawn
from tools.gallery import data

CORPUS: Corpus = drawn(20_261_130, 1)
VALUES = CORPUS.recognised
FORMS = ("{}", "/home/ann/{0}/{0}.csv", "C:\\Users\\ann\\{0}\\{0}.csv", "{}_Smith - Calls")
TOLD = "software.unsupported"

ARGUED: dict[tuple[str, str], Any] = {
    # ids that the program itself writes, by which a sentence or a thing is found again
    ("ControlState", "check"): "pii-files",
    ("Finding", "check"): "pii-files",
    ("Finding", "gaps"): None,
    ("Prompt", "check"): "pii-files",
    ("Prompt", "id"): "p1",
    ("Prompt", "notice"): "n1",
    ("Notice", "check"): "pii-files",
    ("Notice", "id"): "n1",
    ("SensorState", "sensor"): "files",
    ("UplinkState", "problem"): "connect",
    ("Done", "check"): "pii-files",
    ("Asked", "check"): "pii-files",
    ("Request", "control"): "pii-files",
    ("Request", "id"): "a1",
    # the control of the findings is not excepted, or nothing is asked about them; an order that
    # holds is none that is done once
    ("ControlState", "excepted"): None,
    ("Order", "act"): OrderAct.HOLD_VAULT,
    ("VaultItem", "id"): "v1",
    ("Proof", "number"): "PCI DSS 3.5.1",
    ("Policy", "digest"): "9f2c41d07be85a36" * 4,
    ("SetHere", "name"): "policy",
    # what a finder has masked already, and its name of a kind
    ("Hit", "masked"): ("...1111",),
    ("Hit", "kind"): "PAN",
    # whom to call: the policy names it so that it is shown
    ("Contact", "name"): "the security desk",
    ("Contact", "phone"): "100",
    # what is no text for a person: it is judged by, and never shown
    ("Policy", "controls"): {},
    ("Policy", "watch"): data.POLICY.watch,
    ("Policy", "retention"): (),
    ("Policy", "detection"): data.POLICY.detection,
    ("Policy", "calls"): data.POLICY.calls,
    ("Policy", "payment"): data.POLICY.payment,
    ("Policy", "release"): data.POLICY.release,
    ("Policy", "shift"): data.POLICY.shift,
    ("Policy", "vault"): data.POLICY.vault,
    ("Policy", "reports"): data.POLICY.reports,
}
"""The fields that hold no text of a desk, each with what stands there; any other is filled."""

NEVER_SHOWN = frozenset({"folder", "key", "subject", "sealed", "batch", "responds"})
"""Of what the windows are given: the folder or the finding that a button opens, and what tells rows
apart."""


def written() -> list[str]:
    """Every value in every form."""
    return [form.format(value) for value, form in itertools.product(VALUES, FORMS)]


def pictured(text: str) -> Snapshot:
    made: Snapshot = Filler(text, ARGUED, TOLD).made(Snapshot)
    return replace(made, at=data.NOON)


def clean(*read: str) -> None:
    for one in read:
        assert CORPUS.found_in(one.encode()) == set(), "a value is shown"


def readable(widget: QWidget) -> list[str]:
    """All that can be read on a widget and heard of it, whether it is on top now or not."""
    found = [widget.windowTitle()]
    for one in (widget, *widget.findChildren(QWidget)):
        if isinstance(one, QLabel | QAbstractButton):
            found.append(one.text())
        if isinstance(one, QPlainTextEdit | QTextBrowser):
            found.append(one.toPlainText())
        interface = QAccessible.queryAccessibleInterface(one)
        if interface is not None and interface.isValid():
            kinds = (QAccessible.Text.Name, QAccessible.Text.Description, QAccessible.Text.Value)
            found += [interface.text(kind) for kind in kinds]
        found.append(one.toolTip())
    return found


@pytest.mark.parametrize("text", written())
def test_row_108_no_picture_of_a_desk_shows_a_value_whatever_text_it_stands_in(text: str) -> None:
    view = present(pictured(text), SAID)
    shown = list(texts_of(view, NEVER_SHOWN))
    assert any("..." in one for one in shown)
    clean(*shown)


@pytest.mark.parametrize("text", written())
def test_row_108_no_excepted_control_shows_a_value(text: str) -> None:
    seen, holds = pictured(text), Filler(text, ARGUED, TOLD).made(Excepted)
    controls = tuple(replace(one, excepted=holds) for one in seen.controls)
    view = present(replace(seen, controls=controls), SAID)
    assert view.findings == (), "nothing is asked about what is excepted"
    assert "exception" in {one.kind for one in view.modes}
    clean(*texts_of(view, NEVER_SHOWN))


@pytest.mark.parametrize("value", VALUES)
def test_row_108_no_sentence_lets_a_value_through(value: str) -> None:
    words = SAID.masking(masked)
    with_places = [id_ for id_ in SAID.sentences if placeholders(id_)]
    assert len(with_places) > 500
    clean(*(words.render(message(id_, value)) for id_ in with_places))


def prompts_of(text: str) -> tuple[Prompt, ...]:
    one = pictured(text).prompts[0]
    lesson = replace(one, id="p2", kind=PromptKind.LESSON, topic="card-data")
    return (one, lesson, replace(one, id="p3", kind=PromptKind.PROOF))


@pytest.mark.parametrize("text", [form.format(CORPUS.cards[0]) for form in FORMS[1:3]])
@pytest.mark.heavy
def test_row_108_no_window_card_or_tray_shows_a_value(rig, qtbot, text: str) -> None:
    snapshot = pictured(text)
    one = rig(data.good())
    one.desk._items = [Filler(text, ARGUED, TOLD).made(VaultItem)]
    one.bridge.set_here = lambda: (Filler(text, ARGUED, TOLD).made(SetHere),)
    one.show(snapshot)
    for page in Page:
        one.window.open(page)
        qtbot.wait(50)
        clean(*readable(one.window))
    read = "\n".join(readable(one.window))
    assert "..." in read
    for prompt in prompts_of(text):
        shown = rig(replace(snapshot, prompts=(prompt,)))
        made = Prompts(shown.bridge, shown.theme)
        cards = [card for card in (made.proof, made.corner) if card is not None]
        assert len(cards) == 1
        clean(*readable(cards[0]))
        made.close()
    covered = rig(snapshot)
    shields = Shields(covered.bridge, covered.theme)
    assert shields.card is not None
    clean(*readable(shields.card))
    shields.close()


def test_row_108_the_icon_and_its_menu_show_no_value(rig) -> None:
    one = rig(pictured(VALUES[0]))
    interface = Interface(one.desk, one.texts, one.theme, may_quit=True)
    icon = interface.tray.icon
    read = [icon.toolTip(), *(action.text() for action in interface.tray.menu.actions())]
    clean(*read)
    assert "1 thing needs your attention" in " ".join(read), "what was filled in is told of"
    interface.close()


def test_row_108_a_slow_call_that_fails_tells_no_value(rig) -> None:
    one, told = rig(data.good()), []

    def fails() -> None:
        raise CannotError(f"The file {CORPUS.cards[0]}.pdf cannot be read.", CORPUS.mails[0])

    one.bridge.later(fails, told.append, told.append)
    one.until(lambda: bool(told))
    clean(*told)


def test_row_108_a_folder_that_does_not_open_is_told_masked(rig) -> None:
    from agentguard.ui.pages.todo import Openers, TodoPage  # noqa: PLC0415 - beside what it is about

    one = rig(pictured(f"/home/ann/{CORPUS.cards[0]}/told.txt"))
    page = TodoPage(one.bridge, one.theme, Openers(folder=lambda _: False, address=lambda _: False))
    page.show_view(one.bridge.view)
    button = next(b for b in page.findChildren(QAbstractButton) if "folder" in b.text().lower())
    button.click()
    read = readable(page)
    assert any("..." in line and "folder" in line for line in read)
    clean(*read)


@pytest.mark.parametrize("text", written())
def test_row_108_no_notice_of_the_desktop_tells_a_value(rig, text: str) -> None:
    desktop = SimulatedDesktop(FakeClock())
    shown = replace(data.good(), prompts=prompts_of(text))
    desk = rig(shown).desk
    Notices(desk, SAID, desktop.backend.notifier).look()
    assert len(desktop.notices) == len(shown.prompts)
    clean(*texts_of(desktop.notices))


@pytest.mark.parametrize("text", written())
def test_row_108_no_line_or_object_of_a_command_tells_a_value(text: str, capsys) -> None:
    words = spoken()
    rows = [check.row(control, words) for control in pictured(text).controls]
    clean(json.dumps(rows), *check.table(rows, words))
    named = [
        Capability(name="clipboard", standing=Standing.FAILED, reason=reason)
        for reason in (text, message(TOLD, text))
    ]
    answers = [doctor.row(one, words) for one in named]
    clean(json.dumps(answers), *doctor.table(answers, words))
    item = Filler(text, ARGUED, TOLD).made(VaultItem)
    for as_json in (True, False):
        vault._list((item,), (item.id,), as_json=as_json)
    seen = Filler(text, ARGUED, TOLD).made(RetentionSeen)
    retention._tell(seen, words)
    said = capsys.readouterr().out
    assert "..." in said
    clean(said, json.dumps(retention._table(seen)))


@pytest.mark.parametrize("text", written())
def test_row_108_no_error_of_a_command_tells_a_value(
    text: str, capsys, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setenv("AGENTGUARD_HOME", str(tmp_path))
    assert cli.main(["vault", "put", f"/nowhere/{text}"]) == COULD_NOT
    assert cli.main(["policy", "validate", f"/nowhere/{text}.yaml"]) == WRONG_USE
    clean(*capsys.readouterr())


@pytest.mark.parametrize("value", VALUES)
def test_row_108_the_note_of_a_moved_file_names_no_value(value: str, tmp_path: Path) -> None:
    moved = tmp_path / f"{value}.pdf"
    leave_note(moved, "v1")
    (note,) = tmp_path.iterdir()
    clean(note.name, note.read_text())
    take_note_away(moved, "v1")
    assert list(tmp_path.iterdir()) == []


def test_row_108_the_search_sees_a_value_that_is_not_masked() -> None:
    wording = Wording(SAID, data.NOON)
    told = wording.texts.render(Message(id=TOLD, params={"products": CORPUS.cards[0]}))
    assert CORPUS.found_in(told.encode()) == {CORPUS.cards[0]}
