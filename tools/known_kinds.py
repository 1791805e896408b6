"""Tells the checks, which are pure, what `detect` finds; `python3 dev.py made` writes it."""

from __future__ import annotations

import sys
from pathlib import Path

from agentguard.detect.recognition.custom_kinds import known_kinds

FILE = Path(__file__).parents[1] / "agentguard" / "model" / "known_kinds.py"
HEAD = '''"""The built-in kinds of personal data, which `python3 dev.py made` writes down here."""

from __future__ import annotations

KNOWN = (
'''
TAIL = ''')
"""Their ids, which never change meaning."""
'''


def module() -> str:
    """Return the text of the module."""
    lines = "".join(f'    "{kind}",\n' for kind in sorted(known_kinds()))
    return f"{HEAD}{lines}{TAIL}"


def main() -> None:
    """Write it, if it changed."""
    if FILE.read_text(encoding="utf-8") != module():
        FILE.write_text(module(), encoding="utf-8", newline="\n")
        sys.stdout.write(f"{FILE.name}\n")


if __name__ == "__main__":
    main()
