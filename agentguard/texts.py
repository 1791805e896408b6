"""Every sentence for a person, by id: read from `resources/text/<language>/*.toml`.

A file's tables give the ids: `[clipboard] found = "..."` is `clipboard.found`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from agentguard import paths
from agentguard.errors import CannotError
from agentguard.model.messages import Message

DEFAULT_LANGUAGE = "en"


@dataclass(frozen=True, slots=True)
class Texts:
    """The sentences of one language."""

    sentences: Mapping[str, str]

    def render(self, message: Message | None) -> str:
        """Give the sentence; an id without a sentence is shown as it is, never an error."""
        if message is None:
            return ""
        sentence = self.sentences.get(message.id)
        if sentence is None:
            return message.id
        try:
            return sentence.format_map(dict(message.params))
        except (LookupError, ValueError, TypeError, AttributeError):
            return sentence

    def say(self, id_: str, /, **params: str | int) -> str:
        """Give the sentence of an id."""
        return self.render(Message(id=id_, params=params))

    def has(self, id_: str) -> bool:
        """Tell whether there is a sentence."""
        return id_ in self.sentences


@cache
def load(language: str = DEFAULT_LANGUAGE) -> Texts:
    """Read a language; one that there is not is given in English.

    Raises:
        CannotError: a file is damaged, two files hold the same id, or English is missing.

    """
    folder = paths.resources() / "text"
    known = {each.name for each in folder.iterdir()}
    if language not in known:
        if language == DEFAULT_LANGUAGE:
            raise CannotError("The program's texts are missing.", "Install the program again.")
        return load()
    sentences: dict[str, str] = {}
    for file in sorted((folder / language).glob("*.toml")):
        for id_, sentence in _read(file):
            if id_ in sentences:
                raise CannotError(f"The text {id_} stands twice; again in {file.name}.")
            sentences[id_] = sentence
    return Texts(sentences)


def _read(file: Path) -> Iterator[tuple[str, str]]:
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CannotError(f"The text file {file.name} is damaged.", "Install again.") from error
    yield from _flat("", tables)


def _flat(prefix: str, table: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(f"{prefix}{key}.", value)
        else:
            yield f"{prefix}{key}", str(value)
