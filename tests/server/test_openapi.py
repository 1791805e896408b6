"""The endpoint does what its description says, for requests that keep to it and for others."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentguard.base.translations import load
from agentguard.server.ingest import openapi
from agentguard.wire import v1
from tests.shapes import shape

DOCUMENT = json.loads(openapi.document(load()))
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
WRONG = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.just([]), st.just({})
)


def operations() -> list[Any]:
    return [result.ok() for result in SCHEMA.get_all_operations()]


def names() -> list[str]:
    return [f"{one.method} {one.path}" for one in operations()]


def send(desk: Any, operation: Any, body: Any) -> Any:
    method = operation.method.upper()
    if method == "GET":
        return desk.get(operation.path.replace("{device}", desk.id))
    if body is not None and isinstance(body, dict):
        body = {**body, "device": desk.id} if "device" in body else body
    raw = b"" if body is None else msgspec.json.encode(body)
    return desk.request(method, operation.path, raw)


def keeps_its_word(operation: Any, answer: Any) -> None:
    """See that the status is a described one, and that the body has the described shape."""
    described = DOCUMENT["paths"][operation.path][operation.method.lower()]["responses"]
    assert str(answer.status_code) in described, answer.text
    content = described[str(answer.status_code)].get("content", {})
    kind = answer.headers["content-type"]
    assert kind in content
    schema = {**content[kind]["schema"], "components": DOCUMENT["components"]}
    shape(schema).validate(answer.json())


def test_it_is_an_openapi_document_of_every_path(running: Any, desk: Any) -> None:
    answer = desk.http.get(openapi.PATH)
    assert answer.json() == DOCUMENT
    assert DOCUMENT["openapi"].startswith("3.1")
    texts = json.dumps(DOCUMENT)
    assert "server.api" not in texts  # every sentence is there
    for path in openapi.paths():
        (method,) = DOCUMENT["paths"][path]
        other = {"get": "PUT", "post": "GET", "put": "POST"}[method]
        assert desk.http.request(other, path).status_code == 405
    handlers = running.server._server.config.app._handlers
    asked = {path for _, path in handlers if path.startswith("/v1/")}
    assert asked == {path for path in openapi.paths() if path.startswith("/v1/")}


@pytest.mark.parametrize("name", names())
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_what_keeps_to_the_description_is_answered_as_described(
    name: str, running: Any, desk: Any, data: st.DataObject
) -> None:
    operation = operations()[names().index(name)]
    body = None
    if operation.method.upper() in {"POST", "PUT"} and operation.body:
        case = data.draw(operation.as_strategy())
        body = case.body if isinstance(case.body, dict) else None
    answer = send(desk, operation, body)
    assert answer.status_code != 503, answer.text
    keeps_its_word(operation, answer)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(field=st.sampled_from(v1.Report.__struct_fields__), value=WRONG)
def test_a_report_with_one_wrong_field_is_answered_as_described(
    running: Any, desk: Any, field: str, value: Any
) -> None:
    body = {**desk.report(), field: value}
    operation = operations()[names().index(f"post {v1.REPORTS}")]
    answer = desk.post(v1.REPORTS, msgspec.json.encode(body))
    assert answer.status_code != 503, answer.text
    keeps_its_word(operation, answer)
