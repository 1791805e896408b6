"""A policy as plain data and as YAML with every default filled in, and the JSON schema of it.

The schema (draft 2020-12) is for editors, made from the declaration that policies are read by.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass

from agentguard.base import translations
from agentguard.model.policy import Control, Policy
from agentguard.model.records import Json
from agentguard.policy.document import Shape, document
from agentguard.policy.spec import (
    Choice,
    Entry,
    Flag,
    Listing,
    Record,
    Spec,
    Whole,
    Words,
)
from agentguard.policy.validation import OWN_KEY

DIALECT = "https://json-schema.org/draft/2020-12/schema"
WIDTH = 100


def plain(value: object) -> Json:
    """Return the plain form of a setting's value: texts, numbers, flags, lists and tables."""
    if isinstance(value, (tuple, list)):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if is_dataclass(value):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, (bool, int)):
        return value
    return str(value)


def policy_table(policy: Policy) -> dict[str, Json]:
    """Return a policy as a policy file says it."""
    return {
        "policy": policy.name,
        "version": policy.version,
        "description": policy.description,
        "watch": plain(policy.watch),
        "detection": plain(policy.detection),
        "payment": plain(policy.payment),
        "retention": plain(policy.retention),
        "legal_hold": policy.legal_hold,
        "vault": plain(policy.vault),
        "backup_markers": plain(policy.backup_markers),
        "calls": plain(policy.calls),
        "shift": plain(policy.shift),
        "attention": plain(policy.attention),
        "reports": plain(policy.reports),
        "lessons": plain(policy.lessons),
        "contact": plain(policy.contact),
        "release": plain(policy.release),
        "controls": {id_: _control(c) for id_, c in policy.controls.items()},
    }


def _control(control: Control) -> Json:
    return {
        "paused": control.paused,
        "severity": control.severity.value,
        "owner": control.owner.value,
        "respond": [kind.value for kind in control.respond],
        "settings": plain(control.settings),
    }


def policy_yaml(policy: Policy) -> str:
    """Return a policy as the text of a policy file."""
    from ruamel.yaml import YAML  # noqa: PLC0415 - only commands write one

    writer = YAML(typ="safe", pure=True)
    writer.default_flow_style = False
    writer.width = WIDTH
    writer.sort_base_mapping_type_on_output = False  # type: ignore[assignment] # untyped upstream
    writer.allow_unicode = True
    text = io.StringIO()
    writer.dump(policy_table(policy), text)
    return text.getvalue()


def json_schema(shapes: tuple[Shape, ...]) -> dict[str, Json]:
    """Return the schema for these checks."""
    words = translations.load()
    return {
        "$schema": DIALECT,
        "title": words.say("policy.schema-title"),
        "description": words.say("policy.schema-description"),
        **_schema(document(shapes)),
    }


def _schema(spec: Spec) -> dict[str, Json]:
    match spec:
        case Record():
            return _record(spec)
        case Listing():
            return _listing(spec)
        case Choice():
            return {"type": "string", "enum": list(spec.options)}
        case Whole():
            return {"type": "integer", "minimum": spec.low, "maximum": spec.high}
        case Flag():
            return {"type": "boolean"}
        case Words():
            return _words(spec)


def _words(spec: Words) -> dict[str, Json]:
    schema: dict[str, Json] = {"type": "string", "maxLength": spec.longest}
    if spec.pattern is not None:
        schema["pattern"] = f"^(?:{spec.pattern})$"
    return schema


def _listing(spec: Listing) -> dict[str, Json]:
    schema: dict[str, Json] = {"type": "array", "items": _schema(spec.item), "maxItems": spec.most}
    if spec.least:
        schema["minItems"] = spec.least
    if isinstance(spec.item, Choice):
        schema["uniqueItems"] = True
    return schema


def _record(spec: Record) -> dict[str, Json]:
    needed: list[Json] = [name for name, e in spec.entries.items() if e.default is MISSING]
    schema: dict[str, Json] = {
        "type": "object",
        "properties": {name: _entry(name, entry) for name, entry in spec.entries.items()},
        "patternProperties": {f"^{OWN_KEY}": True},
        "additionalProperties": False,
    }
    if needed:
        schema["required"] = needed
    return schema


def _entry(name: str, entry: Entry) -> dict[str, Json]:
    schema = _schema(entry.spec)
    if doc := entry.doc or _title(name):
        schema["description"] = doc
    if entry.default is not MISSING and not isinstance(entry.default, Mapping):
        default = plain(entry.default)
        if not isinstance(default, dict):
            schema["default"] = default
    return schema


def _title(name: str) -> str:
    words = translations.load()
    return words.say(f"{name}.title") if words.has(f"{name}.title") else ""
