"""What a child never uses is not read; what is used all the same, works."""

from __future__ import annotations

import subprocess
import sys

import pytest

from agentguard.base.deferred import defer

CODE = """
import sys
from agentguard.base.deferred import defer
defer(("pydoc", "ssl"))
from stdnum.ca import sin
assert sin.is_valid("123-456-782")
print("_ssl" in sys.modules, "pydoc" in sys.modules)
import pydoc, ssl
print(pydoc.splitdoc("One\\n\\nTwo"), ssl.CERT_NONE.name, "_ssl" in sys.modules)
"""


def test_modules_are_read_at_their_first_use() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", CODE], capture_output=True, text=True, check=True, timeout=60
    )
    assert ended.stdout.split("\n") == ["False True", "('One', 'Two') CERT_NONE True", ""]


def test_what_is_not_in_a_deferred_module_is_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    defer(("colorsys",))
    module = sys.modules["colorsys"]
    assert module.rgb_to_hls(0.0, 0.0, 0.0) == (0.0, 0.0, 0.0)
    assert sys.modules["colorsys"] is not module
    assert not hasattr(module, "cmyk")


ANNOTATED = """
import sys
from agentguard.base.deferred import defer
defer(("inspect",))
from dataclasses import dataclass, fields
@dataclass(frozen=True, slots=True)
class Base:
    "A class with fields."
    one: int
@dataclass(frozen=True, slots=True)
class More(Base):
    "One that adds to it."
    two: str = "2"
@dataclass(frozen=True, slots=True)
class Same(Base):
    "One that adds nothing."
print([[f.name for f in fields(kind)] for kind in (Base, More, Same)], "ast" in sys.modules)
import inspect
print(inspect.get_annotations(More), inspect.isclass(More))
"""


def test_dataclasses_are_made_without_reading_inspect() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", ANNOTATED], capture_output=True, text=True, check=True, timeout=60
    )
    made, asked = ended.stdout.splitlines()
    assert made == "[['one'], ['one', 'two'], ['one']] False"
    assert asked == "{'two': <class 'str'>} True"


TYPED = """
import sys
from typing import Annotated, Required, get_type_hints
from agentguard.base.deferred import defer
defer(("typing_extensions", "msgspec.toml"))
import msgspec
class Told(msgspec.Struct):
    one: Annotated[int, msgspec.Meta(ge=2)]
print(msgspec.convert({"one": 3}, Told).one, msgspec.json.schema(Told)["$ref"])
print(*(sys.modules[name].__spec__ is None for name in ("typing_extensions", "msgspec.toml")))
import typing_extensions
assert typing_extensions.Required is Required
assert typing_extensions.TypeForm and typing_extensions.get_type_hints(Told) is not None
assert msgspec.toml.decode.__module__ == "msgspec.toml"
"""


def test_messages_are_made_without_reading_typing_extensions() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", TYPED], capture_output=True, text=True, check=True, timeout=60
    )
    assert ended.stdout.splitlines() == ["3 #/$defs/Told", "True True"]


PORTS = """
import sys
from typing import Protocol, runtime_checkable
from agentguard.base.deferred import defer
defer(("ast", "dis", "inspect", "platform"))
@runtime_checkable
class Bell(Protocol):
    @property
    def bell(self) -> int: ...
class Own:
    def __init__(self): self.bell = 1
class Shared:
    bell = None
class Slotted:
    __slots__ = ("bell",)
class Asked:
    @property
    def bell(self): raise OSError
class Dumb:
    def __getattr__(self, name): return 1
static = (Slotted, Asked, Dumb) if sys.version_info >= (3, 12) else ()  # before, objects were asked
found = [isinstance(one(), Bell) for one in (Own, Shared, int, *static)]
import platform
print(found, platform.system() == {"linux": "Linux", "win32": "Windows"}[sys.platform])
print([sys.modules[name].__spec__ is None for name in ("ast", "dis", "inspect", "platform")])
ready = vars(sys.modules["inspect"])["getattr_static"]
import inspect
inspect.isclass(Own)
for of in (Own(), Shared(), Slotted(), Asked(), Dumb(), Own, Asked, int, 3):
    for name in ("bell", "__init__", "__mro__", "real", "none"):
        assert ready(of, name, "") == inspect.getattr_static(of, name, ""), (of, name)
"""


def test_row_490_whether_an_object_fits_a_port_is_known_without_reading_inspect() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", PORTS], capture_output=True, text=True, check=True, timeout=60
    )
    found, read = ended.stdout.splitlines()
    static = ", True, True, False" if sys.version_info >= (3, 12) else ""
    assert found == f"[True, True, False{static}] True"
    assert read == "[True, True, True, True]"
