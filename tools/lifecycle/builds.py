"""Writes `resources/software/builds.json`: the monthly fixes of Windows' and Office's builds.

    python -m tools.lifecycle.builds FOLDER COMMIT DAY

FOLDER is `content/ms` of the public repository DataForGeeks (MIT), which takes the tables over from
Microsoft's pages, COMMIT names the snapshot and DAY when it was taken. Of Windows each month's
lowest revision with that month's fixes is kept: the hotpatch where there is one, else the usual
fix. Previews and fixes out of band come on days of their own and are no month's. Servers go their
own way: Windows Server 2025 has the build of Windows 11 24H2 and higher revisions.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "resources" / "software" / "builds.json"
MONTHLY = frozenset({"Standard", "Hotpatch"})
FIRST_DAY, LAST_DAY = 8, 14
"""The second Tuesday of a month lies between."""
LIVING = timedelta(days=62)
"""A build without a fix for so long gets none any more, and is not kept."""
KEPT = timedelta(days=2 * 366)
"""How far back the tables go."""
CHANNELS = {
    "Current": "current",
    "Monthly Enterprise": "monthly-enterprise",
    "Semi-Annual Enterprise": "semi-annual",
    "Semi-Annual Enterprise Preview": "semi-annual-preview",
}
"""The names of Office's channels in the table, and ours."""

Months = dict[str, dict[str, list[tuple[str, int]]]]


def main() -> int:
    """Write the file and say how much stands in it."""
    folder, commit, day = Path(sys.argv[1]), sys.argv[2], date.fromisoformat(sys.argv[3])
    windows = json.loads((folder / "win" / "buildnumbers.json").read_text(encoding="utf-8"))
    office = json.loads((folder / "apps" / "buildnumbers.json").read_text(encoding="utf-8"))
    months, channels = monthly(windows["data"]), by_channel(office["data"])
    OUT.write_text(written(months, channels, commit, day), encoding="utf-8")
    counts = {kind: len(builds) for kind, builds in months.items()}
    sys.stderr.write(f"{counts}, {sum(map(len, channels.values()))} builds of Office\n")
    return 0


def monthly(rows: Iterable[Mapping[str, Any]]) -> Months:
    """Return day and lowest revision of each month, by client or server and by build."""
    lowest: dict[tuple[str, str], dict[date, int]] = defaultdict(dict)
    for row in rows:
        day = date.fromisoformat(row["release_date"])
        if row["release_type"] not in MONTHLY or not _is_patch_day(day):
            continue
        build, _, revision = row["build"].partition(".")
        known = lowest[row["os_type"], build]
        known[day] = min(int(revision), known.get(day, int(revision)))
    newest = max((max(days) for days in lowest.values()), default=date.min)
    found: Months = {"client": {}, "server": {}}
    for (kind, build), days in sorted(lowest.items()):
        if newest - max(days) <= LIVING:
            found[kind][build] = [
                (str(day), days[day]) for day in sorted(days) if newest - day <= KEPT
            ]
    return found


def _is_patch_day(day: date) -> bool:
    return day.weekday() == 1 and FIRST_DAY <= day.day <= LAST_DAY


def by_channel(rows: Iterable[Mapping[str, Any]]) -> dict[str, list[tuple[str, str]]]:
    """Return build and day of Microsoft 365 Apps' releases by channel, the oldest first."""
    days: dict[str, dict[str, date]] = {name: {} for name in CHANNELS.values()}
    for row in rows:
        channel = CHANNELS.get(row["channel"])
        if channel and row.get("build"):
            day = date.fromisoformat(row["release_date"])
            days[channel][row["build"]] = min(day, days[channel].get(row["build"], day))
    newest = max((max(known.values()) for known in days.values() if known), default=date.min)
    return {
        channel: sorted(
            ((build, str(day)) for build, day in known.items() if newest - day <= KEPT),
            key=lambda row: (row[1], row[0]),
        )
        for channel, known in days.items()
    }


def written(
    months: Months, channels: Mapping[str, list[tuple[str, str]]], commit: str, day: date
) -> str:
    """Return the file's text, a line for each build of Windows and each channel of Office."""
    head = {
        "format": 1,
        "compiled": str(day),
        "source": {
            "name": "DataForGeeks",
            "licence": "MIT",
            "address": "https://github.com/altrhombus/DataForGeeks",
            "snapshot": commit,
        },
    }
    parts = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in head.items()]
    tables = {**months, "office": channels}
    for name, table in tables.items():
        rows = (f"{json.dumps(key)}: {json.dumps(table[key])}" for key in table)
        parts.append(f"{json.dumps(name)}: {{\n" + ",\n".join(rows) + "\n}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    raise SystemExit(main())
