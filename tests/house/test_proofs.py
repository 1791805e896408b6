"""What each control claims of a framework is what the table says, and what it does not prove."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from agentguard import checks
from agentguard.base import mappings, paths, translations
from agentguard.base.plugins import discover
from agentguard.checks.base import Check
from agentguard.model.proofs import Relation
from agentguard.ui.present import present
from tools.gallery import data

ROOT = Path(__file__).parents[2]
TABLE = tomllib.loads((ROOT / "tests/house/proofs.toml").read_text(encoding="utf-8"))
CHECKS = discover(checks, "CHECK", Check)
WORDS = translations.load()
FORMS = {
    "PCI DSS": re.compile(r"PCI DSS (?:[1-9]|1[0-2])(?:\.[0-9]{1,2}){2,3}"),
    "ISO 27001": re.compile(r"ISO 27001 A\.[5-8]\.[0-9]{1,2}"),
    "NIST CSF": re.compile(r"NIST CSF (?:GV|ID|PR|DE|RS|RC)\.[A-Z]{2}-[0-9]{2}"),
    "CIS": re.compile(r"CIS (?:[1-9]|1[0-8])\.[0-9]{1,2}"),
}
WRONG = {
    "disk-encryption": {"PCI DSS 3.5.1"},  # not since 31 March 2025 on a fixed disk (3.5.1.2)
    "pii-files": {"PCI DSS 3.5.1.2", "PCI DSS 3.3.1"},
    "backup": {"PCI DSS 9.4.1.1"},  # where media lie
    "usb-storage": {"PCI DSS 9.4.1", "CIS 10.3"},  # physical security; autorun
    "auto-logon": {"CIS 4.7"},  # default accounts
    "reauth": {"CIS 6.5"},  # factors of administrators
    "watched-files": {"CIS 3.14"},  # logging of access
    "clipboard": {"NIST CSF PR.DS-01"},  # data at rest
    "payment": {"NIST CSF PR.DS-01"},
}
"""What was once claimed and is not earned, with the reason."""


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.id)
def test_a_control_claims_what_the_table_says_and_nothing_more(check: Check[Any]) -> None:
    said = {relation: [] for relation in TABLE[check.id]}
    for one in mappings.of_check(check.id):
        said.setdefault(one.relation.value, []).append(one.number)
    assert said == TABLE[check.id]
    assert len({one.number for one in mappings.of_check(check.id)}) == len(
        mappings.of_check(check.id)
    )
    assert not WRONG.get(check.id, set()) & {one.number for one in mappings.of_check(check.id)}


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.id)
def test_every_number_has_the_form_of_its_framework(check: Check[Any]) -> None:
    for one in mappings.of_check(check.id):
        assert any(form.fullmatch(one.number) for form in FORMS.values()), one.number


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.id)
def test_a_control_measures_or_disproves_requirements_of_pci_alone(check: Check[Any]) -> None:
    """NIST's own mapping calls every pair with another framework an intersection."""
    for one in mappings.of_check(check.id):
        assert one.relation is Relation.SUPPORTS or one.number.startswith("PCI DSS ")


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.id)
def test_every_control_says_what_it_does_not_prove(check: Check[Any]) -> None:
    said = WORDS.say(f"{check.id}.not")
    assert said.endswith(".")
    assert " not " in said or " nothing " in said


def test_row_267_the_mapping_is_data_and_no_check_names_a_number() -> None:
    """One source: whoever wants another relation changes a file, and nothing else."""
    every = mappings.read(paths.resources()).mapping
    assert {one.id for one in every if one.kind == "check"} == {check.id for check in CHECKS}
    assert len({(one.kind, one.id) for one in every}) == len(every)
    code = sorted((ROOT / "agentguard" / "checks").rglob("*.py"))
    claims = re.compile("|".join(f'"(?:{form.pattern})"' for form in FORMS.values()))
    named = [str(file) for file in code if claims.search(file.read_text(encoding="utf-8"))]
    assert named == []


def test_the_table_has_a_row_for_every_control_and_no_other() -> None:
    assert set(TABLE) == {check.id for check in CHECKS}


def test_whoever_lists_the_numbers_tells_the_relation_and_what_is_not_proved() -> None:
    shipped = json.loads((paths.resources() / "catalogue.json").read_text(encoding="utf-8"))
    for row in shipped:
        assert [one["number"] for one in row["relations"]] == row["proves"]
        assert {one["relation"] for one in row["relations"]} <= set(Relation)
        assert row["not"] == WORDS.say(f"{row['id']}.not")
    view = present(data.good(), WORDS)
    shown = [control for measure in view.measures for control in measure.controls]
    assert shown
    for control in shown:
        assert control.proves.endswith(WORDS.say(f"{control.check}.not"))
        assert re.match(r"Measures |A finding disproves |Supports ", control.proves)


def test_documents_name_for_a_control_only_what_it_earns() -> None:
    """A line of a document that names a control and a number names one of its numbers."""
    numbers = {c.id: {one.number for one in mappings.of_check(c.id)} for c in CHECKS}
    known = re.compile("|".join(f"(?:{form.pattern})" for form in FORMS.values()))
    found = []
    for file in (*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md", ROOT / "SECURITY.md"):
        for line in file.read_text(encoding="utf-8").splitlines():
            named = [id_ for id_ in numbers if f"`{id_}`" in line]
            found += [
                (file.name, id_, number)
                for id_ in named
                for number in known.findall(line)
                if len(named) == 1 and number not in {*numbers[id_], "PCI DSS 4.0.1"}
            ]
    assert found == []


def test_the_page_for_auditors_says_of_every_control_what_the_catalogue_says() -> None:
    page = (ROOT / "docs" / "requirements.md").read_text(encoding="utf-8")
    for check in CHECKS:
        by = {
            r: [p.number for p in mappings.of_check(check.id) if p.relation is r] for r in Relation
        }
        cells = [", ".join(by[r]) or "\N{EN DASH}" for r in Relation]
        assert f"| `{check.id}` | {' | '.join(cells)} | {WORDS.say(f'{check.id}.not')} |" in page
