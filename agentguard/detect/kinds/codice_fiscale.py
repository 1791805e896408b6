"""IT_CF: the tax code of Italy (codice fiscale), which tells itself.

Sixteen signs, given by the Agenzia delle Entrate: ministerial decree 13813 of 23 December 1976.
Three consonants each of surname and name, the year, a letter for the month, the day (41 up:
women), the commune, and a check letter modulo 26; digits may be letters where two people would
share a code. https://www.agenziaentrate.gov.it/portale/web/guest/schede/istanze/richiesta-ts_cf
"""

from __future__ import annotations

from agentguard.detect.kinds._national import BEHIND_LETTERED, national

_MARK = r"[0-9L-NP-Vl-np-v]"


def valid(number: str) -> bool:
    """Check whether the date of birth and the check letter are right."""
    from stdnum.it import codicefiscale  # noqa: PLC0415 - at the first number, see docs/adr/0009

    return codicefiscale.is_valid(number)


RECOGNISER = national(
    kind="IT_CF",
    valid=valid,
    labels=(
        r"codice fiscale",
        r"cod\.? fisc(?:ale)?",
        r"c\.f\.?",
        r"""cf["']? ?[:=>\n]""",
        r"cf\x20",
        r"italian (?:tax|fiscal)",
        r"fiscal code",
    ),
    country="italian|italy|it",
    near=rf"{BEHIND_LETTERED}([A-Za-z]{{3}}[ ]?[A-Za-z]{{3}}[ ]?{_MARK}{{2}}[A-Za-z]{_MARK}{{2}}"
    rf"[ ]?[A-Za-z]{_MARK}{{3}}[ ]?[A-Za-z])",
    shapes=(
        r"[A-Z]{6}[0-9L-NP-V]{2}[A-EHLMPRST][0-7L-NP-T][0-9L-NP-V][A-MZ][0-9L-NP-V]{3}[A-Z]",
        r"[A-Z]{3} [A-Z]{3} [0-9]{2}[A-EHLMPRST][0-7][0-9] [A-MZ][0-9]{3} ?[A-Z]",
    ),
    shown=4,
    strong=True,
)
"""The recogniser of the kind."""
