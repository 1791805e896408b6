"""The software catalogue that ships: broad, sourced, and right on real names of programs."""

from __future__ import annotations

import csv
import gc
import json
import shutil
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import ModuleType
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.base import paths, translations
from agentguard.base.errors import CannotError
from agentguard.model.software import Today
from agentguard.software import identify, shipped
from agentguard.software.catalogue import Product, ReleaseLine
from agentguard.software.match import Matcher

NAMES = Path(__file__).parents[2] / "vectors" / "software" / "names.tsv"
CATALOGUE = shipped.matcher().catalogue
NOW = Today(day=date(2026, 11, 30), compiled=CATALOGUE.compiled)
NO_RULE, PART = "?", "-"
ALSO = {"supported": ("ending",), "ending": (), "ended": ("exploited",)}
"""What the list of names does not tell: an end that is near, and what is being attacked."""


def names() -> list[dict[str, str]]:
    """Read the real names with what was told of each."""
    with NAMES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def _beneath(whole: object) -> Iterator[object]:
    """Yield everything that an object holds, but for types and modules."""
    waiting, met = [whole], {id(whole)}
    while waiting:
        for one in gc.get_referents(waiting.pop()):
            if id(one) not in met and not isinstance(one, type | ModuleType):
                met.add(id(one))
                waiting.append(one)
                yield one


def test_row_386_of_products_that_nobody_asked_for_no_line_and_no_day_is_kept() -> None:
    products = shipped.read(paths.resources() / "software").products
    assert not [one for one in _beneath(products) if isinstance(one, Product | ReleaseLine | date)]
    lines = [line for product in products.values() for line in product.lines]
    assert len(lines) > 3000
    assert any(one is lines[0] for one in _beneath(products)), "what was asked for is kept"


def test_row_201_the_list_of_names_is_long_and_has_strangers_and_parts() -> None:
    wanted = [row["product"] for row in names()]
    assert len(wanted) >= 950
    assert wanted.count(NO_RULE) >= 300
    assert wanted.count(PART) >= 120


def test_it_is_broad() -> None:
    lines = sum(len(one.lines) for one in CATALOGUE.products.values())
    assert len(CATALOGUE.products) >= 200
    assert lines >= 1200


def is_known(row: dict[str, str]) -> bool:
    """Check that a name is a part, a stranger, or the product and line with its state and end."""
    found = shipped.matcher().match(row["name"], row["version"], row["publisher"], now=NOW)
    if row["product"] == PART:
        return bool(found.part)
    known = found.product == ("" if row["product"] == NO_RULE else row["product"])
    told = row["state_2026_11_30"]
    if told in ALSO:
        known &= found.state.value in {*ALSO[told], told}
        known &= str(found.date) == row["eol_2026_08"]
    return known and row["line"] in {"", found.line}


def test_a_real_name_is_known_as_what_it_is() -> None:
    assert [row for row in names() if not is_known(row)] == []


def test_every_rule_holds_for_its_examples_and_not_for_what_it_refuses() -> None:
    identify.check(identify.Identifier(CATALOGUE), CATALOGUE.rules)


def test_every_product_has_a_rule_or_comes_from_the_public_list() -> None:
    public = json.loads((paths.resources() / "software" / "lifecycle.json").read_text())
    known = {rule.product for rule in CATALOGUE.rules}
    assert set(CATALOGUE.products) - set(public["products"]) <= known


def test_every_day_that_is_kept_by_hand_was_read_at_its_source() -> None:
    kept = tomllib.loads((paths.resources() / "software" / "products.toml").read_text("utf-8"))
    lines = [line for product in kept["product"] for line in product.get("lines", ())]
    assert len(lines) > 20
    for line in lines:
        assert urlsplit(line["source"]).scheme == "https", line
        assert line["security"] is True or line["checked"] <= date(2026, 11, 30), line
    (own,) = (one for one in shipped.known().sources if one.name == "AgentGuard")
    assert own.day == min(line["checked"] for line in lines if "checked" in line)


def test_every_reason_has_words() -> None:
    words = translations.load()
    for product in CATALOGUE.products.values():
        assert not product.note or words.has(f"support.{product.note}"), product


def test_no_rule_names_everything() -> None:
    for name in ("", "x", "Program", "1.2.3", "Setup", "Microsoft", "Update", "a" * 400):
        found = shipped.matcher().match(name, "1.0", "", now=NOW)
        assert found.product == "", name


@given(st.text(max_size=400), st.text(max_size=40), st.text(max_size=40))
def test_any_name_in_any_script_is_told_without_a_fault(
    name: str, version: str, publisher: str
) -> None:
    found = shipped.matcher().match(name, version, publisher, now=NOW)
    assert found.name == name


def test_of_parts_of_names_nothing_is_known_by_likeness() -> None:
    for row in names():
        if row["product"] not in {NO_RULE, PART}:
            found = shipped.matcher().match(f"My {row['name']} helper tool", "1", "", now=NOW)
            assert found.product in {"", PART}, row["name"]


def copied(folder: Path) -> Path:
    """Copy the catalogue to change it."""
    shutil.copytree(paths.resources() / "software", folder / "software")
    return folder / "software"


@pytest.mark.parametrize(
    ("file", "before", "after", "why"),
    [
        ("lifecycle.json", '"format": 1', '"format": 2', "format 2"),
        ("lifecycle.json", "{", "", "damaged"),
        ("lifecycle.json", '"2026-08-18", null, false', '"soon", null, false', "soon"),
        ("exploited.json", '"added"', '"seen"', "added"),
        ("releases.json", '"releases"', '"others"', "releases"),
        ("products.toml", "checked = 2", "seen = 2", "products.toml"),
        ("rules/browsers.toml", "product = ", "produce = ", "browsers.toml"),
        ("rules/java.toml", 'line = "java"', 'line = "tea"', "unknown way to its line: tea"),
        ("rules/java.toml", 'version = "java"', 'version = "tea"', "way to its version: tea"),
        ("rules/java.toml", 'product = "oracle-jdk"', 'product = "cake"', "of no product"),
        ("rules/java.toml", "Java(?:", "Java((?:", "damaged pattern"),
    ],
)
def test_a_damaged_catalogue_says_where(
    tmp_path: Path, file: str, before: str, after: str, why: str
) -> None:
    folder = copied(tmp_path)
    text = (folder / file).read_text(encoding="utf-8")
    assert before in text
    (folder / file).write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(CannotError, match=why):
        Matcher(shipped.read(folder))


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(CannotError, match=r"lifecycle\.json"):
        shipped.read(tmp_path)


def test_a_rule_that_does_not_hold_for_its_example_is_named(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    file = folder / "rules" / "java.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('"8.0.2110.9", "", "8"', '"8.0.2110.9", "", "9"', 1))
    catalogue = shipped.read(folder)
    with pytest.raises(CannotError, match="oracle-jdk does not hold"):
        identify.check(identify.Identifier(catalogue), catalogue.rules)
