"""Requirements are data: controls, lessons and records bear on known ones, and say their limit."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from agentguard.base import lessons, mappings, paths, requirements
from agentguard.base.errors import CannotError
from agentguard.model.proofs import Proof, Relation


def test_row_287_whatever_ships_bears_on_known_requirements_and_says_what_it_lacks() -> None:
    every = requirements.load()
    assert [one.id for one in every] == ["PCI DSS", "ISO 27001", "NIST CSF", "CIS", "Measure"]
    rows = [(b.kind, b.id) for one in every for r in one.requirements for b in r.bearings]
    checks = json.loads((paths.resources() / "catalogue.json").read_text(encoding="utf-8"))
    assert {id_ for kind, id_ in rows if kind == "check"} == {one["id"] for one in checks}
    assert {id_ for kind, id_ in rows if kind == "lesson"} == {one.id for one in lessons.load()}
    for framework in every:
        assert framework.source
        for one in framework.requirements:
            assert one.bearings, f"{one.id}: nothing bears on it"
            assert one.words.strip() == one.words
            assert all(bearing.lacks for bearing in one.bearings)
            assert one.words[-1] not in ".!", "a label, no sentence"


def test_row_267_a_control_bears_on_what_the_file_says() -> None:
    proofs = mappings.of_check("screen-lock")
    assert Proof("PCI DSS 8.2.8", Relation.MEASURES) in proofs
    assert mappings.of_check("nothing-of-the-kind") == ()
    by_page = {
        (r.id, b.id, b.relation)
        for one in requirements.load()
        for r in one.requirements
        for b in r.bearings
        if b.kind == "check" and one.id != requirements.MEASURE
    }
    by_file = {
        (proof.number, one.id, proof.relation.value)
        for one in mappings.read(paths.resources()).mapping
        if one.kind == "check"
        for proof in one.proofs
    }
    assert by_page == by_file


def test_row_267_a_lost_file_is_told_at_the_desk_as_well(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "requirements" / "mappings.toml").unlink()
    monkeypatch.setattr(paths, "resources", lambda: folder)
    mappings._of_checks.cache_clear()
    with pytest.raises(CannotError):
        mappings.of_check("screen-lock")
    monkeypatch.undo()
    assert mappings.of_check("screen-lock")


def test_only_one_control_of_a_requirement_may_measure_it() -> None:
    """What measures is evidence by itself; two of them would be two answers."""
    for framework in requirements.load():
        for one in framework.requirements:
            measured = [bearing for bearing in one.bearings if bearing.relation == "measures"]
            assert len(measured) <= 1
            assert not measured or framework.id == "PCI DSS"


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("PCI DSS 8.2.8", ["PCI DSS 8.2.8"]),
        ("pci dss 8.2.8", ["PCI DSS 8.2.8"]),
        ("a.8.1", ["ISO 27001 A.8.1"]),
        ("11.5.2", ["PCI DSS 11.5.2"]),
        ("nowhere", []),
    ],
)
def test_a_requirement_is_found_by_its_name(name: str, wanted: list[str]) -> None:
    found = requirements.choose(requirements.load(), name)
    assert [r.id for one in found for r in one.requirements] == wanted


def test_a_framework_is_found_by_its_name() -> None:
    for name in ("cis", "CIS"):
        (found,) = requirements.choose(requirements.load(), name)
        assert found == next(one for one in requirements.load() if one.id == "CIS")
    assert requirements.choose(requirements.load(), "") == requirements.load()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(paths.resources() / "requirements", tmp_path / "requirements")
    shutil.copy(paths.resources() / "catalogue.json", tmp_path / "catalogue.json")
    return tmp_path


def _cut(folder: Path) -> None:
    file = folder / "requirements" / "1-pci-dss.toml"
    said = file.read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join(one for one in said if not one.startswith('"8.2.8"')), "utf-8")


def _drop(folder: Path) -> None:
    (folder / "requirements" / "mappings.toml").unlink()


def _empty(folder: Path) -> None:
    for file in (folder / "requirements").glob("[0-9]*"):
        file.unlink()


def _odd(folder: Path) -> None:
    (folder / "requirements" / "4-cis.toml").write_text('id = "CIS"\nmore = 1\n', "utf-8")


def _more(row: str) -> Any:
    """Give what adds a row to the mappings."""

    def harm(folder: Path) -> None:
        with (folder / "requirements" / "mappings.toml").open("a", encoding="utf-8") as file:
            file.write(f"\n[[mapping]]\n{row}\n")

    return harm


_UNKNOWN = _more('kind = "check"\nid = "firewall-2"\nsupports = ["PCI DSS 99.9"]')
_NOTHING = _more('kind = "check"\nid = "x"')
_TWICE = _more('kind = "check"\nid = "x"\nsupports = ["CIS 4.5"]\nmeasures = ["CIS 4.5"]')
_LACKING = _more('kind = "record"\nid = "x"\nsupports = ["CIS 4.5"]')
_OWN_WORDS = _more('kind = "check"\nid = "x"\nsupports = ["CIS 4.5"]\nnot = "All."')


@pytest.mark.parametrize(
    "harm", [_cut, _drop, _empty, _odd, _UNKNOWN, _NOTHING, _TWICE, _LACKING, _OWN_WORDS]
)
def test_row_287_a_damaged_file_is_named_and_nothing_is_left_out(folder: Path, harm: Any) -> None:
    assert requirements.read(folder) == requirements.load()
    harm(folder)
    with pytest.raises(CannotError):
        requirements.read(folder)
