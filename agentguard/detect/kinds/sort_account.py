"""SORT_ACCT: a bank account, as its bank's code together with its number; one value a pair.

In the United Kingdom that is the sort code; `_bank_codes` has those of other countries.
"""

from __future__ import annotations

import re

from agentguard.detect.kinds._bank_codes import LABELS, SHAPES, account_of
from agentguard.detect.lexicon.label_gap import FENCE, GAP, STAMP
from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.lexicon.words import words
from agentguard.detect.recogniser import NEEDS_OWN, Answer, Candidate, Recogniser, no, read
from agentguard.detect.score.word_classes import has_thing

OWN = words(
    "sort sortcode bank banks bacs chaps account acct acc ac payee debit dd wages salary payroll"
    " beneficiary mandate pymt pymts routing aba rtg bsb ifsc agencia ag\xeancia conta clabe"
    " cbu cci natwest lloyds barclays hsbc santander halifax nationwide monzo starling tsb rbs"
)

# Six digits (Pay.UK, Industry Sorting Code Directory), and eight digits of which a spreadsheet
# may have taken the leading zero (Pay.UK, Vocalink: account numbers are padded to eight).
_SORT = r"[0-9]{2}[ .\-]?[0-9]{2}[ .\-]?[0-9]{2}"
_ACCOUNT = r"(?:[0-9]{4}[ \-]?[0-9]{4}|[0-9]{7})"
_BETWEEN = r"[^0-9]{1,60}?(?:\([0-9]{1,2} digits?\)[^0-9]{0,8}?)?"
# The account's change in the next line of a history, behind its own time and whose change it is.
_HISTORY = (
    r"[\"']? ?\n[0-9][0-9T:.,+Z \-]{7,32}[^0-9\n]{1,24}[0-9]{0,6}[^0-9\n]{0,24}"
    r"(?i:acc)[^0-9\n]{1,48}"
)
# The account's question in the next line of an exported talk, and its answer.
_BY_WHOM = rf"\n(?:{STAMP}[ \-]{{1,3}})?[A-Za-z][^0-9\n:]{{0,32}}: "
_TALK = (
    rf"[^0-9\n]{{0,24}}(?:{_BY_WHOM}[^0-9\n]{{0,32}})?"
    rf"{_BY_WHOM}[^0-9\n]{{0,48}}(?i:\bacc|a/c)[^0-9\n]{{0,32}}"
    rf"(?:{_BY_WHOM}[^0-9\n]{{0,24}})?"
)
_NEXT_CHANGE = later(f"{_HISTORY}|{_TALK}")
_NAMED_SO = r"(?:(?i:(?:and )?(?:a/c|acct?|account)(?: ?(?:number|no))?)[.:]? {0,2})?"
_SORT_LENGTH, _ACCOUNT_LENGTHS = 6, (7, 8)
_GAPS = later(r"[^0-9]+")
_TOLD_AFTER = later(
    r"[^0-9\n]{0,24}\b(?:sort|s/c|acc|natwest|lloyds|barclays|hsbc|santander|halifax|nationwide|monzo"
    r"|starling|tsb|rbs)"
    r"|[^0-9]{0,2}\n[^0-9\n]{0,16}\bsort code",
    re.IGNORECASE,
)
_NAMED = later(
    r"acc|ac(?:ou|n)nt|\ba[/_. ]?c\b|so?rt|s/c|branch|othr|number|nummer|no\b|konto",
    re.IGNORECASE,
)
_TO = ("to ", "to: ", "to:", "from ")
_JOINT = 3  # characters, at most, that stand between without a word
_ACCOUNT_WORD = later(r"(?:\b|_)(?:acc|a[/_. ]?c\b)", re.IGNORECASE)
_PAIRED = later(  # an account whose own sort code stands before it
    rf"(?:sort|s/c)[^0-9\n]{{0,24}}{_SORT}[^0-9]{{1,16}}(?:acc|a/c)[^0-9\n]{{1,24}}\Z",
    re.IGNORECASE,
)
# "refund to 12-34-56 31926819": money goes there, so no label is needed.
_PAID = later(
    r"\b(?:p(?:a?y)?mn?ts?|s/o|standing order|d/?d|direct debit"
    r"|pa(?:y|id|ys|ying|yments?|yout)|refund\w*|reimburs\w*|transfer\w*|sen[dt]|deposit\w*"
    r"|credit\w*|wages|salary|remit\w*|settle\w*)\b[^.;\n]{0,60}\b(?:(?:in)?to|from)\W{1,2}\Z",
    re.IGNORECASE,
)
_DAYS, _MONTHS, _LATELY = 31, 12, 20
_DATED = later(r"\b(?:of|on|from|dated|file|run|report|at|by)\W{1,3}\Z", re.IGNORECASE)
_LETTER = later(r"[A-Za-z]")
_RUNS_ON = later(r"[ \-][0-9]{3,}")  # a card's number begins like an account's


def judge(candidate: Candidate) -> Answer:
    """Read a pair of sort code and account, or another country's."""
    if candidate.labelled and candidate.alone and (account := account_of(candidate)):
        return no("filler") if _filler(account) else read(account, "label", NEEDS_OWN, "pair")
    pair = _parted(candidate.text)
    if pair is None or not candidate.alone or _RUNS_ON.match(candidate.after):
        return no("touched")
    sort, between, account = pair
    if _filler(sort) or _filler(account):
        return no("filler")
    between = _own_part(between, candidate)
    is_named = not _LETTER.search(between) or (_NAMED.search(between) and not has_thing(between))
    if not is_named or _PAIRED.search(candidate.before):
        return no("another-label")
    told = {
        "may-be-a-day": _is_dated(candidate, sort),
        "told-behind": _TOLD_AFTER.match(candidate.after),
        "paid-to": candidate.before.endswith(_TO) and _PAID.search(candidate.before),
        "told-within": candidate.text[:1].isalpha()
        or (len(between) > _JOINT and _ACCOUNT_WORD.search(between)),
    }
    signs = (name for name, found in told.items() if found)
    value = f"{sort}{account}"
    return read(value, "label" if candidate.labelled else "label-near", NEEDS_OWN, "pair", *signs)


def _parted(text: str) -> tuple[str, str, str] | None:
    """Return sort code, what stands between, and account number, whichever came first."""
    if "\n" in text:
        text = _NEXT_CHANGE.sub(" account ", text)
    for gap in sorted(_GAPS.finditer(text), key=lambda gap: len(gap[0]), reverse=True):
        parts = (_GAPS.sub("", text[: gap.start()]), _GAPS.sub("", text[gap.end() :]))
        sort, account = parts if len(parts[0]) == _SORT_LENGTH else parts[::-1]
        if len(sort) == _SORT_LENGTH and len(account) in _ACCOUNT_LENGTHS:
            return sort, gap[0], account.zfill(max(_ACCOUNT_LENGTHS))
    return None


def _own_part(between: str, candidate: Candidate) -> str:
    """Leave out what names the sort code's record as well: "Claim Bank" of "Claim Bank Sort: "."""
    if not candidate.told:
        return between
    head = candidate.before.rpartition(candidate.told)[0]
    line = head.rpartition(FENCE)[2].rpartition("\n")[2]
    return between.replace(line, "", 1) if line else between


def _is_dated(candidate: Candidate, sort: str) -> bool:
    """Check whether it may as well be a day: "BACS file of 14-04-24", "bank holiday 25-12-25"."""
    is_day = 0 < int(sort[:2]) <= _DAYS and 0 < int(sort[2:4]) <= _MONTHS
    paid = candidate.labelled or candidate.before.endswith(_TO)
    lately = not paid and _LATELY <= int(sort[4:]) < _LATELY + 10
    is_said = _DATED.search(candidate.before) is not None
    vague = lately and not _ACCOUNT_WORD.search(candidate.before + candidate.text)
    return is_day and (is_said or (vague and not _TOLD_AFTER.match(candidate.after)))


def _filler(digits: str) -> bool:
    return len(set(digits)) == 1 or digits == "12345678"


RECOGNISER = Recogniser(
    kind="SORT_ACCT",
    judge=judge,
    own=OWN,
    scored=True,
    bounded=True,
    across=True,
    # Behind its label: "12-34-56 / 31926819 (sort code / account)".
    shapes=(
        rf"[0-9]{{2}}-[0-9]{{2}}-[0-9]{{2}}(?:[ ,;/|:\-]{{1,3}}| and |\n){_NAMED_SO}[0-9]{{8}}",
        r"[0-9]{2} [0-9]{2} [0-9]{2} ?[/|] ?[0-9]{8}",
        r"[0-9]{6} / [0-9]{8}",
        r"(?i:s/?c) ?[0-9]{2}-[0-9]{2}-[0-9]{2}[ ,;/]{1,3}(?i:a/?c) ?[0-9]{8}",
        r"[0-9]{2}-[0-9]{2}-[0-9]{2} (?i:is (?:the|my|her|his|their|our) sort)[^0-9]{4,40}[0-9]{8}",
    ),
    labels=(
        r"sort codes?",
        r"sort",
        r"s(?:/|_|\.| |rt )?code",
        r"s(?:/|_|\.)c",
        r"sc\x20",
        r"""sc["']? ?[:=>]""",
        r"""s c["']? ?[:=>]""",
        r"bank sort",
        r"branch code",
        r"mmb id",
        r"account(?: ?(?:number|no))?",
        r"acct(?: ?(?:number|no))?",
        r"acc(?: ?(?:number|no))?",
        r"a(?:/|_|\.)c(?: ?(?:number|no))?",
        r"a c n(?:o|umber)",
        r"bank details",
        *LABELS,
    ),
    near=(
        rf"{GAP}("
        rf"{SHAPES}"  # first: their accounts are longer
        rf"|{_SORT}{_BETWEEN}{_ACCOUNT}"
        rf"|{_SORT}{_HISTORY}{_ACCOUNT}"
        rf"|{_SORT}{_TALK}{_ACCOUNT}"
        rf"|{_ACCOUNT}(?: at | ?\(|, ?| ?/ ?| - |\n){_SORT}"
        rf"|{_ACCOUNT}[^0-9]{{1,80}}?(?i:so?rt|s/c|branch)[^0-9]{{1,32}}{_SORT})"
    ),
)
