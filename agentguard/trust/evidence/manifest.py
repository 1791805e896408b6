"""The list of a pack's files: an in-toto statement in an envelope, signed by the endpoint's key.

The form is that of in-toto Statement v1 (https://in-toto.io/Statement/v1) with a predicate of our
own. Beside the SHA-256 of each file it has that of each MiB, so that a change can be told by place.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from agentguard.base.errors import PolicyRejected
from agentguard.trust import dsse, strict_json
from agentguard.trust.dsse import Sealed

FILE = "manifest.dsse.json"
"""The one file of a pack that the list does not name."""
TYPE = "application/vnd.in-toto+json"
STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "urn:agentguard:evidence-pack:v1"
MIB = 1024 * 1024
MOST_BYTES = 16 * MIB
"""Bytes of the list; that of a pack of 100 GB is half of it."""

_Digest = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
_Count = Annotated[int, msgspec.Meta(ge=0)]
_Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9-]+(/[a-z0-9-]+)*\.[a-z0-9.]+$")]


class Digests(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The SHA-256 of a file in hex."""

    sha256: _Digest


class Subject(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file by its path within the folder, with `/` whatever the system."""

    name: _Name
    digest: Digests


class Listed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is known of a file: its bytes, its rows without a head, the SHA-256 of each MiB."""

    bytes: _Count
    rows: _Count
    mib: tuple[_Digest, ...]


class Scope(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a pack is about: `kind` is all, site, team or desk, `name` which of them.

    `framework` and `requirement` are empty where the pack is about all of them.
    """

    kind: str
    name: str = ""
    framework: str = ""
    requirement: str = ""


class Predicate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a pack says of itself; times are whole seconds since 1970.

    `since` and `until` bound the period; nothing that came after `cut_off` is in it. `release` is
    the program that made it, `mapping` the SHA-256 of which control bears on which requirement.
    """

    scope: Scope
    since: int
    until: int
    cut_off: int
    made: int
    made_by: str
    release: str
    mapping: str
    desks: _Count
    files: dict[str, Listed]


class Statement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The signed text."""

    kind: str = msgspec.field(name="_type")
    subject: tuple[Subject, ...]
    predicate_type: str = msgspec.field(name="predicateType")
    predicate: Predicate


class Unlisted(Exception):
    """The list cannot be read; `kind` is of `evidence.problem` in resources/text."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


def sealed(predicate: Predicate, digests: dict[str, str]) -> Sealed:
    """Return the list as an envelope without signatures; `digests` has the SHA-256 of each file."""
    statement = Statement(
        kind=STATEMENT,
        subject=tuple(
            Subject(name=name, digest=Digests(sha256=digests[name])) for name in sorted(digests)
        ),
        predicate_type=PREDICATE,
        predicate=predicate,
    )
    return Sealed(type=TYPE, payload=msgspec.json.encode(statement))


def read(raw: bytes) -> tuple[Sealed, Statement]:
    """Take a list apart without believing it.

    Raises:
        Unlisted: it is none, names a file twice, or its two halves name other files.

    """
    try:
        given = dsse.read(raw, TYPE, MOST_BYTES)
        value = strict_json.read(given.payload, MOST_BYTES)
        statement = msgspec.convert(value, Statement)
    except PolicyRejected as error:
        raise Unlisted("twice" if error.kind == "envelope-twice" else "list") from None
    except msgspec.ValidationError:
        raise Unlisted("list") from None
    except ValueError as error:
        raise Unlisted("twice" if str(error) == "twice" else "list") from None
    if dsse.write(given) != raw:  # white space, or bits that base64 does not use
        raise Unlisted("spelling")
    names = [one.name for one in statement.subject]
    if (statement.kind, statement.predicate_type) != (STATEMENT, PREDICATE):
        raise Unlisted("list")
    if len(set(names)) != len(names) or set(names) != set(statement.predicate.files):
        raise Unlisted("list")
    return given, statement
