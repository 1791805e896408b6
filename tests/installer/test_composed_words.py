"""What is not understood in a compose file is refused, wherever it stands."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
import yaml

from tests.installer import composed

TOLD = yaml.safe_load(composed.FILE.read_text(encoding="utf-8"))
Way = tuple[str, ...]
OWN = {("services",), ("volumes",), ("secrets",)}  # whose keys are names of ours


def ways(told: Any, way: Way = ()) -> Iterator[Way]:
    """Give the way to every table whose keys are words of Compose."""
    if isinstance(told, dict):
        if way not in OWN and way[-1:] not in {("environment",), ("depends_on",)}:
            yield way
        for key, value in told.items():
            yield from ways(value, (*way, key))


def at(told: Any, way: Way) -> Any:
    for key in way:
        told = told[key]
    return told


def test_row_573_the_file_is_understood() -> None:
    project = composed.understood(TOLD)
    assert project.in_order().index("db") < project.in_order().index("endpoint")
    assert project.in_order()[-1] == "proxy"


def test_row_573_a_key_that_is_not_understood_is_refused_wherever_it_stands() -> None:
    every = list(ways(TOLD))
    assert len(every) > len(TOLD["services"])
    for way in every:
        changed = copy.deepcopy(TOLD)
        at(changed, way)["unheard_of"] = "x"
        with pytest.raises(msgspec.ValidationError):
            composed.understood(changed)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("restart", "always"),
        ("cap_drop", ["NET_RAW"]),
        ("security_opt", ["seccomp:unconfined"]),
        ("depends_on", {"db": {"condition": "service_started"}}),
        ("ports", ["8443"]),
        ("healthcheck", {"test": ["CMD", "true"], "interval": "5s"}),
        ("environment", ["A=b"]),
        ("user", "agentguard"),
        ("tmpfs", ["/tmp:size=1m"]),
    ],
)
def test_row_573_a_value_that_is_not_understood_is_refused(key: str, value: object) -> None:
    changed = copy.deepcopy(TOLD)
    changed["services"]["endpoint"][key] = value
    with pytest.raises(msgspec.ValidationError):
        composed.understood(changed)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("secrets", ["nobody"]),
        ("volumes", ["nobody:/x"]),
        ("volumes", ["keys:/x:z"]),
        ("depends_on", {"bus": {"condition": "service_healthy"}}),  # which nobody can ask
    ],
)
def test_row_573_what_is_not_there_is_refused(key: str, value: object) -> None:
    changed = copy.deepcopy(TOLD)
    changed["services"]["endpoint"][key] = value
    with pytest.raises(AssertionError):
        composed.understood(changed)


def test_row_573_a_variable_is_refused() -> None:
    with pytest.raises(AssertionError, match="variables"):
        composed.read("services: {db: {image: $IMAGE}}")
