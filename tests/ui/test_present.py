import json
import re
from dataclasses import replace
from datetime import UTC, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.base import translations
from agentguard.model.actions import Deed
from agentguard.model.events import SensorState, UplinkState, Watching
from agentguard.model.hits import Hit
from agentguard.model.incidents import IncidentCategory
from agentguard.model.messages import say
from agentguard.model.moments import Moment
from agentguard.model.payment import Recorder
from agentguard.model.policy import Contact
from agentguard.model.posture import Overall
from agentguard.model.snapshot import Snapshot
from agentguard.model.verdicts import Severity, State
from agentguard.ui.present import TOOLTIP_LIMIT, choices, contact, lessons_due, present
from agentguard.ui.report_words import explain
from agentguard.ui.views import Help, View
from agentguard.ui.wording import Wording
from agentguard.wire.v1 import Report
from tools.gallery import content, data

SAID = translations.load()
SPOKEN = Wording(SAID, data.NOON, UTC)


def shown(snapshot: Snapshot) -> View:
    return present(snapshot, SAID, UTC)


@pytest.mark.parametrize(
    ("make", "icon", "word", "headline"),
    [
        (data.good, "good", "In order", "Everything is in order."),
        (data.attention, "attention", "Needs attention", "1 thing needs your attention."),
        (data.act, "act", "Act now", "3 things need you, at least one now."),
        (
            data.blind,
            "blind",
            "Not sure",
            "2 controls could not be read in full. Nothing is known to be wrong.",
        ),
        (data.paused, "paused", "Paused", "1 control is paused. The rest is in order."),
    ],
)
def test_every_state_has_its_own_icon_word_and_sentence(make, icon, word, headline) -> None:
    view = shown(make())
    assert (view.header.icon, view.header.word, view.header.headline) == (icon, word, headline)
    assert view.tooltip == f"AgentGuard: {headline} Last report: 12:03, received."
    assert view.menu.state == headline


def test_without_its_endpoint_the_icon_says_offline_whatever_the_state() -> None:
    for make in (data.good, data.attention, data.act, data.blind, data.paused):
        assert shown(data.offline(make())).header.icon == f"{shown(make()).header.icon}-offline"


def test_report_line_tells_what_waits() -> None:
    snapshot = data.good()
    away = "Last try to report: 12:03, no answer. 7 entries wait."
    assert shown(data.offline(snapshot)).header.report == away
    assert shown(replace(snapshot, uplink=None)).header.report == "No report has left this PC yet."
    alone = UplinkState(at=data.NOON, problem="not-enrolled", waiting=0, receipted=0)
    assert "not enrolled" in shown(replace(snapshot, uplink=alone)).header.report
    one = UplinkState(at=data.NOON, problem="", waiting=1, receipted=4)
    assert "1 entry waits" in shown(replace(snapshot, uplink=one)).header.report


def test_controls_stand_by_measure_with_state_and_since() -> None:
    view = shown(data.act())
    assert [m.number for m in view.measures] == list(range(1, 11))
    encryption = view.measures[0]
    assert (encryption.title, encryption.state) == ("Encryption", State.FAIL)
    disk, files = encryption.controls
    assert (disk.title, disk.word) == ("The disk is encrypted", "In order")
    assert (disk.since.exact, disk.since.ago) == ("22 Nov, 12:03", "3 days ago")
    assert (files.word, files.since.exact, files.since.ago) == ("To do", "11:57", "6 minutes ago")
    assert disk.proves.startswith("Supports ISO 27001 A.8.24, ISO 27001 A.8.1, NIST CSF PR.DS-01")
    assert disk.proves.endswith("so by itself it meets no requirement of PCI DSS (3.5.1.2).")
    assert files.proves.startswith("A finding disproves PCI DSS 3.5.1. Supports PCI DSS 3.2.1,")


def test_a_measure_without_controls_says_so_and_is_not_green() -> None:
    measure = shown(data.snapshot(())).measures[4]
    assert (measure.state, measure.word) == (State.NOT_APPLICABLE, "Nothing to look at")


def test_what_could_not_be_read_is_neither_red_nor_green() -> None:
    firewall = shown(data.blind()).measures[4].controls[0]
    assert (firewall.state, firewall.word) == (State.UNKNOWN, "Could not be read")


def test_the_worst_finding_stands_first_and_says_what_to_do() -> None:
    first, second, *rest = shown(data.act()).findings
    assert first.severity is Severity.CRITICAL
    assert first.shown == "3 \u00d7 card number (...1111, ...0004); 1 \u00d7 date of birth"
    assert first.title == "Card numbers in a file that is not protected"
    assert first.advice == "In the vault it is encrypted, and you can bring it back."
    assert first.deeds == (Deed.VAULT, Deed.DELETE)
    assert first.folder == "/home/amara/Documents/callbacks"
    assert second.deeds == (Deed.CLEAR,)
    assert [f.help for f in rest] == [Help.OPEN_LESSONS]


def test_row_198_what_is_hers_is_a_task_and_the_rest_is_told_below() -> None:
    view = shown(data.updating())
    assert {f.title for f in view.findings} == {
        "A program waits to be started anew",
        "A restart is needed for updates",
    }
    assert all("break" in f.advice for f in view.findings)
    (group,) = view.theirs.groups
    assert group.heading == "For your desktop team. There is nothing for you to mend."
    (row,) = group.rows
    assert row.wrong == "Attackers are known to use a fault of: WinRAR 7.11."
    assert row.meanwhile == (
        "Meanwhile: You can go on working. Do not download a new version yourself."
    )
    assert view.theirs.told == "They have been told."
    header = view.header
    assert (header.overall, header.icon) == (Overall.ATTENTION, "attention")
    assert (header.word, header.headline) == ("Needs attention", "2 things need your attention.")
    assert header.theirs == "1 more thing is for your desktop team."


def test_row_198_a_desk_that_only_the_team_can_mend_asks_her_for_nothing() -> None:
    view = shown(data.with_the_team())
    assert view.findings == ()
    assert view.header.word == "With the team"
    sentence = "1 thing is for your desktop team. There is nothing for you to mend."
    assert (view.header.headline, view.menu.state) == (sentence, sentence)
    assert (view.header.icon, view.header.theirs) == ("theirs", "")
    measure = view.measures[8]
    assert measure.state is State.FAIL, "what is wrong is not shown as good"
    words = {control.check: control.word for control in measure.controls}
    assert (measure.word, words["software"]) == ("With the team", "With the team")
    both = shown(data.updating()).measures[8]
    assert (both.word, {c.check: c.word for c in both.controls}["software"]) == (
        "To do",
        "With the team",
    )
    twice = replace(data.EXPLOITED, subject="x")
    view = shown(data.snapshot(data.with_the_team().controls, data.EXPLOITED, twice))
    (group,) = view.theirs.groups
    assert group.heading.startswith("For your desktop team (2).")
    assert view.header.headline.startswith("2 things are")


def test_what_is_hers_and_urgent_stays_so_beside_the_teams() -> None:
    urgent = replace(data.RESTART, severity=Severity.HIGH)
    view = shown(data.snapshot(data.updating().controls, urgent, data.EXPLOITED))
    assert (view.header.icon, view.header.headline[:7]) == ("act", "1 thing")
    assert shown(data.good()).theirs.groups == ()


def test_a_windows_path_opens_its_folder_too() -> None:
    finding = replace(data.CARDS, subject=r"C:\Users\amara\Desktop\cards.csv")
    view = shown(data.snapshot(data.CONTROLS, finding))
    assert view.findings[0].folder == r"C:\Users\amara\Desktop"


def test_the_inbox_counts_what_is_new() -> None:
    view = shown(data.good())
    assert (view.unread, view.menu.inbox) == (2, "Inbox: 2 new")
    assert [n.read for n in view.inbox] == [False, False, True]
    read = replace(data.good(), inbox=())
    assert shown(read).menu.inbox == "Inbox: nothing new"


def test_lessons_due_are_counted_from_the_training_control() -> None:
    assert lessons_due(data.good()) == 0
    assert lessons_due(data.attention()) == 1
    assert lessons_due(data.snapshot(())) == 0
    assert shown(data.attention()).menu.lessons == "Lessons: 1 due"


@pytest.mark.parametrize(
    ("name", "phone", "line"),
    [
        ("Ada", "112", "Ada: 112"),
        ("Ada", "", "Ada"),
        ("", "112", "112"),
        ("", "", "your supervisor"),
    ],
)
def test_whom_to_call(name, phone, line) -> None:
    assert contact(Contact(name=name, phone=phone), SAID).line == line


def test_every_kind_of_incident_has_words() -> None:
    begun_elsewhere = {IncidentCategory.CARD_DATA}  # by a response step by step
    assert {c.category for c in choices(SAID)} == set(IncidentCategory) - begun_elsewhere
    assert all(not c.title.startswith("incident.") for c in choices(SAID))


def test_sensors_say_whether_they_watch_and_why_not() -> None:
    silent = SensorState(at=data.NOON, sensor="new", state=Watching.FAILED)
    view = shown(replace(data.good(), sensors=(*data.SENSORS, silent)))
    assert view.sensors[0] == "Files: watched"
    assert view.sensors[3].startswith("Calls: Not watched")
    assert view.sensors[4] == "new: Not watched. The reason is not known."


@pytest.mark.parametrize(
    ("recorder", "said", "short"),
    [
        (Recorder.NONE, "Copied text is cleared: payment mode", "Payment mode since 12:01."),
        (Recorder.ASKED, "has not answered yet.", "since 12:01, recorder asked to pause."),
        (Recorder.PAUSED, "the call recorder is paused:", "since 12:01, recorder paused."),
        (Recorder.FAILED, "Pause it by hand before the number is read.", "Recorder NOT paused"),
        (Recorder.UNKNOWN, "did not say whether it paused. Pause it by hand", "may not be paused"),
        (Recorder.BY_HAND, "AgentGuard cannot pause this call recorder. Pause", "by hand."),
    ],
)
def test_row_232_a_payment_is_told_with_until_when_and_what_the_recorder_did(
    recorder, said, short
) -> None:
    view = shown(data.paying(data.act(), recorder))
    mode = view.modes[0]
    assert said in mode.said
    assert "until you leave payments" in mode.said
    assert "Copied text is cleared" in mode.said
    assert (mode.weight == "urgent") == ("by hand" in mode.said)
    assert short in view.tooltip
    assert len(view.tooltip) <= TOOLTIP_LIMIT


def test_what_was_cleared_so_far_is_told_with_the_mode() -> None:
    taking = data.paying(data.good(), Recorder.NONE)
    for count, told in ((0, ""), (1, "Cleared once so far."), (3, "Cleared 3 times so far.")):
        seen = replace(taking, payment=replace(taking.payment, cleared=count))
        assert shown(seen).modes[0].said.endswith(told or "payments.")


def test_a_payment_window_of_no_known_program_is_told_all_the_same() -> None:
    taking = data.paying(data.good(), Recorder.PAUSED)
    nameless = replace(taking, payment=replace(taking.payment, image=""))
    assert "until you leave the payment window." in shown(nameless).modes[0].said


def test_each_mode_says_what_it_means_and_until_when() -> None:
    """Nothing stands there that tells only its name; nothing that a sentence wants is missing."""
    for one in shown(data.all_modes()).modes:
        assert re.search(r"\b(until|unless|waits?)\b", one.said, re.IGNORECASE), one
        assert "{" not in one.said + one.short
        assert 0 < len(one.short) < 60
    offline = shown(data.all_modes()).modes[-1]
    assert offline.said.startswith("The office has not answered since 11:38. You can go on working")
    paused = next(one for one in shown(data.all_modes()).modes if one.kind == "exception")
    assert paused.said.startswith("Paused by your policy: Vendors of programs.")
    failed = next(one for one in shown(data.all_modes()).modes if one.kind == "parts")
    assert "does not work: Clipboard." in failed.said


@pytest.mark.parametrize(
    ("contact", "menu", "call"),
    [
        (Contact(name="the desk", phone="0800 1"), "call: the desk: 0800 1", "Call the desk: 080"),
        (Contact(phone="0800 1"), "call: 0800 1", "Call 0800 1."),
        (Contact(name="the desk"), "call: the desk", "Ask for the desk. No number is set"),
        (Contact(), "tell your supervisor", "No number is set. Tell your supervisor at once"),
    ],
)
def test_row_233_whom_to_call_is_told_in_the_menu_and_the_window(contact, menu, call) -> None:
    seen = data.offline(data.good())
    view = shown(replace(seen, policy=replace(seen.policy, contact=contact)))
    assert menu in view.contact.menu
    assert view.contact.call.startswith(call)


def test_the_tooltip_fits_what_windows_keeps() -> None:
    long = replace(data.offline(data.blind()), at=replace(data.NOON, wall=data.NOON.wall + 9e6))
    assert len(shown(long).tooltip) <= TOOLTIP_LIMIT


@given(wall=st.floats(allow_nan=False, allow_infinity=False), boot=st.floats(0, 1e9))
def test_no_wall_clock_breaks_the_picture(wall, boot) -> None:
    words = Wording(SAID, Moment(boot=boot, wall=wall), timezone(timedelta(hours=13)))
    when = words.when(data.NOON)
    assert when.exact
    assert when.ago


@pytest.mark.parametrize(
    ("seconds", "ago"),
    [
        (-5, "just now"),
        (59, "just now"),
        (60, "1 minute ago"),
        (3599, "59 minutes ago"),
        (3600, "1 hour ago"),
        (86_399, "23 hours ago"),
        (86_400, "1 day ago"),
        (40 * 86_400, "40 days ago"),
    ],
)
def test_ago(seconds, ago) -> None:
    assert Wording(SAID, data.NOON, UTC).ago(data.ago(seconds)) == ago


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 bytes"),
        (1023, "1023 bytes"),
        (1024, "1.0 KiB"),
        (48_200, "47 KiB"),
        (5 * 1024**3, "5.0 GiB"),
        (9 * 1024**5, "9216 TiB"),
    ],
)
def test_sizes(size, words) -> None:
    assert Wording(SAID, data.NOON, UTC).size(size) == words


def test_an_unknown_kind_of_hit_is_named_as_it_is() -> None:
    assert Wording(SAID, data.NOON, UTC).hits((Hit(kind="NEWKIND", count=2),)) == "2 \u00d7 NEWKIND"


def test_the_last_report_is_explained_field_by_field() -> None:
    leaving = explain(content.REPORT, SPOKEN)
    values = {line.field: line.value for line in leaving.lines}
    assert values["locked"] == "no"
    assert values["events"] == "1 entry"
    assert values["policy"] == "pci-contact-centre"
    assert values["sent_at"] == "12:03"
    assert values["boot"] == "4:03"
    assert values["overall"] == "Act now"
    assert all(not line.meaning.startswith("ui.") for line in leaving.lines)
    assert all(not never.startswith("ui.") for never in leaving.never)
    assert leaving.raw == content.REPORT


@pytest.mark.parametrize("report", ["", "no json", "[1, 2]", "3"])
def test_a_report_that_is_no_object_is_shown_as_it_is(report) -> None:
    assert explain(report, SPOKEN).lines == ()
    assert explain(report, SPOKEN).raw == report


def test_fields_of_a_later_version_are_shown_by_name() -> None:
    lines = explain('{"novel": null, "flag": true, "many": [1, 2]}', SPOKEN).lines
    assert [(x.meaning, x.value) for x in lines] == [
        ("A field named novel", "nothing"),
        ("A field named flag", "yes"),
        ("A field named many", "2 entries"),
    ]


def test_whatever_a_report_may_hold_is_told_in_words() -> None:
    whole = json.dumps(dict.fromkeys(Report.__struct_fields__))
    other = SAID.say("ui.sent.other", field="")
    lines = explain(whole, SPOKEN).lines
    assert len(lines) == len(Report.__struct_fields__)
    assert [line.field for line in lines if line.meaning.startswith(other.strip())] == []


@pytest.mark.parametrize("odd", ["yesterday", "2026-11-25T12:03:00", "", None, [], -1])
def test_a_moment_that_cannot_be_read_is_shown_as_it_is(odd: object) -> None:
    """A report is shown whatever it holds."""
    shown_as = {"yesterday": "yesterday", "2026-11-25T12:03:00": "2026-11-25T12:03:00", -1: "-1"}
    lines = explain(json.dumps({"sent_at": odd, "boot": odd, "overall": odd}), SPOKEN).lines
    nothing = "0 entries" if odd == [] else "nothing"
    said = nothing if odd in ("", None, []) else shown_as[odd]
    assert {line.value for line in lines} == {said}


def test_a_control_or_message_without_words_is_shown_by_its_id() -> None:
    control = replace(data.CONTROLS[0], check="brand-new", detail=say("brand-new.sentence"))
    shown_control = shown(data.snapshot((control,))).measures[0].controls[0]
    assert shown_control.title == "brand-new"
    assert shown_control.detail == "brand-new.sentence"
