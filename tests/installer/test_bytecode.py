"""What Python runs of a package: its bytecode, without what nobody at a desk reads."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from installer.linux import parcel

SOURCE = '''"""Says one."""


def one() -> int:
    """Return one."""
    assert __debug__
    return 1
'''
PYTHON = f"/usr/bin/python{parcel.PYTHON}"
"""What the packages depend on, and compile for, whichever Python runs the tests."""

SHOW = "import said; print(said.__doc__, said.one.__doc__, said.one(), said.__cached__)"

pytestmark = pytest.mark.posix


def shown(library: Path) -> list[str]:
    """Return what a Python without options shows of the module whose source is gone wrong."""
    (library / "said.py").write_text("1 +")  # bytecode alone is believed, so that none is made
    ended = subprocess.run(
        (PYTHON, "-c", SHOW), cwd=library, capture_output=True, text=True, check=True
    )
    return ended.stdout.split()


@pytest.mark.parametrize(("brief", "told"), [(True, ["None", "None"]), (False, ["Says", "one."])])
def test_row_426_a_desk_runs_bytecode_without_docstrings_under_the_plain_name(
    tmp_path: Path, brief: bool, told: list[str]
) -> None:
    library = tmp_path / "usr" / "lib" / "agentguard"
    library.mkdir(parents=True)
    (library / "said.py").write_text(SOURCE)
    parcel.compiled(library, brief=brief)
    (made,) = (library / "__pycache__").iterdir()
    assert made.name == f"said.cpython-{parcel.PYTHON.replace('.', '')}.pyc"
    assert shown(library)[:2] == told
