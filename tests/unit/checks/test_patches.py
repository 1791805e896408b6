"""Updates: a due restart, security updates that wait too long and a stale look are findings."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.base import lifecycle
from agentguard.checks.patches import CHECK, Settings
from agentguard.model.facts import Build, LifecyclesKnown
from agentguard.model.machine import PatchesSeen
from agentguard.model.moments import Moment
from agentguard.model.verdicts import State
from tests.unit.checks.conftest import Desk, Told

DAY = 86400.0


def judged(desk, *, settings: Settings | None = None, **days: float | str | None) -> Told:
    """Judge with ages in days in place of times; `security` is a number, `build` a text."""
    said = {
        name: days.pop(name) for name in ("security", "build", "server", "unread") if name in days
    }
    times = {k: None if v is None else desk.wall - v * DAY for k, v in days.items()}
    fields = {"security": 0, "looked": desk.wall, "installed": desk.wall, **times, **said}
    return desk.judge(CHECK, PatchesSeen, settings, **fields)


@pytest.mark.parametrize(
    ("days", "state", "words"),
    [
        ({"reboot": 4}, State.FAIL, "A restart has been due for 4 days"),
        ({"reboot": 1}, State.PASS, "No security update waits."),
        ({"security": 3, "oldest": 31, "earliest": 31}, State.FAIL, "wait (3), the first of them"),
        ({"security": 3, "oldest": 31}, State.FAIL, "for 31 days"),
        ({"security": 3, "oldest": 9, "earliest": 10}, State.PASS, "Security updates wait (3)"),
        ({"security": 3, "oldest": 9}, State.UNKNOWN, "since when could not be told"),
        ({"security": 3, "oldest": 9, "earliest": 31}, State.UNKNOWN, "since when"),
        ({"security": 3}, State.UNKNOWN, "since when"),
        ({"looked": 8}, State.FAIL, "Nobody has looked for updates for 8 days."),
        ({"looked": None}, State.UNKNOWN, "when updates were last looked for"),
        ({"security": None}, State.UNKNOWN, "whether security updates wait"),
        ({}, State.PASS, "No security update waits."),
    ],
)
def test_it_says_what_is_late(desk, days, state, words) -> None:
    told = judged(desk, **days)
    assert told.state is state
    assert words in told.words


def test_definitions_of_this_morning_make_seven_waiting_updates_no_younger(desk) -> None:
    waiting = {"security": 7, "oldest": 60, "earliest": 60}
    for installed in (0, 1, 31, 400, None):
        assert judged(desk, installed=installed, **waiting).state is State.FAIL


def test_a_time_from_the_future_proves_nothing(desk) -> None:
    assert judged(desk, reboot=-5).state is State.UNKNOWN
    assert judged(desk, looked=-5).state is State.UNKNOWN
    assert judged(desk, security=1, oldest=-5, earliest=-5).state is State.UNKNOWN


AGES = st.none() | st.integers(-400_000, 4_000_000).map(lambda n: n / 1000)
KINDS = dict.fromkeys(("oldest", "earliest", "looked", "installed", "reboot"), AGES)


@given(
    st.fixed_dictionaries({"security": st.none() | st.integers(0, 50), **KINDS}),
    st.integers(1, 365),
)
def test_it_passes_only_with_proof_and_fails_only_with_proof(days, limit) -> None:
    told = judged(Desk(), settings=Settings(installed_days=limit), **days)
    if told.state is State.PASS:
        assert days["security"] is not None
        assert 0 <= days["looked"] < 8
        assert days["reboot"] is None or 0 <= days["reboot"] < 3
        assert not days["security"] or 0 <= days["earliest"] < limit + 1
    if told.state is State.FAIL and "Security updates wait" in told.words:
        assert days["security"]
        assert days["oldest"] > limit


MONTHS = ((date(2026, 9, 8), 100), (date(2026, 10, 13), 200), (date(2026, 11, 10), 300))


@pytest.mark.parametrize(
    ("build", "state", "words"),
    [
        ("7.99", State.FAIL, "(build 7.99) lacks security updates that came out on 2026-09-08"),
        ("7.100", State.FAIL, "2026-10-13, 43 days ago"),
        ("7.200", State.PASS, "No security update"),
        ("7.250", State.PASS, "No security update"),
        ("7.300", State.PASS, "No security update"),
        ("7.999", State.PASS, "No security update"),
        ("8.1", State.PASS, "No security update"),
        ("7", State.PASS, "No security update"),
        ("7.x", State.PASS, "No security update"),
        ("", State.PASS, "No security update"),
    ],
)
def test_a_builds_revision_tells_which_month_it_lacks(desk, build, state, words) -> None:
    desk.see(LifecyclesKnown, builds=(Build(build=7, monthly=MONTHS),))
    told = judged(desk, build=build)
    assert told.state is state
    assert words in told.words


def test_a_client_that_does_not_answer_hides_no_old_build(desk) -> None:
    desk.see(LifecyclesKnown, builds=(Build(build=7, monthly=MONTHS),))
    assert judged(desk, build="7.99", unread="no-answer").state is State.FAIL
    assert judged(desk, build="7.300", unread="no-answer").state is State.UNKNOWN


def test_the_catalogue_may_come_after_the_updates(desk) -> None:
    assert desk.judge(CHECK, LifecyclesKnown).state is None
    assert judged(desk, build="7.99").state is State.PASS
    late = desk.judge(CHECK, LifecyclesKnown, builds=(Build(build=7, monthly=MONTHS),))
    assert late.state is State.FAIL


SHIPPED = {(b.build, b.server): b for b in lifecycle.known(Moment(boot=1, wall=1)).builds}


@pytest.mark.parametrize(("build", "server"), sorted(SHIPPED))
def test_each_shipped_build_is_late_a_month_after_what_it_lacks(build: int, server: bool) -> None:
    known = SHIPPED[build, server]
    for (_, revision), (day, least) in zip(known.monthly, known.monthly[1:], strict=False):
        for age, state in ((30, State.PASS), (31, State.FAIL)):
            desk = Desk()
            desk.wall = datetime.combine(day, datetime.min.time(), UTC).timestamp() + age * DAY
            desk.see(LifecyclesKnown, builds=tuple(SHIPPED.values()))
            assert judged(desk, build=f"{build}.{revision}", server=server).state is state
            assert judged(desk, build=f"{build}.{least - 1}", server=server).state is state


def test_row_194_a_server_is_held_to_the_revisions_of_servers(desk) -> None:
    """Windows Server 2025 of January 2026 has a higher revision than Windows 11 of August."""
    desk.wall = datetime(2026, 9, 30, tzinfo=UTC).timestamp()
    desk.see(LifecyclesKnown, builds=tuple(SHIPPED.values()))
    assert "came out on 2026-02-10" in judged(desk, build="26100.32234", server=True).words
    assert judged(desk, build="26100.33296", server=True).state is State.PASS
    assert judged(desk, build="26100.9106").state is State.PASS
    assert judged(desk, build="26100.9105").state is State.FAIL


def test_the_policy_sets_the_days(desk) -> None:
    assert judged(desk, settings=Settings(reboot_days=0), reboot=0).state is State.FAIL
    strict = Settings(installed_days=5)
    assert judged(desk, settings=strict, security=1, oldest=6, earliest=6).state is State.FAIL


def test_what_could_not_be_read_is_unknown(desk) -> None:
    assert desk.judge(CHECK, PatchesSeen, unread="unsupported").state is State.UNKNOWN
