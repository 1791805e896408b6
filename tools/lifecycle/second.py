"""Writes `tools/lifecycle/second.json`: ends of support as other lists tell them.

    python -m tools.lifecycle.second RELEASE_DATA DATAFORGEEKS DOTNET DISTRO DAY

RELEASE_DATA is a clone of endoflife-date/release-data, whose robots read makers' own pages;
DATAFORGEEKS one of altrhombus/DataForGeeks, whose tables are of Microsoft's pages; DOTNET one of
dotnet/core; DISTRO the folder of Debian's distro-info-data; DAY when they were taken. Only what
names a line of the catalogue is kept. `tools.lifecycle.differences` compares.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

from tools.lifecycle.differences import OURS, SECOND, ours

LICENCES = {
    "release-data": ("MIT", "https://github.com/endoflife-date/release-data"),
    "DataForGeeks": ("MIT", "https://github.com/altrhombus/DataForGeeks"),
    "dotnet/core": ("MIT", "https://github.com/dotnet/core"),
    "distro-info-data": ("ISC", "https://packages.debian.org/distro-info-data"),
}
FIELDS = {"eoas": "active", "eol": "security", "eoes": "extended"}
WIN = {"Enterprise and Education": "e", "Home and Pro": "w"}
LTSC = {"2016 (1607)": "10-1607-e-lts", "2019 (1809)": "10-1809-e-lts"}
LTSC |= {"2021 (21H2)": "10-21h2-e-lts", "24H2": "11-24h2-e-lts"}
SERVERS = {
    "2008": "2008-sp2", "2008 R2": "2008-r2-sp1", "2012": "2012", "2012 R2": "2012-r2",
    "2016": "2016", "2019": "2019", "2022": "2022", "2025": "2025",
}  # fmt: skip


class Row(NamedTuple):
    """An end of support: product, line, which end, when, and the list that says so."""

    product: str
    line: str
    what: str
    end: str
    source: str


def main() -> int:
    """Write the file and say how much stands in it."""
    release_data, geeks, dotnet, distro, day = sys.argv[1:]
    known = ours(json.loads(OURS.read_text(encoding="utf-8")))
    found = [
        *_release_data(Path(release_data)),
        *_geeks(Path(geeks)),
        *_dotnet(Path(dotnet)),
        *_distro(Path(distro)),
    ]
    rows = sorted({row for row in found if (row.product, row.line) in known})
    clones = {"release-data": release_data, "DataForGeeks": geeks, "dotnet/core": dotnet}
    sources = [
        {
            "name": name,
            "licence": licence,
            "address": address,
            "snapshot": _git(Path(clones[name]), "rev-parse", "HEAD") if name in clones else day,
        }
        for name, (licence, address) in LICENCES.items()
    ]
    lines = ",\n".join(json.dumps(row) for row in rows)
    head = ",\n".join(json.dumps(one) for one in sources)
    text = f'{{\n"format": 1,\n"compiled": {json.dumps(day)},\n"sources": [\n{head}\n],\n'
    SECOND.write_text(f'{text}"fields": {json.dumps(Row._fields)},\n"ends": [\n{lines}\n]\n}}\n')
    sys.stderr.write(f"{len(rows)} ends\n")
    return 0


def _git(folder: Path, *words: str) -> str:
    return subprocess.run(
        ("git", "-C", str(folder), *words),  # noqa: S607 - the one that is installed
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()


def _show(folder: Path, file: str) -> Any:
    return json.loads(_git(folder, "show", f"HEAD:{file}"))


def _release_data(folder: Path) -> Iterator[Row]:
    for file in _git(folder, "ls-tree", "--name-only", "HEAD", "releases/").split():
        for line, told in _show(folder, file).get("releases", {}).items():
            for field, what in FIELDS.items():
                if isinstance(end := told.get(field), str):
                    yield Row(Path(file).stem, line, what, end, "release-data")


def _geeks(folder: Path) -> Iterator[Row]:
    def data(name: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = _show(folder, f"content/ms/{name}.json")["data"]
        return rows

    yield from _clients(data("win/lifecycle-client"))
    yield from _long_term(data("win/lifecycle-ltsc"))
    yield from _servers(data("win/lifecycle-server"))
    yield from _frameworks(data("other/dotnet-lifecycle"))


def _clients(rows: list[dict[str, Any]]) -> Iterator[Row]:
    for one in rows:
        _, number, who = one["sku"].split(" ", 2)
        line = f"{number}-{one['version'].lower()}"
        for name in (f"{line}-{WIN[who]}", line):
            yield Row("windows", name, "security", _american(one["end_date"]), "DataForGeeks")


def _long_term(rows: list[dict[str, Any]]) -> Iterator[Row]:
    for one in rows:
        end = one["mainstream_end_date"]
        end = one["extended_end_date"] if end[0] == "E" else end
        yield Row("windows", LTSC[one["version"]], "security", end, "DataForGeeks")
        iot = LTSC[one["version"]].replace("-e-lts", "-iot-lts")
        yield Row("windows", iot, "security", one["extended_end_date"], "DataForGeeks")


def _servers(rows: list[dict[str, Any]]) -> Iterator[Row]:
    for one in rows:
        values = list(one.values())
        if values[1] == values[0]:
            line = SERVERS[values[0].removeprefix("Windows Server ")]
            end = _american(values[-1])
            yield Row("windows-server", line, "security", end, "DataForGeeks")


def _frameworks(rows: list[dict[str, Any]]) -> Iterator[Row]:
    for one in rows:
        if one["end_date"]:
            slug = "dotnetfx" if "Framework" in one["product"] else "dotnet"
            line = one["version"].removeprefix("Core ").removesuffix(" (LTS)")
            line = line.replace(" Service Pack ", "-sp")
            line = line.removesuffix(".0") if slug == "dotnet" and line[0] > "4" else line
            yield Row(slug, line, "security", one["end_date"], "DataForGeeks")


def _american(text: str) -> str:
    """Return a day such as "10/14/2025", behind which a cut-off hour may stand."""
    return datetime.strptime(text.split(maxsplit=1)[0], "%m/%d/%Y").date().isoformat()  # noqa: DTZ007 - a day


def _dotnet(folder: Path) -> Iterator[Row]:
    for one in _show(folder, "release-notes/releases-index.json")["releases-index"]:
        line = one["channel-version"]
        line = line.removesuffix(".0") if float(line) > 4 else line  # noqa: PLR2004 - .NET 5
        if one.get("eol-date"):
            yield Row("dotnet", line, "security", one["eol-date"], "dotnet/core")


def _distro(folder: Path) -> Iterator[Row]:
    ends = {"ubuntu": {"eol": "security", "eol-esm": "extended"}, "debian": {"eol": "security"}}
    for slug, fields in ends.items():
        with (folder / f"{slug}.csv").open(encoding="utf-8", newline="") as file:
            for one in csv.DictReader(file):
                for field, what in fields.items():
                    if end := one.get(field):
                        line = one["version"].removesuffix(" LTS")
                        date.fromisoformat(end)
                        yield Row(slug, line, what, end, "distro-info-data")


if __name__ == "__main__":
    raise SystemExit(main())
