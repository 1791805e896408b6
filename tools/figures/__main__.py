"""Prints the figures of a checkout: `python -m tools.figures [--tree PATH] [--json] [--runs N]`."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tools.figures import recorder
from tools.figures.graph import floors, knots
from tools.figures.imports import Import, When, imports, modules
from tools.figures.sources import count, lines

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "agentguard"
WALKS = ("copy to cleared", "file to vault", "report to receipt", "policy to desk")
SMALL = 80
"""Lines of a module with one importer that is called a fragment."""
SHOWN = 5


def figures(tree: Path, *, runs: int) -> dict[str, Any]:
    """Return the figures of a checkout; the walks are walked `runs` times, about 30 s each."""
    known = modules(tree / PACKAGE)
    found = imports(known)
    tests = [lines(file.read_text(encoding="utf-8")) for file in (tree / "tests").rglob("*.py")]
    code = count(known.values())
    return {
        "rooms": _rooms(known, found),
        "code": asdict(code),
        "tests": {"files": len(tests), "lines": sum(tests)},
        "tests_to_code": round(sum(tests) / code.lines, 3),
        "cycles": {
            "at_load": knots(_graph(found, When.LOAD)),
            "deferred_too": knots(_graph(found, When.LOAD, When.DEFERRED)),
        },
        "imports": {
            "all": len({(one.importer, one.imported) for one in found}),
            "deferred": sum(one.when is When.DEFERRED for one in found),
        },
        "fan_in": _fan_in(known, found),
        "walks": _walks(tree, runs) if runs else {},
    }


def _graph(found: set[Import], *when: When) -> dict[str, set[str]]:
    graph: dict[str, set[str]] = {}
    for one in found:
        if one.when in when:
            graph.setdefault(one.importer, set()).add(one.imported)
    return graph


def _rooms(known: dict[str, Path], found: set[Import]) -> dict[str, Any]:
    """Return the modules and packages at the top, and the arrows and floors between them."""
    rooms = {_room(name) for name in known} - {""}
    graph: dict[str, set[str]] = {room: set() for room in rooms}
    for one in found:
        pair = _room(one.importer), _room(one.imported)
        if all(pair) and pair[0] != pair[1]:
            graph[pair[0]].add(pair[1])
    return {
        "count": len(rooms),
        "arrows": sum(map(len, graph.values())),
        "floors": floors(graph),
        "knots": knots(graph),
    }


def _room(name: str) -> str:
    return name.split(".")[1] if "." in name else ""


def _fan_in(known: dict[str, Path], found: set[Import]) -> dict[str, Any]:
    """Return who is imported by most, and how many by one alone."""
    importers: dict[str, set[str]] = {}
    for one in found:
        importers.setdefault(one.imported, set()).add(one.importer)
    most = sorted(importers, key=lambda name: (-len(importers[name]), name))[:SHOWN]
    lonely = [name for name, who in importers.items() if len(who) == 1]
    sizes = [lines(known[name].read_text(encoding="utf-8")) for name in lonely]
    return {
        "largest": {name: len(importers[name]) for name in most},
        "with_one_importer": len(lonely),
        "of_these_fragments": sum(size < SMALL for size in sizes),
        "lines_of_fragments": sum(size for size in sizes if size < SMALL),
    }


def _walks(tree: Path, runs: int) -> dict[str, Any]:
    """Return the files that each walk entered; the checkout's own flow tests are the rigs.

    What one run enters and another does not was a timer's turn, and no step of the walk.

    Raises:
        SystemExit: a walk did not come to its end, or this Python cannot tell.

    """
    if recorder.MONITORING is None:
        raise SystemExit("The walks need Python 3.12 or newer; --runs 0 leaves them out.")
    with tempfile.TemporaryDirectory(prefix="agentguard-figures-") as name:
        _walked(tree, {"AGENTGUARD_FIGURES": name, "AGENTGUARD_FIGURES_RUNS": str(runs)})
        entered = recorder.entered(Path(name))
    cut = len(str(tree)) + 1
    found = {}
    for number, walk in enumerate(WALKS, 1):
        turns = [entered.get(number + run * len(WALKS), {}) for run in range(runs)]
        every = set.intersection(*(set().union(*turn.values()) for turn in turns))
        outside = every - set().union(*(turn.get("agent", set()) for turn in turns))
        found[walk] = {
            "files": sorted(file[cut:] for file in every),
            "in_children_alone": len(outside),
        }
    return found


def _walked(tree: Path, told: dict[str, str]) -> None:
    env = {**os.environ, **told, "PYTHONUTF8": "1", "PYTHONPATH": str(tree)}
    options = ("-q", "-n", "0", "-p", "no:cacheprovider", "--timeout", "300")
    where = ("-c", str(tree / "pyproject.toml"), "--rootdir", str(tree))
    walks = str(Path(__file__).with_name("walks.py"))
    words = (sys.executable, "-m", "pytest", *options, *where, walks)
    done = subprocess.run(words, cwd=tree, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.stderr.write(done.stdout[-4000:] + done.stderr[-4000:])
        raise SystemExit(1)


def told(given: dict[str, Any]) -> str:
    """Return the figures as a table for people."""
    rooms, code, fan, cycles = given["rooms"], given["code"], given["fan_in"], given["cycles"]
    largest = ", ".join(f"{name} {number}" for name, number in fan["largest"].items())
    rows = [
        ("rooms at the top", rooms["count"]),
        ("arrows between them", rooms["arrows"]),
        ("floors", rooms["floors"]),
        ("knots of rooms", len(rooms["knots"])),
        ("files", code["files"]),
        ("lines of code, not blank", code["lines"]),
        ("lines of tests", given["tests"]["lines"]),
        ("tests to code", given["tests_to_code"]),
        ("functions", code["functions"]),
        ("functions over 40 lines", code["long_functions"]),
        ("import cycles at load", len(cycles["at_load"])),
        ("with deferred imports", len(cycles["deferred_too"])),
        ("deferred imports", given["imports"]["deferred"]),
        ("type: ignore", code["type_ignores"]),
        ("noqa", code["noqas"]),
        ("largest fan-in", largest),
        ("modules with one importer", fan["with_one_importer"]),
        (f"of these under {SMALL} lines", fan["of_these_fragments"]),
        ("lines of these", fan["lines_of_fragments"]),
        *((f"files entered, {name}", _steps(walk)) for name, walk in given["walks"].items()),
    ]
    return "".join(f"{name:36} {value}\n" for name, value in rows)


def _steps(walk: dict[str, Any]) -> str:
    inside = walk["in_children_alone"]
    every = len(walk["files"])
    return f"{every}, {inside} of them only in the scan's child" if inside else str(every)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="dev.py figures", description=__doc__)
    parser.add_argument("--tree", type=Path, default=ROOT, help="the checkout to measure")
    parser.add_argument("--json", action="store_true", help="all of it, with names, as JSON")
    parser.add_argument("--runs", type=int, default=3, help="how often to walk; 0: not at all")
    asked = parser.parse_args()
    found = figures(asked.tree.resolve(), runs=asked.runs)
    sys.stdout.write(json.dumps(found, indent=2) + "\n" if asked.json else told(found))


if __name__ == "__main__":
    main()
