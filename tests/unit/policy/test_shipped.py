"""The shipped policies are good, complete and different, and their words and schema are current."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentguard.model.actions import ActionKind
from agentguard.model.policy import Policy
from agentguard.policy.document import Shape
from agentguard.policy.explanation import explain
from agentguard.policy.parser import parse
from agentguard.policy.schema import json_schema, policy_table, policy_yaml
from agentguard.runtime import known_checks

POLICIES = Path(__file__).parents[3] / "policies"
NAMES = ("baseline", "pci-contact-centre", "work-from-home")

NAMED = 31
"""How many controls each of them names; a new one may be left unsaid, none of these."""


def shipped(name: str) -> Policy:
    return parse((POLICIES / f"{name}.yaml").read_bytes(), name, known_checks.shapes())


def test_these_three_are_shipped() -> None:
    assert sorted(file.stem for file in POLICIES.glob("*.yaml")) == list(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_policy_speaks_of_every_check_or_leaves_it_as_it_is(
    name: str, shapes: tuple[Shape, ...]
) -> None:
    """What is done about a finding is the policy's to say: unsaid, a check is on and reports."""
    policy = shipped(name)
    text = (POLICIES / f"{name}.yaml").read_text("utf-8")
    assert policy.name == name
    assert policy.description
    for shape in shapes:
        control = policy.controls[shape.id]
        if not re.search(rf"^  {shape.id}:", text, re.MULTILINE):
            assert (control.severity, control.respond) == (shape.severity, ())
            assert control.settings == shape.settings_type()
        assert not control.paused
    named = re.findall(r"^  ([a-z-]+):", text.partition("controls:")[2], re.MULTILINE)
    assert len(named) >= NAMED


def test_the_baseline_takes_nothing_away() -> None:
    taken = {ActionKind.VAULT, ActionKind.PURGE}
    assert not any(taken & set(c.respond) for c in shipped("baseline").controls.values())


def test_no_shipped_policy_leaves_an_idle_screen_open_or_pauses_a_check() -> None:
    for name in NAMES:
        policy = shipped(name)
        lock = policy.controls["screen-lock"]
        assert ActionKind.LOCK in lock.respond
        assert getattr(lock.settings, "limit_minutes", 99) <= 15  # PCI DSS 8.2.8
        assert not any(c.paused for c in policy.controls.values())


def test_they_differ_where_it_matters() -> None:
    limits = [
        getattr(shipped(n).controls["screen-lock"].settings, "limit_minutes", 0) for n in NAMES
    ]
    assert limits == [15, 10, 5]
    assert ActionKind.VAULT in shipped("pci-contact-centre").controls["pii-files"].respond
    assert shipped("work-from-home").controls["disk-encryption"].severity.value == "critical"


def test_the_schema_file_is_what_the_program_prints(shapes: tuple[Shape, ...]) -> None:
    kept = (POLICIES / "policy.schema.json").read_text("utf-8")
    assert kept == json.dumps(json_schema(shapes), indent=2, ensure_ascii=False) + "\n"


def test_the_schema_knows_every_key_with_its_words(shapes: tuple[Shape, ...]) -> None:
    schema = json.loads((POLICIES / "policy.schema.json").read_text("utf-8"))
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["required"] == ["policy", "version"]
    controls = schema["properties"]["controls"]["properties"]
    assert set(controls) == {shape.id for shape in shapes}
    limit = controls["screen-lock"]["properties"]["settings"]["properties"]["limit_minutes"]
    assert limit == {
        "type": "integer",
        "minimum": 1,
        "maximum": 60,
        "description": "Minutes without keyboard or mouse until the lock.",
        "default": 15,
    }
    assert not [path for path in _undescribed(schema, "") if "items" not in path]


def _undescribed(schema: dict[str, object], path: str) -> list[str]:
    """Give the keys without a description."""
    found: list[str] = []
    properties = schema.get("properties")
    if isinstance(properties, dict):
        for name, inner in properties.items():
            if "description" not in inner:
                found.append(f"{path}.{name}")
            found += _undescribed(inner, f"{path}.{name}")
    return found


@pytest.mark.parametrize("name", NAMES)
def test_what_show_prints_is_the_same_policy(name: str, shapes: tuple[Shape, ...]) -> None:
    policy = shipped(name)
    again = parse(policy_yaml(policy).encode(), "shown", shapes)
    assert policy_table(again) == policy_table(policy)


TEXTS = st.text(st.characters(exclude_categories=("Cc", "Cs", "Cn", "Co")), max_size=40).filter(
    lambda text: text.isprintable()
)


@settings(max_examples=150, deadline=None)
@given(TEXTS, TEXTS, st.integers(1, 60), st.booleans())
def test_any_text_survives_show_and_parse(name: str, phone: str, limit: int, paused: bool) -> None:
    name, phone = unicodedata.normalize("NFC", name), unicodedata.normalize("NFC", phone)
    source = {
        "policy": "x",
        "version": 1,
        "contact": {"name": name, "phone": phone},
        "controls": {"screen-lock": {"paused": paused, "settings": {"limit_minutes": limit}}},
    }
    first = parse(
        json.dumps(source, ensure_ascii=False).encode(), "f", known_checks.shapes()
    )  # JSON is YAML
    assert (first.contact.name, first.contact.phone) == (name, phone)
    again = parse(policy_yaml(first).encode(), "shown", known_checks.shapes())
    assert policy_table(again) == policy_table(first)


@pytest.mark.parametrize("name", NAMES)
def test_explain_speaks_of_every_measure_in_plain_words(name: str) -> None:
    policy = shipped(name)
    told = explain(policy, {check.id: check.measure for check in known_checks.catalogue()})
    for measure in range(1, 11):
        assert f"\n{measure}. " in told
    for id_ in policy.controls:
        assert f"[{id_}]" in told
    assert "policy." not in told
    assert str(policy.controls["screen-lock"].settings) not in told


def test_explain_tells_what_is_paused_and_what_happens() -> None:
    text = b"policy: x\nversion: 3\ncontrols:\n  firewall: {paused: true}\n\
  screen-lock: {respond: [lock], settings: {limit_minutes: 4}}\n"
    told = explain(parse(text, "f", known_checks.shapes()), {"firewall": 5, "screen-lock": 4})
    assert "Policy x, version 3" in told
    assert "Paused: not looked at" in told
    assert "the screen is locked" in told
    assert "limit_minutes: 4." in told
    assert "No one to call in an incident is named." in told


def test_explain_tells_of_old_files_the_vault_and_nameless_reports() -> None:
    text = b"""
policy: x
version: 3
reports: {person: false}
legal_hold: true
vault: {hold_hours: 24, recovery: [age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj]}
retention: [{folder: ~/Exports, days: 30, kinds: [PAN], warn_days: 5, then: vault}]
"""
    told = explain(parse(text, "f", known_checks.shapes()), {"retention": 10})
    for sentence in (
        "Files * in ~/Exports may become 30 days old.",
        "Only files in which this was found: PAN.",
        "They are told 5 days before.",
        "The response purge moves them to the vault.",
        "A legal hold is in force: nothing is removed",
        "can be opened by this desk and by 1 recovery keys.",
        "leave the vault for good after 24 hours at most.",
        "Reports to the endpoint do not say whose session it is.",
    ):
        assert sentence in told


def test_explain_tells_of_each_group_in_a_line_with_what_it_inherits() -> None:
    text = """policy: p
version: 1
controls:
  reauth:
    settings:
      grace_minutes: 25
      groups: [{name: Till, images: [pos], grace_minutes: 5}, {name: CRM, images: [crm, crm2]}]
  clipboard:
    settings: {rules: [{sources: [crm], then: warn}]}
"""
    told = explain(
        parse(text.encode(), "p.yaml", known_checks.shapes()), {"reauth": 2, "clipboard": 4}
    )
    assert "groups: 2. " in told
    assert "Till: images pos; window_classes *; grace_minutes 5; after_shield code\n" in told
    assert "CRM: images crm, crm2; window_classes *; grace_minutes 25, as for the control; " in told
    assert "(name" not in told
    assert "grace_minutes 0" not in told
