"""The figures of a checkout, counted on a package small enough to count by hand."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tools.figures import __main__ as figures
from tools.figures.graph import components, floors, knots
from tools.figures.imports import Import, When, imports, modules
from tools.figures.sources import count

ROOT = Path(__file__).parents[2]

PACKAGE = {
    "agentguard/__init__.py": "",
    "agentguard/cli.py": "from agentguard.engine import loop\nfrom agentguard.base import LIMIT\n",
    "agentguard/base.py": "LIMIT = 3  # noqa: ERA001\n",
    "agentguard/engine/__init__.py": "",
    "agentguard/engine/loop.py": (
        "from typing import TYPE_CHECKING\n\n"
        "from agentguard import base\n"
        "import agentguard.engine.core\n\n"
        "if TYPE_CHECKING:\n"
        "    from agentguard.cli import nothing\n"
    ),
    "agentguard/engine/core.py": (
        "def run():\n"
        "    from agentguard.engine import loop\n\n"
        "    said = 'type: ignore # noqa'\n"
        "    return loop, said  # type: ignore[no-any-return]\n"
    ),
    "agentguard/long.py": "def long():\n" + "    x = 1\n" * 40,
    "tests/test_one.py": "def test_one():\n    assert True\n",
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name, text in PACKAGE.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return tmp_path


def test_each_import_is_found_with_the_time_it_is_carried_out(tree: Path) -> None:
    assert imports(modules(tree / "agentguard")) == {
        Import("agentguard.cli", "agentguard.engine.loop", When.LOAD),
        Import("agentguard.cli", "agentguard.base", When.LOAD),
        Import("agentguard.engine.loop", "agentguard.base", When.LOAD),
        Import("agentguard.engine.loop", "agentguard.engine.core", When.LOAD),
        Import("agentguard.engine.loop", "agentguard.cli", When.TYPES),
        Import("agentguard.engine.core", "agentguard.engine.loop", When.DEFERRED),
    }


def test_what_is_counted_is_code_and_no_text_that_looks_like_it(tree: Path) -> None:
    counted = count(modules(tree / "agentguard").values())
    assert (counted.files, counted.functions, counted.long_functions) == (7, 2, 1)
    assert (counted.type_ignores, counted.noqas) == (1, 1)
    assert counted.lines == 2 + 1 + 5 + 4 + 41


def test_the_figures_of_a_small_checkout(tree: Path) -> None:
    found = figures.figures(tree, runs=0)
    knot = [["cli", "engine"]]  # the one below TYPE_CHECKING is an arrow of the drawing too
    assert found["rooms"] == {"count": 4, "arrows": 4, "floors": 2, "knots": knot}
    assert found["cycles"]["at_load"] == []
    assert found["cycles"]["deferred_too"] == [["agentguard.engine.core", "agentguard.engine.loop"]]
    assert found["fan_in"]["largest"]["agentguard.base"] == 2
    assert found["fan_in"]["with_one_importer"] == 2
    table = figures.told(found)
    assert "files entered" not in table
    assert "functions over 40 lines              1\n" in table


def test_a_graph_has_its_knots_and_its_longest_way_down() -> None:
    knotted = {"a": ["b"], "b": ["c"], "c": ["b", "d"], "d": [], "e": ["d"]}
    assert knots(knotted) == [["b", "c"]]
    assert floors(knotted) == 3
    places = [sorted(group) for group in components(knotted)]
    assert places.index(["d"]) < places.index(["b", "c"]) < places.index(["a"])
    assert floors({}) == 0
    chain = {str(at): [str(at + 1)] for at in range(5000)}
    assert floors(chain) == 5001, "no recursion runs out"


@pytest.mark.source
def test_this_checkout_has_no_cycle_even_through_imports_inside_functions() -> None:
    found = figures.figures(ROOT, runs=0)
    assert found["cycles"] == {"at_load": [], "deferred_too": []}
    assert found["rooms"]["knots"] == []


@pytest.mark.heavy
@pytest.mark.timeout(400)
def test_the_four_walks_are_walked_and_enter_what_they_must(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["figures", "--json", "--runs", "1"])
    figures.main()
    walks = json.loads(capsys.readouterr().out)["walks"]
    assert tuple(walks) == figures.WALKS
    entered = {name: " ".join(walk["files"]) for name, walk in walks.items()}
    for name, room in (
        ("copy to cleared", "agentguard/checks/clipboard.py"),
        ("file to vault", "agentguard/vault/vault.py"),
        ("report to receipt", "agentguard/server/ingest/"),
        ("policy to desk", "agentguard/trust/"),
    ):
        assert room in entered[name]
        assert "agentguard/engine/" in entered[name]
    assert walks["file to vault"]["in_children_alone"] > 0, "the scan's child was listened to"
