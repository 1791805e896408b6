"""The keeper's answers as agents read them: fresh, of a known shape, and nothing of a person's."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.base.translations import load
from agentguard.checks.disk_encryption import CHECK as DISKS
from agentguard.checks.firewall import CHECK as FIREWALL
from agentguard.model.events import Facts
from agentguard.model.facts import DisksSeen, FirewallSeen, Volume
from agentguard.model.moments import Moment
from agentguard.platforms._win32.component_answers import Profiles, disks, firewall, in_force
from agentguard.platforms._win32.keeper_sheet_answers import EVERY, FIELDS, LATE, read, written

AT = Moment(boot=1.0, wall=1_700_000_000.0)
TICKS = 10_000_000
VOLUMES = (
    {"DriveLetter": "C:", "ProtectionStatus": 1},
    {"DriveLetter": "D:", "ProtectionStatus": 0},
)
PROFILES = tuple({"Name": name, "Enabled": 1} for name in ("Domain", "Private", "Public"))


def test_row_452_what_is_written_is_read_and_judged_as_windows_own_answer() -> None:
    told = read(written(VOLUMES, "disks", TICKS), "disks", TICKS + 5000)
    assert told == VOLUMES
    assert disks(("C:", "D:"), told, {}, AT) == disks(("C:", "D:"), VOLUMES, {}, AT)
    force = read(written(PROFILES, "firewall", TICKS), "firewall", TICKS)
    seen = firewall(Profiles(active=4, enabled={}, force=in_force(force or ())), (), AT)
    assert seen.on is True


def test_row_452_only_the_named_fields_are_written() -> None:
    planted = {**VOLUMES[0], "DeviceID": r"\\?\Volume{1}", "PersistentVolumeID": "Jane-PC"}
    text = written((planted,), "disks", TICKS)
    assert json.loads(text) == {"at": TICKS, "rows": [["C:", 1]]}
    assert set(FIELDS) == set(EVERY) == {"disks", "firewall"}


@pytest.mark.parametrize("question", sorted(EVERY))
def test_row_452_an_answer_that_is_old_or_of_another_start_says_nothing(question: str) -> None:
    rows = VOLUMES if question == "disks" else PROFILES
    text = written(rows, question, TICKS)
    last = TICKS + int((2 * EVERY[question] + LATE) * 1000)
    assert read(text, question, last) == rows
    assert read(text, question, last + 1) is None
    assert read(text, question, TICKS - 1) is None, "of before this start of the computer"


@pytest.mark.parametrize(
    "text",
    [
        None, 7, "", "[]", "null", "{}", '{"at": 1}', '{"at": "1", "rows": [["C:", 1]]}',
        '{"at": 1, "rows": []}', '{"at": 1, "rows": [["C:"]]}', '{"at": 1, "rows": [["C:", true]]}',
        '{"at": 1, "rows": [["C:", 1.0]]}', '{"at": 1, "rows": [[1, 1]]}',
        '{"at": 1, "rows": {"C:": 1}}', '{"at": NaN, "rows": [["C:", 1]]}',
        json.dumps({"at": 1, "rows": [["C:", 1]] * 65}),
        '{"at": 1, "rows": [["C:", 1]]}' + " " * 17000,
    ],
    ids=lambda text: str(text)[:40],
)  # fmt: skip
def test_row_452_an_answer_of_another_shape_says_nothing(text: object) -> None:
    assert read(text, "disks", 1000) is None


@given(st.text(max_size=200))
def test_row_452_no_text_breaks_the_reader(text: str) -> None:
    assert read(text, "disks", TICKS) is None


def test_row_452_posture_says_who_was_told() -> None:
    nobody = Facts(last={})
    volumes = (Volume(mount="C:", encrypted=True),)
    for by_keeper, lines in ((False, 0), (True, 1)):
        encrypted = DisksSeen(at=AT, volumes=volumes, by_keeper=by_keeper)
        on = FirewallSeen(at=AT, on=True, by_keeper=by_keeper)
        for check, seen in ((DISKS, encrypted), (FIREWALL, on)):
            verdict = check.judge(seen, nobody, check.settings())
            assert verdict.state.value == "pass"
            assert len(verdict.rows) == lines
            assert all("service" in load().render(row) for row in verdict.rows)
