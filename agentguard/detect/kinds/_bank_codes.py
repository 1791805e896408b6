"""Bank accounts of countries without IBAN, each told beside the code of its bank or branch.

An account's number alone has no check digit in most of them, so a code, or a bank's name with
"account", must say what it is. United States: the routing number of nine digits, whose weighted sum
is divisible by ten (American Bankers Association). Australia: the BSB of six digits (AusPayNet).
India: the IFSC, four letters, a zero and six signs (Reserve Bank of India). Brazil: "agência" and
"conta", which has a check digit behind a hyphen (FEBRABAN). Of one piece are Mexico's CLABE of 18
digits (Banco de México), Argentina's CBU of 22 (BCRA) and Peru's CCI of 20 (CCE), each behind its
own name.
"""

from __future__ import annotations

import re

from agentguard.detect.kinds._issuers import issued, luhn
from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.recogniser import Candidate
from agentguard.detect.score.word_classes import has_thing

_ACCOUNT = r"[0-9](?:[ \-]?[0-9]){5,16}"
_ACCOUNT_WORD = r"(?i:acc|a/c|\bac\b|\bconta\b|c/c|\bcc\b)"
_BETWEEN, _BEHIND_WORD = r"[^0-9]{1,32}?", r"[^0-9\n]{0,16}"
_BESIDE_A_NAME = r"[0-9](?:[ \-]?[0-9]){8,15}"
_IFSC = r"[A-Za-z]{4}0[A-Za-z0-9]{6}"
_CODES = {  # by the code's name: the code, and the account
    r"rout|\baba\b|\brtn?g?\b": (r"[0-9]{9}", _ACCOUNT),
    r"\bbsb\b": (r"[0-9]{3}[ \-]?[0-9]{3}", r"[0-9](?:[ \-]?[0-9]){4,9}"),
    r"\bifsc?\b": (_IFSC, r"[0-9](?:[ \-]?[0-9]){8,17}"),
    r"\bag(?:\xea|e)ncia|\bag\b": (
        r"[0-9]{3,5}(?:-[0-9xX])?",
        r"[0-9](?:\.?[0-9]){2,11}-[0-9xX]",
    ),
}
_NAMES = (  # of banks whose accounts stand in notes of the countries above, and the Philippines
    r"(?:bdo|bpi|metrobank|landbank|pnb|rcbc|unionbank|chinabank|hdfc|icici|sbi|axis bank|kotak"
    r"|canara|wells fargo|bank of america|citibank|capital one|commbank|westpac|anz|nab|bbva"
    r"|banorte|banamex|bradesco|ita(?:\xfa|u)|nubank)"
)
_NAME_BEFORE = later(rf"\b{_NAMES} (?:savings |current |checking )?\Z", re.IGNORECASE)
_SAYS_ACCOUNT = later(
    r"(?:a[/_. ]?c|acc(?:(?:oun)?t)?)(?: ?(?:number|no))?"
    rf"[.:#\s]{{0,4}}(?P<name>{_NAMES})?[.:#\s]{{0,4}}"
    r"(?:(?:is|ko|no|es|\xe9)\b[.:\s]{0,3})?",
    re.IGNORECASE,
)
_OWN_NAMES = later(r"clabe|\bcbu\b|\bcci\b", re.IGNORECASE)
_ROUTING_DIGITS = 9  # no other bank's code is as long
_OF_ONE_PIECE = (18, 20, 22)


def _account_first(name: str, code: str, account: str) -> str:
    return rf"{account}{_BETWEEN}(?i:{name}){_BEHIND_WORD}{code}"


def _code_first(code: str, account: str) -> str:
    return rf"{code}{_BETWEEN}{_ACCOUNT_WORD}{_BEHIND_WORD}{account}"


LABELS = (
    r"rout(?:ing|e)?(?: ?(?:transit )?(?:number|no|num))?",
    r"aba(?: (?:number|no))?",
    r"rtn?g?(?: ?(?:number|no))?",
    r"bsb",
    r"ifsc(?: code)?",
    r"ag(?:(?:\xea|e)ncia|\.)?",
    r"clabe(?: interbancaria)?",
    r"cbu",
    r"cci",
    r"kata snkhya",  # Hindi, as Devanagari is folded
)
"""RE2: what banks call their codes, and their accounts."""

SHAPES = "|".join(
    (
        *(_account_first(name, *both) for name, both in _CODES.items()),
        *(_code_first(*both) for both in _CODES.values()),
        r"[0-9]{22}|[0-9]{20}|[0-9]{18}",
        _BESIDE_A_NAME,
    )
)
"""RE2: an account beside a code, in either order, or of one piece."""

_PAIRS = tuple(
    (
        later(name, re.IGNORECASE),
        later(_account_first(name, f"(?P<code>{code})", f"(?P<account>{account})")),
        later(_code_first(f"(?P<code>{code})", f"(?P<account>{account})")),
    )
    for name, (code, account) in _CODES.items()
)
_DIGITS = later(r"[^\W_]*[0-9][^\W_]*")
_OUTSIDE = later(r"[^0-9A-Za-z]+")


def account_of(candidate: Candidate) -> str:
    """Return the account's number alone; empty where no country writes one so."""
    whole = candidate.compact
    if len(whole) in _OF_ONE_PIECE and whole.isdigit():
        return whole if _OWN_NAMES.search(candidate.told) and _is_right(whole) else ""
    for name, first, last in _PAIRS:
        found = first.fullmatch(candidate.text)
        if found is None and name.search(candidate.told):
            found = last.fullmatch(candidate.text)
        if found is not None and _is_code(found["code"]) and not _of_another(found):
            return _OUTSIDE.sub("", found["account"])
    return whole if candidate.told and whole.isdigit() and _is_at_a_bank(candidate) else ""


def _is_at_a_bank(candidate: Candidate) -> bool:
    """Check whether a bank's name says whose account it is, and the number is no card's."""
    head, told, gap = candidate.before.rpartition(candidate.told)
    said = _SAYS_ACCOUNT.fullmatch(f"{told}{gap}")
    if said is None or (issued(candidate.compact) and luhn(candidate.compact)):
        return False
    return said["name"] is not None or _NAME_BEFORE.search(head) is not None


def _of_another(found: re.Match[str]) -> bool:
    """Check whether the number beside a bank's code is a loan's, or another thing's."""
    return has_thing(_DIGITS.sub(" ", found[0]))


def _is_code(code: str) -> bool:
    """Check a routing number's check digit; the other codes have none."""
    return len(code) != _ROUTING_DIGITS or weighted(code, (3, 7, 1)) % 10 == 0


def _is_right(account: str) -> bool:
    """Check the digits of a CLABE and of the two parts of a CBU."""
    if len(account) == _OF_ONE_PIECE[0]:
        return (weighted(account[:-1], (3, 7, 1), tens=False) + int(account[-1])) % 10 == 0
    if len(account) == _OF_ONE_PIECE[-1]:
        from stdnum.ar import cbu  # noqa: PLC0415 - read at the first number, see docs/adr/0009

        return bool(cbu.is_valid(account))
    return len(set(account)) > 1


def weighted(digits: str, weights: tuple[int, ...], *, tens: bool = True) -> int:
    """Return the sum of the digits times the weights in turn, of whole products or their ends."""
    products = (int(d) * weights[n % len(weights)] for n, d in enumerate(digits))
    return sum(products) if tens else sum(product % 10 for product in products)
