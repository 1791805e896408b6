"""Printing: jobs beside a listed program are told with counts alone, and not for ever."""

from __future__ import annotations

import pytest

from agentguard.checks.printing import CHECK, Settings
from agentguard.model.machine import PrintJob, PrintJobsSeen
from agentguard.model.verdicts import State
from tests.unit.checks.conftest import NOON, Desk

CRM = Settings(programs=("crm*",))
ANY = Settings(programs=("*",))


def job(ago: float = 60.0, *beside: str, printer: str = "local", pages: int | None = 3) -> PrintJob:
    return PrintJob(done=NOON - ago, printer=printer, pages=pages, beside=frozenset(beside) or None)


@pytest.mark.parametrize(
    ("jobs", "settings", "state", "words"),
    [
        ((), CRM, State.PASS, "Nothing was printed in the last 60 minutes."),
        ((job(60, "edit"),), CRM, State.PASS, "no listed program was running"),
        ((job(60, "CRM5", "edit"),), CRM, State.FAIL, "CRM5 was running: jobs 1, pages 3 (local)."),
        (
            (job(60, "crm"), job(90, "crm", printer="network", pages=4), job(90, "edit")),
            CRM,
            State.FAIL,
            "while crm was running: jobs 2, pages 7 (local, network).",
        ),
        ((job(60, "crm", pages=None), job(9, "crm")), CRM, State.FAIL, "jobs 2 (local). Not every"),
        ((job(60, "edit"),), ANY, State.FAIL, "edit"),
        ((job(3600, "crm"),), CRM, State.PASS, "Nothing was printed"),
        ((job(-5, "crm"),), CRM, State.PASS, "Nothing was printed"),
        ((job(60),), CRM, State.UNKNOWN, "before the agent looked"),
        ((job(60), job(70, "crm")), CRM, State.FAIL, "jobs 1"),
    ],
    ids=[
        "nothing", "others", "listed", "several", "no-pages", "any", "an-hour-ago", "ahead",
        "too-late", "too-late-and-listed",
    ],
)  # fmt: skip
def test_row_146_what_was_printed_beside_a_listed_program_is_told(
    desk: Desk, jobs, settings, state, words
) -> None:
    told = desk.judge(CHECK, PrintJobsSeen, settings, jobs=jobs)
    assert told.state is state
    assert words in told.words


def test_the_policy_says_for_how_long_it_is_told(desk: Desk) -> None:
    short = Settings(programs=("crm",), told_minutes=5)
    for ago, state in ((299.0, State.FAIL), (300.0, State.PASS)):
        assert desk.judge(CHECK, PrintJobsSeen, short, jobs=(job(ago, "crm"),)).state is state


def test_without_a_listed_program_nothing_is_judged(desk: Desk) -> None:
    assert desk.judge(CHECK, PrintJobsSeen, jobs=(job(60, "crm"),)).state is State.NOT_APPLICABLE


@pytest.mark.parametrize("unread", ["print-log-off", "print-elsewhere", "denied"])
def test_row_146_a_log_that_is_not_read_is_unknown_and_says_what_to_do(desk, unread) -> None:
    told = desk.judge(CHECK, PrintJobsSeen, CRM, unread=unread)
    assert told.state is State.UNKNOWN
    assert told.words
