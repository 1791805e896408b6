"""Writes `resources/software/lifecycle.json`.

    python -m tools.lifecycle FOLDER COMMIT DAY [FILE]

FOLDER holds endoflife.date's `products/*.md`, COMMIT names the snapshot, DAY is when it was taken.
Facts are taken over as they stand: `true` is an end whose day is not told, `false` that none is
announced.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tools.lifecycle.chosen import wanted

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "resources" / "software" / "lifecycle.json"
PAGE = "https://endoflife.date/"
FIELDS = ("releaseDate", "eoas", "eol", "eoes", "latest", "latestReleaseDate")


def main() -> int:
    """Write the file and say how much stands in it."""
    folder, commit, day = Path(sys.argv[1]), sys.argv[2], date.fromisoformat(sys.argv[3])
    out = Path(sys.argv[4]) if len(sys.argv) > 4 else OUT  # noqa: PLR2004 - an optional word
    products = dict(read(folder))
    out.write_text(written(products, commit, day), encoding="utf-8")
    lines = sum(len(one["lines"]) for one in products.values())
    sys.stderr.write(f"{len(products)} products, {lines} lines\n")
    return 0


def read(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield slug and facts of each product that is wanted, by slug."""
    for file in sorted(folder.glob("*.md")):
        head = file.read_text(encoding="utf-8").split("\n---", 1)[0].removeprefix("---\n")
        told = YAML(typ="safe", pure=True).load(head)
        category = str(told["category"])
        if wanted(file.stem, category):
            yield file.stem, _product(file.stem, told)


def _product(slug: str, told: dict[str, Any]) -> dict[str, Any]:
    page = str(told.get("releasePolicyLink") or PAGE + slug)
    return {
        "title": str(told["title"]),
        "page": page,
        "lines": [_line(one, page) for one in told["releases"]],
    }


def _line(told: dict[str, Any], page: str) -> list[Any]:
    facts = [_plain(told.get(field)) for field in FIELDS]
    link = str(told.get("link") or "").replace("__RELEASE_CYCLE__", str(told["releaseCycle"]))
    link = link.replace("__LATEST__", str(told.get("latest") or ""))
    own = link if link.startswith("https://") and "{" not in link and link != page else ""
    return [str(told["releaseCycle"]), *facts, bool(told.get("lts")), own]


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool):
        return value
    return value.isoformat() if isinstance(value, date) else str(value)


def written(products: dict[str, dict[str, Any]], commit: str, day: date) -> str:
    """Return the file's text: a line of text for each release line, so that changes can be read."""
    head = {
        "format": 1,
        "compiled": day.isoformat(),
        "source": {
            "name": "endoflife.date",
            "licence": "MIT",
            "address": "https://github.com/endoflife-date/endoflife.date",
            "snapshot": commit,
        },
        "fields": [
            "line",
            "released",
            "active",
            "security",
            "extended",
            "latest",
            "latest_on",
            "lts",
            "source",
        ],
    }
    parts = [f'"{key}": {json.dumps(value)}' for key, value in head.items()]
    rows = (_written(slug, one) for slug, one in products.items())
    parts.append('"products": {\n' + ",\n".join(rows) + "\n}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _written(slug: str, one: dict[str, Any]) -> str:
    lines = ",\n".join(json.dumps(line, ensure_ascii=False) for line in one["lines"])
    head = f'"title": {json.dumps(one["title"])}, "page": {json.dumps(one["page"])}'
    return f'{json.dumps(slug)}: {{{head}, "lines": [\n{lines}\n]}}'


if __name__ == "__main__":
    raise SystemExit(main())
