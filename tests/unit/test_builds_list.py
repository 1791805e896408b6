"""What the tool keeps of the public list of builds: each month's lowest revision, by its ladder."""

from __future__ import annotations

import json
from datetime import date

from agentguard.base import lifecycle
from tools.lifecycle.builds import by_channel, monthly, written


def row(build: str, day: str, how: str = "Standard", kind: str = "client") -> dict[str, str]:
    """Make a line of the list."""
    return {"build": build, "release_date": day, "release_type": how, "os_type": kind}


ROWS = [
    row("26100.8875", "2026-07-14"),
    row("26100.8893", "2026-07-18", "Hotpatch-OOB"),
    row("26100.8973", "2026-07-28", "Preview"),
    row("26100.9168", "2026-08-11"),
    row("26100.9106", "2026-08-11", "Hotpatch"),
    row("26100.33296", "2026-08-11", kind="server"),
    row("26100.1", "2024-08-06"),
    row("26100.2", "2024-08-13"),
    row("26100.3", "2024-07-09"),
    row("22000.3260", "2024-10-08"),
]


def test_row_194_previews_and_fixes_out_of_band_are_no_months() -> None:
    assert monthly(ROWS) == {
        "client": {"26100": [("2024-08-13", 2), ("2026-07-14", 8875), ("2026-08-11", 9106)]},
        "server": {"26100": [("2026-08-11", 33296)]},
    }
    assert monthly([]) == {"client": {}, "server": {}}


def test_a_release_of_office_has_the_day_on_which_its_channel_had_it_first() -> None:
    rows = [
        {"channel": "Current", "build": "20228.20190", "release_date": "2026-08-11"},
        {"channel": "Current", "build": "20228.20190", "release_date": "2026-08-12"},
        {"channel": "Current", "build": "20131.20206", "release_date": "2026-07-14"},
        {"channel": "Current", "build": "1.1", "release_date": "2020-07-14"},
        {"channel": "Current", "build": "", "release_date": "2026-08-11"},
        {"channel": "Beta", "build": "20300.1", "release_date": "2026-08-11"},
    ]
    found = by_channel(rows)
    assert found["current"] == [("20131.20206", "2026-07-14"), ("20228.20190", "2026-08-11")]
    assert not any(found[name] for name in found if name != "current")


def test_what_is_written_is_what_the_program_reads(tmp_path) -> None:
    text = written(monthly(ROWS), by_channel([]), "f00", date(2026, 8, 18))
    file = tmp_path / "builds.json"
    file.write_text(text, encoding="utf-8")
    read = lifecycle.read_builds(file)
    assert read.compiled == date(2026, 8, 18)
    assert [(one.build, one.server) for one in read.builds] == [(26100, False), (26100, True)]
    assert json.loads(text)["source"]["snapshot"] == "f00"
