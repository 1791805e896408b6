"""agentguard doctor --record: asks this computer everything, into one file to send in.

Progress goes to the error stream, what differs to the output. Ctrl-C leaves a file that is whole as
far as it goes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from agentguard.base import atomic_files
from agentguard.base.errors import CannotError
from agentguard.base.translations import Texts
from agentguard.commands.base import FINDINGS, FINE, INTERRUPTED
from agentguard.platforms.recorder.catalogue import SKIPPED, STEPS, Step, questions
from agentguard.platforms.recorder.lines import DIFFERS, END, Writer, folder
from agentguard.platforms.recorder.questions import Question
from agentguard.platforms.recorder.recording import Recorded, Recording, System

YES = frozenset({"y", "yes"})
NO = frozenset({"n", "no"})
LEFT_OUT = frozenset({"s", "skip"})


def record(
    file: Path,
    words: Texts,
    system: System,
    *,
    walk: bool,
    asked: Iterable[Question] | None = None,
) -> int:
    """Record into a new file; tell by the exit code whether something differs.

    Tests give a few questions in place of all.

    Raises:
        CannotError: the file is there, or cannot be made or written.

    """
    recording = Recording(system, folder().glob("*.jsonl"))
    every = tuple(asked) if asked is not None else questions()
    steps = STEPS if walk else ()
    if not recording.elevated:
        _show(words.say("cli.record.no-administrator") + "\n")
    found: list[Recorded] = []
    lines = _lines(recording, every, steps, words)
    try:
        with _made(file, words) as opened:
            ended = _written(recording, Writer(opened), found, lines)
    except OSError as error:  # of closing as well, which writes what could not be written
        raise _no_room(file, error, words) from None
    sys.stdout.write("".join(f"{line}\n" for line in summary(found, words, wine=recording.wine)))
    sys.stdout.write(words.say("cli.record.written", file=str(file), lines=len(found)) + "\n")
    if not ended:
        left = len(every) + len(steps) - len(found)
        sys.stdout.write(words.say("cli.record.interrupted", left=left) + "\n")
        return INTERRUPTED
    return FINDINGS if any(_differs(one) for one in found) else FINE


def _written(
    recording: Recording, writer: Writer, found: list[Recorded], lines: Iterable[Recorded]
) -> bool:
    """Write the head, each line as it comes, and the end; return whether nobody pressed Ctrl-C."""
    writer.write(recording.head())
    try:
        for one in lines:
            writer.write(one.line)
            found.append(one)
        ended = True
    except KeyboardInterrupt:
        ended = False
    writer.write({"id": END, "lines": len(found), "interrupted": not ended})
    return ended


def _made(file: Path, words: Texts) -> BinaryIO:
    try:
        return atomic_files.open_new(file)
    except FileExistsError:
        said = words.say("cli.record.there", file=str(file))
        raise CannotError(said, words.say("cli.record.there-advice")) from None
    except OSError as error:
        raise _no_room(file, error, words) from None


def _no_room(file: Path, error: OSError, words: Texts) -> CannotError:
    why = error.strerror or type(error).__name__
    said = words.say("cli.record.no-room", file=str(file), why=why)
    return CannotError(said, words.say("cli.record.no-room-advice"))


def _lines(
    recording: Recording, every: tuple[Question, ...], steps: tuple[Step, ...], words: Texts
) -> Iterator[Recorded]:
    """Ask, and yield each line; then walk."""
    for number, question in enumerate(every, 1):
        _show(f"[{number:>3}/{len(every)}] {question.id:<28}")
        (told,) = recording.ask((question,))
        _show(f" {told.line['ms']:>6} ms  {outcome(told, words)}\n")
        yield told
    for number, step in enumerate(steps, 1):
        _show(f"\n[{number:>3}/{len(steps)}] {words.say(f'cli.record.step.{name(step)}')}\n")
        yield recording.walk(step, lambda step=step: _answer(step, words))  # type: ignore[misc]


def name(step: Step) -> str:
    """Return a step's name in resources/text."""
    return step.id.partition(".")[2]


def _answer(step: Step, words: Texts) -> str:
    """Wait for the person; where the input has ended, the rest is left out."""
    wanted = words.say("cli.record.seen" if step.asks else "cli.record.done")
    while True:
        _show(wanted + " ")
        line = sys.stdin.readline()
        said = line.strip().casefold()
        if not line or said in LEFT_OUT:
            return SKIPPED
        if not step.asks and not said:
            return "yes"
        if step.asks and said in YES | NO:
            return "yes" if said in YES else "no"


def _show(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


def outcome(told: Recorded, words: Texts) -> str:
    """Return in a word how an answer came and stands to those that are known."""
    if told.told.late:
        return words.say("cli.record.late")
    if told.told.fault:
        return words.say("cli.record.fault", name=told.told.fault)
    if number := told.told.hresult or told.told.rc:
        return words.say("cli.record.refused", number=f"{number & 0xFFFFFFFF:#x}")
    if told.told.answer is None:
        return words.say("cli.record.nothing")
    return words.say(f"cli.record.{told.compared.expected.replace(' ', '-')}")


def _differs(one: Recorded) -> bool:
    return one.compared.expected == DIFFERS or one.right is False


def summary(found: Iterable[Recorded], words: Texts, *, wine: bool) -> Iterator[str]:
    """Yield what differs, what was not told, and how the lines of the checklist stand."""
    every = tuple(found)
    for one in every:
        if one.compared.expected == DIFFERS:
            where = ", ".join(one.compared.where)
            yield words.say("cli.record.differing", id=one.id, where=where)
    untold = [one.id for one in every if one.told.answer is None or one.told.hresult]
    if untold:
        said = "cli.record.untold-wine" if wine else "cli.record.untold"
        yield words.say(said, count=len(untold), ids=", ".join(untold))
    for one in every:
        if one.row:
            stands = {True: "right", False: "not-right", None: "not-told"}[one.right]
            stands = words.say(f"cli.record.row.{stands}")
            yield words.say("cli.record.row.line", row=one.row, id=one.id, stands=stands)
