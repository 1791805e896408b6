"""Tells which passwords are among the first that anybody tries (NIST SP 800-63B-4, 3.1.1.2).

Refused is what is short once all is taken out that costs no guess: words of the lists of common
passwords, the person's own name, years, runs of the alphabet or the keyboard, and repetition.
No mix of letters and digits is demanded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

LEAST = 12  # characters; PCI DSS 4.0.1, 8.3.6
OWN = 6  # characters that are left beside what everybody tries
SHORTEST = 3  # characters of a run, of a repetition, of a name

# The stems of the passwords that head every published list, in the languages that send them.
_COMMON = """
password passwort passwd pass motdepasse contrasena senha parola wachtwoord haslo heslo geheim
secret welcome willkommen bienvenue hello hallo admin administrator root user guest login default
changeme change letmein access master superuser test testing temp sample demo example iloveyou
love lovely baby angel princess sunshine shadow dragon monkey football baseball soccer superman
batman starwars pokemon michael charlie jordan jessica daniel thomas andrew hunter george ashley
nicole matthew joshua amanda robert michelle jennifer summer sommer winter spring autumn herbst
january february march april june july august september october november december monday tuesday
wednesday thursday friday saturday sunday trustno whatever computer internet server system company
office desktop laptop windows microsoft google samsung apple android facebook call centre center
agent supervisor support service helpdesk console correcthorsebatterystaple qwerty qwertz azerty
qazwsx qweasd agentguard
"""
_LEET = str.maketrans(
    {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s"}
)
_ROWS = (
    "abcdefghijklmnopqrstuvwxyza",
    "01234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qwertzuiop",
)
_STEPS = frozenset(a + b for row in _ROWS for line in (row, row[::-1]) for a, b in pairwise(line))
_YEAR = re.compile(r"(?:19|20)\d\d")
_AGAIN = re.compile(r"(.+?)\1{1,}")


def problem(password: str, names: Iterable[str] = ()) -> str:
    """Say what is wrong with a password that somebody wants: empty, `short` or `common`."""
    if len(password) < LEAST:
        return "short"
    own = [part for name in names for part in re.split(r"[^\w]+", name.casefold())]
    stems = sorted(
        {*_COMMON.split(), *(one for one in own if len(one) >= SHORTEST)}, key=len, reverse=True
    )
    plain = password.casefold()
    left = min(_left(text, stems) for text in (plain, plain.translate(_LEET)))
    return "common" if left < OWN else ""


def _left(text: str, stems: list[str]) -> int:
    """Count the characters that are left when each thing that everybody tries counts as none."""
    kept = _YEAR.sub(" ", text)
    for stem in stems:
        kept = kept.replace(stem, " ")
    kept = "".join(_jumps(kept))
    before = ""
    while kept != before:
        before, kept = kept, _AGAIN.sub(r"\1", kept)
    return len(set(kept) - {" "}) if len(set(kept)) < OWN else len(kept.replace(" ", ""))


def _jumps(text: str) -> Iterator[str]:
    """Yield a text without its runs: of `abcd`, `4321` and `aaa` only the first is left."""
    run = 0
    for before, here in zip(" " + text, text, strict=False):
        run = run + 1 if before + here in _STEPS or before == here else 0
        if run < SHORTEST - 1:
            yield here
