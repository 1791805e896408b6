"""Changes a pack in every way that somebody might, so that a verifier can be held against it."""

from __future__ import annotations

import os
import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agentguard.trust import dsse
from agentguard.trust.evidence import manifest
from agentguard.trust.evidence.manifest import FILE
from agentguard.trust.evidence.proofs import Known
from agentguard.trust.evidence.reading import Problem
from agentguard.trust.evidence.verify import verify


def flip(data: bytes, chance: random.Random) -> bytes:
    """Turn one bit around."""
    at = chance.randrange(len(data))
    return data[:at] + bytes([data[at] ^ (1 << chance.randrange(8))]) + data[at + 1 :]


def cut(data: bytes, chance: random.Random) -> bytes:
    """Cut the end off."""
    return data[: chance.randrange(len(data))]


def append(data: bytes, chance: random.Random) -> bytes:
    """Put something behind the end."""
    return data + chance.choice([b"\n", b" ", b"1,2,3\r\n"])


def drop_line(data: bytes, chance: random.Random) -> bytes:
    """Leave a line out."""
    lines = data.splitlines(keepends=True)
    del lines[chance.randrange(len(lines))]
    return b"".join(lines)


def swap_lines(data: bytes, chance: random.Random) -> bytes:
    """Put two lines in each other's place."""
    lines = data.splitlines(keepends=True)
    at, to = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[at], lines[to] = lines[to], lines[at]
    return b"".join(lines)


CHANGES = (flip, cut, append, drop_line, swap_lines)
PLACES = ("delete", "add", "swap", "link", "foreign", "signed")
"""A file goes, comes, stands in another's place, is a link or that of another pack; or the list is
signed anew with a key that nobody knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """How a pack was changed, and the files of which one must be named."""

    how: str
    names: frozenset[str]


@dataclass(slots=True)
class Tampering:
    """Changes copies of a pack; `other` is another pack that is proved, `beside` a folder."""

    pack: Path
    other: Path
    beside: Path
    chance: random.Random
    met: Counter[str] = field(default_factory=Counter)
    """How often each way was taken."""

    def change(self) -> tuple[Path, Done]:
        """Return a copy that was changed somehow; every way has its turn."""
        ways: tuple[Callable[[bytes, random.Random], bytes] | str, ...] = (*CHANGES, *PLACES)
        how = ways[self.met.total() % len(ways)]
        shutil.rmtree(self.beside, ignore_errors=True)
        folder = self.beside / "pack"
        shutil.copytree(self.pack, folder, copy_function=os.link)
        name = self.chance.choice(_files(folder))
        if isinstance(how, str):
            done = Done(how=how, names=frozenset(self._place(how, folder, name)))
        else:
            done = Done(how=how.__name__, names=frozenset({self._bytes(how, folder, name)}))
        self.met[done.how] += 1
        return folder, done

    def _bytes(self, how: Callable[[bytes, random.Random], bytes], folder: Path, name: str) -> str:
        data = (folder / name).read_bytes()
        while (made := how(data, self.chance)) == data:
            name = self.chance.choice(_files(folder))
            data = (folder / name).read_bytes()
        _write(folder / name, made)
        return name

    def _place(self, how: str, folder: Path, name: str) -> set[str]:
        match how:
            case "add":
                return {self._add(folder, name)}
            case "swap":
                return self._swap(folder, name)
            case "foreign":
                return self._foreign(folder)
            case "signed":
                return {_signed(folder)}
            case _:
                (folder / name).replace(self.beside / "outside")
                if how == "link":
                    (folder / name).symlink_to(self.beside / "outside")
                return {name}

    def _add(self, folder: Path, name: str) -> str:
        names = ["extra.csv", "held/09999.csv.gz", "proofs/x.json", "nested/deep/a.txt"]
        new = self.chance.choice(names)
        (folder / new).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(folder / name, folder / new)
        return new

    def _swap(self, folder: Path, name: str) -> set[str]:
        own = (folder / name).read_bytes()
        every = [one for one in _files(folder) if (folder / one).read_bytes() != own]
        other = self.chance.choice(every)
        (folder / name).replace(self.beside / "aside")
        (folder / other).replace(folder / name)
        (self.beside / "aside").replace(folder / other)
        return {name, other}

    def _foreign(self, folder: Path) -> set[str]:
        """Put a file of another pack, which is valid there, in the place of this one's.

        By the list of another pack every file is wrong that differs between the two.
        """
        theirs = [one for one in _files(folder) if (self.other / one).is_file()]
        every = [
            one for one in theirs if (self.other / one).read_bytes() != (folder / one).read_bytes()
        ]
        name = self.chance.choice(every)
        _write(folder / name, (self.other / name).read_bytes())
        return {*every} if name == FILE else {name}


def unnamed(tampering: Tampering, known: Known, times: int) -> Iterator[tuple[Done, str]]:
    """Change and verify so many times; yield how each was changed, and what was told instead.

    The second is empty where the change was named as it should be.
    """
    for _ in range(times):
        folder, done = tampering.change()
        found = verify(folder, known)
        named = {one.file for one in found.problems} | {FILE for one in found.problems if _key(one)}
        told = "" if named & done.names and not found.proved else repr(found.problems)
        yield done, told


def _key(problem: Problem) -> bool:
    return problem.kind == "signature"


def _files(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def _signed(folder: Path) -> str:
    given = dsse.read((folder / FILE).read_bytes(), manifest.TYPE, manifest.MOST_BYTES)
    bare = dsse.Sealed(type=given.type, payload=given.payload)
    _write(folder / FILE, dsse.write(dsse.sign(bare, Ed25519PrivateKey.generate())))
    return FILE


def _write(path: Path, data: bytes) -> None:
    """Write a file anew: what lies there is the pack's own, by another name."""
    path.unlink()
    path.write_bytes(data)
