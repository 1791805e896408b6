"""The changelog from its fragments: `changes/NAME.KIND.md`, one line each.

    python tools/changelog.py                    shows what the next release says
    python tools/changelog.py --release 1.2.0    moves it into CHANGELOG.md, dated today

What already stands under "Unreleased" in CHANGELOG.md comes first in each section.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[1]
KINDS = ("added", "changed", "deprecated", "removed", "fixed", "security")
"""The sections of Keep a Changelog, in its order."""
UNRELEASED = "## Unreleased"
MOST = 320  # characters of a line: two sentences


class FragmentError(ValueError):
    """A fragment is not one line of a known kind; the text names the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fragment:
    """One change: its kind, and the line that tells of it."""

    kind: str
    line: str


def fragments(folder: Path) -> list[Fragment]:
    """Return the fragments of a folder, by name.

    Raises:
        FragmentError: one is not a single line, too long, or of an unknown kind.

    """
    names = sorted(file for file in folder.glob("*.md") if file.name != "README.md")
    return [_fragment(file) for file in names]


def _fragment(file: Path) -> Fragment:
    kind = file.stem.rpartition(".")[2]
    if kind not in KINDS:
        raise FragmentError(f"{file.name}: the kind is none of {', '.join(KINDS)}.")
    text = file.read_text(encoding="utf-8")
    if text.count("\n") != 1 or not text.endswith((".\n", ".)\n")):
        raise FragmentError(f"{file.name}: it must be one line that ends with a full stop.")
    if text.startswith(("-", "*", " ", "#")) or len(text) > MOST:
        raise FragmentError(f"{file.name}: it is no plain line of at most {MOST} characters.")
    return Fragment(kind=kind, line=text.strip())


def unreleased(changelog: str) -> tuple[str, dict[str, str], str]:
    """Return what stands before "Unreleased", its sections by kind, and what stands after it."""
    before, _, rest = changelog.partition(f"{UNRELEASED}\n")
    cut = rest.find("\n## ")
    now, after = (rest, "") if cut < 0 else (rest[:cut], rest[cut:])
    parts = f"\n{now}".split("\n### ")[1:]
    titled = (part.partition("\n") for part in parts)
    return before, {title.strip().lower(): body.strip() for title, _, body in titled}, after


def merged(changelog: str, found: list[Fragment]) -> str:
    """Return the sections of the next release: what stands in the changelog, then the fragments."""
    sections = unreleased(changelog)[1]
    for one in found:
        sections[one.kind] = f"{sections.get(one.kind, '')}\n- {one.line}".strip()
    ordered = [kind for kind in KINDS if kind in sections]
    return "\n".join(f"### {kind.capitalize()}\n\n{sections[kind]}\n" for kind in ordered)


def released(changelog: str, found: list[Fragment], version: str, day: str) -> str:
    """Return the changelog with a section for this version, and nothing unreleased."""
    before, _, after = unreleased(changelog)
    return f"{before}{UNRELEASED}\n\n## {version} - {day}\n\n{merged(changelog, found)}{after}"


def main(words: list[str]) -> int:
    """Show the next release, or make it."""
    parser = argparse.ArgumentParser(description="Show or make the changelog of the next release.")
    parser.add_argument("--release", metavar="VERSION", help="move it into CHANGELOG.md")
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    given = parser.parse_args(words)
    file, folder = given.root / "CHANGELOG.md", given.root / "changes"
    changelog, found = file.read_text(encoding="utf-8"), fragments(folder)
    if not given.release:
        sys.stdout.write(merged(changelog, found))
        return 0
    day = datetime.now(UTC).date().isoformat()
    file.write_text(released(changelog, found, given.release, day), encoding="utf-8")
    for name in folder.glob("*.*.md"):
        name.unlink()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
