"""Finding personal data: AgentGuard beside its peers in one run, speed and accuracy.

Speed is megabytes of input for a second of CPU time (user and system, all processes), without the
tool's start, which is told apart; the best of some rounds, in each of which every tool runs once on
its own share of the same data. Slow peers get less of it. Accuracy is that of the first variant
of `tests/corpus`; a peer is judged for the kinds that it claims to know.

python benchmarks/pii.py [--rounds N] [--quick]     exit code 1 when a bar is missed
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

import _peers
from _bars import Figures, bars
from _peers import Tool
from _rounds import DATA, VARIANT, Bench, measure

from agentguard.detect.extractor import Source
from agentguard.detect.formats import default_extractors
from agentguard.detect.limits import Limits
from agentguard.detect.reading.source_reader import Reader
from agentguard.model.hits import MOST
from tests.corpus.build import build
from tests.corpus.scanning import scanned
from tests.corpus.score import Score, judge


def text_of(corpus: Path, out: Path) -> Path:
    """Write what AgentGuard's extractors make of each file, for peers that read strings alone."""
    kept: list[str] = []

    class Keeper:
        """Takes the text instead of judging it."""

        full: frozenset[str] = frozenset()

        def stream(self) -> Keeper:
            kept.clear()
            return self

        def feed(self, text: str) -> None:
            kept.append(text)

        def finish(self) -> tuple[()]:
            return ()

    reader = Reader(Keeper(), default_extractors(), Limits())  # type: ignore[arg-type]  # the shape
    for file in sorted(corpus.rglob("*")):
        if file.is_file():
            target = out / file.relative_to(corpus)
            target.parent.mkdir(parents=True, exist_ok=True)
            with file.open("rb") as opened:
                reader.read(Source.of_file(opened, file.stat().st_size))
            target.write_text("".join(kept), encoding="utf-8", errors="replace")
    return out


def accuracy(bench: Bench, tool: Tool, corpus: Path, least: float = 0.0) -> tuple[Score, int]:
    """Judge a peer on the corpus for the kinds that it claims; give the number of files judged."""
    root = corpus / "files"
    scratch = bench.home / "scratch" / tool.name / "accuracy"
    wide = Tool(name=tool.name, command=_peers.clamav(1)) if tool.name == "clamav" else tool
    if tool.by_text:
        root = bench.home / "as-text"
        if not root.exists():
            text_of(corpus / "files", root)
    if not (scratch / "output").exists():
        bench.run(wide, root, scratch)
    values: dict[tuple[str, str], list[str]] = defaultdict(list)
    seen = set()
    for path, kind, value, score in tool.told(scratch, scratch / "output") if tool.told else ():
        inside = str(path).removeprefix(f"{root}/")
        seen.add(inside)
        if kind and score >= least:
            values[inside, kind].append(value)
    files = json.loads((corpus / "manifest.json").read_text(encoding="utf-8"))["files"]
    judged = [file for file in files if file["path"] in seen] if tool.by_text else files
    counts = {key: len(told) for key, told in values.items()}
    return judge(judged, counts, kinds=tool.claims, values=values), len(judged)


def show_accuracy(bench: Bench, corpus: Path) -> float:
    """Print how each did on the first variant; give AgentGuard's lowest of the two figures."""
    print(f"\naccuracy on {VARIANT}: values and files of the kinds that each claims to know")
    heads = ("precision %", "recall %", "files right %", "files found %", "wrongly flagged")
    print(f"{'':<16}{heads[0]:>12}{heads[1]:>10}{heads[2]:>15}{heads[3]:>15}{heads[4]:>17}")
    own = scanned(corpus)
    rows = [("AgentGuard", own, "")]
    for tool in bench.tools():
        if tool.told is None:
            continue
        for least in (0.0, 0.5) if tool.by_text else (0.0,):
            score, count = accuracy(bench, tool, corpus, least)
            note = f"text given, score over {least:g}, {count} files" if tool.by_text else ""
            rows.append((tool.name, score, "files only, no values" if tool.by_file else note))
    for name, score, note in rows:
        values = "" if "no values" in note else f"{score.total.precision:.1f}"
        found = "" if "no values" in note else f"{score.total.recall:.1f}"
        wrong = len(score.clean_flagged) + len(score.sealed_flagged)
        print(
            f"{name:<16}{values:>12}{found:>10}{score.files.precision:>15.1f}"
            f"{score.files.recall:>15.1f}{wrong:>17}  {note}"
        )
    for name, reason in bench.missing.items():
        print(f"{name:<16} not measured: {reason}")
    return min(own.total.precision, own.total.recall)


def show_speed(bench: Bench) -> Figures:
    """Print the table of speeds."""
    heads = ("text", "code", "dense", "strangers", "files/s", "text MB", "peak MB", "start s")
    print(f"\n{'MB/s of CPU':<16}" + "".join(f"{head:>10}" for head in heads))
    figures = Figures()
    for tool in bench.tools():
        cells = []
        for kind in (*DATA, "mixed"):
            speed = bench.speed(tool, kind)
            if speed is not None:
                figures.speed[tool.name, kind] = speed
            cells.append("" if speed is None else f"{speed:.3g}" if speed else "no end")
        figures.start[tool.name] = min(bench.starts[tool.name])
        peaks = {kind: bench.peaks[tool.name, kind] / 1e6 for kind in (*DATA, "mixed")}
        figures.peak[tool.name] = max(peaks["text"], peaks["code"])
        cells += [f"{figures.peak[tool.name]:.0f}", f"{max(peaks.values()):.0f}"]
        print(
            f"{tool.name:<16}" + "".join(f"{cell:>10}" for cell in cells)
            + f"{figures.start[tool.name]:>10.2f}"
        )  # fmt: skip
    print(f"AgentGuard counts {MOST} distinct values of a kind and file, then says so and goes on.")
    return figures


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="one round, fewer mixed files")
    chosen = parser.parse_args()
    missing = _peers.prepared()
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        bench = Bench(home, missing)
        measure(bench, 1 if chosen.quick else chosen.rounds, 1 if chosen.quick else 2)
        corpus = home / "corpus"
        build(VARIANT, corpus)
        least = show_accuracy(bench, corpus)
        figures = show_speed(bench)
    print(f"\nload of this machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n")
    held = [bar.say() for bar in bars(figures)]
    print(f"accuracy of AgentGuard: at least {least:.1f} % on both counts")
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
