"""What every command has: `--json`, for a result that programs read, and `--verbose`.

A command without a document of its own writes its sentences as ever. With `--json` they are kept
until it ends and become one object: `done`, whether it ended with 0; `said`, the lines; and the
facts that the command named with `facts`. A refusal is the last line of standard error instead,
as `error` and `code`; the exit code is the same with and without.
"""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr
from typing import TYPE_CHECKING

from agentguard import __version__
from agentguard.base import errors
from agentguard.base.translations import Texts
from agentguard.commands.base import FINE, WRONG_USE

if TYPE_CHECKING:
    import argparse

LOG = logging.getLogger(__name__)

Fact = str | int | float | bool | None | Sequence["Fact"] | dict[str, "Fact"]
Typed = tuple[str, ...]

OPTION = "--json"
NO_DOCUMENT: dict[Typed, str] = {
    ("demo",): "runs until somebody ends it",
    ("keeper", "run"): "runs until somebody ends it",
    ("keeper", "service"): "runs until the service manager ends it",
    ("keeper", "stand-in"): "runs until a drill ends it, and says nothing",
    ("mfa", "app"): "shows a key and waits for the code that is made of it",
    ("run",): "runs until somebody ends it",
    ("serve",): "runs until somebody ends it",
    ("tray",): "runs until somebody ends it",
}
"""Commands that have no result to print at their end, and why."""
AS_IT_IS: frozenset[Typed] = frozenset({("policy", "schema")})
"""What they print is JSON in any case."""

CODES: dict[type[BaseException], str] = {
    errors.UsageError: "usage",
    errors.PolicyError: "policy",
    errors.PolicyRejected: "policy-rejected",
    errors.PackRejected: "pack-rejected",
    errors.LessonError: "lesson",
    errors.PlaybookError: "playbook",
    errors.CannotError: "cannot",
    errors.ScanError: "scan",
    errors.StoreError: "store",
    errors.NewerStore: "newer-store",
    errors.JournalBroken: "journal-broken",
    errors.VaultError: "vault",
    errors.PlatformError: "platform",
    errors.SecretError: "secret",
    errors.UplinkError: "uplink",
    errors.EnrolmentError: "enrolment",
    errors.CatalogueError: "catalogue",
    errors.AgentGuardError: "error",
    OSError: "system",
    Exception: "mistake",
}
"""What a program tells refusals by; an id stays what it is."""


def code_of(error: BaseException) -> str:
    """Return the id of a refusal: that of the nearest kind which has one."""
    return next(CODES[kind] for kind in type(error).__mro__ if kind in CODES)


def add(parser: argparse.ArgumentParser, said: Texts, typed: Typed) -> None:
    """Give a command, and every verb below it, the options that it does not have."""
    deeper = False
    for action in parser._actions:  # noqa: SLF001 - argparse tells of its verbs nowhere else
        if isinstance(action.choices, dict):
            deeper = deeper or action.required
            for verb, sub in action.choices.items():
                add(sub, said, (*typed, verb))
    if deeper:
        return
    parser.add_argument("--verbose", action="store_true", help=said.say("cli.verbose"))
    own = OPTION in parser._option_string_actions  # noqa: SLF001 - as above
    if not own and typed not in NO_DOCUMENT:
        as_it_is = typed in AS_IT_IS
        parser.add_argument(
            OPTION,
            action="store_true",
            dest="json" if as_it_is else "document",
            help=said.say("cli.document-as-it-is" if as_it_is else "cli.document"),
        )


def is_wanted(words: Sequence[str]) -> bool:
    """Check whether the words ask for JSON, also before they are understood."""
    before = words[: words.index("--")] if "--" in words else words
    return any(len(word) > len("--j") and OPTION.startswith(word) for word in before)


def refusal(sentence: str, code: str) -> str:
    """Return the line that a refusal is for a program."""
    return json.dumps({"error": sentence, "code": code})


@contextmanager
def understood(words: Sequence[str]) -> Iterator[None]:
    """Read the words of a command; where they are wrong and JSON is asked for, say so in JSON."""
    if not is_wanted(words):
        yield
        return
    told = io.StringIO()
    try:
        with redirect_stderr(told):
            yield
    except SystemExit as ended:
        if ended.code == WRONG_USE:
            sentence = told.getvalue().strip().rpartition("\n")[2].partition(": error: ")[2]
            sys.stderr.write(f"{refusal(sentence, CODES[errors.UsageError])}\n")
        raise


class _Kept(io.StringIO):
    """Standard output while a command runs whose sentences become a document."""

    def __init__(self) -> None:
        super().__init__()
        self.facts: dict[str, Fact] = {}

    def document(self, *, done: bool) -> str:
        """Return the document: what was said, and the facts beside it."""
        whole = {"done": done, "said": self.getvalue().splitlines(), **self.facts}
        return json.dumps(whole, indent=2)


def facts(**known: Fact) -> bool:
    """Name what a program would else have to read out of sentences; tells whether one reads."""
    if isinstance(sys.stdout, _Kept):
        sys.stdout.facts.update(known)
        return True
    return False


def through(given: argparse.Namespace, run: Callable[[], int]) -> int:
    """Run a command to its end as its options say, and give its exit code."""
    if not given.verbose:
        return _documented(given, run)
    from agentguard.base import logs  # noqa: PLC0415 - no start needs it
    from agentguard.platforms import system_clock  # noqa: PLC0415 - as above

    clock = system_clock()
    with logs.speaking(lambda: clock.now().boot):
        begun = clock.now().boot
        LOG.debug("%s begins: AgentGuard %s on %s", given.command, __version__, sys.platform)
        try:
            code = _documented(given, run)
        except Exception as error:
            LOG.debug("%s refused", given.command, exc_info=error)
            raise
        LOG.debug("%s ends with %d after %.3f s", given.command, code, clock.now().boot - begun)
        return code


def _documented(given: argparse.Namespace, run: Callable[[], int]) -> int:
    if not getattr(given, "document", False):
        return run()
    out, kept, code = sys.stdout, _Kept(), None
    sys.stdout = kept
    try:
        code = run()
    finally:
        sys.stdout = out
        if code is not None or kept.getvalue():  # what was said before a refusal is not lost
            out.write(f"{kept.document(done=code == FINE)}\n")
    return code
