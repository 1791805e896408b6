"""agentguard lesson: judges, shows and lists lessons, and makes the piece of a policy of them."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

from agentguard import platforms
from agentguard.base import lesson_file, lessons, named_files, paths
from agentguard.base.errors import CannotError, LessonError
from agentguard.base.translations import Texts
from agentguard.commands._words import spoken
from agentguard.commands.base import FINDINGS, FINE, Command
from agentguard.model.lessons import Lesson, library
from agentguard.model.records import Json
from agentguard.policy.last_good import Keeper
from agentguard.runtime import known_checks


def arguments(parser: argparse.ArgumentParser, words: Texts) -> None:
    """Add the four verbs."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="check|show|list|policy")
    for verb in _VERBS:
        help_ = words.say(f"cli.lesson.{verb}")
        one = verbs.add_parser(verb, help=help_, description=help_)
        if verb != "list":
            many = None if verb == "show" else "+"
            one.add_argument(
                "file", metavar="FILE", nargs=many, type=Path, help=words.say("cli.lesson.file")
            )
        if verb != "policy":
            one.add_argument("--json", action="store_true", help=words.say("cli.lesson.json"))


def run(chosen: argparse.Namespace) -> int:
    """Do what the verb says."""
    return _VERBS[chosen.verb](chosen, spoken())


def _check(chosen: argparse.Namespace, words: Texts) -> int:
    """Tell every mistake of every file; 1 where there is any."""
    found: list[Json] = []
    wrong = 0
    for file in chosen.file:
        lesson, problems = lesson_file.read(_text(file), file.stem)
        wrong += bool(problems)
        said = [(line, words.render(message)) for line, message in problems]
        told: list[Json] = [{"line": line, "problem": text} for line, text in said]
        found.append({"file": str(file), "good": not problems, "problems": told})
        if not chosen.json:
            sys.stdout.writelines(f"{file}:{line}: {text}\n" for line, text in said)
            if lesson is not None:
                good = words.say("cli.lesson.good", file=str(file), title=lesson.title)
                sys.stdout.write(f"{good}\n")
    if chosen.json:
        _print(found)
    return FINDINGS if wrong else FINE


def _show(chosen: argparse.Namespace, words: Texts) -> int:
    """Print a lesson as it is read."""
    lesson = lessons.parse(str(chosen.file), _text(chosen.file), chosen.file.stem)
    if chosen.json:
        _print(_plain(lesson, whole=True))
        return FINE
    lines = [lesson.title, ""]
    for number, card in enumerate(lesson.cards, 1):
        lines += [f"{number}. {card.title}", card.text, ""]
    for question in lesson.questions:
        lines += [question.ask]
        lines += [f"  {'*' if c.right else '-'} {c.text} {c.why}" for c in question.choices]
        lines += [""]
    lines += [words.say("cli.lesson.promise", promise=lesson.acknowledge)]
    sys.stdout.write("\n".join(lines) + "\n")
    return FINE


def _list(chosen: argparse.Namespace, words: Texts) -> int:
    """List the lessons that are in force here: those that ship, and those of the policy."""
    keeper = Keeper(paths.data_folder(), known_checks.shapes(), platforms.system_clock())
    policy = keeper.start().policy
    own = lessons.of_site(policy.lessons)
    every = library(lessons.load(), own)
    if chosen.json:
        _print([{**_plain(one), "own": one in own} for one in every])
        return FINE
    for one in every:
        word = "own" if one in own else "shipped"
        told = words.say(f"cli.lesson.{word}", id=one.id, title=one.title, measure=one.measure)
        sys.stdout.write(f"{told}\n")
    return FINE


def _policy(chosen: argparse.Namespace, _words: Texts) -> int:
    """Print lessons as a piece of a policy."""
    lines = ["lessons:"]
    for file in chosen.file:
        text = _text(file)
        lessons.parse(str(file), text, file.stem)
        lines += ["  - |", *(f"    {line}".rstrip() for line in text.splitlines())]
    sys.stdout.write("\n".join(lines) + "\n")
    return FINE


def _text(file: Path) -> str:
    words = spoken()
    named_files.must_end(file)
    try:
        with file.open("rb") as opened:
            return opened.read(lesson_file.MOST_BYTES + 1).decode("utf-8-sig")
    except UnicodeDecodeError:
        problem = words.say("cli.lesson.not-utf8")
        raise LessonError(
            words.say("lesson.wrong", source=str(file)), (f"{file}:1: {problem}",)
        ) from None
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise CannotError(words.say("cli.lesson.unread", file=str(file), why=why)) from error


def _plain(lesson: Lesson, *, whole: bool = False) -> dict[str, Json]:
    told: dict[str, Json] = {
        "id": lesson.id,
        "version": lesson.version,
        "title": lesson.title,
        "measure": lesson.measure,
        "minutes": lesson.minutes,
        "every_days": lesson.every_days,
    }
    if whole:
        told["cards"] = [{"title": one.title, "text": one.text} for one in lesson.cards]
        told["questions"] = [one.ask for one in lesson.questions]
        told["acknowledge"] = lesson.acknowledge
    return told


def _print(told: Json) -> None:
    sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=2) + "\n")


_VERBS: dict[str, Callable[[argparse.Namespace, Texts], int]] = {
    "check": _check,
    "show": _show,
    "list": _list,
    "policy": _policy,
}

COMMAND = Command(arguments=arguments, run=run)
