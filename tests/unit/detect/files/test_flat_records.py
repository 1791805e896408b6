"""Objects of plain values are read at once, and as they would be value by value."""

from __future__ import annotations

import json

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.unit.detect.files.extracted import counts
from tests.unit.detect.files.extracted import text as text_of

KEYS = (
    "id", "name", "code", "customer_id", "email", "customerDob", "dob", "card_number", "number",
    "id_number", "idType", "type", "value", "text", "message", "sender", "card1", "card2", "card3",
    "line1", "100%", "address", "", "title", "notes", "Größe", "field", "ssn", "cvv",
)  # fmt: skip
VALUES: tuple[object, ...] = (
    "Anna Berg", "", "17", "passport", "UK passport", "1970-03-12", "4539148803436467.0", "4539 ",
    "4539", "1488", "0343", "6467", '{"dob": "1970-03-12"}', "[1]", "ZG9iOiAxOTcwLTAzLTEyIDEyOjAw",
    "ZG9iOiAxOTcwLTAzLTEyIDEyOjAwOjAw", "100 %", "a\nb", "a\tb", 'say "x"', "\\", "true", "null",
    "what is your date of birth?", "\ud800", "é", True, None, False, 12, 1.5, 4539148803436467.0,
)  # fmt: skip


KEY = st.sampled_from(KEYS)
PAIRS = st.lists(
    st.tuples(
        KEY,
        st.recursive(
            st.sampled_from(VALUES),
            lambda inner: st.lists(inner, max_size=4) | st.lists(st.tuples(KEY, inner)).map(tuple),
            max_leaves=8,
        ),
    ),
    min_size=1,
    max_size=6,
).map(tuple)


def written(value: object, end: str = "") -> str:
    """Write JSON, of which a tuple of pairs is an object; with a comma as its end none is whole."""
    if isinstance(value, tuple):
        pairs = (f"{json.dumps(key)}: {written(inner, end)}" for key, inner in value)
        return f"{{{', '.join(pairs)}{end}}}"
    if isinstance(value, list):
        return f"[{', '.join(written(inner, end) for inner in value)}]"
    return json.dumps(value)


@settings(max_examples=300)
@given(st.lists(PAIRS, min_size=1, max_size=4), st.sampled_from(["lines", "list", "within"]))
@example([(("idType", "UK passport"), ("number", "533401372"))], "lines")
@example([(("name", "Anna"), ("customerDob", "1970-03-12"))] * 3, "within")
@example([(("card", ["4539", "1488", "0343", "6467"]), ("a", ((("b", [])), ("c", ()))))], "list")
@example(
    [tuple((f"card{n}", v) for n, v in enumerate(("4539", "1488", "0343", "6467"), 1))], "list"
)
@example(
    [(("sender", n), ("message", t)) for n, t in (("A", "date of birth?"), ("B", "1.2.70"))], "list"
)
@example([(("columns", ["name", "dob"]), ("rows", [["Anna", "1970-03-12"]]))], "lines")
def test_objects_are_written_as_value_by_value(
    records: list[tuple[tuple[str, object], ...]], kind: str
) -> None:
    texts = []
    for end in ("", ","):
        objects = [written(record, end) for record in records]
        every = ", ".join(objects)
        texts.append(
            {
                "lines": "\n".join(objects),
                "list": f"[{every}]",
                "within": f'{{"export": {{"customers": ["x", {every}], "person": {objects[0]}}}}}',
            }[kind]
        )
    whole, by_value = (text_of(text.encode()) for text in texts)
    assert whole == by_value


def test_objects_that_differ_from_those_before_are_read() -> None:
    related = '{"name": "date of birth", "value": "1970-03-12"}\n'
    plain = '{"customerDob": "1981-11-30"}\n'
    assert counts((related * 20 + plain + related).encode()) == {"DOB": 2}
