"""What the run under Wine leaves to Linux: a name that fits nothing would leave nothing out."""

from __future__ import annotations

import ast
import runpy
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def left_out() -> tuple[str, ...]:
    sys.path.insert(0, str(ROOT / "tests" / "windows"))
    try:
        found = runpy.run_path(str(ROOT / "tests" / "windows" / "run.py"))
    finally:
        del sys.path[0]
    return tuple(found["OF_LINUX_ALONE"])


def test_each_is_there(left_out: tuple[str, ...]) -> None:
    for word in left_out:
        file, _, name = word.partition("::")
        tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
        names = {one.name for one in tree.body if isinstance(one, ast.FunctionDef | ast.ClassDef)}
        bound = {
            target.id
            for one in tree.body
            if isinstance(one, ast.Assign)
            for target in one.targets
            if isinstance(target, ast.Name)
        }
        assert not name or name in names | bound, word
    assert list(left_out) == sorted(set(left_out)), "each once, in order"


def test_what_is_of_windows_stays(left_out: tuple[str, ...]) -> None:
    """Paths, files, the store, the vault and what calls the system are proved there too."""
    whole = [word for word in left_out if "::" not in word]
    rooms = ("platforms", "store", "vault", "sensors", "uplink", "keeper")
    kept = tuple(f"tests/unit/{room}/" for room in rooms)
    assert [word for word in whole if word.startswith(kept)] == [
        "tests/unit/store/test_every_change.py"
    ]
    assert not [word for word in left_out if word.startswith(("tests/windows", "tests/contract"))]
