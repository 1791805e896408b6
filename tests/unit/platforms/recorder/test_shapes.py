"""No answer, whatever it is, gets a name, a host or a number of a card into a recording."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.platforms.recorder.catalogue import STEPS, questions, shapes
from agentguard.platforms.recorder.lines import encoded
from agentguard.platforms.recorder.questions import Keys, Wmi
from agentguard.platforms.recorder.shapes import (
    FLAG,
    LENGTH_ALONE,
    MOST,
    NUMBER,
    SWITCH,
    Begins,
    ByNumber,
    Each,
    Fields,
    Kind,
    Known,
    Length,
    Number,
    Struct,
    Typed,
    differences,
    fields,
    known,
    raw,
)
from tests.flow.canary import ways
from tests.unit.platforms.recorder.hostile import CARD, HOST, NAME, PLANTED, values

SHAPES = {
    id_: shape
    for id_, shape in shapes().items()
    if not id_.startswith("walk.") or id_ == STEPS[0].id
}
"""Of all steps of a walk one: they share a shape."""
NEEDLES = {needle for text in PLANTED for needle in ways(text)}
NEEDLES |= {f"{int(CARD):x}".encode(), CARD[:11].encode(), NAME.split()[0].encode()}

PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary()
ANYTHING = st.recursive(
    PLAIN, lambda one: st.lists(one) | st.dictionaries(st.text() | st.integers(), one)
)
KINDS = (
    NUMBER, FLAG, LENGTH_ALONE, SWITCH, known("yes"), Begins(("usbstor\\",)), Struct(((0, 4),)),
    Typed(SWITCH), Each(NUMBER), ByNumber(FLAG), fields(a=NUMBER, b=Each(known("x"))),
)  # fmt: skip


ROOMS = sorted({id_.partition(".")[0] for id_ in SHAPES})


def of(room: str) -> dict[str, Kind]:
    """Give the shapes of a room's questions, each of which a test names when it fails."""
    return {id_: shape for id_, shape in SHAPES.items() if id_.partition(".")[0] == room}


@pytest.mark.parametrize("room", ROOMS)
def test_row_161_nothing_that_was_planted_is_kept(room: str) -> None:
    for id_, shape in of(room).items():
        every = [shape.keep(value) for value in values(shape)]
        written = encoded({"answers": every})
        assert [needle for needle in NEEDLES if needle in written] == [], id_
        assert len(every) > 10, id_


@pytest.mark.parametrize("room", ROOMS)
def test_row_161_what_was_kept_is_kept_again_as_it_is(room: str) -> None:
    """So a file that somebody sends is proved to hold no more than the recorder writes."""
    for id_, shape in of(room).items():
        for value in values(shape):
            once = json.loads(encoded({"answer": shape.keep(value)}))["answer"]
            assert shape.keep(once) == once, id_


@given(ANYTHING)
def test_row_161_any_value_comes_to_something_that_may_be_written(value: object) -> None:
    for kind in KINDS:
        kept = kind.keep(value)
        again = json.loads(encoded({"answer": kept}))["answer"]
        assert kind.keep(again) == kept == again
        assert kind.gist(kept) is not NotImplemented


@given(st.text(min_size=1))
def test_row_161_text_that_nobody_listed_is_only_a_length(text: str) -> None:
    for kind in (LENGTH_ALONE, known("Windows Defender"), Begins(("usbstor\\",)), NUMBER, SWITCH):
        kept = kind.keep(f"{NAME}{text}")
        assert kept == {"length": len(NAME) + len(text)}


@given(st.integers())
def test_row_161_a_number_has_at_most_ten_digits(number: int) -> None:
    kept = NUMBER.keep(number)
    assert kept == number if len(str(abs(number))) < 10 else len(str(kept)) <= 11
    digits = str(abs(number))
    assert SWITCH.keep(digits) == (digits if len(digits) <= 6 else {"length": len(digits)})


def leaves(kind: Kind, path: str = "") -> list[tuple[str, Kind]]:
    """Give the kinds at the ends of a shape, with the names of the fields that lead there."""
    if isinstance(kind, Fields):
        return [one for n, k in kind.named.items() for one in leaves(k, f"{path}.{n}")]
    if isinstance(kind, Each | Typed | ByNumber):
        return leaves(kind.kind, path)
    return [(path, kind)]


def test_row_161_no_field_is_for_a_name_a_host_a_path_or_a_text() -> None:
    """Where a field is called like something personal, at most its length is kept."""
    personal = ("title", "proxy", "bypass", "script", "path", "DefaultUserName", "ProxyServer",
                "ProxyOverride", "AutoConfigURL", "SCRNSAVE.EXE", "EventMessageFile",
                "program", "version")  # fmt: skip
    for id_, shape in SHAPES.items():
        for path, kind in leaves(shape):
            if path.rpartition(".")[2] in personal and not isinstance(kind, type(FLAG)):
                assert isinstance(kind, Length | Number | type(SWITCH)), (id_, path)


def test_row_161_every_field_of_a_list_of_words_has_words_that_are_nobodys() -> None:
    words = {
        word
        for shape in SHAPES.values()
        for _, kind in leaves(shape)
        if isinstance(kind, Known)
        for word in kind.words
    }
    assert not words & {NAME, HOST, CARD}
    assert len(words) > 100


def test_a_struct_keeps_its_places_and_its_size() -> None:
    kind = Struct(places=((0, 4), (8, 12)), varies=((8, 12),))
    one, two, three = (number.to_bytes(4, "little") for number in (1, 2, 3))
    kept = kind.keep(one + b"name" + two + b"more")
    assert kept == {"size": 16, "hex": (one + bytes(4) + two).hex()}
    assert raw(kept) == one + bytes(4) + two + bytes(4)
    assert kind.gist(kept) == kind.gist(kind.keep(one + bytes(4) + three + bytes(4)))
    assert kind.gist(kept) != kind.gist(kind.keep(one + bytes(4) + two))


def test_row_161_text_where_a_struct_has_numbers_is_zeros() -> None:
    kind = Struct(places=((0, 8),))
    assert kind.keep(b"text" + b"\xff" * 4) == {"size": 8, "hex": "00000000ffffffff"}


@pytest.mark.parametrize(
    "kept",
    [
        {},
        {"hex": "0"},
        {"hex": "zz", "size": 1},
        {"hex": "00"},
        {"hex": "00", "size": -1},
        {"hex": "00", "size": 10**9},
    ],
)
def test_what_is_no_struct_has_no_bytes(kept: dict) -> None:
    assert raw(kept) is None


def test_of_a_long_list_the_first_are_kept() -> None:
    assert Each(NUMBER).keep(list(range(MOST + 9))) == list(range(MOST))


@pytest.mark.parametrize(
    ("kind", "value", "kept"),
    [
        (Typed(SWITCH), (4, 1), ["REG_DWORD", 1]),
        (Typed(SWITCH), (1, "600"), ["REG_SZ", "600"]),
        (Typed(SWITCH), (1, "6000000"), ["REG_SZ", {"length": 7}]),
        (Typed(LENGTH_ALONE), (2, "%x%"), ["REG_EXPAND_SZ", {"length": 3}]),
        (Typed(SWITCH), None, None),
        (Begins(("usb\\", "usbstor\\")), "USBSTOR\\DISK&VEN_X", "usbstor\\*"),
        (known("Domain"), " Domain\0", "Domain"),
        (ByNumber(FLAG), {1: True, 2: None, 8: False}, {"1": True, "2": None}),
    ],
)  # fmt: skip
def test_values_are_kept_with_their_types(kind: Kind, value: object, kept: object) -> None:
    assert kind.keep(value) == kept


def test_only_what_is_the_same_everywhere_is_compared() -> None:
    kind = fields(up=Number(varies=True), on=FLAG, rows=Each(fields(state=NUMBER)))
    one = kind.gist(kind.keep({"up": 5, "on": True, "rows": [{"state": 1}, {"state": 2}]}))
    other = kind.gist(kind.keep({"up": 9, "on": True, "rows": [{"state": 2}, {"state": 1}] * 2}))
    assert differences(one, other) == ()
    third = kind.gist(kind.keep({"up": None, "on": 1, "rows": [{"state": 3}]}))
    assert differences(one, third) == ("up", "on", "rows")


def test_of_documentation_only_what_it_tells_is_compared() -> None:
    told = {"name": "x", "state": 1, "rows": [{"a": 1, "b": 2}]}
    partly = {"name": None, "state": 1, "rows": [{"a": 1, "b": None}]}
    assert differences(told, partly, partly=True) == ()
    assert differences(told, partly) == ("name", "rows")
    assert differences({**told, "state": 2}, partly, partly=True) == ("state",)
    assert differences({**told, "rows": []}, partly, partly=True) == ("rows",)
    assert differences(1, True) == ("",)


def test_every_question_has_an_id_of_its_own_and_says_what_is_asked() -> None:
    every = questions()
    assert len({one.id for one in every}) == len(every) > 100
    assert all(one.api and 0 < one.seconds <= 120 for one in every)
    assert all("." in one.id for one in every)


def test_a_question_to_wmi_names_what_it_wants() -> None:
    found = {one.id: one.how for one in questions() if isinstance(one.how, Wmi)}
    store = found["firewall.active-store"]
    assert store.api.endswith("MSFT_NetFirewallProfile [PolicyStore=ActiveStore]")
    assert store.wql.startswith("SELECT Name, Enabled")
    assert store.wql.endswith("FROM MSFT_NetFirewallProfile")
    assert Wmi(space="s", table="t", named={"a": FLAG}, where="b=1").wql == (
        "SELECT a FROM t WHERE b=1"
    )


def test_a_key_is_named_as_the_registrys_editor_does() -> None:
    how = Keys(root="HKLM", path="SOFTWARE\\X", named={}, narrow=True)
    assert how.api == "registry HKLM\\SOFTWARE\\X (32 bit)"
    assert how.shape.keep({"key": {"there": False}}) == {"key": {"there": False}}
