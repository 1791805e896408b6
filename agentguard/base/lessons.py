"""The lessons that ship with the program, and how a file becomes one."""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path

from agentguard.base import lesson_file, paths, translations
from agentguard.base.errors import CannotError, LessonError
from agentguard.model.lessons import Lesson


@cache
def load() -> tuple[Lesson, ...]:
    """Return the shipped lessons, in the order of their ids.

    Raises:
        CannotError: there is none, or one is damaged.

    """
    return read(paths.resources() / "lessons")


def read(folder: Path) -> tuple[Lesson, ...]:
    """Read the lessons of a folder; a file is named by its lesson's id.

    Raises:
        CannotError: there is none, or one is damaged.

    """
    files = sorted(folder.glob("*.md"))
    if not files:
        raise CannotError("The lessons are missing.", "Install the program again.")
    try:
        return tuple(parse(f.name, f.read_text(encoding="utf-8"), f.stem) for f in files)
    except LessonError as error:
        raise CannotError(str(error), "Install the program again.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise CannotError("The lessons could not be read.", "Install the program again.") from error


def parse(source: str, text: str, expected: str = "") -> Lesson:
    """Read a lesson; `source` names the file in problems, `expected` is the id that it must have.

    Raises:
        LessonError: with every problem as `file:line: what is wrong`.

    """
    lesson, problems = lesson_file.read(text, expected)
    if lesson is None:
        words = translations.load()
        raise LessonError(
            words.say("lesson.wrong", source=source),
            tuple(f"{source}:{line}: {words.render(message)}" for line, message in problems),
        )
    return lesson


@lru_cache(maxsize=4)
def of_site(texts: tuple[str, ...]) -> tuple[Lesson, ...]:
    """Return the lessons of a policy, whose texts were judged when the policy was read."""
    read_ = (lesson_file.read(text)[0] for text in texts)
    return tuple(one for one in read_ if one is not None)
