"""Collects everything that is wrong with a policy: line, what is wrong, what is allowed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NoReturn

from agentguard.base import translations
from agentguard.base.errors import PolicyError
from agentguard.model.messages import Param, say

MOST_SHOWN = 200
LONGEST_QUOTE = 60


@dataclass(slots=True)
class Problems:
    """The problems of one file, named `source`."""

    source: str
    found: list[tuple[int, str]] = field(default_factory=list)
    more: int = 0

    def add(self, line: int, id_: str, /, **params: Param) -> None:
        """Note what is wrong in a line (from 1)."""
        if len(self.found) >= MOST_SHOWN:
            self.more += 1
            return
        sentence = translations.load().render(say(f"policy.problem.{id_}", **params))
        self.found.append((line, f"{self.source}:{line}: {sentence}"))

    def full(self) -> bool:
        """Check whether further problems are only counted."""
        return len(self.found) >= MOST_SHOWN

    def refuse(self) -> NoReturn:
        """Raise them all, in the order of the lines."""
        words = translations.load()
        shown = [sentence for _line, sentence in sorted(self.found, key=lambda f: f[0])]
        if self.more:
            shown.append(words.say("policy.problem.more", count=self.more))
        raise PolicyError(
            words.say("policy.refused", source=self.source, count=len(self.found) + self.more),
            tuple(shown),
            words.say("policy.refused-advice"),
            count=len(self.found) + self.more,
            line=min((line for line, _sentence in self.found), default=1),
        )


def quote(text: str, most: int = LONGEST_QUOTE) -> str:
    """Return a short form of what the file says that is safe to print."""
    safe = "".join(c if c.isprintable() else "?" for c in text[: most + 1])
    return f"{safe[:most]}..." if len(safe) > most else safe


def did_you_mean(word: str, known: tuple[str, ...]) -> str:
    """Return the known word that is nearest, as a sentence, or nothing."""
    from difflib import get_close_matches  # noqa: PLC0415 - only for a mistake

    near = get_close_matches(word[:LONGEST_QUOTE], known, n=1, cutoff=0.6)
    return translations.load().say("policy.problem.did-you-mean", word=near[0]) if near else ""
