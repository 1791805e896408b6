"""Finds the tests that prove under Wine nothing that they do not prove on Linux.

A file of tests is plain when neither it nor anything of ours that it loads, near or far, names a
module of the system, and it asks pytest for nothing of the system either. Plain Python computes the
same everywhere: what is left is the same work done twice. Standard library only.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

SYSTEM = frozenset({
    "apsw", "asyncio", "concurrent", "ctypes", "fcntl", "fido2", "getpass", "glob", "http",
    "importlib", "locale", "mmap", "msvcrt", "multiprocessing", "os", "pathlib", "platform",
    "platformdirs", "psutil", "pypdfium2", "pypdfium2_raw", "pypff", "pyrage", "PySide6", "select",
    "shutil", "signal", "socket", "socketserver", "sqlite3", "ssl", "stat", "subprocess", "sys",
    "tempfile", "threading", "time", "truststore", "urllib", "watchdog", "winreg", "zoneinfo",
})  # fmt: skip
"""Modules that answer otherwise on another system, or whose library is another one there."""

OF_A_TEST = frozenset({"pathlib", "sys"})
"""What a test may name: it reads its vectors, and tells systems apart."""

FIXTURES = re.compile(
    r"\b(tmp_path|tmp_path_factory|quick_path|capsys|capfd|monkeypatch|q\w*app|qtbot)\b"
)

ROOMS = (
    *(f"agentguard.{room}" for room in ("platforms", "sensors", "service", "store", "uplink")),
    "agentguard.base.paths",
    "agentguard.base.settings",
    "agentguard.vault",
)
"""Rooms that are there for the system: what loads one of them is never plain."""

CATALOGUE = "agentguard.base.plugins"
"""Whoever names it loads all that lies in the rooms that it names as well."""

HARMLESS = {
    CATALOGUE: "finds our own modules; the installed program's catalogue is compared",
    "agentguard.platforms": "its doubles are asked for by this name",
    "agentguard.platforms.simulated": "doubles and a clock that a test turns, which ask no system",
    "agentguard.detect.matching.number_words": "reads our own words; test_spoken_numbers.py stays",
    "agentguard.detect.score.fitted": "reads our own weights; test_vectors.py stays",
    "agentguard.base.translations": "reads our own sentences; tests/unit/test_texts.py stays",
}
"""Modules that name the system and are no reason to run a test again, each with why not."""

KEPT = {
    "tests/unit/detect/text/test_engine.py": "the expressions of re2, another library on Windows",
    "tests/unit/detect/text/test_vectors.py": "each accepted value, by the same library",
}
"""Files that are plain and stay, each with what Windows has to show."""


def plain() -> Iterator[str]:
    """Give the files of plain tests, by their paths from the project's folder."""
    for file in sorted((ROOT / "tests" / "unit").rglob("test_*.py")):
        name = file.relative_to(ROOT).as_posix()
        if name not in KEPT and not reasons(file):
            yield name


def reasons(file: Path) -> list[str]:
    """Give why a file of tests is not plain: each thing of the system that it meets."""
    own = [
        parent / "conftest.py"
        for parent in file.parents
        if parent.is_relative_to(ROOT / "tests" / "unit")
    ]
    loaded = _closure({_name(one) for one in (file, *own) if one.is_file()})
    found = [
        f"{module}: {', '.join(sorted(named))}"
        for module in sorted(loaded)
        if (named := _system(module))
    ]
    return found + sorted(set(FIXTURES.findall(file.read_text(encoding="utf-8"))))


def _system(module: str) -> frozenset[str]:
    """Give what a module names of the system; a room that is there for the system is one name."""
    if module.startswith("tests."):
        return _named(module)[1] - OF_A_TEST
    rooms = frozenset(room for room in ROOMS if f"{module}.".startswith(f"{room}."))
    return rooms or _named(module)[1]


def _closure(begun: set[str]) -> set[str]:
    seen, todo = set(begun), list(begun)
    while todo:
        for module in _named(todo.pop())[0] - seen - HARMLESS.keys():
            seen.add(module)
            todo.append(module)
    return seen


@cache
def _named(module: str) -> tuple[frozenset[str], frozenset[str]]:
    """Give the modules of ours that a module names, with their packages, and the system's."""
    tree = ast.parse(_modules()[module].read_text(encoding="utf-8"))
    names = {name for node in _at_run_time(tree) for name in _imported(node)}
    ours = {".".join(parts[: n + 1]) for parts in map(_parts, names) for n in range(len(parts))}
    if CATALOGUE in ours:
        ours |= {one for name in names for one in _modules() if one.startswith(f"{name}.")}
    others = {name.partition(".")[0] for name in names}
    return frozenset(ours & _modules().keys()), frozenset(others & SYSTEM)


def _parts(name: str) -> list[str]:
    return name.split(".")


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [one.name for one in node.names]
    if isinstance(node, ast.ImportFrom) and node.module:
        return [f"{node.module}.{one.name}" for one in node.names]
    return []


def _at_run_time(tree: ast.AST) -> Iterator[ast.AST]:
    """Give every node but those that only a judge of types reads."""
    for node in ast.iter_child_nodes(tree):
        if not (isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING"):
            yield node
            yield from _at_run_time(node)


@cache
def _modules() -> dict[str, Path]:
    files = (file for room in ("agentguard", "tests") for file in (ROOT / room).rglob("*.py"))
    return {_name(file): file for file in files}


def _name(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


if __name__ == "__main__":
    for one in plain():
        print(one)
