"""BR_CPF: the tax number of a person in Brazil (Cadastro de Pessoas Fisicas).

Eleven digits, given by the Receita Federal: Instrucao Normativa RFB 2.172/2024. The last two are
checks, each the sum of the products with falling weights modulo 11.
https://www.gov.br/receitafederal/pt-br/assuntos/meu-cpf
"""

from __future__ import annotations

from agentguard.detect.kinds._national import BEHIND, national, run
from agentguard.detect.lexicon.national_labels import ACCENTED, IDENTITY, TAX


def valid(number: str) -> bool:
    """Check whether both check digits are right."""
    from stdnum.br import cpf  # noqa: PLC0415 - read at the first number, see docs/adr/0009

    return cpf.is_valid(number)


RECOGNISER = national(
    kind="BR_CPF",
    valid=valid,
    labels=(
        r"cpf",
        r"c\.p\.f",
        rf"cadastro de pessoas? f{ACCENTED}sicas?",
        r"brazilian (?:id|tax)",
    ),
    generic=(
        *TAX,
        *IDENTITY,
        r"cadastro",
        r"(?:chave )?pix",
        rf"identifica{ACCENTED}{ACCENTED}o",
        r"""doc["']? ?[:=]""",
    ),
    length=11,
    country="brazilian|brazil|br",
    near=rf"{BEHIND}({run(10, 11)})",
    shapes=(r"[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}",),
    width=11,
)
"""The recogniser of the kind."""
