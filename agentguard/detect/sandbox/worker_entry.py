"""The child's entrance: light, since the parent imports it as well; the formats come inside."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, TypeAlias, cast

from agentguard.base.deferred import defer
from agentguard.detect.sandbox.ipc_messages import Line, sent

if TYPE_CHECKING:
    from agentguard.detect.extractor import Extractor
    from agentguard.detect.sandbox.confinement import Cage
    from agentguard.ports.children import Child, Leash

Extractors: TypeAlias = "Callable[[], Sequence[Extractor]]"
"""Gives the formats to read; a function of a module, since the child imports it by name."""


class Leashing(Protocol):
    """Takes a process on a leash; gives None where the system refuses."""

    def __call__(self, pid: int, *, programs: bool, handle: int = 0) -> Leash | None:
        """Take it, by its handle where there is one; with `programs` it may start others."""
        ...


Starting: TypeAlias = "Callable[[Sequence[str], int], Child]"
"""Starts this program again with these words, where the room may not do it by itself; the child
inherits the handle of the line, which is the second argument, and nothing else."""

SCAN_CHILD = "--scan-child"
"""The first word of a child on Windows; a frozen program finds its handle behind it."""


def name_of(extractors: Extractors) -> str:
    """Return the name by which the child finds them."""
    return f"{extractors.__module__}:{getattr(extractors, '__qualname__', '')}"


if sys.platform == "win32":

    def begin(handle: int) -> None:
        """Answer on a handle that this process has inherited."""
        from multiprocessing.connection import PipeConnection  # noqa: PLC0415 - the child's alone

        main(PipeConnection(handle))

else:
    from agentguard.detect.sandbox import ipc_channel

    def begin(handle: int) -> None:
        """Answer on a descriptor of this process."""
        main(ipc_channel.Line(handle))


_LATER = ("apsw", "hashlib", "hmac", "html", "pydoc", "ssl")
"""What a library wants for a lookup over the network, or a reader for its own kind of file."""


def main(parent: Line) -> None:
    """Hear what to be, then answer until the parent hangs up."""
    defer(_LATER)
    from agentguard.detect.sandbox import worker_main  # noqa: PLC0415 - its libraries belong to the child alone

    try:
        errand = sent(parent.recv_bytes())
    except (EOFError, OSError):
        return  # the parent went while its child was coming
    extractors = cast("Extractors", _named(errand.extractors))
    worker_main.serve(parent, errand, extractors(), cast("Cage", _named(errand.cage or NO_CAGE)))


def no_leash(pid: int, *, programs: bool, handle: int = 0) -> Leash | None:  # noqa: ARG001 - a leash's shape
    """Hold nothing."""
    return None


def no_cage(*, pictures: bool) -> bool:  # noqa: ARG001 - a cage's shape
    """Lock nothing."""
    return False


NO_CAGE = f"{__name__}:{no_cage.__name__}"


def _named(name: str) -> object:
    module, _, function = name.partition(":")
    return getattr(import_module(module), function)
