"""The shape of a recogniser, and what it is shown of the text around a candidate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.lexicon.words import words as words  # noqa: PLC0414 - the kinds take it from here
from agentguard.detect.matching.label_gap import ANSWER, ASKED
from agentguard.detect.matching.label_gap import FENCE as FENCE  # noqa: PLC0414 - the kinds take them from here
from agentguard.detect.matching.label_gap import GAP as GAP  # noqa: PLC0414
from agentguard.detect.matching.label_gap import LETTERED_GAP as LETTERED_GAP  # noqa: PLC0414
from agentguard.detect.matching.label_gap import TURN as TURN  # noqa: PLC0414
from agentguard.detect.matching.number_names import above_cell, nearest, said_behind
from agentguard.detect.trace_records import Belief as Belief  # noqa: PLC0414 - as are those above

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
_ASKS, _LETTER = later(ASKED), later(r"[A-Za-z\xc0-\xd6\xd8-\xf6\xf8-\xff]")
_SPEAKER = later(rf"\s*{ANSWER}")
_ANSWERS = later(TURN)
_LOGS = later(r"[^A-Za-z]*(?:[0-9]T[0-9:.,]+Z? ?)?(?:TRACE|DEBUG|INFO|NOTICE|WARN|ERR|CRIT|FATAL)")
_SAYS = later(r"[A-Za-z]{2}(?![^\n]*-->)")
_CELLS = later(r"[\t|;,]\s?\Z")
_SHORT_LINE = 60
_LINES = 4


class Answer(NamedTuple):
    """What a recogniser says of a candidate.

    `value` is the canonical form, by which repeats are told; `why` names the rule that decided.
    A `shy` one, where it is doubtful, counts only with another one outside tables.
    """

    belief: Belief
    value: str = ""
    why: str = ""
    shy: bool = False


@dataclass(slots=True, kw_only=True)
class Candidate:
    """A piece of text with the right shape; `labelled` when a label of the kind stands before.

    `told` is the word that last decided whose number it is: a label, or what `names` met.
    """

    text: str
    before: str
    after: str
    labelled: bool = False
    told: str = field(default="", compare=False)

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
        """The name of the column that it stands in; empty outside tables."""
        _, fence, cell = self.before.rpartition(FENCE)
        name = cell.partition(": ")[0]
        return name if fence and "\n" not in name else ""

    @property
    def alone(self) -> bool:
        """Check whether no letter, digit, decimal or further group touches the candidate."""
        head = self.before[-5:]
        if self.text.startswith("#") or (head[-1:] in _PARTING and "*" not in head):  # "SSN#219..."
            head = ""
        return not ((head and _TOUCHES_BEFORE.search(head)) or _TOUCHES_AFTER.match(self.after))

    def tell(self, word: str) -> None:
        """Remember the word that decided whose number it is."""
        self.told = word

    def names(self, own: frozenset[str]) -> bool | None:
        """Return whose number it is by the nearest telling word: True own, False another's."""
        if self.labelled:
            return True
        cell = self.before.rpartition(FENCE)[2]
        this, *above = reversed(cell.split("\n")[-_LINES:])
        if answer := _answer(this, above):
            told = self._told_on(answer[0], own)
            return self._told_on(answer[1], own) if told is None else told
        told = self._told_on(this, own)
        if told is None and above and _CELLS.search(this):
            told = self._told_on(above_cell(this, above[0]), own)
        if behind := "" if told else said_behind(self.after):
            nearer = (self._told_on(words, own) for words in (_right_before(this), behind))
            return next((found for found in nearer if found is not None), told)
        return told if told is not None or _LETTER.search(this) else self._told_above(above, own)

    def _told_above(self, above: Sequence[str], own: frozenset[str]) -> bool | None:
        for line in above:
            if len(line) > _SHORT_LINE:
                return None
            told = self._told_on(line, own)
            if told is not None:
                return told
        return None

    def _told_on(self, line: str, own: frozenset[str]) -> bool | None:
        word, told = nearest(line, own)
        self.told = word
        return told


_PARTED = later(r"[0-9)\]]")
_PARTING = frozenset(("", " ", "\n", "\t", ":", "=", "(", '"', "\x1e"))
_TOUCHES_BEFORE = later(
    r"[0-9A-Za-z_]\Z|[0-9#]#\Z"
    r"|(?:\A|[^:A-Za-z*])\*{1,5}[ -]?\Z|[0-9]\.\Z|(?<![0-9])0,\Z|[0-9A-Fa-f]{4}-\Z"
)
_TOUCHES_AFTER = later(r"[0-9A-Za-z_*]|#[0-9A-Za-z#]|\.[0-9]|-[0-9A-Fa-f]{4}")


def _right_before(line: str) -> str:
    """Return the words of a line that no number or bracket parts from its end."""
    return _PARTED.split(line)[-1]


def _answer(this: str, above: Sequence[str]) -> tuple[str, str] | None:
    """Return what a line says behind its speaker, and what was asked above; None for no answer."""
    if not above or not (":" in this or ">" in this or this.lstrip().startswith("A")):
        return None  # nobody is named, nor an answer numbered
    speaker = _SPEAKER.match(this) if not _LOGS.match(this) else None
    asked = next((line for line in above if _SAYS.search(line)), "")
    if speaker is None or not (_ASKS.search(asked) or _ANSWERS.match(f"\n{this}")):
        return None
    return this[speaker.end() :], asked


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
    `judge` validates a candidate. `shown` is how many last characters a mask keeps, at most 4;
    0 for short kinds. `beside` names a kind without which this one does not count (a CVV stands
    beside a card). `crowded` kinds have candidates everywhere in logs and are searched by a
    pattern set of their own.

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
    label of a `listed` kind several values may stand, joined by words or commas.
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


def sure(value: str, why: str = "") -> Answer:
    """Believe it."""
    return Answer(belief=Belief.SURE, value=value, why=why)


def maybe(value: str, why: str = "", *, shy: bool = False) -> Answer:
    """Believe it if most of its like in the text hold; a `shy` one needs another like it."""
    return Answer(belief=Belief.MAYBE, value=value, why=why, shy=shy)


def miss(why: str) -> Answer:
    """Refuse it for its check, which also speaks against its unlabelled like."""
    return Answer(belief=Belief.MISS, why=why)


def no(why: str) -> Answer:
    """Refuse it."""
    return Answer(belief=Belief.NO, why=why)
