"""Version 1 of the wire: an older side understands a newer one, and the other way round."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import Any, get_type_hints

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard import wire
from agentguard.wire import apps, data_request, inventory, keeper_messages, openings, v1

SHAPES: tuple[type[v1.Struct], ...] = (
    v1.Enrol, v1.Enrolled, v1.Masked, v1.Control, v1.Event, v1.Report, v1.Receipt, v1.Received,
    v1.ProofAsked, v1.ProofAnswer, v1.Problem, v1.Said, v1.NewKey, v1.Taken, v1.KeyTaken,
    keeper_messages.CodeGiven, openings.OpeningsAsked, openings.Opening, openings.Openings,
    openings.OpeningsGiven, apps.AppAsked, apps.AppGiven,
    data_request.Holding, data_request.Held, data_request.HeldGiven, v1.Seats, v1.Link,
    inventory.Program, inventory.Inventory, inventory.InventoryTaken, inventory.InventoryAnswer,
)  # fmt: skip
WORD = st.text(max_size=20)
WHOLE = st.integers(0, 2**53)


def values_of(shape: type[v1.Struct]) -> st.SearchStrategy[Any]:
    return st.builds(shape, **{name: of(hint) for name, hint in get_type_hints(shape).items()})


def of(hint: Any) -> st.SearchStrategy[Any]:
    known: dict[Any, st.SearchStrategy[Any]] = {
        str: WORD,
        int: WHOLE,
        float: st.floats(0, 1e12),
        bool: st.booleans(),
        dict[str, str | int]: st.dictionaries(WORD, WORD | WHOLE, max_size=3),
        tuple[str, ...]: st.lists(WORD, max_size=3).map(tuple),
    }
    if hint in known:
        return known[hint]
    if hint == v1.Seats | None:
        return values_of(v1.Seats) | st.none()
    inner = {"Masked": v1.Masked, "Event": v1.Event, "Control": v1.Control, "Said": v1.Said}
    inner |= {"Link": v1.Link, "Program": inventory.Program}
    inner |= {"Opening": openings.Opening, "Holding": data_request.Holding}
    name = next(name for name in inner if f".{name}," in str(hint))
    lists = st.lists(values_of(inner[name]), max_size=2).map(tuple)
    return lists | st.none() if "None" in str(hint) else lists


every_shape = pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)


def test_every_shape_is_tried() -> None:
    for one in iter_modules(wire.__path__):  # whatever was loaded before: all of the room
        import_module(f"{wire.__name__}.{one.name}")
    assert set(SHAPES) == set(v1.Struct.__subclasses__())


@every_shape
@given(data=st.data())
def test_what_is_sent_is_understood(shape: type[v1.Struct], data: st.DataObject) -> None:
    value = data.draw(values_of(shape))
    assert msgspec.json.decode(msgspec.json.encode(value), type=shape) == value


@every_shape
@given(data=st.data())
def test_fields_of_a_newer_side_are_ignored(shape: type[v1.Struct], data: st.DataObject) -> None:
    value = data.draw(values_of(shape))
    table = msgspec.json.decode(msgspec.json.encode(value))
    newer = {**table, "not_known_yet": {"deep": [1, None]}, "x-1": "y"}
    assert msgspec.json.decode(msgspec.json.encode(newer), type=shape) == value


@every_shape
def test_an_older_side_needs_to_send_no_optional_field(shape: type[v1.Struct]) -> None:
    fields = msgspec.structs.fields(shape)
    plain, hints = {str: "x", int: 1, float: 1.0, bool: True}, get_type_hints(shape)
    needed = {f.encode_name: plain[hints[f.name]] for f in fields if f.required}
    made = msgspec.json.decode(msgspec.json.encode(needed), type=shape)
    for field in fields:
        if not field.required and field.default is not msgspec.NODEFAULT:
            assert getattr(made, field.name) == field.default
    assert set(msgspec.json.decode(msgspec.json.encode(made))) == set(needed), "nor does this one"


@every_shape
@pytest.mark.parametrize("raw", [b"", b"[]", b"null", b"{", b'"x"', b"\xff", b"<html>"])
def test_what_is_no_message_is_one_kind_of_error(shape: type[v1.Struct], raw: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        msgspec.json.decode(raw, type=shape)


def test_the_shape_of_version_1_only_grows() -> None:
    """What is required now stays all that is required; a change here breaks agents in the field."""
    required = {
        shape.__name__: {f.encode_name for f in msgspec.structs.fields(shape) if f.required}
        for shape in SHAPES
    }
    assert required == {
        "Enrol": {"code", "public_key", "nonce", "proof", "label", "system", "agent"},
        "Enrolled": {"device", "team", "receipt_key", "next_in"},
        "NewKey": {"public_key", "proof", "nonce", "device"},
        "Taken": {"public_key", "at", "device"},
        "KeyTaken": {"signature", "taken"},
        "CodeGiven": {"code"},
        "AppAsked": {"device", "user", "code", "public_key"},
        "AppGiven": set(),
        "OpeningsAsked": {"device", "nonce"},
        "Opening": {"challenge", "digest"},
        "Openings": {"device", "nonce", "name"},
        "OpeningsGiven": {"openings", "signature"},
        "Holding": {"name", "many"},
        "Held": {"device", "at"},
        "HeldGiven": {"held", "signature"},
        "Masked": {"kind", "count"},
        "Control": {"check", "measure", "state", "since", "severity"},
        "Event": {"seq", "kind", "at"},
        "Report": {
            "device", "epoch", "seq", "sent_at", "boot", "hash", "agent", "policy",
            "policy_digest", "overall", "locked", "in_call", "waiting",
        },
        "Seats": {"on"},
        "Link": {"boot", "wall", "commitment"},
        "Receipt": {"device", "epoch", "seq", "hash", "at"},
        "Received": {"receipt", "signature", "next_in"},
        "ProofAsked": {"device", "user", "group", "factor", "answer"},
        "ProofAnswer": {"accepted"},
        "Problem": {"title", "status", "kind"},
        "Said": {"id"},
        "Program": {"name"},
        "Inventory": {"device", "sent_at", "digest", "programs"},
        "InventoryTaken": {"device", "digest", "at"},
        "InventoryAnswer": {"taken", "signature"},
    }  # fmt: skip
    assert (v1.SCHEMA, v1.ENROL, v1.REPORTS) == (1, "/v1/enroll", "/v1/reports")
    assert (v1.POLICY, v1.PROOFS) == ("/v1/policy", "/v1/proofs")


def test_a_value_of_another_type_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(
            b'{"device":"d","epoch":"1","seq":1,"hash":"","at":""}', type=v1.Receipt
        )


def test_states_travel_as_words_that_a_newer_side_may_add() -> None:
    raw = b'{"check":"c","measure":1,"state":"glowing","since":"","severity":"purple"}'
    assert msgspec.json.decode(raw, type=v1.Control).state == "glowing"
