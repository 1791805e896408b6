"""Writes bytecode as Python's `compileall` does, without what a running desk never asks for.

That is which types the arguments of our functions have: six thousand functions would carry it all
day. A class keeps its own, by which records are made, and so does a function with a decorator that
may ask, as `functools.singledispatch` does.

Run with the words of `compileall`, by the Python that the bytecode is for.
"""

from __future__ import annotations

import ast
import importlib.machinery
import runpy
from pathlib import Path
from types import CodeType

OWN = "agentguard"
SILENT = frozenset({
    "abstractmethod", "cache", "classmethod", "contextmanager", "override", "property", "setter",
    "staticmethod",
})  # fmt: skip
"""Decorators that ask a function for no types."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def lean(module: ast.Module) -> ast.Module:
    """Return a module whose functions, and what stands outside of classes, name no types."""
    for node in ast.walk(module):
        if isinstance(node, Function) and all(map(_is_silent, node.decorator_list)):
            _without(node)
    module.body = [_plain(one) for one in module.body]
    return module


def _is_silent(decorator: ast.expr) -> bool:
    name = decorator.attr if isinstance(decorator, ast.Attribute) else getattr(decorator, "id", "")
    return name in SILENT


def _without(function: Function) -> None:
    given = function.args
    function.returns = None
    for one in (*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg):
        if one is not None:
            one.annotation = None


def _plain(statement: ast.stmt) -> ast.stmt:
    if not isinstance(statement, ast.AnnAssign) or not isinstance(statement.target, ast.Name):
        return statement
    if statement.value is None:
        return ast.copy_location(ast.Pass(), statement)
    plain = ast.Assign(targets=[statement.target], value=statement.value)
    return ast.copy_location(plain, statement)


def package(file: Path) -> str:
    """Return the name of the package that a file belongs to, the outermost one."""
    folder = file.parent
    while (folder.parent / "__init__.py").exists():
        folder = folder.parent
    return folder.name


class Loader(importlib.machinery.SourceFileLoader):
    """What `compileall` asks for the code of a source."""

    def source_to_code(  # type: ignore[override] # of more than text, says importlib
        self, data: bytes, path: str, *, _optimize: int = -1
    ) -> CodeType:
        """Return it; that of other libraries as ever."""
        tree = ast.parse(data, path)
        if package(Path(self.path)) == OWN:
            tree = lean(tree)
        code: CodeType = compile(tree, path, "exec", dont_inherit=True, optimize=_optimize)
        return code


if __name__ == "__main__":
    vars(importlib.machinery)["SourceFileLoader"] = Loader
    runpy.run_module("compileall", run_name="__main__", alter_sys=True)
