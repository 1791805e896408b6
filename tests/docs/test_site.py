"""The documentation site is built without a warning, fetches nothing, and says what there is."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agentguard import cli
from tools.docs import controls, hooks

pytestmark = pytest.mark.posix  # it is built where the project is, never on a guarded PC

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "policies/policy.schema.json").read_text(encoding="utf-8"))
SHAPES = SCHEMA["properties"]["controls"]["properties"]


@pytest.mark.heavy
def test_the_site_is_built_without_a_warning_whole_and_fetches_nothing(tmp_path: Path) -> None:
    command = (sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path))
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "PYTHONWARNINGS": "default"}
    built = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=110
    )
    assert built.returncode == 0, built.stderr
    written = {page.relative_to(ROOT / "docs") for page in (ROOT / "docs").rglob("*.md")}
    pages = {*written, *(Path(name) for name in (*hooks.TOP, *controls.pages()))}
    there = {page.relative_to(tmp_path) for page in tmp_path.rglob("*.html")}
    assert {page.with_suffix(".html") for page in pages} <= there
    fetched = re.compile(r'<(?:script|img|iframe)[^>]+src="https?:|<link[^>]+href="https?:')
    for page in there:
        assert not fetched.search((tmp_path / page).read_text(encoding="utf-8")), page


def names(shape: dict[str, Any]) -> Iterator[str]:
    """Yield the names of all settings, also those within lists."""
    for name, one in shape.get("properties", {}).items():
        yield name
        yield from names(one.get("items", one))


@pytest.mark.parametrize("id_", sorted(SHAPES))
def test_the_page_of_a_control_has_every_setting_with_what_it_is(id_: str) -> None:
    page = controls.pages()[f"controls/{id_}.md"]
    for name in names(SHAPES[id_]):
        assert re.search(rf"^\| `(?:[\w.\[\]]+\.)?{name}` \| \S", page, re.MULTILINE) or (
            name == "settings"
        ), name


@pytest.mark.parametrize("id_", sorted(SHAPES))
def test_the_example_of_a_control_is_a_policy(id_: str, tmp_path: Path) -> None:
    page = controls.pages()[f"controls/{id_}.md"]
    (example,) = re.findall(r"```yaml\n(.+?)```", page, re.DOTALL)
    policy = tmp_path / "site.yaml"
    policy.write_text(f"policy: site\nversion: 1\n{example}", encoding="utf-8")
    assert cli.main(["policy", "validate", str(policy)]) == 0


def test_every_control_has_a_page() -> None:
    assert {row["id"] for row in controls.catalogue()} == set(SHAPES)
    assert set(controls.pages()) == {"controls/index.md", *(f"controls/{id_}.md" for id_ in SHAPES)}
