"""The peers of the detection benchmark: where they come from, how they are run, what they tell.

Peers written in Python live in an environment of their own, `.tools/peers`, made at the first run
with pinned versions; ripgrep and ClamAV are Debian's.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from agentguard.base.plugins import discover
from agentguard.detect import kinds
from agentguard.detect.recogniser import Recogniser

ROOT = Path(__file__).resolve().parents[1]
HOME = ROOT / ".tools" / "peers"
BIN = HOME / "bin"
PINNED = (
    "panhunt==2.2.0",
    "hawk-scanner==0.3.39",
    "presidio-analyzer==2.2.366",
    "setuptools==80.9.0",  # hawk-scanner asks for pkg_resources, which newer ones have no more
)

Told = Iterator[tuple[str, str, str, float]]
"""What a peer told: path, kind in our words, value, score."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A program to be measured.

    `command` gives its words for a folder (or file) and a scratch folder. `claims` are the kinds
    that it knows. `told` reads its output, found in the scratch folder or on standard output.
    `bytes_of_text` is how much it may be given so that the run ends.
    """

    name: str
    command: Callable[[Path, Path], list[str]]
    claims: frozenset[str] = frozenset()
    told: Callable[[Path, Path], Told] | None = None
    bytes_of_text: int = 256_000_000
    bytes_of_tables: int = 16_000_000
    unfinished: tuple[bytes, ...] = ()
    """What its output says when a deadline ended it before the data did."""
    by_file: bool = False
    """It tells of a file only that something is in it."""
    by_text: bool = False
    """It reads plain strings only, and is given the text that AgentGuard extracts."""


def prepared() -> dict[str, str]:
    """Install what is missing; give the peers that could not be had, with the reason."""
    missing = {n: "not installed" for n in ("rg", "clamscan") if not shutil.which(n)}
    marks = [HOME / name.replace("==", "-") for name in PINNED]
    if all(mark.exists() for mark in marks):
        return missing
    uv = Path(sys.executable).with_name("uv")
    steps = (
        [str(uv), "venv", "--quiet", "--clear", "--python", sys.executable, str(HOME)],
        [str(uv), "pip", "install", "--quiet", "--python", str(BIN / "python"), *PINNED],
    )
    for step in steps:
        ended = subprocess.run(step, capture_output=True, text=True, check=False)
        if ended.returncode:
            reason = (ended.stderr.strip().splitlines() or ["?"])[-1]
            return missing | dict.fromkeys(("panhunt", "hawk-eye", "presidio"), reason)
    for mark in marks:
        mark.touch()
    return missing


# --- the commands --------------------------------------------------------------------------

# The default rules of hawk-eye are fetched from the network at each start; these stand for them.
_HAWK_RULES = {
    "EMAIL": r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}",
    "PHONE": r"(?:\+\d{1,3}[ .-]?)?\(?\d{3,5}\)?[ .-]?\d{3}[ .-]?\d{3,4}\b",
    "PAN": r"\b(?:4\d{3}|5[1-5]\d\d|3[47]\d\d|6011)[ -]?\d{4,6}[ -]?\d{4,5}(?:[ -]?\d{4})?\b",
    "AADHAAR": r"\b[2-9]\d{3} ?\d{4} ?\d{4}\b",
    "IN_PAN": r"\b[A-Z]{5}\d{4}[A-Z]\b",
    "SSN": r"\b\d{3}-\d{2}-\d{4}\b",
    "SECRET": r"AKIA[A-Z0-9]{16}|ghp_[A-Za-z0-9]{36}|xoxb-[0-9A-Za-z-]{50,60}|AIza[\w-]{35}",
}

_TEN = (
    r"[3-6]\d{3}[ .-]?\d{4}[ .-]?\d{4}[ .-]?\d{2,4}",
    r"3[47]\d\d[ -]?\d{6}[ -]?\d{5}",
    r"[\w.%+-]+@[\w.-]+\.[A-Za-z]{2,24}",
    r"\b\d{3}-\d\d-\d{4}\b",
    r"\b[A-CEGHJ-PR-TW-Z]{2} ?\d\d ?\d\d ?\d\d ?[A-D]\b",
    r"\b[A-Z]{2}\d\d(?: ?[A-Z0-9]{4}){3,7}",
    r"\+\d{1,3}[ .-]?\d{2,5}[ .-]?\d{3,8}",
    r"AKIA[A-Z0-9]{16}|ghp_[A-Za-z0-9]{36}|sk_live_\w{24}",
    r"(?i)\b(?:nhs|passport|aadhaar|date of birth|dob|sort code|ssn)\b",
    r"(?i)\b(?:card|cvv|cvc|security code)\b",
)
"""Ten plain patterns, as a person would try them with ripgrep; nothing is checked."""


def agentguard(folder: Path, _scratch: Path) -> list[str]:
    """Scan as a user would, by one child: peers have one thread as well."""
    words = [sys.executable, "-m", "agentguard", "scan", "--jobs", "1", "--format", "jsonl"]
    return [*words, str(folder)]


def panhunt(folder: Path, scratch: Path) -> list[str]:
    """Write its report as JSON."""
    return [str(BIN / "panhunt"), "-q", "-o", str(scratch), "-j", str(scratch), str(folder)]


def hawk(folder: Path, scratch: Path) -> list[str]:
    """Point it at the folder by a connection file."""
    connection, rules = scratch / "connection.yml", scratch / "rules.yml"
    connection.write_text(f"sources:\n  fs:\n    desk:\n      path: {folder}\n", encoding="utf-8")
    rules.write_text(
        "".join(f"{kind}: '{rule}'\n" for kind, rule in _HAWK_RULES.items()), encoding="utf-8"
    )
    words = [str(BIN / "hawk_scanner"), "fs", "--connection", str(connection)]
    words += ["--fingerprint", str(rules), "--json", str(scratch / "hawk.json")]
    return [*words, "--quiet", "--shutup", "--no-write"]


def presidio(seconds: int) -> Callable[[Path, Path], list[str]]:
    """Analyse files as text, with a blank model, for so long."""
    script = str(Path(__file__).with_name("_presidio.py"))

    def command(folder: Path, _scratch: Path) -> list[str]:
        return [str(BIN / "python"), script, str(seconds), str(folder)]

    return command


def clamav(count: int) -> Callable[[Path, Path], list[str]]:
    """Use the structured detection alone: a database of one line, found at so many numbers."""

    def command(folder: Path, scratch: Path) -> list[str]:
        base = scratch / "none.hdb"
        base.write_text("d41d8cd98f00b204e9800998ecf8427f:1:None\n", encoding="utf-8")
        limits = [f"--structured-cc-count={count}", f"--structured-ssn-count={count}"]
        words = ["clamscan", f"--database={base}", "--detect-structured=yes", *limits]
        return [*words, "--structured-ssn-format=2", "--no-summary", "-i", "-r", str(folder)]

    return command


def ripgrep(*sets: tuple[str, ...]) -> Callable[[Path, Path], list[str]]:
    """Count the lines that match, by one thread, a run for each set; nothing is judged."""
    options = "--no-config -uuu -a -j1 --no-unicode --dfa-size-limit=64M --regex-size-limit=256M -c"

    def command(folder: Path, scratch: Path) -> list[str]:
        runs = []
        for number, patterns in enumerate(sets):
            file = scratch / f"patterns-{number}.txt"
            file.write_text("\n".join(patterns) + "\n", encoding="utf-8")
            runs.append(f"rg {options} -f {shlex.quote(str(file))} {shlex.quote(str(folder))}")
        return ["sh", "-c", "; ".join(runs)]

    return command


def own_shapes() -> tuple[str, ...]:
    """Give the shapes of AgentGuard's recognisers."""
    every = discover(kinds, "RECOGNISER", Recogniser)
    return tuple(dict.fromkeys(shape for one in every for shape in one.shapes))


def own_labels() -> tuple[str, ...]:
    """Give the labels of AgentGuard's recognisers; a space stands for any joint.

    Those of two lines are left out, since ripgrep looks at each line by itself.
    """
    every = discover(kinds, "RECOGNISER", Recogniser)
    labels = (label.replace(" ", r"[ _.\-]{0,2}") for one in every for label in one.labels)
    return tuple(dict.fromkeys(f"(?i:{label})" for label in labels if r"\n" not in label))


# --- what they tell ------------------------------------------------------------------------


def of_panhunt(scratch: Path, _output: Path) -> Told:
    """Read the report; numbers are masked to the first six and the last four."""
    for report in scratch.glob("*.json"):
        told = json.loads(report.read_text(encoding="utf-8"))["pans_found_results"]
        for path, numbers in told.items():
            yield from ((path, "PAN", number.partition(":")[2], 1.0) for number in numbers)


def of_hawk(scratch: Path, _output: Path) -> Told:
    """Read its JSON."""
    for one in json.loads((scratch / "hawk.json").read_text(encoding="utf-8"))["fs"]:
        for value in one["matches"]:
            yield one["file_path"], one["pattern_name"], value, 1.0


_PRESIDIO = {
    "CREDIT_CARD": "PAN", "US_SSN": "SSN", "UK_NINO": "NINO", "UK_NHS": "NHS", "IBAN_CODE": "IBAN",
    "EMAIL_ADDRESS": "EMAIL", "PHONE_NUMBER": "PHONE", "US_PASSPORT": "PASSPORT",
    "UK_PASSPORT": "PASSPORT", "IN_PASSPORT": "PASSPORT", "IN_AADHAAR": "AADHAAR",
    "IN_PAN": "IN_PAN", "AU_TFN": "AU_TFN", "AU_MEDICARE": "AU_MEDICARE", "CA_SIN": "CA_SIN",
}  # fmt: skip


def of_presidio(_scratch: Path, output: Path) -> Told:
    """Read its lines; a file without values is told as well, as one that was looked at."""
    for line in output.read_text(encoding="utf-8").splitlines():
        one = json.loads(line)
        yield one["path"], "", "", 1.0
        for name, values in one["values"].items():
            for value, score in values if name in _PRESIDIO else ():
                yield one["path"], _PRESIDIO[name], value, score


def of_clamav(_scratch: Path, output: Path) -> Told:
    """Read which files hold card numbers or SSNs; how many is not told."""
    for line in output.read_text(encoding="utf-8").splitlines():
        if found := re.fullmatch(r"(.*): Heuristics\.Structured\.(\w+) FOUND", line):
            kind = "SSN" if found[2].startswith("SSN") else "PAN"
            yield found[1], kind, "", 1.0


AGENTGUARD = Tool(
    name="AgentGuard",
    command=agentguard,
    unfinished=(b"reason.partial-time", b"reason.timeout"),
)
PEERS = (
    Tool(
        name="panhunt", command=panhunt, told=of_panhunt, claims=frozenset({"PAN"}),
        bytes_of_text=4_000_000, bytes_of_tables=2_000_000,
    ),
    Tool(
        name="hawk-eye", command=hawk, told=of_hawk, claims=frozenset(_HAWK_RULES),
        bytes_of_text=4_000_000, bytes_of_tables=2_000_000,
    ),
    Tool(
        name="presidio", command=presidio(90), told=of_presidio, by_text=True,
        claims=frozenset(_PRESIDIO.values()), bytes_of_text=60_000, bytes_of_tables=30_000,
    ),
    Tool(
        name="clamav", command=clamav(1_000_000), told=of_clamav, by_file=True,
        claims=frozenset({"PAN", "SSN"}),
    ),
    Tool(name="rg same", command=ripgrep(own_shapes(), own_labels())),
    Tool(name="rg ten", command=ripgrep(_TEN)),
    Tool(name="wc", command=lambda folder, _: ["sh", "-c", 'cat "$0"/* | wc -l', str(folder)]),
)  # fmt: skip
