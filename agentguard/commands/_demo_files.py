"""The demonstration's files: synthetic personal data in the forms that desks leave behind.

Every number is made up: the card numbers only satisfy the check digit (ISO/IEC 7812-1), and are
made at run time so that no list of known test numbers hides them.
"""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Iterator
from pathlib import Path

SEED = 20261125
CARDS = 12


def card_number(rng: random.Random) -> str:
    """Make up a card number of a large issuer's range with a right check digit."""
    digits = [4, 5, 5, 6] + [rng.randrange(10) for _ in range(11)]
    total = 0
    for index, digit in enumerate(reversed(digits)):
        doubled = digit * 2 if index % 2 == 0 else digit
        total += doubled - 9 if doubled > 9 else doubled  # noqa: PLR2004 - casting out nines
    return "".join(map(str, [*digits, -total % 10]))


def write_files(folder: Path) -> Iterator[Path]:
    """Write the files one after the other; gives each as soon as it is there."""
    rng = random.Random(SEED)  # noqa: S311 - made-up data
    cards = [card_number(rng) for _ in range(CARDS)]
    texts = {
        "call-notes.txt": _notes(cards[0]),
        "export-november.csv": _table(cards[1:]),
        "newsletter.txt": "The canteen opens at eleven. Order 4711-0815 is ready.\n",
    }
    for name, text in texts.items():
        path = folder / name
        path.write_text(text, encoding="utf-8")
        yield path
    path = folder / "old-mail.zip"
    path.write_bytes(_zip(_notes(cards[3])))
    yield path


def _grouped(card: str) -> str:
    return " ".join(card[i : i + 4] for i in range(0, len(card), 4))


def _notes(card: str) -> str:
    return (
        "Customer wants the refund on the same card.\n"
        f"Card number {_grouped(card)}, expires 08/29.\n"
        f"IBAN of the second account: {_iban()}\n"
    )


def _iban() -> str:
    """Make up an IBAN of a British bank with right check digits (ISO 13616)."""
    account = "NWBK60161331926819"
    number = int("".join(str(int(c, 36)) for c in f"{account}GB00"))
    return _grouped(f"GB{98 - number % 97:02}{account}")


def _table(cards: list[str]) -> str:
    rows = [f"{1000 + n},customer{n}@example.org,{card}" for n, card in enumerate(cards)]
    return "\n".join(["customer,email,card_number", *rows]) + "\n"


def _zip(text: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mail/refund.txt", text)
    return held.getvalue()
