"""The page to report an incident, by what a person sees: questions, all that leaves, a number."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QLabel, QLineEdit, QPlainTextEdit, QRadioButton, QWidget

from agentguard.model.events import NOT_ENROLLED, SensorState, UplinkState, Watching
from agentguard.model.incidents import IncidentCategory, Ongoing, Reported, Stage, Where
from agentguard.model.policy import Contact
from agentguard.model.snapshot import Snapshot
from agentguard.ui.pages.incident import NOTE_LIMIT
from agentguard.ui.views import Page
from tests.ui.test_window import opened, press
from tools.gallery import data
from tools.gallery.incident_desk import NUMBER

CALLER = Contact(
    name="Security desk", phone="+44 1632 960 555", caller="Dana Cole", within_minutes=60
)


def choose(page: QWidget, *answers: str) -> None:
    for words in answers:
        radios = page.findChildren(QRadioButton)
        next(r for r in radios if r.accessibleName() == words and r.isVisibleTo(page)).click()


def fill(page: QWidget, note: str = "A letter.") -> None:
    choose(page, "Something else", "On paper or at a desk", "No")
    page.findChild(QPlainTextEdit).setPlainText(note)


def with_contact(snapshot: Snapshot, contact: Contact) -> Snapshot:
    return replace(snapshot, policy=replace(snapshot.policy, contact=contact))


def sent(one, qtbot) -> QWidget:
    page = opened(one, Page.INCIDENT)
    fill(page)
    press(qtbot, page, "Next: see what is sent")
    press(qtbot, page, "Send the report")
    one.until(lambda: NUMBER in one.said(page))
    return page


def test_each_of_the_three_questions_needs_an_answer_and_the_note_a_few_words(rig, qtbot) -> None:
    one = rig()
    page = opened(one, Page.INCIDENT)
    note = page.findChild(QPlainTextEdit)
    assert "the security desk: +44 1632 960 555" in one.said(page)
    for problem, answer in (
        ("Choose what happened first.", "Customer data went to the wrong person"),
        ("Choose where it happened.", "On paper or at a desk"),
        ("Choose whether it is still happening", "I don't know"),
    ):
        press(qtbot, page, "Next: see what is sent")
        assert problem in one.said(page)
        choose(page, answer)
    for words, problem in ((" ", "Say in a few words"), ("x" * (NOTE_LIMIT + 1), "too long")):
        note.setPlainText(words)
        press(qtbot, page, "Next: see what is sent")
        assert problem in one.said(page)
    assert one.desk.incidents.told == []


def test_all_that_leaves_is_shown_before_it_goes_and_can_be_changed(rig, qtbot) -> None:
    one = rig(data.act())
    one.desk.incidents.mask = lambda note: note.replace("4111111111111111", "****")
    page = opened(one, Page.INCIDENT)
    fill(page, "Saw 4111111111111111 on a letter.")
    press(qtbot, page, "Next: see what is sent")
    said = one.said(page)
    assert "What: Something else" in said
    assert "Where: On paper or at a desk" in said
    assert "Still happening: No" in said
    assert "Your words: Saw **** on a letter." in said
    assert "findings are open on this PC." in said
    assert "Not in order: " in said
    assert "No file names, no window titles" in said
    for finding in data.act().findings:
        assert finding.subject == "" or finding.subject not in said
    press(qtbot, page, "Change something")
    assert page.findChild(QPlainTextEdit).toPlainText() == "Saw 4111111111111111 on a letter."
    assert one.desk.incidents.told == []
    press(qtbot, page, "Next: see what is sent")
    press(qtbot, page, "Send the report")
    (told,) = one.desk.incidents.told
    assert told.answers.note == "Saw **** on a letter."
    assert told.answers.where is Where.PAPER
    assert told.answers.ongoing is Ongoing.NO
    assert told.answers.category is IncidentCategory.OTHER
    assert told.attached.findings == len(data.act().findings)


def test_the_number_comes_once_it_is_written_down_and_the_form_is_empty_again(rig, qtbot) -> None:
    one = rig(with_contact(data.good(), CALLER))
    page = sent(one, qtbot)
    number = page.findChild(QLabel, "number")
    assert number.text() == NUMBER
    assert number.accessibleName() == "Number T 7 H H, D K M 2"
    assert "Dana Cole calls you back before" in one.said(page)
    assert "The report is on its way." in one.said(page)
    press(qtbot, page, "Report something else")
    assert page.findChild(QPlainTextEdit).toPlainText() == ""
    assert not any(r.isChecked() for r in page.findChildren(QRadioButton))


def test_what_was_lost_on_the_way_is_handed_in_again_and_is_one_report(rig, qtbot) -> None:
    one = rig()
    one.desk.incidents.lost = 2
    page = sent(one, qtbot)
    assert len(one.desk.incidents.told) == 3
    assert {draft.number for draft in one.desk.incidents.told} == {NUMBER}
    assert one.said(page).count(NUMBER) == 2  # the number, and the line among the reports


def test_what_is_not_written_down_has_no_number_and_says_so(rig, qtbot) -> None:
    one = rig()
    one.desk.incidents.lost = 1000
    page = opened(one, Page.INCIDENT)
    fill(page)
    press(qtbot, page, "Next: see what is sent")
    press(qtbot, page, "Send the report")
    assert "Writing it down" in one.said(page)
    one.until(lambda: "It is not written down yet" in one.said(page))
    assert NUMBER not in one.said(page)


@pytest.mark.parametrize(
    ("contact", "words"),
    [
        (Contact(), "Who calls you back is not set in the policy."),
        (Contact(caller="Dana Cole"), "Dana Cole calls you back. By when is not set."),
        (CALLER, "Dana Cole calls you back before"),
    ],
)
def test_who_calls_is_what_the_policy_says_and_no_more(rig, qtbot, contact, words) -> None:
    one = rig(with_contact(data.good(), contact))
    assert words in one.said(sent(one, qtbot))


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        ("dns", "The endpoint cannot be reached now. The report is kept on this PC"),
        (NOT_ENROLLED, "This PC is not enrolled, so the report stays on this PC."),
        (None, "This PC is not enrolled, so the report stays on this PC."),
    ],
)
def test_offline_the_number_is_there_and_the_way_is_said(rig, qtbot, problem, words) -> None:
    snapshot = data.good()
    uplink = problem and UplinkState(at=snapshot.at, problem=problem, waiting=1, receipted=0)
    one = rig(replace(snapshot, uplink=uplink))
    said = one.said(sent(one, qtbot))
    assert words in said
    assert "is on its way" not in said


def test_while_the_disk_refuses_nobody_is_told_that_the_report_is_safe(rig, qtbot) -> None:
    snapshot = data.good()
    failed = SensorState(at=snapshot.at, sensor="journal", state=Watching.FAILED)
    one = rig(replace(snapshot, sensors=(failed,)))
    said = one.said(sent(one, qtbot))
    assert "the report is lost if the PC stops" in said
    assert "is on its way" not in said


def test_reports_and_how_far_they_are_stand_below_and_a_number_can_be_looked_up(rig, qtbot) -> None:
    snapshot = data.good()
    mine = Reported(
        number=NUMBER,
        category=IncidentCategory.STRANGER,
        at=snapshot.at,
        stage=Stage.ASSIGNED,
        by="dana",
    )
    others = replace(mine, number="2222-2222", mine=False, stage=Stage.CLOSED)
    one = rig(replace(snapshot, reported=(mine, others)))
    page = opened(one, Page.INCIDENT)
    said = one.said(page)
    assert f"{NUMBER} · Somebody is here who should not be" in said
    assert "Assigned to dana" in said
    assert "2222-2222" not in said
    typed = page.findChild(QLineEdit)
    for number, words in (
        ("2222 2222", "2222-2222: Closed by dana"),
        ("t7hhdkm2", f"{NUMBER}: Assigned to dana"),
        ("T7HH-DKM3", "This is not a number of a report."),
        ("3333-3334", "not a number"),
    ):
        typed.setText(number)
        press(qtbot, page, "Look it up")
        assert words in one.said(page)
    assert one.said(page).count("Somebody is here who should not be") == 2  # to choose, and mine


def test_a_number_of_another_desk_is_not_known_here(rig, qtbot) -> None:
    one = rig()
    page = opened(one, Page.INCIDENT)
    page.findChild(QLineEdit).setText(NUMBER)
    press(qtbot, page, "Look it up")
    assert "This desk does not know that number. Ask: " in one.said(page)
