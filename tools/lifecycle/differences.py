"""Writes `tools/lifecycle/differences.tsv`: where the catalogue and another list tell other days.

    python -m tools.lifecycle.differences

Compared are the ends of support in `resources/software/lifecycle.json` and `products.toml` with
those in `second.json`, day by day. Microsoft's pages write the end of a day in America as the next
day in UTC: there one day later is no difference, and the earlier one stands in the catalogue.
"""

from __future__ import annotations

import json
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "resources" / "software"
OURS = FOLDER / "lifecycle.json"
SECOND = Path(__file__).parent / "second.json"
OUT = Path(__file__).parent / "differences.tsv"
WHAT = ("active", "security", "extended")
A_DAY_LATE = frozenset({("DataForGeeks", "windows"), ("DataForGeeks", "windows-server")})
"""Lists and products whose days are those of UTC."""
Ends = Mapping[tuple[str, str], Mapping[str, Any]]


class Difference(NamedTuple):
    """An end on which two lists differ; `ours` is the catalogue's."""

    product: str
    line: str
    what: str
    ours: str
    other: str
    source: str
    days: str
    verdict: str


def main() -> int:
    """Write the file and say how much was compared."""
    OUT.write_text(written(), encoding="utf-8")
    sys.stderr.write(written().splitlines()[1] + "\n")
    return 0


def ours(public: Mapping[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the catalogue's ends, by product and line."""
    found = {
        (slug, row[0]): dict(zip(WHAT, row[2:5], strict=True))
        for slug, one in public["products"].items()
        for row in one["lines"]
    }
    kept = tomllib.loads((FOLDER / "products.toml").read_text(encoding="utf-8"))
    for one in kept["product"]:
        for line in one.get("lines", ()):
            ends = {what: line.get(what) for what in WHAT}
            plain = {k: v.isoformat() if isinstance(v, date) else v for k, v in ends.items()}
            found[one["product"], line["line"]] = plain
    return found


def compared(known: Ends, rows: list[list[str]]) -> Iterator[Difference]:
    """Yield each end that two lists have, with how they stand to each other."""
    for product, line, what, other, source in rows:
        mine = known.get((product, line), {}).get(what)
        told = "" if mine is None else str(mine).lower()
        days, verdict = _verdict(mine, other, late=(source, product) in A_DAY_LATE)
        yield Difference(product, line, what, told, other, source, days, verdict)


def _verdict(mine: object, other: str, *, late: bool) -> tuple[str, str]:
    if mine is None:
        return "", "the catalogue tells nothing"
    if not isinstance(mine, str):
        return "", "ended, no day" if mine else "no end announced"
    days = (date.fromisoformat(other) - date.fromisoformat(mine)).days
    if days == 0 or (late and days == 1):
        return str(days), ""
    return f"{days:+}", "the catalogue is stricter" if days > 0 else "the catalogue is kinder"


def written() -> str:
    """Return the file's text: what was compared, then each difference in a line."""
    second = json.loads(SECOND.read_text(encoding="utf-8"))
    public = json.loads(OURS.read_text(encoding="utf-8"))
    every = list(compared(ours(public), second["ends"]))
    told = [one for one in every if one.verdict]
    counts = Counter(one.verdict for one in told)
    sums = "; ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items()))
    days = sum(one.days == "1" and not one.verdict for one in every)
    same = len(every) - len(told) - days
    snapshots = ", ".join(f"{one['name']} {one['snapshot'][:12]}" for one in second["sources"])
    lines = [
        f"# {public['source']['name']} {public['source']['snapshot'][:12]} against {snapshots}",
        f"# {len(every)} ends compared: {same} the same; {days} a day late, as said of UTC; {sums}",
        "\t".join(Difference._fields),
        *("\t".join(one) for one in told),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    raise SystemExit(main())
