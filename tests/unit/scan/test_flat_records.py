"""Objects of plain values are read at once, and as they would be value by value."""

from __future__ import annotations

import json

from hypothesis import example, given
from hypothesis import strategies as st

from tests.unit.scan.extracted import text as text_of

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


def one_by_one(text: str) -> str:
    """Write the same so that no object is whole JSON: behind its last value stands a comma."""
    return text.replace("}", ",}")


@given(
    st.lists(
        st.lists(st.tuples(st.sampled_from(KEYS), st.sampled_from(VALUES)), min_size=1, max_size=7),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from(["lines", "list", "within"]),
)
@example([[("idType", "UK passport"), ("number", "533401372")]], "lines")
@example([[("name", "Anna"), ("customerDob", "1970-03-12")]] * 3, "within")
def test_objects_are_written_as_value_by_value(
    records: list[list[tuple[str, object]]], kind: str
) -> None:
    objects = [
        "{" + ", ".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in record) + "}"
        for record in records
    ]
    every = ", ".join(objects)
    text = {
        "lines": "\n".join(objects),
        "list": f"[{every}]",
        "within": f'{{"export": {{"customers": ["x", {every}], "person": {objects[0]}}}}}',
    }[kind]
    assert text_of(text.encode()) == text_of(one_by_one(text).encode())
