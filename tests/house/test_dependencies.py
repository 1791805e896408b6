"""What is installed with the program is used by it, and what it uses is named."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
BY_NAME = {
    "httptools": "uvicorn takes it when it is there",
    "uvloop": "uvicorn is told to take it when it is there",
}
COMES_ALONG = {
    "shiboken6": "a part of PySide6-Essentials, of the same release",
    "joserfc": "authlib's own types of keys and tokens",
}


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(wanted: Iterable[str]) -> set[str]:
    return {plain(re.split(r"[^\w.-]", one)[0]) for one in wanted}


@cache
def imported() -> dict[str, set[str]]:
    """Return the distributions that the program imports, each with the files that do."""
    made_of = packages_distributions()
    found: dict[str, set[str]] = {}
    for file in sorted((ROOT / "agentguard").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            for top in {name.partition(".")[0] for name in names} - set(sys.stdlib_module_names):
                for distribution in made_of.get(top, ()):
                    found.setdefault(plain(distribution), set()).add(file.name)
    return {name: files for name, files in found.items() if name != "agentguard"}


@pytest.mark.heavy
def test_each_dependency_is_imported_by_the_program() -> None:
    extras = PROJECT["optional-dependencies"].values()
    every = declared(one for group in (PROJECT["dependencies"], *extras) for one in group)
    here = {one for one in every if one in imported() or one in BY_NAME}
    assert every - here == set()


def test_what_is_imported_is_declared() -> None:
    extras = PROJECT["optional-dependencies"].values()
    every = declared(one for group in (PROJECT["dependencies"], *extras) for one in group)
    assert set(imported()) - every - set(COMES_ALONG) == set()


def test_each_exception_is_still_one() -> None:
    assert not set(BY_NAME) & set(imported())
    assert set(COMES_ALONG) <= set(imported())
