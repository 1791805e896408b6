"""Guided responses as a person sees them: five steps, and each says only what was done."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QRadioButton, QWidget

from agentguard.model.guided import Cause, Ending, Found, Response
from agentguard.model.hits import Hit
from agentguard.model.incidents import IncidentCategory, Reported, Stage
from agentguard.ui.guided_cards import respond
from agentguard.ui.present_guided import calls_for_response
from agentguard.ui.views import Page
from tests.ui.conftest import Rig
from tests.ui.test_window import opened, press
from tools.gallery import data
from tools.gallery.incident_desk import NUMBER, RIGHT_CODE

PATH = "/home/amara/Downloads/cards.csv"


def desk(rig, *, stage: Stage = Stage.RECEIVED, by: str = "", **steps: object) -> Rig:
    snapshot = data.good()
    one = Response(number=NUMBER, path=PATH, begun=snapshot.at, found=Found.NO)
    told = Reported(
        number=NUMBER, category=IncidentCategory.CARD_DATA, at=snapshot.at, stage=stage, by=by
    )
    return rig(replace(snapshot, responses=(replace(one, **steps),), reported=(told,)))


def buttons(page: QWidget) -> set[str]:
    every = page.findChildren(QPushButton)
    return {b.text() for b in every if b.isVisibleTo(page)}


def test_a_file_that_lies_open_is_not_called_held_and_can_be_held_here(rig, qtbot) -> None:
    one = desk(rig)
    page = opened(one, Page.INCIDENT)
    assert "Not held: it is not in the vault." in one.said(page)
    assert "First it has to be held." in one.said(page)
    assert "File: cards.csv" in one.said(page)
    assert PATH not in one.said(page)
    assert not buttons(page) & {"Delete it for good", "Keep it in the vault"}
    press(qtbot, page, "Move it to the vault now")
    one.until(lambda: "It is held: " in one.said(page))
    assert "In the vault since" in one.said(page)
    assert "Move it to the vault now" not in buttons(page)


def test_what_could_not_be_held_says_why_and_stays_to_do(rig, qtbot) -> None:
    one = desk(rig)
    one.desk.incidents.broken = True
    page = opened(one, Page.INCIDENT)
    press(qtbot, page, "Move it to the vault now")
    one.until(lambda: "It is not held. The file is in use." in one.said(page))
    assert "Not held: it is not in the vault" in one.said(page)


@pytest.mark.parametrize(
    ("found", "words", "keeps"),
    [
        (Found.YES, "Yes. They may never be kept, not even encrypted.", False),
        (Found.NO, "No. All of the file was read, and none was found.", True),
        (Found.UNKNOWN, "Not known: none was found, but not all", False),
    ],
)
def test_codes_are_told_as_they_are_known_and_never_kept(rig, found, words, keeps) -> None:
    one = desk(rig, found=found, held=data.good().at)
    page = opened(one, Page.INCIDENT)
    assert words in one.said(page)
    assert ("Keep it in the vault" in buttons(page)) is keeps
    assert "Delete it for good" in buttons(page)


def test_it_is_deleted_for_a_code_where_one_is_asked_for(rig, qtbot) -> None:
    one = desk(rig, held=data.good().at)
    one.desk.vault_code = one.desk.incidents.asks = True
    page = opened(one, Page.INCIDENT)
    code = next(f for f in page.findChildren(QLineEdit) if f.objectName() == "code")
    one.until(lambda: code.isVisibleTo(page))
    code.setText("000000")
    press(qtbot, page, "Delete it for good")
    assert code.text() == ""
    one.until(lambda: one.texts.say("prompt.not-removed", why="").strip() in one.said(page))
    assert "Deleted for good" not in one.said(page)
    code.setText(RIGHT_CODE)
    press(qtbot, page, "Delete it for good")
    one.until(lambda: "Deleted for good at" in one.said(page))
    assert "Delete it for good" not in buttons(page)


def test_it_is_kept_and_its_cause_told_by_a_choice(rig, qtbot) -> None:
    one = desk(rig, held=data.good().at)
    page = opened(one, Page.INCIDENT)
    press(qtbot, page, "Keep it in the vault")
    one.until(lambda: "Kept in the vault, encrypted." in one.said(page))
    radios = page.findChildren(QRadioButton)
    next(r for r in radios if r.accessibleName() == "It came by mail or chat").click()
    one.until(lambda: "You said: It came by mail or chat" in one.said(page))
    assert one.bridge.snapshot.responses[0].cause is Cause.MAIL
    assert "Not signed off yet." in one.said(page)


@pytest.mark.parametrize(
    ("stage", "by", "words"),
    [
        (Stage.WRITTEN, "", "So far: Written down on this PC"),
        (Stage.TAKEN, "dana", "So far: Taken up by dana"),
        (Stage.CLOSED, "dana", "Closed by dana. A second person signs it off in the console."),
        (Stage.SIGNED, "sam", "Signed off by sam."),
        (Stage.SIGNED, "", "Signed off."),
    ],
)
def test_the_last_step_tells_what_the_endpoint_told(rig, stage, by, words) -> None:
    one = desk(rig, stage=stage, by=by, held=data.good().at, ending=Ending.DELETED)
    assert words in one.said(opened(one, Page.INCIDENT))


def test_a_response_begins_at_a_finding_and_is_shown(rig) -> None:
    one = rig()
    page = opened(one, Page.INCIDENT)
    shown: list[str] = []
    respond(one.bridge, PATH, lambda: shown.append("shown"))
    one.until(lambda: shown == ["shown"])
    one.until(lambda: "Card data where it must not be" in one.said(page))
    assert calls_for_response((Hit(kind="CVV", count=1),))
    assert not calls_for_response((Hit(kind="EMAIL", count=1),))


def test_what_somebody_else_began_is_not_shown(rig) -> None:
    one = desk(rig, mine=False)
    assert "Card data where it must not be" not in one.said(opened(one, Page.INCIDENT))


def test_a_finding_with_card_data_leads_from_to_do_to_its_five_steps(rig, qtbot) -> None:
    seen = data.act()
    hit = Hit(kind="PAN", count=1)
    cards = tuple(f for f in seen.findings if f.check == "pii-files")[:1]
    one = rig(replace(seen, findings=tuple(replace(f, hits=(hit,)) for f in cards)))
    press(qtbot, opened(one, Page.TODO), "Respond step by step")
    one.until(lambda: one.window.current.page is Page.INCIDENT)
    one.until(lambda: "Card data where it must not be" in one.said(one.window.current))
    (response,) = one.bridge.snapshot.responses
    assert response.path == cards[0].subject


def test_row_382_nothing_is_deleted_by_one_key_too_many(rig, qtbot) -> None:
    one = desk(rig, held=data.good().at)
    page = opened(one, Page.INCIDENT)
    press(qtbot, page, "Delete it for good")
    assert one.bridge.snapshot.responses[0].ending is None
    assert "It cannot be brought back." in one.said(page)
    assert not buttons(page) & {"Delete it for good", "Keep it in the vault"}
    assert QApplication.focusWidget().text() == "No, keep it"
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
    assert {"Delete it for good", "Keep it in the vault"} <= buttons(page)
    press(qtbot, page, "Delete it for good")
    press(qtbot, page, "Yes, delete")
    one.until(lambda: "Deleted for good at" in one.said(page))
    assert "It cannot be brought back." not in one.said(page)
