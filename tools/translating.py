"""What is to be translated: `python3 dev.py texts` shows it, `--done LANGUAGE` writes it down.

`tools/translated/files.toml` names the files that every language has, what is left out of them, and
the files of the console, which a language may say in part until it is named as `whole`;
`<language>.json` beside it is made, and holds of each sentence the hash of the English one that it
was translated from, and one hash of each lesson. When the English changes, the two differ, and the
sentence or lesson is stale. A lesson also names the version that it was translated from.

`--back LANGUAGE` draws a hundred sentences evenly, for somebody to say in English what they say
without a look at the English: `back/<language>.tsv` keeps the answers.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from agentguard.base import lesson_translations, lessons, paths
from agentguard.base.languages import ENGLISH, SPOKEN
from agentguard.base.translations import Plural, Sentences
from agentguard.model.lessons import Lesson

LEDGERS = Path(__file__).parent / "translated"
LENGTH = 12  # digits of a hash
DRAWN = 100
"""How many sentences of a language are said back in English."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The files to be translated, beginnings of ids that are not, and what may read as English."""

    files: tuple[str, ...]
    left_out: tuple[str, ...]
    same: Mapping[str, tuple[str, ...]]
    console: tuple[str, ...] = ()
    console_left_out: tuple[str, ...] = ()
    whole: frozenset[str] = frozenset()

    @property
    def every(self) -> tuple[str, ...]:
        """The names of all files that hold something to be translated."""
        return tuple(dict.fromkeys((*self.files, *self.console)))

    def takes(self, id_: str) -> bool:
        """Check whether a sentence is said at the desk, which each language says in full."""
        return not id_.startswith(self.left_out)

    def takes_for_console(self, id_: str) -> bool:
        """Check whether a sentence is said by the console, its papers or its letters."""
        return not id_.startswith(self.console_left_out)


def wanted() -> Wanted:
    """Return what `files.toml` says."""
    table = tomllib.loads((LEDGERS / "files.toml").read_text(encoding="utf-8"))
    return Wanted(
        files=tuple(table["files"]),
        left_out=tuple(table["left-out"]),
        same={name: tuple(ids) for name, ids in table["same"].items()},
        console=tuple(table.get("console", ())),
        console_left_out=tuple(table.get("console-left-out", ())),
        whole=frozenset(table.get("whole", ())),
    )


def sentences(language: str, names: tuple[str, ...]) -> dict[str, str]:
    """Return the sentences of a language's own files of these names; those it lacks are left out.

    Raises:
        CannotError: a file is damaged.

    """
    folder = paths.resources() / "text" / language
    found = Sentences(folder, language)
    ours = (id_ for name in names if (folder / name).exists() for id_ in _ids(folder / name))
    return {id_: found[id_] for id_ in ours}


def _ids(file: Path) -> Iterator[str]:
    yield from _flat("", tomllib.loads(file.read_text(encoding="utf-8")))


def _flat(prefix: str, table: Mapping[str, object]) -> Iterator[str]:
    for key, value in table.items():
        if isinstance(value, Mapping) and not value.keys() >= {"by", "other"}:
            yield from _flat(f"{prefix}{key}.", value)
        else:
            yield f"{prefix}{key}"


def desk() -> dict[str, str]:
    """Return the English sentences that every language says."""
    asked = wanted()
    found = sentences(ENGLISH, asked.files)
    return {id_: text for id_, text in found.items() if asked.takes(id_)}


def console() -> dict[str, str]:
    """Return the English sentences of the console, which a language may lack until it is whole."""
    asked, at_desk = wanted(), desk()
    found = sentences(ENGLISH, asked.console)
    ours = (id_ for id_ in found if id_ not in at_desk and asked.takes_for_console(id_))
    return {id_: found[id_] for id_ in ours}


def english() -> dict[str, str]:
    """Return the English sentences that are to be translated, the desk's first."""
    return desk() | console()


def shown(text: str) -> str:
    """Return a sentence with all its forms."""
    return json.dumps(dict(text.forms), sort_keys=True) if isinstance(text, Plural) else text


def mark(text: str) -> str:
    """Return the hash of an English sentence with all its forms."""
    return hashlib.sha256(shown(text).encode()).hexdigest()[:LENGTH]


def ledger(language: str) -> dict[str, str]:
    """Return the hashes of what a language was translated from, by id."""
    file = LEDGERS / f"{language}.json"
    if not file.exists():
        return {}
    known: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    return known


def missing(language: str) -> list[str]:
    """Return the ids that a language must say and does not say yet."""
    asked = wanted()
    said = sentences(language, asked.every)
    due = english() if language in asked.whole else desk()
    return [id_ for id_ in due if id_ not in said]


def awaited(language: str) -> list[str]:
    """Return the ids of the console that a language does not say yet, and may still lack."""
    asked = wanted()
    said = sentences(language, asked.every)
    due = {} if language in asked.whole else console()
    return [id_ for id_ in due if id_ not in said]


def stale(language: str) -> list[str]:
    """Return the ids of sentences and lessons whose English changed since they were translated."""
    said, known = sentences(language, wanted().every), ledger(language)
    stale_ = [
        id_ for id_, text in english().items() if id_ in said and known.get(id_) != mark(text)
    ]
    return stale_ + [id_ for id_, text in lesson_marks().items() if known.get(id_) != text]


def lesson_marks() -> dict[str, str]:
    """Return the hash of each English lesson with all its words, by ids such as `lesson/x`."""
    return {
        f"lesson/{one.id}": mark("\n".join(dict(_said(one)).values())) for one in lessons.load()
    }


def lesson_sentences(language: str) -> dict[str, str]:
    """Return what the shipped lessons say in a language, by ids such as `lesson/x/card-1/title`."""
    every = (
        lesson if language == ENGLISH else lesson_translations.translation(lesson, language)
        for lesson in lessons.load()
    )
    return {id_: text for one in every if one is not None for id_, text in _said(one)}


def _said(lesson: Lesson) -> Iterator[tuple[str, str]]:
    begin = f"lesson/{lesson.id}"
    yield f"{begin}/title", lesson.title
    yield f"{begin}/acknowledge", lesson.acknowledge
    for number, card in enumerate(lesson.cards, 1):
        yield f"{begin}/card-{number}/title", card.title
        yield f"{begin}/card-{number}/text", card.text
    for number, question in enumerate(lesson.questions, 1):
        yield f"{begin}/question-{number}/ask", question.ask
        for place, choice in enumerate(question.choices, 1):
            yield f"{begin}/question-{number}/choice-{place}/text", choice.text
            yield f"{begin}/question-{number}/choice-{place}/why", choice.why


def lessons_left(language: str) -> list[str]:
    """Return the lessons that are shown in English: without a translation of their version."""
    said = lesson_translations.translation
    return [one.id for one in lessons.load() if said(one, language) is None]


def all_said(language: str) -> dict[str, str]:
    """Return all that a language says at the desk, on one line each: its files and its lessons."""
    folder, asked = paths.resources() / "text" / language, wanted()
    found = sentences(language, tuple(sorted(one.name for one in folder.glob("*.toml"))))
    due = english()
    ours = {id_: text for id_, text in found.items() if asked.takes(id_) or id_ in due}
    every = {**ours, **lesson_sentences(language)}
    return {id_: " ".join(str(text).split()) for id_, text in every.items()}


def drawn(language: str) -> list[tuple[str, str]]:
    """Return a hundred ids and sentences of a language, evenly over all that it says."""
    every = list(all_said(language).items())
    return [every[place * len(every) // DRAWN] for place in range(min(DRAWN, len(every)))]


def write(language: str) -> None:
    """Write down that a language is translated from the English of now."""
    said = sentences(language, wanted().every)
    marks = {id_: mark(text) for id_, text in english().items() if id_ in said} | lesson_marks()
    text = json.dumps(dict(sorted(marks.items())), indent=0) + "\n"
    (LEDGERS / f"{language}.json").write_text(text, encoding="utf-8", newline="\n")


def main() -> int:
    """Show what is to be translated, or write down that it is."""
    parser = argparse.ArgumentParser(prog="dev.py texts", description="Show what to translate.")
    parser.add_argument("languages", nargs="*", help="only these; else all of them")
    parser.add_argument("--file", metavar="NAME", help="only this file of resources/text/en")
    parser.add_argument("--done", metavar="LANGUAGE", help="it says what the English does")
    parser.add_argument("--back", metavar="LANGUAGE", help="draw what to say back in English")
    given = parser.parse_args()
    if given.back:
        sys.stdout.writelines(f"{id_}\t{text}\t\n" for id_, text in drawn(given.back))
        return 0
    if given.done:
        write(given.done)
        return 0
    lines = [line for each in given.languages or SPOKEN[1:] for line in left(each, given.file)]
    sys.stdout.writelines(f"{line}\n" for line in lines)
    return 1 if lines else 0


def left(language: str, file: str | None = None) -> Iterator[str]:
    """Give a line for each sentence and lesson that a language lacks, or of one of its files."""
    every = english()
    ours = sentences(ENGLISH, (file,)) if file else every
    kinds = (
        ("missing", missing(language)),
        ("missing", awaited(language)),
        ("stale", stale(language)),
    )
    for word, ids in kinds:
        for id_ in ids:
            if file is None or id_ in ours:
                yield f"{language} {word} {id_} = {shown(every.get(id_, id_))}"
    for id_ in lessons_left(language) if file is None else ():
        yield f"{language} missing or of another version: lesson {id_}"


if __name__ == "__main__":
    sys.exit(main())
