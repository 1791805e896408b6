r"""Makes the templates for Group Policy from the settings' own description: `templates.py FOLDER`.

They follow the public structure of [MS-GPREG] (ADMX and ADML). Each setting of the program becomes
one policy of the class Machine below Software\Policies\AgentGuard, with its words from
`resources/text/<language>/setting.toml`; nothing is written by hand, so nothing can drift.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

from agentguard.base import paths, translations
from agentguard.base.settings import DESCRIBED, LONGEST, Described, Kind
from agentguard.base.translations import Texts

NAME = "agentguard"
SPACE = "http://schemas.microsoft.com/GroupPolicy/2006/07/PolicyDefinitions"
TARGET = "AgentGuard.Policies.Computer"
KEY = r"Software\Policies\AgentGuard"
REVISION = "1.0"
CATEGORY, SUPPORTED = "AgentGuard", "SUPPORTED_0_1"
CULTURES = {
    "en": "en-US",
    "ar": "ar-SA",
    "de": "de-DE",
    "es": "es-ES",
    "fil": "fil-PH",
    "fr": "fr-FR",
    "hi": "hi-IN",
    "pt-BR": "pt-BR",
}
"""The folder that Windows looks for a language's words in."""


def admx() -> bytes:
    """Return the template itself."""
    root = ET.Element("policyDefinitions", xmlns=SPACE, revision=REVISION, schemaVersion="1.0")
    spaces = ET.SubElement(root, "policyNamespaces")
    ET.SubElement(spaces, "target", prefix=NAME, namespace=TARGET)
    ET.SubElement(root, "resources", minRequiredRevision=REVISION)
    definitions = ET.SubElement(ET.SubElement(root, "supportedOn"), "definitions")
    ET.SubElement(definitions, "definition", name=SUPPORTED, displayName=_string(SUPPORTED))
    categories = ET.SubElement(root, "categories")
    ET.SubElement(categories, "category", name=CATEGORY, displayName=_string(CATEGORY))
    policies = ET.SubElement(root, "policies")
    for setting in DESCRIBED:
        _policy(policies, setting)
    return _bytes(root)


def _policy(policies: ET.Element, setting: Described) -> None:
    name = setting.registry
    about = {
        "name": name,
        "class": "Machine",
        "displayName": _string(name),
        "explainText": _string(f"{name}_Help"),
        "key": KEY,
    }
    if setting.kind is Kind.SWITCH:
        policy = ET.SubElement(policies, "policy", about | {"valueName": name})
    else:
        shown = {"presentation": f"$(presentation.{name})"}
        policy = ET.SubElement(policies, "policy", about | shown)
    ET.SubElement(policy, "parentCategory", ref=CATEGORY)
    ET.SubElement(policy, "supportedOn", ref=SUPPORTED)
    if setting.kind is Kind.SWITCH:
        for element, value in (("enabledValue", "1"), ("disabledValue", "0")):
            ET.SubElement(ET.SubElement(policy, element), "decimal", value=value)
        return
    elements = ET.SubElement(policy, "elements")
    field = {"id": f"{name}_Field", "valueName": name, "required": "true"}
    if setting.kind is Kind.TEXT:
        ET.SubElement(elements, "text", field | {"maxLength": str(LONGEST)})
        return
    choice = ET.SubElement(elements, "enum", field)
    for one in setting.choices:
        item = ET.SubElement(choice, "item", displayName=_string(_choice(name, one)))
        ET.SubElement(ET.SubElement(item, "value"), "string").text = one


def _choice(name: str, one: str) -> str:
    return f"{name}_{one}".replace("-", "_")  # no hyphen may stand in the id of a string


def adml(words: Texts) -> bytes:
    """Return the words of a language."""
    root = ET.Element(
        "policyDefinitionResources", xmlns=SPACE, revision=REVISION, schemaVersion="1.0"
    )
    ET.SubElement(root, "displayName").text = words.say("setting.program")
    ET.SubElement(root, "description").text = words.say("setting.description")
    resources = ET.SubElement(root, "resources")
    table = ET.SubElement(resources, "stringTable")
    for id_, text in _strings(words):
        ET.SubElement(table, "string", id=id_).text = text
    presentations = ET.SubElement(resources, "presentationTable")
    for setting in DESCRIBED:
        _presentation(presentations, setting, words)
    return _bytes(root)


def _strings(words: Texts) -> Iterator[tuple[str, str]]:
    yield SUPPORTED, words.say("setting.supported")
    yield CATEGORY, words.say("setting.program")
    for setting in DESCRIBED:
        yield setting.registry, words.say(f"setting.{setting.name}.title")
        yield f"{setting.registry}_Help", words.say(f"setting.{setting.name}.help")
        for one in setting.choices:
            yield _choice(setting.registry, one), words.say(f"setting.{setting.name}.{one}")


def _presentation(presentations: ET.Element, setting: Described, words: Texts) -> None:
    if setting.kind is Kind.SWITCH:
        return
    shown = ET.SubElement(presentations, "presentation", id=setting.registry)
    field, label = f"{setting.registry}_Field", words.say(f"setting.{setting.name}.label")
    if setting.kind is Kind.TEXT:
        ET.SubElement(ET.SubElement(shown, "textBox", refId=field), "label").text = label
        return
    ET.SubElement(shown, "dropdownList", refId=field, noSort="true").text = label


def _string(id_: str) -> str:
    return f"$(string.{id_})"


def _bytes(root: ET.Element) -> bytes:
    ET.indent(root)
    written: bytes = ET.tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + written + b"\n"


def made() -> Iterator[tuple[str, bytes]]:
    """Yield every file by its place below the folder of the templates."""
    yield f"{NAME}.admx", admx()
    for folder in sorted((paths.resources() / "text").iterdir()):
        if folder.name in CULTURES and (folder / "setting.toml").exists():
            yield f"{CULTURES[folder.name]}/{NAME}.adml", adml(translations.load(folder.name))


def main() -> int:
    """Write the templates."""
    parser = argparse.ArgumentParser(description="Make the templates for Group Policy.")
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).parent)
    given = parser.parse_args()
    for place, data in made():
        (given.folder / place).parent.mkdir(parents=True, exist_ok=True)
        (given.folder / place).write_bytes(data)
        print(given.folder / place)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
