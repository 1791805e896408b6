"""Personal data in files: what counts, what mends it, and what a sweep proves."""

from __future__ import annotations

from typing import Any

import pytest

from agentguard.checks import clipboard, pii_files
from agentguard.checks.pii_files import CHECK, Settings
from agentguard.model.detection import OwnKind
from agentguard.model.events import ClipboardScanned, Facts, FileScanned, SweepFinished, Tick
from agentguard.model.hits import Hit
from agentguard.model.messages import say
from agentguard.model.moments import Moment
from agentguard.model.outcomes import FileOutcome
from agentguard.model.policy import Watch
from agentguard.model.verdicts import State

PATH = "/home/kim/Documents/notes.txt"


def scanned(desk, *hits: Hit, outcome: FileOutcome = FileOutcome.READ, settings=None) -> Any:
    """Judge one file."""
    return desk.judge(CHECK, FileScanned, settings, path=PATH, outcome=outcome, hits=hits)


def test_a_card_number_in_a_plain_file_is_a_finding_about_that_file(desk) -> None:
    told = scanned(desk, Hit(kind="PAN", count=3, masked=("...1111",)))
    assert told.state is State.FAIL
    assert told.subject == PATH
    assert told.words == "A file that is not encrypted holds card numbers (3)."


def test_security_codes_rank_above_card_numbers(desk) -> None:
    told = scanned(desk, Hit(kind="PAN", count=30), Hit(kind="CVV", count=2))
    assert "security codes or magnetic-stripe data (2)" in told.words
    assert "not even encrypted" in told.words


@pytest.mark.parametrize(
    ("kind", "found"), [("PAN", None), ("CVV", "critical"), ("TRACK", "critical")]
)
def test_what_may_never_be_kept_is_critical_whatever_the_policy_says(kind: str, found) -> None:
    scanned_ = FileScanned(
        at=Moment(boot=1.0, wall=1.0),
        path="/a.csv",
        outcome=FileOutcome.READ,
        hits=(Hit(kind=kind, count=1), Hit(kind="PAN", count=9)),
    )
    copied = ClipboardScanned(
        at=Moment(boot=1.0, wall=1.0), app="crm", hits=scanned_.hits, selection="CLIPBOARD"
    )
    for check, event in ((pii_files.CHECK, scanned_), (clipboard.CHECK, copied)):
        verdict = check.judge(event, Facts(last={}), check.settings())
        assert verdict is not None
        assert verdict.severity == found


def test_other_kinds_are_named_and_counted(desk) -> None:
    told = scanned(desk, Hit(kind="SSN", count=2), Hit(kind="IBAN", count=1))
    assert told.words == "A file that is not encrypted holds personal data (3: IBAN, SSN)."


def test_neither_path_nor_value_is_in_the_words(desk) -> None:
    told = scanned(desk, Hit(kind="PAN", count=1, masked=("...1111",)))
    assert "1111" not in told.words
    assert "notes" not in told.words


@pytest.mark.parametrize("outcome", [FileOutcome.GONE, FileOutcome.SEALED, FileOutcome.READ])
def test_a_file_that_is_gone_sealed_or_clean_is_mended(desk, outcome) -> None:
    scanned(desk, Hit(kind="PAN", count=1))
    told = scanned(desk, outcome=outcome)
    assert (told.state, told.subject) == (State.PASS, PATH)


def test_a_sealed_file_is_no_finding_even_with_hits(desk) -> None:
    told = scanned(desk, Hit(kind="PAN", count=1), outcome=FileOutcome.SEALED)
    assert told.state is State.PASS


def test_a_file_that_could_not_be_read_is_unknown(desk) -> None:
    assert scanned(desk, outcome=FileOutcome.UNREADABLE).state is State.UNKNOWN


def test_a_single_mail_address_is_everyday_text_but_a_list_is_not(desk) -> None:
    assert scanned(desk, Hit(kind="EMAIL", count=3)).state is State.PASS
    told = scanned(desk, Hit(kind="EMAIL", count=20), Hit(kind="PHONE", count=5))
    assert told.state is State.FAIL
    assert "25: EMAIL, PHONE" in told.words


def test_the_policy_chooses_the_kinds(desk) -> None:
    only_cards = Settings(kinds=("PAN",), bulk_kinds=())
    assert scanned(desk, Hit(kind="SSN", count=9), settings=only_cards).state is State.PASS
    assert scanned(desk, Hit(kind="PAN", count=1), settings=only_cards).state is State.FAIL


def test_a_sweep_is_proof_for_the_folders_as_a_whole(desk) -> None:
    told = desk.judge(CHECK, SweepFinished, files=120, unread=0, seconds=2.5)
    assert (told.state, told.subject) == (State.PASS, "")
    assert told.words == "Every file was looked at (120)."


def test_a_sweep_says_how_many_files_it_could_not_read(desk) -> None:
    told = desk.judge(CHECK, SweepFinished, files=120, unread=2, seconds=2.5)
    assert told.state is State.PARTIAL
    assert "Of 120 files, 2 could not be read in full." in told.words


def test_a_file_that_was_read_in_part_counts_as_one_that_was_not(desk) -> None:
    told = desk.judge(CHECK, SweepFinished, files=3, unread=0, part=3, seconds=2.5)
    assert told.state is State.PARTIAL
    assert "Of 3 files, 3 could not be read in full" in told.words


def test_an_encrypted_file_counts_since_nobody_can_tell_what_it_holds(desk) -> None:
    told = desk.judge(CHECK, SweepFinished, files=3, unread=0, sealed=1, seconds=2.5)
    assert told.state is State.PARTIAL
    assert "Of 3 files, 1 could not be read in full" in told.words


def test_a_file_that_came_since_and_was_not_read_ends_the_pass(desk) -> None:
    desk.see(SweepFinished, files=1, unread=0, seconds=1)
    desk.pass_time(1)
    desk.see(FileScanned, path=PATH, outcome=FileOutcome.UNREADABLE, reason="reason.partial")
    told = desk.judge(CHECK, Tick)
    assert told.state is State.PARTIAL
    assert "A file that changed since then" in told.words


def test_after_a_sweep_in_part_the_sweep_s_word_stands(desk) -> None:
    desk.see(SweepFinished, files=2, unread=1, seconds=1)
    desk.pass_time(1)
    desk.see(FileScanned, path=PATH, outcome=FileOutcome.UNREADABLE, reason="reason.partial")
    assert desk.judge(CHECK, Tick).state is None


def test_a_sweep_that_read_nothing_proves_nothing(desk) -> None:
    told = desk.judge(CHECK, SweepFinished, files=3, unread=3, seconds=0.1)
    assert told.state is State.UNKNOWN


@pytest.mark.parametrize(
    ("seen", "state", "words"),
    [
        ({}, State.NOT_APPLICABLE, "the watched folders are empty"),
        ({"folders": 3, "absent": 2}, State.NOT_APPLICABLE, "the watched folders are empty"),
        ({"folders": 0}, State.NOT_APPLICABLE, "the policy names no folder"),
        ({"folders": 3, "absent": 3}, State.UNKNOWN, "None of the watched folders is there (3)"),
        ({"why": (say("reason.folder-denied"),)}, State.UNKNOWN, "folder"),
        ({"unread": 2}, State.UNKNOWN, "2"),
    ],
    ids=str,
)
def test_row_111_a_sweep_that_met_no_file_is_never_a_pass(desk, seen, state, words) -> None:
    """Rewritten: it was green, though nothing had been looked at."""
    told = desk.judge(CHECK, SweepFinished, **{"files": 0, "unread": 0, "seconds": 0.1, **seen})
    assert told.state is state
    assert words in told.words


def test_row_111_a_folder_that_is_not_there_is_told_beside_the_others(desk) -> None:
    swept = desk.see(SweepFinished, files=9, unread=0, seconds=1, folders=3, absent=1)
    verdict = CHECK.judge(swept, desk.facts, CHECK.settings())
    assert verdict is not None
    assert verdict.state is State.PASS
    assert [row.id for row in verdict.rows] == ["pii-files.absent"]


@pytest.mark.parametrize(("part", "state"), [(0, State.PASS), (2, State.PARTIAL)])
def test_row_406_test_numbers_are_told_beside_and_change_no_state(
    desk, part: int, state: State
) -> None:
    why = (say("reason.partial", count=part),) if part else ()
    told = {"part": part, "why": why, "test_cards": 4}
    swept = desk.see(SweepFinished, files=9, unread=0, seconds=1, **told)
    verdict = CHECK.judge(swept, desk.facts, CHECK.settings())
    assert verdict is not None
    assert verdict.state is state
    assert verdict.rows == (*why, say("pii-files.test-cards", count=4))


def test_row_420_what_waits_for_its_turn_is_told_and_is_never_green(desk) -> None:
    why = (say("reason.unfinished", count=2),)
    told = {"part": 2, "why": why, "waiting": (3 << 20) + 1, "waiting_of": 9 << 20}
    swept = desk.see(SweepFinished, files=9, unread=0, seconds=1, **told)
    verdict = CHECK.judge(swept, desk.facts, CHECK.settings())
    assert verdict is not None
    assert verdict.state is State.PARTIAL
    assert verdict.rows == (*why, say("pii-files.not-yet", count=4, size=9))


def test_a_sweep_gets_old_after_two_intervals_of_the_policy(desk) -> None:
    desk.policy_in_force(watch=Watch(sweep_minutes=10))
    desk.see(SweepFinished, files=1, unread=0, seconds=1)
    desk.pass_time(20 * 60)
    assert desk.judge(CHECK, Tick).state is None
    desk.pass_time(1)
    told = desk.judge(CHECK, Tick)
    assert told.state is State.UNKNOWN
    assert "last 20 minutes" in told.words


def test_the_wall_clock_does_not_make_a_sweep_old(desk) -> None:
    desk.policy_in_force()
    desk.see(SweepFinished, files=1, unread=0, seconds=1)
    desk.wall += 10 * 365 * 86_400
    assert desk.judge(CHECK, Tick).state is None


def test_before_the_first_sweep_nothing_is_said(desk) -> None:
    assert desk.judge(CHECK, Tick).state is None


def own(*, alone: bool) -> OwnKind:
    """Give a site's own kind."""
    return OwnKind(
        kind="CASE_NO", name="Case", pattern="C[0-9]{6}", finds=("C123456",), alone=alone
    )


def test_one_value_of_a_sites_own_kind_is_a_finding_under_its_policy_alone(desk) -> None:
    hit = Hit(kind="CASE_NO", count=1)
    assert scanned(desk, hit).state is State.PASS
    desk.policy_in_force(own=(own(alone=True),))
    told = scanned(desk, hit)
    assert (told.state, "1: CASE_NO" in told.words) == (State.FAIL, True)


def test_an_everyday_kind_of_a_sites_own_counts_when_there_are_many(desk) -> None:
    desk.policy_in_force(own=(own(alone=False),))
    assert scanned(desk, Hit(kind="CASE_NO", count=24)).state is State.PASS
    assert scanned(desk, Hit(kind="CASE_NO", count=25)).state is State.FAIL


CONTACT = (Hit(kind="EMAIL", count=40), Hit(kind="PHONE", count=4))


@pytest.mark.parametrize(
    ("hits", "most"),
    [
        (CONTACT, "medium"),
        ((*CONTACT, Hit(kind="DOB", count=1)), "high"),
        ((Hit(kind="SSN", count=1),), "high"),
        ((Hit(kind="IBAN", count=900),), "high"),
        ((*CONTACT, Hit(kind="PAN", count=1)), None),
        ((Hit(kind="CVV", count=1),), None),
    ],
)
def test_row_263_data_is_as_bad_as_the_law_grades_it(hits, most) -> None:
    event = FileScanned(
        at=Moment(boot=1.0, wall=1.0), path="/a.csv", outcome=FileOutcome.READ, hits=hits
    )
    verdict = CHECK.judge(event, Facts(last={}), Settings())
    assert verdict is not None
    assert verdict.at_most == most


def test_row_263_the_policy_sets_how_bad_contact_data_may_be() -> None:
    event = FileScanned(
        at=Moment(boot=1.0, wall=1.0), path="/a.csv", outcome=FileOutcome.READ, hits=CONTACT
    )
    verdict = CHECK.judge(event, Facts(last={}), Settings(contact_severity="high"))
    assert verdict is not None
    assert verdict.at_most == "high"
