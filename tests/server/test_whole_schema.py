"""What goes over all tables goes over all of them, whatever was imported before."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import agentguard
from agentguard.server.store import schema
from agentguard.server.store.schema.tables import METADATA

ROOM = Path(str(schema.__file__)).parent
ALONE = """
from agentguard.server.store.schema import whole
print(*whole.metadata().tables)
"""


def test_a_program_that_has_imported_nothing_else_knows_all_tables() -> None:
    for file in ROOM.glob("*_tables.py"):
        import_module(f"{schema.__name__}.{file.stem}")
    told = subprocess.run([sys.executable, "-c", ALONE], capture_output=True, check=True, text=True)
    assert set(told.stdout.split()) == set(METADATA.tables)


def test_nobody_goes_over_the_tables_that_happen_to_be_imported() -> None:
    product = Path(str(agentguard.__file__)).parent
    partial = [
        file.relative_to(product).as_posix()
        for file in product.rglob("*.py")
        if ROOM not in file.parents and "METADATA" in file.read_text(encoding="utf-8")
    ]
    assert partial == []
