"""JSON Schema, whose library is loaded by the test that needs it.

It compiles thirty-eight grammars as it is loaded: a second, in every process that only looks which
tests there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def shape(schema: Mapping[str, Any]) -> Any:
    """Give a validator of a schema of 2020-12."""
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - see above

    return Draft202012Validator(schema)
