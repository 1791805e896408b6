"""What of an answer may be recorded: each field has a kind, and a field without one is not kept.

Of text that is not in a kind's own list, its length is kept and nothing else; a number has at most
ten digits, so that it can be no card, account or telephone number that somebody has put there.
`keep` is the same when it is done twice: so a file that was sent in is proved to hold no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

Kept: TypeAlias = "bool | int | str | list[Kept] | dict[str, Kept] | None"

LENGTH = "length"
MOST = 64
"""Entries of a list that are kept; how many there were is told by a count of its own."""
_LOWEST, _HIGHEST = -(2**31), 2**32 - 1
_LARGEST = 65536  # bytes of a struct
_NUMBER, _SMALL, _MINUS_ONE = 4, 0xFFFF, 2**32 - 1
_LARGE = "large"
_OTHER = "another-kind"
_TYPES = (
    "REG_NONE", "REG_SZ", "REG_EXPAND_SZ", "REG_BINARY", "REG_DWORD", "REG_DWORD_BIG_ENDIAN",
    "REG_LINK", "REG_MULTI_SZ", "REG_RESOURCE_LIST", "REG_FULL_RESOURCE_DESCRIPTOR",
    "REG_RESOURCE_REQUIREMENTS_LIST", "REG_QWORD",
)  # fmt: skip


class Kind(Protocol):
    """What may be kept of a value."""

    def keep(self, value: object) -> Kept:
        """Return what may be recorded of a value, whatever it is."""
        ...

    def gist(self, kept: Kept) -> Kept:
        """Return of what was kept that which is to be the same on every computer."""
        ...


def _length(value: object) -> Kept:
    """Tell a text's or some bytes' length, also where it was told before; else only that it is."""
    if value == _OTHER:
        return _OTHER
    if isinstance(value, str | bytes | bytearray):
        return {LENGTH: len(value)}
    if isinstance(value, Mapping) and set(value) == {LENGTH}:
        return {LENGTH: _whole(value[LENGTH])}
    return None if value is None else _OTHER


def _whole(value: object) -> Kept:
    if isinstance(value, bool | float) or not isinstance(value, int):
        return _LARGE if value == _LARGE else _OTHER
    return value if _LOWEST <= value <= _HIGHEST else _LARGE


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number of 32 bits, as Windows' own are; `varies` where each computer has another."""

    varies: bool = False

    def keep(self, value: object) -> Kept:
        """Keep it; of text its length."""
        if value is None or isinstance(value, bool):
            return value
        return _whole(value) if isinstance(value, int) or value == _LARGE else _length(value)

    def gist(self, kept: Kept) -> Kept:
        """Return it, or only that it is a number."""
        return "number" if self.varies and isinstance(kept, int) else kept


@dataclass(frozen=True, slots=True)
class Flag:
    """Yes, no, or not told."""

    varies: bool = False

    def keep(self, value: object) -> Kept:
        """Keep what is one."""
        return value if value is None or isinstance(value, bool) else _OTHER

    def gist(self, kept: Kept) -> Kept:
        """Return it, or only that it is one."""
        return "flag" if self.varies and isinstance(kept, bool) else kept


@dataclass(frozen=True, slots=True)
class Length:
    """Text or bytes of which only the length is kept."""

    def keep(self, value: object) -> Kept:
        """Keep its length."""
        return _length(value)

    def gist(self, kept: Kept) -> Kept:
        """Return only that it is text."""
        return "text" if isinstance(kept, dict) else kept


@dataclass(frozen=True, slots=True)
class Known:
    """Text that is one of a list; of any other only the length is kept."""

    words: frozenset[str]
    varies: bool = False

    def keep(self, value: object) -> Kept:
        """Keep a word of the list, as the list has it."""
        if isinstance(value, str):
            bare = value.replace("\0", "").strip()
            return bare if bare in self.words else _length(value)
        return _length(value)

    def gist(self, kept: Kept) -> Kept:
        """Return the word, or only that it is another."""
        if self.varies and isinstance(kept, str):
            return "word"
        return "text" if isinstance(kept, dict) else kept


@dataclass(frozen=True, slots=True)
class Begins:
    """Text of which only the beginning is kept, where that is one of a list; else its length."""

    words: tuple[str, ...]

    def keep(self, value: object) -> Kept:
        """Keep the longest beginning that is known, in small letters, with a star for the rest."""
        if not isinstance(value, str):
            return _length(value)
        lowered = value.lower().removesuffix("*")
        found = [word for word in self.words if lowered.startswith(word)]
        return max(found, key=len) + "*" if found else _length(value)

    def gist(self, kept: Kept) -> Kept:
        """Return the beginning, or only that it is text."""
        return "text" if isinstance(kept, dict) else kept


@dataclass(frozen=True, slots=True)
class Digits:
    """A short number, also one that is written as text: a build, a switch, seconds."""

    longest: int = 6
    varies: bool = False

    def keep(self, value: object) -> Kept:
        """Keep at most `longest` digits, as they are written."""
        if isinstance(value, str):
            bare = value.strip("\0 ")
            short = bare.isascii() and bare.isdigit() and len(bare) <= self.longest
            return bare if short else Number().keep(value)
        return Number().keep(value)

    def gist(self, kept: Kept) -> Kept:
        """Return it, or only that it is short."""
        return "digits" if self.varies and isinstance(kept, int | str) else kept


@dataclass(frozen=True, slots=True)
class Struct:
    """Bytes of which some places are kept, the rest as zeros: in hex, with their size.

    `places` are pairs of the first byte and the one after the last; what varies is in `varies`.
    Each holds numbers of four bytes that are small, or -1: what is larger, as text is, is zeros.
    """

    places: tuple[tuple[int, int], ...]
    varies: tuple[tuple[int, int], ...] = ()

    def keep(self, value: object) -> Kept:
        """Keep the places, with the zeros between them; what follows is told by the size."""
        data = raw(value) if isinstance(value, Mapping) else value
        if not isinstance(data, bytes | bytearray):
            return None if value is None else _OTHER
        last = max((after for _, after in self.places), default=0)
        return {"size": len(data), "hex": _only(bytes(data[:last]), self.places).hex()}

    def gist(self, kept: Kept) -> Kept:
        """Return it without what varies."""
        if not isinstance(kept, dict):
            return kept
        still = bytearray.fromhex(str(kept["hex"]))
        for first, after in self.varies:
            still[first:after] = bytes(len(still[first:after]))
        return {"size": kept["size"], "hex": still.hex()}


def raw(kept: Mapping[str, object]) -> bytes | None:
    """Return the bytes of a struct that was kept, with zeros for the rest; None when it is none."""
    text, size = kept.get("hex"), kept.get("size")
    if not isinstance(text, str) or not isinstance(size, int) or not 0 <= size <= _LARGEST:
        return None
    try:
        return bytes.fromhex(text)[:size].ljust(size, b"\0")
    except ValueError:
        return None


def _only(data: bytes, places: Iterable[tuple[int, int]]) -> bytes:
    kept = bytearray(len(data))
    for first, after in places:
        for at in range(first, min(after, len(data)), _NUMBER):
            part = data[at : min(after, at + _NUMBER)]
            number = int.from_bytes(part, "little")
            if number <= _SMALL or number == _MINUS_ONE:
                kept[at : at + len(part)] = part
    return bytes(kept)


@dataclass(frozen=True, slots=True)
class Typed:
    """A value of the registry: its type by name, and what its kind keeps of it."""

    kind: Kind

    def keep(self, value: object) -> Kept:
        """Keep type and value; None is a value that is not there."""
        match value:
            case [int() as number, what] if 0 <= number < len(_TYPES):
                return [_TYPES[number], self.kind.keep(what)]
            case [str() as name, what] if name in _TYPES:
                return [name, self.kind.keep(what)]
        return None if value is None else _OTHER

    def gist(self, kept: Kept) -> Kept:
        """Return both."""
        return [kept[0], self.kind.gist(kept[1])] if isinstance(kept, list) else kept


@dataclass(frozen=True, slots=True)
class Fields:
    """A mapping of which the named fields are kept, each by its kind."""

    named: Mapping[str, Kind]

    def keep(self, value: object) -> Kept:
        """Keep the named fields; one that is not there is None."""
        if not isinstance(value, Mapping):
            return None if value is None else _OTHER
        return {name: kind.keep(value.get(name)) for name, kind in self.named.items()}

    def gist(self, kept: Kept) -> Kept:
        """Return the gist of each."""
        if not isinstance(kept, dict):
            return kept
        return {name: kind.gist(kept.get(name)) for name, kind in self.named.items()}


@dataclass(frozen=True, slots=True)
class Each:
    """A list whose entries have one kind; neither their number nor their order says anything."""

    kind: Kind

    def keep(self, value: object) -> Kept:
        """Keep the first entries."""
        if not isinstance(value, list | tuple):
            return None if value is None else _OTHER
        return [self.kind.keep(one) for one in value[:MOST]]

    def gist(self, kept: Kept) -> Kept:
        """Return the gist of each."""
        return [self.kind.gist(one) for one in kept] if isinstance(kept, list) else kept


@dataclass(frozen=True, slots=True)
class ByNumber:
    """A mapping from small numbers, such as a firewall's profiles, to one kind."""

    kind: Kind
    numbers: frozenset[int] = field(default_factory=lambda: frozenset({1, 2, 4}))

    def keep(self, value: object) -> Kept:
        """Keep those of the list, with the number as text: so JSON has it."""
        if not isinstance(value, Mapping):
            return None if value is None else _OTHER
        told = {str(number): one for number, one in value.items()}
        return {
            str(n): self.kind.keep(told[str(n)]) for n in sorted(self.numbers) if str(n) in told
        }

    def gist(self, kept: Kept) -> Kept:
        """Return the gist of each."""
        if not isinstance(kept, dict):
            return kept
        return {number: self.kind.gist(one) for number, one in kept.items()}


NUMBER, FLAG, LENGTH_ALONE = Number(), Flag(), Length()
VARYING = Number(varies=True)
SWITCH = Digits()


def known(*words: str) -> Known:
    """Return the kind of text that is one of these words."""
    return Known(frozenset(words))


def fields(**named: Kind) -> Fields:
    """Return the kind of a mapping with these fields."""
    return Fields(named)


def differences(
    told: Kept, known: Kept, *, partly: bool = False, path: str = ""
) -> tuple[str, ...]:
    """Return where two gists differ, by the names of their fields.

    With `partly`, of what is known only some fields were told: the others, None, are no measure.
    """
    if partly and known is None:
        return ()
    if isinstance(told, dict) and isinstance(known, dict):
        names = dict.fromkeys((*told, *known))
        deeper = (
            differences(
                told.get(name),
                known.get(name),
                partly=partly,
                path=f"{path}.{name}" if path else name,
            )
            for name in names
        )
        return tuple(found for each in deeper for found in each)
    if isinstance(told, list) and isinstance(known, list):
        return () if _alike(told, known, partly=partly) else (path,)
    return () if told == known and isinstance(told, bool) is isinstance(known, bool) else (path,)


def _alike(told: list[Kept], known: list[Kept], *, partly: bool) -> bool:
    """Check whether each entry of one list has its like in the other."""
    pairs = [[not differences(one, other, partly=partly) for other in known] for one in told]
    each = all(any(row) for row in pairs)
    return each and all(any(row[at] for row in pairs) for at in range(len(known)))
