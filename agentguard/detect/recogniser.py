"""The shape of a recogniser, and what it is shown of the text around a candidate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from agentguard.detect.lexicon.label_gap import FENCE, SAID
from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.trace_records import Belief

BEFORE = 160
"""Characters before a candidate that a recogniser may look at."""

AFTER = 48
"""Characters after a candidate that a recogniser may look at."""

LONGEST = 400
"""Characters that a value may have over its line breaks or without any."""

SEPARATOR = r"(?:[ .\-+]|%20|&nbsp;|&#160;|\\u00a0|\\u202f|\\~)"
"""RE2: one separator inside a number, as written in text, addresses, HTML, JSON and RTF."""

_OUTSIDE = later(r"[^0-9A-Za-z]+")
_LONG_SEPARATOR = later(r"%20|&nbsp;|&#160;|\\u00a0|\\u202f|\\~")
_SENTENCE, _LEAST_WORDS = later(r"[A-Za-z\xc0-\xff]{2,}"), 2


NEEDS_OWN, NEVER_ALONE, SURE_OR_NOT, SHY, ELSE_MISS = "!?=~-"
"""Signs that are rules: a value needs a word, label or neighbour of its own; it counts with others
of its like, unless it has one; it is never in doubt; where it is, it is shy; where nothing tells
whose it is, it speaks against its like.
"""

TEST_NUMBER = "test-number"
"""The rule by which a number that is published for tests is refused, and counted apart."""


class Answer(NamedTuple):
    """What a recogniser says of a candidate.

    `value` is the canonical form, by which repeats are told; `why` names the rule that decided.
    A `shy` one, where it is doubtful, counts only with another one outside tables. `signs` are what
    was read of the form and speaks for or against it; those below are rules.
    """

    belief: Belief
    value: str = ""
    why: str = ""
    shy: bool = False
    signs: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class Candidate:
    """A piece of text with the right shape; `labelled` when a label of the kind stands before.

    `told` is that label; `between` is what stands between it and the value, where not all of it
    does.
    """

    text: str
    before: str
    after: str
    labelled: bool = False
    told: str = ""
    between: str | None = None

    @property
    def gap(self) -> str | None:
        """What stands between its label and itself; None without a label."""
        if not self.labelled:
            return None
        said = self.before.rpartition(self.told)[2] if self.between is None else self.between
        return said.replace(SAID, "") if SAID in said else said

    @property
    def compact(self) -> str:
        """The letters and digits alone."""
        return _OUTSIDE.sub("", self.plain)

    @property
    def plain(self) -> str:
        """The text with every long separator written as a space."""
        text = self.text
        is_long = "%" in text or "&" in text or "\\" in text
        return _LONG_SEPARATOR.sub(" ", text) if is_long else text

    @property
    def separators(self) -> tuple[str, ...]:
        """The separators between the groups, in order."""
        return tuple(_OUTSIDE.findall(self.plain))

    @property
    def origin(self) -> str:
        """The name of the column that it stands in; empty outside tables and within a sentence."""
        _, fence, cell = self.before.rpartition(FENCE)
        name, _, above = cell.partition(": ")
        in_text = "\n" in above or len(_SENTENCE.findall(above)) >= _LEAST_WORDS
        return name if fence and "\n" not in name and not in_text else ""

    @property
    def alone(self) -> bool:
        """Check whether no letter, digit, decimal or further group touches the candidate."""
        head = self.before[-5:]
        if self.text.startswith("#") or (head[-1:] in _PARTING and "*" not in head):  # "SSN#219..."
            head = ""
        return not ((head and _TOUCHES_BEFORE.search(head)) or _TOUCHES_AFTER.match(self.after))


_PARTING = frozenset(("", " ", "\n", "\t", ":", "=", "(", '"', "\x1e"))
_TOUCHES_BEFORE = later(
    r"[0-9A-Za-z_]\Z|[0-9#]#\Z"
    r"|(?:\A|[^:A-Za-z*])\*{1,5}[ -]?\Z"
    r"|[0-9=,(\[:+\-*/?&|<>!{]\.\Z|(?<![0-9])0,\Z|[0-9A-Fa-f]{4}-\Z"
)
_TOUCHES_AFTER = later(r"[0-9A-Za-z_*]|#[0-9A-Za-z#]|\.[0-9]|-[0-9A-Fa-f]{4}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """Another kind of numbers behind the same label; `has` tells those that it may have as well."""

    kind: str
    has: Callable[[str], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recogniser:
    """One kind of personal data.

    `shapes` are RE2 patterns that are told by themselves, without groups; they may span two line
    breaks and at most `LONGEST` characters. `labels` are RE2 patterns of words, a space standing
    for any joint; `near` is the shape of a value after a label, with the value as its one group.
    `judge` reads a candidate: its form and its check. `shown` is how many last characters a mask
    keeps, at most 4; 0 for short kinds. `beside` names a kind without which this one does not
    count (a CVV stands beside a card). `crowded` kinds have candidates everywhere in logs and are
    searched by a pattern set of their own.

    The shapes of a `bounded` kind begin with a letter, a digit or a sign and end with a letter or
    a digit, and no letter, digit, `_`, `*`, `#` or decimal may touch them; the automaton then
    holds that, and `judge` never sees the others. `quick` refuses a shape's value cheaply, as
    `judge` would, before anything else is looked at; None leaves it to `judge`. `strict` are the
    shapes again, without values that `quick` refuses for their check: they are searched for once
    it is plain that no refusal changes anything, and must leave whole tokens out or none. `rival`
    is a kind that the same label tells, to which values go in a text that has more of its own. Of a
    `plain` kind the shape alone tells, so what was believed once is believed wherever it stands.
    Values of a kind that goes `across` may begin in one cell of a table, and end in the next that
    has a digit. Behind the labels `around`, other cells tell as well whether it is one. Behind one
    label of a `listed` kind several values may stand, joined by words or commas. Of a `scored` kind
    the sum of the evidence decides; its `own` words are told from names of other numbers, and
    `weak` ones name much else.
    """

    kind: str
    judge: Callable[[Candidate], Answer]
    shapes: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    near: str = ""
    shown: int = 4
    beside: str = ""
    crowded: bool = False
    bounded: bool = False
    quick: Callable[[bytes], Answer | None] | None = None
    strict: tuple[str, ...] = ()
    rival: Rival | None = None
    plain: bool = False
    across: bool = False
    around: tuple[str, ...] = ()
    listed: bool = False
    own: frozenset[str] = frozenset()
    weak: frozenset[str] = frozenset()
    scored: bool = False


def sure(value: str, why: str = "") -> Answer:
    """Believe it."""
    return Answer(belief=Belief.SURE, value=value, why=why)


def read(value: str, why: str, *signs: str) -> Answer:
    """Tell that its form is right, with what else was read of it: the evidence decides."""
    return Answer(belief=Belief.SURE, value=value, why=why, signs=signs)


def maybe(value: str, why: str = "", *, shy: bool = False) -> Answer:
    """Believe it if most of its like in the text hold; a `shy` one needs another like it."""
    return Answer(belief=Belief.MAYBE, value=value, why=why, shy=shy)


def miss(why: str) -> Answer:
    """Refuse it for its check, which also speaks against its unlabelled like."""
    return Answer(belief=Belief.MISS, why=why)


def no(why: str, value: str = "") -> Answer:
    """Refuse it; a `value` is told where such are counted apart."""
    return Answer(belief=Belief.NO, value=value, why=why)
