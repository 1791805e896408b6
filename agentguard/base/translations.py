"""Every sentence for a person, by id: read from `resources/text/<language>/*.toml`.

A file's tables give the ids: `[clipboard] found = "..."` is `clipboard.found`. Which tables a file
has is seen at once; it is parsed when a sentence of one of them is asked for: a command speaks few,
and parsing all of them was a tenth of a start.

A sentence that counts has a form for each number that its language tells apart (CLDR's plural
forms): `found = { by = "count", one = "…", other = "…" }`; `by` names the parameter, and a form
`none`, where there is one, is said of 0 in every language. What a language does not say is said in
English. In one that is written from right to left, each text that is filled in is isolated
(U+2068 to U+2069), or its full stops and brackets would jump to its other end; in the others, each
that has letters from right to left. What would turn the sentence around is left out of it. Where a
sentence has `{span}` or `{exactly}`, its `seconds` are said as people say them.
"""

from __future__ import annotations

import re
import tomllib
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from threading import Lock

from agentguard.base import cldr, packed, paths, spans, turning_signs
from agentguard.base.errors import CannotError
from agentguard.model.messages import Message

DEFAULT_LANGUAGE = "en"
PLURAL = frozenset({"by", "other"})
"""What the table of a sentence that counts holds at least."""

_PARTS = ("sensors", "ui.sensor.{}")
_DRILLS = ("drills", "drill.{}.title")
NAMED: Mapping[str, tuple[str, ...]] = {
    "agent-health.sensor": _PARTS,
    "agent-health.control": ("controls", "{}.title", "ui.page.{}"),
    "drills.passed": _DRILLS,
    "drills.failed": _DRILLS,
    "drills.overdue": _DRILLS,
    "engine.actor-failed": ("name", "ui.sensor.{}"),
    "engine.actor-hangs": ("name", "ui.sensor.{}"),
}
"""Sentences that bring along ids, in which parameter, and what names these for people.

A newer program's id has no name here, and is shown.
"""
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")

_FORMS = {"pass": "ok", "fail": "todo", "unknown": "unknown", "partial": "part"}

_TABLE = re.compile(r"\n\[([A-Za-z0-9_.\-]+)\]")  # begins with plain signs, which is found at once
_TABLES_ALONE = re.compile(r"(?:\s*(?:#[^\n]*)?\n)*\[[A-Za-z0-9_.\-]+\]")


def _plain(text: str) -> str:
    return text


class Plural(str):
    """A sentence that counts: it reads as its form `other` does; `forms` holds each by its name."""

    __slots__ = ("by", "forms", "rule")

    by: str
    forms: Mapping[str, str]
    rule: Callable[[int], str]

    @classmethod
    def made(cls, forms: Mapping[str, str], language: str) -> Plural:
        """Return what a table of forms says, by the rules of its language."""
        self = cls(forms["other"])
        self.by = forms["by"]
        self.forms = {name: form for name, form in forms.items() if name != "by"}
        self.rule = cldr.PLURALS.get(language, cldr.PLURALS[DEFAULT_LANGUAGE])
        return self

    def of(self, params: Mapping[str, str | int]) -> str:
        """Return the form for these parameters; without the number, the form `other`."""
        number = params.get(self.by)
        if not isinstance(number, int):
            return self
        if not number and "none" in self.forms:
            return self.forms["none"]
        return self.forms.get(self.rule(number), self)


@dataclass(frozen=True, slots=True)
class Texts:
    """The sentences of one language; `mask` hides values in what a message brings along."""

    sentences: Mapping[str, str]
    mask: Callable[[str], str] = _plain
    language: str = DEFAULT_LANGUAGE

    @property
    def right_to_left(self) -> bool:
        """Whether the language is written from right to left."""
        return self.language in cldr.RIGHT_TO_LEFT

    def masking(self, mask: Callable[[str], str]) -> Texts:
        """Return the same sentences for a place where people read.

        No message shows a value there.
        """
        return replace(self, mask=mask)

    def render(self, message: Message | None) -> str:
        """Return the sentence; an id without a sentence is shown as it is, never an error."""
        if message is None:
            return ""
        given = self._named(message).items()
        return self._filled(
            message.id, {k: self.mask(v) if isinstance(v, str) else v for k, v in given}
        )

    def _named(self, message: Message) -> Mapping[str, str | int]:
        """Return what a message brings along, with names for people in the place of ids."""
        name, *forms = NAMED.get(message.id, ("",))
        ids = message.params.get(name)
        if not isinstance(ids, str):
            return message.params

        def named(found: re.Match[str]) -> str:
            known = (self.sentences.get(form.format(found.group())) for form in forms)
            return next(filter(None, known), found.group())

        return {**message.params, name: _ID.sub(named, ids)}

    def say(self, id_: str, /, **params: str | int) -> str:
        """Return the sentence of an id with these words as they are."""
        return self._filled(id_, params)

    def _filled(self, id_: str, params: Mapping[str, str | int]) -> str:
        sentence = self.sentences.get(id_)
        if sentence is None:
            return id_
        if isinstance(sentence, Plural):
            sentence = sentence.of(params)
        if "{span}" in sentence or "{exactly}" in sentence:
            params = spans.filled(params, self.say)
        params = {name: self._within(value) for name, value in params.items()}
        try:
            return sentence.format_map(params)
        except (LookupError, ValueError, TypeError, AttributeError):
            return sentence

    def _within(self, value: str | int) -> str | int:
        """Return what is filled in so that it turns nothing of the sentence."""
        if not isinstance(value, str):
            return value
        if self.right_to_left or turning_signs.turns(value):
            return turning_signs.isolated(value)
        return turning_signs.in_order(value)

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
    own = Sentences(folder / language, language)
    if language == DEFAULT_LANGUAGE:
        return Texts(own)
    return Texts(Translated(own), language=language)


def pack_unread() -> None:
    """Keep packed from now on what nobody has asked for: this process lives for hours.

    Most of it is what the console and other commands say, a third of a megabyte in English and
    twice that in Hindi. It is not left on the disk, where an update may take it away.
    """
    global _packs  # noqa: PLW0603 - one process is of one kind
    _packs = True
    for sentences in _read:
        sentences.pack()


class Translated(Mapping[str, str]):
    """The sentences of a language, and English for what it does not say, read when it is asked."""

    def __init__(self, own: Mapping[str, str]) -> None:
        self._own = own

    def __getitem__(self, id_: str) -> str:
        said = self._own.get(id_)
        return load().sentences[id_] if said is None else said

    def __iter__(self) -> Iterator[str]:
        return iter({**load().sentences, **self._own})

    def __len__(self) -> int:
        return len(set(self))


class Sentences(Mapping[str, str]):
    """The sentences of a folder's files; whoever asks for one that stands twice is told so."""

    def __init__(self, folder: Path, language: str = DEFAULT_LANGUAGE) -> None:
        self._language = language
        self._known: dict[str, str] = {}
        self._unread: dict[Path, str | bytes] = {}
        self._tables: dict[str, list[Path]] = {}
        self._lock = Lock()
        for file in packed.texts(folder, ".toml"):
            self._open(file)
        _read.append(self)
        if _packs:
            self.pack()

    def pack(self) -> None:
        """Pack what is not parsed yet; it takes a third of the memory then."""
        with self._lock:
            for file, text in self._unread.items():
                if isinstance(text, str):
                    self._unread[file] = zlib.compress(text.encode())

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
            text = packed.text(file)
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
            found = dict(self._flat("", tomllib.loads(_unpacked(self._unread[file]))))
        except ValueError as error:
            raise _damaged(file) from error
        for id_ in found:
            if id_ in self._known:
                raise CannotError(f"The text {id_} stands twice; again in {file.name}.")
        self._known.update(found)
        del self._unread[file]

    def _flat(self, prefix: str, table: Mapping[str, object]) -> Iterator[tuple[str, str]]:
        for key, value in table.items():
            if not isinstance(value, Mapping):
                yield f"{prefix}{key}", str(value)
            elif value.keys() >= PLURAL:
                yield f"{prefix}{key}", Plural.made(value, self._language)
            else:
                yield from self._flat(f"{prefix}{key}.", value)


def _unpacked(text: str | bytes) -> str:
    return text if isinstance(text, str) else zlib.decompress(text).decode()


_read: list[Sentences] = []
_packs = False


def _damaged(file: Path) -> CannotError:
    return CannotError(f"The text file {file.name} is damaged.", "Install again.")
