"""Describes the devices' interface (OpenAPI 3.1), from the types of the wire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from agentguard import __version__
from agentguard.base.translations import Texts
from agentguard.wire import (
    apps,
    data_request,
    inventory,
    keeper_messages,
    openings,
    reading,
    v1,
)
from agentguard.wire.lesson_messages import LESSONS, LessonsAsked, LessonsGiven
from agentguard.wire.proof_messages import ProofAnswer, ProofAsked

PATH = "/v1/openapi.json"
OPENAPI = "3.1.0"
_REF = "#/components/schemas/{name}"
_SIGNED = ("content-digest", "signature-input", "signature")
_ENCODINGS = ("gzip", "zstd")

# (asked, answered, the status of success, signed): bytes are a document as it was signed elsewhere.
_POSTS: Mapping[str, tuple[type[v1.Struct], type[v1.Struct], int, bool]] = {
    v1.ENROL: (v1.Enrol, v1.Enrolled, 201, False),
    v1.REPORTS: (v1.Report, v1.Received, 200, True),
    keeper_messages.KEEPER: (v1.Report, v1.Received, 200, True),
    v1.PROOFS: (ProofAsked, ProofAnswer, 200, True),
    openings.OPENINGS: (openings.OpeningsAsked, openings.OpeningsGiven, 200, True),
    LESSONS: (
        LessonsAsked,
        LessonsGiven,
        200,
        True,
    ),
    apps.APPS: (apps.AppAsked, apps.AppGiven, 200, True),
    v1.ROTATE: (v1.NewKey, v1.KeyTaken, 200, True),
    v1.SPLIT: (v1.NewKey, v1.KeyTaken, 200, True),
}
_PUTS: Mapping[str, tuple[type[v1.Struct], type[v1.Struct], int, bool]] = {
    inventory.INVENTORY: (inventory.Inventory, inventory.InventoryAnswer, 200, True),
}
_BARE_POSTS: Mapping[str, type[v1.Struct]] = {keeper_messages.CODE: keeper_messages.CodeGiven}
_GETS: Mapping[str, type[v1.Struct]] = {data_request.HELD: data_request.HeldGiven}
_READ: Mapping[str, type[v1.Struct]] = {
    reading.VERDICTS: reading.VerdictGiven,
    reading.DESKS: reading.DesksRead,
    reading.FINDINGS: reading.FindingsRead,
}
"""What is read with a token."""
_OPEN: Mapping[str, type[v1.Struct]] = {reading.VERDICT_KEYS: reading.VerdictKeys}
_TOKEN = "token"  # noqa: S105 - the name of a scheme
_READ_REFUSALS = (400, 401, 403, 404, 413, 415, 429, 503)
_PAGES = ("after", "limit")
_DOCUMENTS = (v1.POLICY, v1.ROOTS, v1.CATALOGUE)
_LIVE = "/healthz"
_SIGNED_REFUSALS = (400, 401, 403, 404, 409, 410, 413, 415, 429, 503)
_LATER = (429, 503)
_OPEN_REFUSALS = (400, 403, 413, 415, 429, 503)


def paths() -> Sequence[str]:
    """Return every path that is described."""
    return (
        *_POSTS, *_PUTS, *_BARE_POSTS, *_GETS, *_READ, *_OPEN, *_DOCUMENTS, _LIVE, PATH,
    )  # fmt: skip


def document(words: Texts) -> bytes:
    """Return the description as JSON."""
    sent = {**_POSTS, **_PUTS}
    types = {one for asked, given, *_ in sent.values() for one in (asked, given)}
    types |= {*_BARE_POSTS.values(), *_GETS.values(), *_READ.values(), *_OPEN.values(), v1.Problem}
    ordered = sorted(types, key=lambda one: one.__name__)
    _, schemas = msgspec.json.schema_components(ordered, ref_template=_REF)
    every: dict[str, Any] = {path: {"post": _sent(path, _POSTS, words)} for path in _POSTS}
    every |= {path: {"put": _sent(path, _PUTS, words)} for path in _PUTS}
    for path, given in _BARE_POSTS.items():
        every[path] = {"post": _operation(path, words, 201, _content(given), signed=True)}
    for path, given in _GETS.items():
        every[path] = {"get": _operation(path, words, 200, _content(given), signed=True)}
    for path, given in _READ.items():
        every[path] = {"get": _read(path, words, _content(given))}
    for path, given in _OPEN.items():
        every[path] = {"get": _operation(path, words, 200, _content(given), signed=False)}
    for path in _DOCUMENTS:
        answer: dict[str, Any] = {"application/json": {"schema": {}}}
        every[path] = {"get": _operation(path, words, 200, answer, signed=True)}
        every[path]["get"]["responses"]["304"] = {"description": words.say("server.api.same")}
    for path in (_LIVE, PATH):
        answer = {"application/json": {"schema": {"type": "object"}}}
        every[path] = {"get": _operation(path, words, 200, answer, signed=False)}
    return msgspec.json.encode(
        {
            "openapi": OPENAPI,
            "info": {
                "title": words.say("server.api.title"),
                "version": __version__,
                "description": words.say("server.api.description"),
            },
            "paths": every,
            "components": {
                "schemas": schemas,
                "securitySchemes": {_TOKEN: {"type": "http", "scheme": "bearer"}},
            },
        }
    )


def _sent(
    path: str, of: Mapping[str, tuple[type[v1.Struct], type[v1.Struct], int, bool]], words: Texts
) -> dict[str, Any]:
    asked, given, status, signed = of[path]
    made = _operation(path, words, status, _content(given), signed=signed)
    made["requestBody"] = {"required": True, "content": _content(asked)}
    made["parameters"].append(
        {
            "name": "content-encoding",
            "in": "header",
            "required": False,
            "description": words.say("server.api.encoding"),
            "schema": {"type": "string", "enum": list(_ENCODINGS)},
        }
    )
    return made


def _read(path: str, words: Texts, content: dict[str, Any]) -> dict[str, Any]:
    """Describe what is read with a token: one desk by its id, or a page of a list."""
    made = _operation(path, words, 200, content, signed=False, refusals=_READ_REFUSALS)
    made["security"] = [{_TOKEN: []}]
    text: dict[str, Any] = {"type": "string"}
    number: dict[str, Any] = {"type": "integer", "minimum": 1, "maximum": reading.MOST}
    if path == reading.VERDICTS:
        made["parameters"] = [_parameter("device", "path", text, words)]
    else:
        schemas = dict(zip(_PAGES, (text, number), strict=True))
        made["parameters"] = [_parameter(n, "query", s, words) for n, s in schemas.items()]
    return made


def _parameter(name: str, place: str, schema: dict[str, Any], words: Texts) -> dict[str, Any]:
    return {
        "name": name,
        "in": place,
        "required": place == "path",
        "description": words.say(f"server.api.{name}"),
        "schema": schema,
    }


def _operation(
    path: str,
    words: Texts,
    status: int,
    content: dict[str, Any],
    *,
    signed: bool,
    refusals: tuple[int, ...] = (),
) -> dict[str, Any]:
    name = path.strip("/").replace("/{device}", "").replace("/", "-")
    refusals = refusals or (_SIGNED_REFUSALS if signed else _OPEN_REFUSALS)
    refused = {
        "description": words.say("server.api.refused"),
        "content": {"application/problem+json": _content(v1.Problem)["application/json"]},
    }
    return {
        "operationId": name,
        "summary": words.say(f"server.api.{name}"),
        "parameters": [_header(name, words) for name in _SIGNED] if signed else [],
        "responses": {
            str(status): {"description": words.say("server.api.taken"), "content": content},
            **{str(one): _waited(refused, words) if one in _LATER else refused for one in refusals},
        },
    }


def _waited(refused: dict[str, Any], words: Texts) -> dict[str, Any]:
    told = {"description": words.say("server.api.retry-after"), "schema": {"type": "integer"}}
    return {**refused, "headers": {"Retry-After": told}}


def _header(name: str, words: Texts) -> dict[str, Any]:
    return {
        "name": name,
        "in": "header",
        "required": True,
        "description": words.say(f"server.api.{name}"),
        "schema": {"type": "string"},
    }


def _content(type_: type[v1.Struct]) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": _REF.format(name=type_.__name__)}}}
