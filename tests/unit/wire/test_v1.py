"""Version 1 of the wire: an older side understands a newer one, and the other way round."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, get_args, get_origin, get_type_hints

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard import wire
from agentguard.wire import (
    apps,
    data_request,
    exceptions,
    inventory,
    keeper_messages,
    lesson_messages,
    openings,
    reading,
    v1,
)
from agentguard.wire.proof_messages import ProofAnswer, ProofAsked

SHAPES: tuple[type[v1.Struct], ...] = (
    v1.Enrol, v1.Enrolled, v1.Masked, v1.Control, v1.Event, v1.Report, v1.Receipt, v1.Received,
    ProofAsked, ProofAnswer, v1.Problem, v1.Said, v1.NewKey, v1.Taken, v1.KeyTaken,
    keeper_messages.CodeGiven, openings.OpeningsAsked, openings.Opening, openings.Openings,
    exceptions.Exceptions, exceptions.Exempted, exceptions.Ruled,
    openings.OpeningsGiven, apps.AppAsked, apps.AppGiven,
    data_request.Holding, data_request.Held, data_request.HeldGiven, v1.Seats, v1.Link,
    lesson_messages.LessonsAsked, lesson_messages.LessonKnown, lesson_messages.LessonTold,
    lesson_messages.CoachingTold,
    lesson_messages.LessonsKnown, lesson_messages.LessonsGiven,
    v1.Followed, v1.FollowedUp, v1.Nagging, v1.Interruptions, v1.Order, v1.Orders, v1.Obeyed,
    reading.Verdict, reading.VerdictGiven, reading.VerdictKey, reading.VerdictKeys,
    reading.DeskRead, reading.DesksRead, reading.FindingRead, reading.FindingsRead,
    inventory.Program, inventory.Inventory, inventory.InventoryTaken, inventory.InventoryAnswer,
)  # fmt: skip
WORD = st.text(max_size=20)
WHOLE = st.integers(0, 2**53)


@cache  # to make a strategy costs more than to draw an example of it
def values_of(shape: type[v1.Struct]) -> st.SearchStrategy[Any]:
    return st.builds(shape, **{name: of(hint) for name, hint in get_type_hints(shape).items()})


def of(hint: Any) -> st.SearchStrategy[Any]:
    known: dict[Any, st.SearchStrategy[Any]] = {
        str: WORD,
        int: WHOLE,
        float: st.floats(0, 1e12),
        bool: st.booleans(),
        dict[str, int]: st.dictionaries(WORD, WHOLE, max_size=3),
        dict[str, str | int]: st.dictionaries(WORD, WORD | WHOLE, max_size=3),
        tuple[str, ...]: st.lists(WORD, max_size=3).map(tuple),
        dict[str, tuple[int, ...]]: st.dictionaries(
            WORD, st.lists(WHOLE, max_size=3).map(tuple), max_size=3
        ),
    }
    if hint in known:
        return known[hint]
    if isinstance(hint, type) and issubclass(hint, v1.Struct):
        return values_of(hint)
    parts = get_args(hint)
    if type(None) in parts:
        (inner,) = set(parts) - {type(None)}
        return of(inner) | st.none()
    assert get_origin(hint) is tuple, hint
    return st.lists(of(parts[0]), max_size=2).map(tuple)


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


def least(shape: type[v1.Struct]) -> dict[str, Any]:
    """Give a message with nothing but what it needs."""
    hints = get_type_hints(shape)
    return {
        f.encode_name: plain(hints[f.name]) for f in msgspec.structs.fields(shape) if f.required
    }


def plain(hint: Any) -> Any:
    """Give the plainest value of a kind."""
    if isinstance(hint, type) and issubclass(hint, v1.Struct):
        return least(hint)
    return {str: "x", int: 1, float: 1.0, bool: True}.get(hint, [])


@every_shape
def test_an_older_side_needs_to_send_no_optional_field(shape: type[v1.Struct]) -> None:
    fields = msgspec.structs.fields(shape)
    needed = least(shape)
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
        "Ruled": {"id", "state"},
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
        "LessonsGiven": {"known", "signature"},
        "LessonsKnown": {"device", "nonce"},
        "LessonTold": {"lesson", "title", "measure", "version", "every_days", "days", "known"},
        "CoachingTold": {"control", "day", "times"},
        "LessonKnown": {"lesson", "known"},
        "LessonsAsked": {"device", "user", "nonce"},
        "Interruptions": set(),
        "Nagging": {"check", "shown"},
        "FollowedUp": {"device", "at"},
        "Followed": {"number"},
        "Order": {"id", "act", "left"},
        "Orders": {"device", "at"},
        "Obeyed": {"id", "state"},
        "Verdict": {
            "iss", "sub", "iat", "exp", "verdict", "why", "seen", "failing", "policy",
        },
        "VerdictGiven": {"verdict", "signed"},
        "VerdictKey": {"kty", "crv", "x", "kid", "use", "alg"},
        "VerdictKeys": {"keys"},
        "DeskRead": {"device", "name", "team", "verdict", "why"},
        "DesksRead": set(),
        "FindingRead": {"device", "team", "check", "severity", "since"},
        "FindingsRead": set(),
        "Link": {"boot", "wall", "commitment"},
        "Receipt": {"device", "epoch", "seq", "hash", "at"},
        "Received": {"receipt", "signature", "next_in"},
        "ProofAsked": {"device", "user", "group", "factor", "answer"},
        "ProofAnswer": {"accepted"},
        "Exceptions": {"device", "at"},
        "Exempted": {"id", "control", "worst", "since", "until"},
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
