"""Each text, list, dictionary and number that the endpoint reads from a desk has a largest one.

What it reads is found by asking the modules of `ingest` for their decoders: a new field, or a new
kind of request, fails here until it has a bound.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import msgspec
import pytest
from msgspec import inspect

from agentguard.server import ingest
from agentguard.server.ingest.reports import _decoded
from agentguard.wire import v1

BY_COUNT = {("Report", "events"), ("Report", "controls")}
"""These are counted by the door, which answers 413."""


def read() -> dict[str, type]:
    """Give the types that come from desks."""
    found = {}
    for module in pkgutil.iter_modules(ingest.__path__):
        loaded = import_module(f"{ingest.__name__}.{module.name}")
        for value in vars(loaded).values():
            if isinstance(value, msgspec.json.Decoder):
                found[value.type.__name__] = value.type
    return found


TYPES = read()


def unbounded(one: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Give where a value may be as large as it likes."""
    if _loose(one) and path not in BY_COUNT:
        yield path
    for inner, name in _inside(one):
        beneath = (one.cls.__name__, name) if isinstance(one, inspect.StructType) else (*path, name)
        yield from unbounded(inner, beneath if name else path)


def _loose(one: Any) -> bool:
    if isinstance(one, inspect.IntType):
        return one.le is None or one.ge is None
    if isinstance(one, inspect.StrType | inspect.VarTupleType | inspect.DictType):
        return one.max_length is None
    fixed = inspect.StructType | inspect.UnionType | inspect.BoolType | inspect.NoneType
    return not isinstance(one, fixed | inspect.FloatType)


def _inside(one: Any) -> list[tuple[Any, str]]:
    """Give what a type is made of, with the name of each part."""
    match one:
        case inspect.StructType():
            return [(field.type, field.name) for field in one.fields]
        case inspect.UnionType():
            return [(part, "") for part in one.types]
        case inspect.VarTupleType():
            return [(one.item_type, "item")]
        case inspect.DictType():
            return [(one.key_type, "key"), (one.value_type, "value")]
    return []


def test_row_97_everything_that_a_desk_sends_has_a_largest_size() -> None:
    assert {"Report", "Enrol", "NewKey", "ProofAsked", "AppAsked", "OpeningsAsked"} <= set(TYPES)
    for one in TYPES.values():
        assert not list(unbounded(inspect.type_info(one), ()))


def test_row_97_the_search_sees_what_has_no_bound() -> None:
    class Loose(msgspec.Struct):
        text: str
        many: tuple[int, ...]
        kept: dict[str, v1.Count]

    assert list(unbounded(inspect.type_info(Loose), ())) == [
        ("Loose", "text"),
        ("Loose", "many"),
        ("Loose", "many", "item"),
        ("Loose", "kept"),
        ("Loose", "kept", "key"),
    ]


LARGE: dict[str, Any] = {
    "text": {"text": "a" * (v1.MAX_TEXT + 1)},
    "word": {"kind": "a" * (v1.MAX_WORD + 1)},
    "list": {"hits": [{"kind": "k", "count": 1}] * (v1.MAX_LIST + 1)},
    "params": {"params": {str(n): n for n in range(v1.MAX_PARAMS + 1)}},
    "number": {"hits": [{"kind": "k", "count": 2**63}]},
    "param": {"params": {"a": 10**30}},
}


@pytest.mark.parametrize("what", LARGE)
def test_row_97_what_is_larger_is_a_wrong_request_and_counted(
    running: Any, desk: Any, what: str
) -> None:
    body = _report(desk)
    body["events"] = [{"seq": 1, "kind": "k", "at": "2026-09-21T00:00:00Z", **LARGE[what]}]
    answer = desk.post(v1.REPORTS, msgspec.json.encode(body))
    assert (answer.status_code, answer.json()["kind"]) == (400, "malformed"), answer.text
    held = running.admin.seen(desk.id)
    assert held is None or not held.events


def _report(desk: Any) -> dict[str, Any]:
    texts = ("sent_at", "hash", "agent", "policy", "policy_digest", "overall")
    numbers = {"epoch": 1, "seq": 1, "boot": 1.0, "waiting": 0}
    flags = {"locked": False, "in_call": False}
    report = {"device": desk.id, **dict.fromkeys(texts, "x"), **numbers, **flags}
    assert _decoded(msgspec.json.encode(report)).seq == 1
    return report
