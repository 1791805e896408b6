"""The JSON schema of a policy (draft 2020-12) for editors, made from the same declaration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING

from agentguard.base import translations
from agentguard.model.records import Json
from agentguard.policy.document import Shape, document
from agentguard.policy.plain_data import plain
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
