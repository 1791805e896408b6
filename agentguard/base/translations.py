"""Every sentence for a person, by id: read from `resources/text/<language>/*.toml`.

A file's tables give the ids: `[clipboard] found = "..."` is `clipboard.found`. Which tables a file
has is seen at once; it is parsed when a sentence of one of them is asked for: a command speaks few,
and parsing all of them was a tenth of a start.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from threading import Lock

from agentguard.base import paths
from agentguard.base.errors import CannotError
from agentguard.model.messages import Message

DEFAULT_LANGUAGE = "en"

_FORMS = {"pass": "ok", "fail": "todo", "unknown": "unknown", "partial": "part"}

_TABLE = re.compile(r"\n\[([A-Za-z0-9_.\-]+)\]")  # begins with plain signs, which is found at once
_TABLES_ALONE = re.compile(r"(?:\s*(?:#[^\n]*)?\n)*\[[A-Za-z0-9_.\-]+\]")


def _plain(text: str) -> str:
    return text


@dataclass(frozen=True, slots=True)
class Texts:
    """The sentences of one language; `mask` hides values in what a message brings along."""

    sentences: Mapping[str, str]
    mask: Callable[[str], str] = _plain

    def masking(self, mask: Callable[[str], str]) -> Texts:
        """Return the same sentences for a place where people read.

        No message shows a value there.
        """
        return replace(self, mask=mask)

    def render(self, message: Message | None) -> str:
        """Return the sentence; an id without a sentence is shown as it is, never an error."""
        if message is None:
            return ""
        given = message.params.items()
        return self._filled(
            message.id, {k: self.mask(v) if isinstance(v, str) else v for k, v in given}
        )

    def say(self, id_: str, /, **params: str | int) -> str:
        """Return the sentence of an id with these words as they are."""
        return self._filled(id_, params)

    def _filled(self, id_: str, params: Mapping[str, str | int]) -> str:
        sentence = self.sentences.get(id_)
        if sentence is None:
            return id_
        try:
            return sentence.format_map(params)
        except (LookupError, ValueError, TypeError, AttributeError):
            return sentence

    def title(self, check: str, state: str, message: str = "") -> str:
        """Return the title that names the state of a control, never the wish.

        `state` is one of `model.verdicts.State`; `message` is the id of the sentence below it,
        which may have a title of its own. What has no title is named as the control is.
        """
        form = _FORMS.get(state, "")
        own = f"{message}-title" if form == "todo" and message else ""
        for id_ in filter(None, (own, f"{check}.title-{form}", f"{check}.title")):
            if id_ in self.sentences:
                return self.sentences[id_]
        return check

    def advice(self, check: str, message: str = "") -> str:
        """Return what to do about a sentence: its own advice, else that of its check, else ""."""
        own = self.sentences.get(f"{message}-advice") if message else None
        return own or self.sentences.get(f"{check}.advice", "")

    def has(self, id_: str) -> bool:
        """Check whether there is a sentence."""
        return id_ in self.sentences


def load(language: str = DEFAULT_LANGUAGE) -> Texts:
    """Read a language, each once; one that there is not is given in English.

    Raises:
        CannotError: a file is damaged, or English is missing.

    """
    return _loaded(language)


@cache
def _loaded(language: str) -> Texts:
    # apart from `load`, whose cache would hold English twice: for `load()` and for `load("en")`
    folder = paths.resources() / "text"
    known = {each.name for each in folder.iterdir()}
    if language not in known:
        if language == DEFAULT_LANGUAGE:
            raise CannotError("The program's texts are missing.", "Install the program again.")
        return _loaded(DEFAULT_LANGUAGE)
    return Texts(Sentences(folder / language))


class Sentences(Mapping[str, str]):
    """The sentences of a folder's files; whoever asks for one that stands twice is told so."""

    def __init__(self, folder: Path) -> None:
        self._known: dict[str, str] = {}
        self._unread: dict[Path, str] = {}
        self._tables: dict[str, list[Path]] = {}
        self._lock = Lock()
        for file in sorted(folder.glob("*.toml")):
            self._open(file)

    def __getitem__(self, id_: str) -> str:
        if id_ not in self._known:
            with self._lock:
                for file in self._files_of(id_):
                    self._parse(file)
        return self._known[id_]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def _all(self) -> Mapping[str, str]:
        with self._lock:
            for file in tuple(self._unread):
                self._parse(file)
        return self._known

    def _open(self, file: Path) -> None:
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            raise _damaged(file) from error
        self._unread[file] = text
        for table in set(_TABLE.findall(f"\n{text}")):
            self._tables.setdefault(table, []).append(file)
        if _TABLES_ALONE.match(text) is None:  # what stands before them may be any sentence
            self._parse(file)

    def _files_of(self, id_: str) -> Iterator[Path]:
        table, dot, _ = id_.rpartition(".")
        while dot:
            yield from self._tables.get(table, ())
            table, dot, _ = table.rpartition(".")

    def _parse(self, file: Path) -> None:
        if file not in self._unread:
            return
        try:
            found = dict(_flat("", tomllib.loads(self._unread[file])))
        except ValueError as error:
            raise _damaged(file) from error
        for id_ in found:
            if id_ in self._known:
                raise CannotError(f"The text {id_} stands twice; again in {file.name}.")
        self._known.update(found)
        del self._unread[file]


def _damaged(file: Path) -> CannotError:
    return CannotError(f"The text file {file.name} is damaged.", "Install again.")


def _flat(prefix: str, table: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(f"{prefix}{key}.", value)
        else:
            yield f"{prefix}{key}", str(value)
