"""The exception tree: every error can tell a person what happened and what to do.

AgentGuardError                what went wrong, what to do, and the exit code of the CLI
|-- UsageError                 the command was used wrongly (exit 2)
|   |-- PolicyError            a policy file is wrong; carries every problem with file and line
|   |   `-- PolicyRejected     a policy is not trusted, or may not follow the one in force
|   |-- PackRejected           a catalogue is not trusted, damaged, or may not follow
|   |-- LessonError            a lesson is wrong; carries every problem with file and line
|   `-- PlaybookError          a playbook is wrong; carries every problem with file and line
|-- CannotError                it could not be done (exit 3)
|   |-- ScanError              one file could not be read; carries the reason's id
|   |-- StoreError             the agent's own database could not be read or written
|   |   |-- NewerStore         a newer program wrote it
|   |   `-- JournalBroken      the hash chain of a journal does not hold
|   |-- VaultError             a file was not moved to, or not restored from, the vault
|   |-- PlatformError          the desktop refused or did not answer
|   |-- SecretError            a key could not be read or kept; carries the reason's id
|   |-- UplinkError            the endpoint was not reached or did not answer as it must
|   `-- EnrolmentError         the endpoint refused this workstation
`-- CatalogueError             the program is built wrongly: a room is empty, a constant missing
"""

from __future__ import annotations

from collections.abc import Mapping


class AgentGuardError(Exception):
    """An error that explains itself: `title` says what happened, `advice` what to do."""

    exit_code = 3

    def __init__(self, title: str, advice: str = "") -> None:
        super().__init__(title)
        self.title = title
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.title} {self.advice}".strip()


class UsageError(AgentGuardError):
    """The command was used wrongly."""

    exit_code = 2


class PolicyError(UsageError):
    """A policy cannot come into force; `problems` holds every line that is wrong.

    `count` is the number of mistakes, `line` the line (from 1) of the first; 0 where none is known.
    """

    def __init__(
        self,
        title: str,
        problems: tuple[str, ...] = (),
        advice: str = "",
        *,
        count: int = 0,
        line: int = 0,
    ) -> None:
        super().__init__(title, advice)
        self.problems = problems
        self.count = count
        self.line = line

    def __str__(self) -> str:
        return "\n".join((self.title, *self.problems, self.advice)).strip()


class PolicyRejected(PolicyError):
    """A policy is not trusted, or may not follow; `kind` and `params` are of `policy.rejected`."""

    def __init__(
        self, kind: str, params: Mapping[str, str | int], title: str, advice: str = ""
    ) -> None:
        super().__init__(title, (), advice)
        self.kind = kind
        self.params = params


class PackRejected(UsageError):
    """A catalogue is not taken; `kind` and `params` are of `pack.rejected` in resources/text."""

    def __init__(
        self, kind: str, params: Mapping[str, str | int], title: str, advice: str = ""
    ) -> None:
        super().__init__(title, advice)
        self.kind = kind
        self.params = params


class LessonError(UsageError):
    """A lesson is wrong; `problems` holds every line that is."""

    def __init__(self, title: str, problems: tuple[str, ...]) -> None:
        super().__init__(title)
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join((self.title, *self.problems))


class PlaybookError(UsageError):
    """A playbook is wrong; `problems` holds every line that is."""

    def __init__(self, title: str, problems: tuple[str, ...]) -> None:
        super().__init__(title)
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join((self.title, *self.problems))


class CannotError(AgentGuardError):
    """It could not be done, through no fault of the command."""


class ScanError(CannotError):
    """One file could not be read; `reason` is an id of resources/text, under `reason`."""

    def __init__(self, reason: str, title: str = "", advice: str = "") -> None:
        super().__init__(title or f"The file could not be read ({reason}).", advice)
        self.reason = reason


class StoreError(CannotError):
    """The agent's own database could not be read or written."""


class NewerStore(StoreError):
    """The agent's own database was written by a newer program; it is left as it is."""


class JournalBroken(StoreError):
    """The hash chain of a journal does not hold; `index` is the first bad entry, from 0.

    `what` is the id of why, under `journal-broken` in the texts.
    """

    def __init__(self, title: str, index: int, what: str = "") -> None:
        super().__init__(title, "Keep the file as it is and tell the security officer.")
        self.index = index
        self.what = what


class VaultError(CannotError):
    """A file was not moved to, or not restored from, the vault. The file is where it was."""


class PlatformError(CannotError):
    """The desktop refused or did not answer."""


class SecretError(CannotError):
    """A key could not be read from its place, or not be kept there.

    `reason` is an id of resources/text, under `secret`; `place` is the place's id. While it is
    `passing`, the place may open by itself later.
    """

    def __init__(self, reason: str, place: str = "") -> None:
        super().__init__(f"A key could not be read or kept ({reason}, {place}).")
        self.reason = reason
        self.place = place

    @property
    def passing(self) -> bool:
        """Whether the key may be there all the same."""
        return self.reason in {"locked", "silent", "absent"}


class UplinkError(CannotError):
    """The endpoint was not reached or did not answer as it must; `kind` classes the cause.

    `why` is the detail that the title ends with, if any. `retry_after` is in seconds, 0 when the
    endpoint named none; `epoch` is the greatest epoch that the endpoint knows, with the kind
    `conflict`; `seq` is the last entry that it holds, with the kind `gap`.
    """

    def __init__(
        self,
        kind: str,
        title: str,
        advice: str = "",
        *,
        why: str = "",
        retry_after: float = 0.0,
        epoch: int = 0,
        seq: int = 0,
    ) -> None:
        super().__init__(title, advice)
        self.kind = kind
        self.why = why
        self.retry_after = retry_after
        self.epoch = epoch
        self.seq = seq


class EnrolmentError(CannotError):
    """The endpoint refused this workstation, or what it needs for it is not there.

    `kind` classes the cause, as an id of resources/text under `uplink`; empty for a refusal.
    """

    def __init__(self, title: str, advice: str = "", *, kind: str = "") -> None:
        super().__init__(title, advice)
        self.kind = kind


class CatalogueError(AgentGuardError):
    """The program is built wrongly: a room is empty or a constant is missing."""
