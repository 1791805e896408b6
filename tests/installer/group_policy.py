"""What a template for Group Policy must be besides well formed: what editors and Intune trip over.

Each rule stands for a template of another maker that failed: explainText and parentCategory on
every policy, equal revisions, no namespace of another file, no name or string twice, both values of
a switch (else "Disabled" only deletes it), every control for the right element.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from lxml import etree

SPACE = "{http://schemas.microsoft.com/GroupPolicy/2006/07/PolicyDefinitions}"
SCHEMA = Path(__file__).parents[1] / "vectors" / "policy_definitions.xsd"
KEY = r"Software\Policies\AgentGuard"
CONTROLS = {"text": "textBox", "enum": "dropdownList"}

Tree = etree._Element


def parsed(data: bytes) -> Tree:
    return etree.fromstring(data)


def problems(admx: bytes, admls: Mapping[str, bytes]) -> list[str]:
    """Give everything that is wrong with a template and its languages."""
    schema = etree.XMLSchema(etree.parse(str(SCHEMA)))
    found = []
    for name, data in {"admx": admx, **admls}.items():
        if not schema.validate(parsed(data)):
            found += [f"{name}: line {e.line}: {e.message}" for e in schema.error_log]
    template = parsed(admx)
    found += _template(template)
    if "en-US" not in admls:
        found.append("no en-US: what every editor falls back to")
    for name, data in admls.items():
        found += [f"{name}: {what}" for what in _language(template, parsed(data))]
    return found


def _template(template: Tree) -> Iterator[str]:
    if list(template.iter(f"{SPACE}using")):
        yield "uses another file, which Intune would want first"
    categories = {c.get("name") for c in template.iter(f"{SPACE}category")}
    supported = {d.get("name") for d in template.iter(f"{SPACE}definition")}
    names = [str(p.get("name")).lower() for p in policies(template)]
    yield from (f"policy {n} twice" for n in {n for n in names if names.count(n) > 1})
    for policy in policies(template):
        name = policy.get("name")
        if policy.get("key") != KEY:
            yield f"policy {name}: outside {KEY}, so it would stay when the policy goes"
        if _ref(policy, "parentCategory") not in categories:
            yield f"policy {name}: no category of this file"
        if _ref(policy, "supportedOn") not in supported:
            yield f"policy {name}: supported on nothing of this file"
        values = [policy.find(f"{SPACE}{v}") is not None for v in ("enabledValue", "disabledValue")]
        if policy.get("valueName") and not all(values):
            yield f"policy {name}: a switch needs both values"
        if (policy.find(f"{SPACE}elements") is None) is bool(policy.get("presentation")):
            yield f"policy {name}: elements and presentation come together"


def _ref(policy: Tree, name: str) -> str | None:
    found = policy.find(f"{SPACE}{name}")
    return found.get("ref") if found is not None else None


def _language(template: Tree, language: Tree) -> Iterator[str]:
    if language.get("revision") != template.get("revision"):
        yield "another revision, so no settings are shown"
    have = {s.get("id") for s in language.iter(f"{SPACE}string")}
    asked = {
        found[1]
        for element in template.iter(etree.Element)
        for value in element.attrib.values()
        if (found := re.fullmatch(r"\$\(string\.(\w+)\)", str(value)))
    }
    yield from (f"string {one} is missing" for one in asked - have)
    yield from (f"string {one} is never used" for one in have - asked)
    shown = {p.get("id"): p for p in language.iter(f"{SPACE}presentation")}
    for policy in policies(template):
        if not policy.get("presentation"):
            continue
        presentation = shown.pop(policy.get("name"), None)
        (element,) = policy.find(f"{SPACE}elements")
        if presentation is None:
            yield f"presentation {policy.get('name')} is missing"
            continue
        (control,) = presentation
        kind = etree.QName(element).localname
        if control.get("refId") != element.get("id"):
            yield f"presentation {policy.get('name')}: no control for its element"
        if etree.QName(control).localname != CONTROLS[kind]:
            yield f"presentation {policy.get('name')}: that control cannot edit a {kind}"
    yield from (f"presentation {one} is never used" for one in shown)


def policies(template: Tree) -> list[Tree]:
    return list(template.iter(f"{SPACE}policy"))
