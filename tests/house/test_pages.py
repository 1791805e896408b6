"""A page of the documentation has one title, begins with an example, and links to others."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

pytestmark = pytest.mark.source

ROOT = Path(__file__).parents[2]
PAGES = [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
SOON = 10  # lines
EXAMPLE = re.compile(r"(?:```|    \S|!\[|1\. )|.*For example")


def lines(page: Path) -> list[str]:
    return page.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_has_one_title_and_an_example_soon(page: Path) -> None:
    first, *others = lines(page)
    assert first.startswith("# ")
    code = False
    for line in others:
        code ^= line.startswith("```")
        assert code or not line.startswith("# "), line
    assert any(EXAMPLE.match(line) for line in others[: SOON - 1])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_leads_to_another_by_a_link(page: Path) -> None:
    """Write [ADR 1](adr/0001-house.md): what stands between backticks cannot be followed."""
    assert [line for line in lines(page) if re.search(r"`docs/[\w/-]+\.md`", line)] == []


def test_no_two_pages_have_one_title() -> None:
    titles = Counter(lines(page)[0] for page in PAGES)
    assert [title for title, count in titles.items() if count > 1] == []


PLACE = re.compile(
    r"`((?:agentguard|tests|installer|tools|benchmarks|resources|policies)/[\w./-]+)`"
)
MODULE = re.compile(r"python3? -m ((?:agentguard|tests|installer|tools)[\w.]+)")


@pytest.mark.parametrize("page", [*PAGES, ROOT / "SECURITY.md"], ids=lambda page: page.stem)
def test_what_a_page_names_is_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    named = [*PLACE.findall(text), *(m.replace(".", "/") for m in MODULE.findall(text))]
    there = (ROOT / name for name in named)
    assert [p for p in there if not (p.exists() or p.with_suffix(".py").exists())] == []
