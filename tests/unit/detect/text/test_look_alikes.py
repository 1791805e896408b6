"""Twenty thousand lines of a contact centre's noise, in which nothing is personal data."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import pytest

from agentguard.detect.kinds._issuers import luhn
from agentguard.detect.kinds._national import verhoeff
from agentguard.detect.kinds.nhs import mod_11
from agentguard.detect.recognition.scanner import default_scanner

LINES = 700
DIGITS, HEX = "0123456789", "0123456789abcdef"
UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LETTERS = UPPER + UPPER.lower() + DIGITS


class Dice:
    """Random numbers of the kinds that logs and exports are full of."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.pick = self.random.choice

    def text(self, length: int, letters: str = DIGITS) -> str:
        return "".join(self.random.choices(letters, k=length))

    def number(self, low: int, high: int) -> int:
        return self.random.randint(low, high)

    def right(self, check: Callable[[str], bool], first: str, length: int) -> str:
        """Give a number that has the check digit by chance."""
        while not check(number := f"{self.pick(first)}{self.text(length - 1)}"):
            pass
        return number

    @property
    def order(self) -> str:
        """Give an order's number: a card's range, and in one of three the check digit."""
        number = f"{self.pick('45')}{self.text(15)}"
        return self.right(luhn, "45", 16) if self.number(0, 2) == 0 else number

    @property
    def stamp(self) -> str:
        day = f"2025-{self.number(1, 12):02d}-{self.number(1, 28):02d}"
        hour, minute, second = self.number(10, 23), self.number(10, 59), self.number(10, 59)
        return f"{day} {hour}:{minute}:{second}.{self.text(3)}"

    @property
    def uuid(self) -> str:
        return "-".join(self.text(length, HEX) for length in (8, 4, 4, 4, 12))


def orders(d: Dice) -> str:
    return d.pick(
        (
            f"{d.stamp} INFO order.svc - order_id={d.order} status=OK {d.text(4)}ms",
            f"{d.stamp} DEBUG booking={d.order} items={d.number(1, 9)}",
            f"Order number {d.order} was sent on 04/03/2025.",
            f"Your invoice {d.order} is due in 14 days, amount 120.50 EUR.",
            f'{{"order":{{"id":"{d.order}","qty":{d.number(1, 9)}}}}}',
            f"Card statement for order {d.order}",
            f"card reader serial {d.order}",
            f"https://shop.quillpost.com/item/{d.order}/view",
            f"transaction id: {d.order}, terminal {d.text(8)}",
        )
    )


def abroad(d: Dice) -> str:
    label = d.pick(
        (
            "Bestellnummer",
            "Rechnungsnummer:",
            "Sendungsnummer",
            "Kundennummer",
            "commande n°",
            "référence :",
            "numéro de suivi",
            "número de pedido",
            "factura",
            "numero d'ordine:",
            "spedizione",
            "bestelnummer",
            "factuurnummer",
            "numer zamówienia",
            "przesyłka",
            "encomenda",
            "fatura",
        )
    )
    return f"{label} {d.pick((d.order, d.right(verhoeff, '23456789', 12), d.text(10)))}"


def tracking(d: Dice) -> str:
    groups = " ".join(("9400", *(d.text(4) for _ in range(4)), d.text(2)))
    return d.pick(
        (
            f"Parcel {d.right(verhoeff, '23456789', 12)} left in safe place",
            f"tracking {groups}",
            f"AWB {d.right(verhoeff, '23456789', 12)} delivered",
            f"1Z{d.text(6, LETTERS)}{d.text(10)} out for delivery",
            f"consignment {d.right(luhn, '45', 16)} scanned at depot {d.number(1, 99)}",
            f"RR{d.text(9)}GB handed over",
            f"Shipment 00{d.text(18)} (SSCC), pallet {d.number(1, 99)}",
        )
    )


def tickets(d: Dice) -> str:
    ten = d.right(mod_11, "4679", 10)
    return d.pick(
        (
            f"Ticket {ten} reopened",
            f"case {ten[:3]} {ten[3:6]} {ten[6:]} assigned to team 7",
            f"Call ref {d.number(10, 28)}-{d.number(10, 12)}-25 5{d.text(7)}.",
            f"Serial no {d.text(3, UPPER)}P{d.text(1, UPPER)}{d.text(4)}F replaced",
            f"Handset IMEI {d.right(luhn, '38', 15)} swapped, SIM ICCID 8944{d.text(15)}.",
            f"phone menu option {d.number(1, 9)}, queue {d.number(10, 99)}",
            f"Part {d.number(100, 899)}-{d.number(10, 99)}-{d.number(1000, 9999)} in stock",
            f"Passport office opens at 09:00, renewal takes {d.number(1, 9)} weeks",
            f"Appointment booked for {d.number(1, 28)}/{d.number(1, 12)}/2025 between 8 and 12",
            f"EAN {d.text(13)} ISBN 978-3-16-{d.text(6)}-{d.text(1)}",
        )
    )


def metrics(d: Dice) -> str:
    return d.pick(
        (
            f'http_requests_total{{code="200"}} {d.number(1, 9999)} {d.number(10**12, 2 * 10**12)}',
            f"{d.stamp} TRACE GET /assets/app.{d.text(16, HEX)}.js 200 17{d.text(14)}",
            f"span {d.uuid} took 0.{d.right(luhn, '45', 16)} s",
            f"{d.text(8)}-4539-1488-0343-6467{d.text(8)} closed",
            f"GPS 51.{d.text(14)},-0.{d.text(15)}",
            f"+51.{d.text(8)} -0.{d.text(8)} UTC+02:00",
            f"build {d.text(4)}.{d.text(4)}.{d.text(4)} at 17{d.text(11)}",
            f"10.{d.number(0, 255)}.{d.number(0, 255)}.{d.number(0, 255)}:5060 cseq {d.text(4)}",
            f"sum {d.text(40, HEX)}  file{d.number(1, 99)}.iso",
            f"error code: {d.number(100, 999)}, retry {d.number(1, 9)}",
        )
    )


def source_code(d: Dice) -> str:
    return d.pick(
        (
            f"    uint64_t k = {d.order}ULL;  // do not change",
            f"    if (response.code == {d.number(100, 599)}) return 0x{d.text(8, HEX)};",
            "    password = get_password(user, settings.database2)",
            'const token = process.env.API_TOKEN || "changeme";',
            "digits = '0123456789'",
            f"    assert parse('{d.number(1, 12)}/{d.number(1, 28)}/2024') == date(2024, 1, 2)",
            f"@app.route('/v{d.number(1, 9)}/users/<int:user_id>')",
            f"x = [{', '.join(d.text(1) for _ in range(16))}]",
            f"    GET orders/{d.order}?expand=items",
            f"    return hash % {d.text(10)} + {d.text(9)}",
            f"use_passport(version='{d.number(0, 9)}.{d.number(0, 99)}.{d.number(0, 9)}')",
            f"// see RFC {d.number(1000, 9999)}, section {d.number(1, 9)}.{d.number(1, 9)}",
        )
    )


def style(d: Dice) -> str:
    return d.pick(
        (
            f".c{d.text(4)} {{ width: {d.text(4)}px; color: #{d.text(6)}; }}",
            f"background: url(logo@2x.png) 0 -{d.number(1, 999)}px;",
            f"<path d='M{d.text(4)} {d.text(4)} {d.text(4)} {d.text(4)}l{d.text(4)} {d.text(3)}'/>",
            f"transform: matrix(0.{d.text(16)}, 0.{d.text(16)}, -0.{d.text(15)}, 1, 0, 0);",
            f"--shadow: rgba({d.text(3)}, {d.text(3)}, {d.text(3)}, 0.{d.text(2)});",
        )
    )


def locks(d: Dice) -> str:
    return d.pick(
        (
            f"    integrity sha512-{d.text(86, LETTERS + '+/')}==",
            f"    --hash=sha256:{d.text(64, HEX)} \\",
            f"lodash@^4.{d.number(0, 99)}.{d.number(0, 99)}:",
            f'  resolved "https://npm.quillpost.com/x/-/x-1.0.{d.text(1)}.tgz#{d.text(40, HEX)}"',
            f"react@18.0.{d.number(0, 9)}-rc.{d.number(0, 9)}",
            f"commit {d.text(40, HEX)}",
            f"index {d.text(7, HEX)}..{d.text(7, HEX)} 100644",
            f"Message-ID: <{d.order}.{d.text(6)}@mx1.quillpost.com>",
            "git@github.com:org/repo.git",
        )
    )


def dumps(d: Dice) -> str:
    row = " ".join(d.text(4, HEX) for _ in range(8))
    digits = " ".join(d.text(4) for _ in range(8))
    pairs = " ".join(d.text(2, HEX) for _ in range(16))
    return d.pick(
        (f"{d.text(8, HEX)}: {row}  ........", f"{digits}", f"{pairs}", f"0x{d.text(16)}")
    )


def readings(d: Dice) -> str:
    return d.pick(
        (
            "\t".join(d.text(4) for _ in range(5)),
            ",".join(d.text(4) for _ in range(4)),
            f"meter {d.text(10)}: {d.text(5)} kWh on {d.number(10, 28)}.{d.number(10, 12)}.2025",
            f"{d.text(4)} {d.text(4)} {d.text(4)} {d.text(4)}",
            f"{d.text(4)} {d.text(4)} {d.text(4)}",
            " ".join(d.text(d.number(40, 80))),
        )
    )


def masked(d: Dice) -> str:
    end = d.text(4)
    return d.pick(
        (
            f"Card ending **** **** **** {end} removed",
            f"card {d.text(6)}******{end}",
            f"XXXX-XXXX-XXXX-{end}",
            f"ssn ***-**-{end}",
            f"aadhaar XXXX XXXX {end}",
            "use the test card 4111 1111 1111 1111 in the sandbox",
            f"SSN format is 9{d.text(2)}-{d.number(10, 99)}-{end}",
            "The CVV is the 3 digit number on the back.",
            "password: ********",
            "api_key: YOUR_API_KEY_HERE_0001",
            f"IBAN GB{d.text(2)} **** **** **** {end[:2]}",
        )
    )


def parts(d: Dice) -> str:
    letter = d.pick(UPPER)
    return d.pick(
        (
            f"{d.text(2, UPPER)}{d.text(6)}{letter}",
            f"item {d.text(3, UPPER)}{d.text(1, UPPER)}{d.text(1, UPPER)}{d.text(4)}{letter}",
            f"stock code {d.text(2, UPPER)}{d.text(6)}{letter}",
            f"SKU {d.text(9)} bin {d.number(1, 99)}-{d.number(10, 99)}",
            f"batch {d.number(1, 28):02d}{d.number(1, 12):02d}25/{d.text(5)}",
        )
    )


def identifiers(d: Dice) -> str:
    """Numbers of one column without a name: as many have a right check digit as chance gives."""
    return d.text(16)


def zero_padded(d: Dice) -> str:
    return f"0{d.text(10)}"


NOISE = (
    orders,
    abroad,
    tracking,
    tickets,
    metrics,
    source_code,
    style,
    locks,
    dumps,
    readings,
    masked,
    parts,
    identifiers,
    zero_padded,
)
TOLD = (*NOISE[:7], masked)
"""Noise that each line tells by itself, whatever stands above and below."""


def lines(make: Callable[[Dice], str], seed: int) -> Iterator[str]:
    dice = Dice(seed)
    return (make(dice) for _ in range(LINES))


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("make", NOISE, ids=lambda make: make.__name__)
def test_noise_of_one_kind_holds_nothing(make: Callable[[Dice], str], seed: int) -> None:
    assert default_scanner().scan("\n".join(lines(make, seed))) == ()


@pytest.mark.parametrize("seed", [3, 4])
def test_noise_of_all_kinds_together_holds_nothing(seed: int) -> None:
    every = [line for make in TOLD for line in lines(make, seed)]
    random.Random(seed).shuffle(every)
    assert default_scanner().scan("\n".join(every)) == ()


def test_noise_is_as_much_as_said() -> None:
    assert LINES * (len(NOISE) + len(TOLD)) * 2 >= 20_000
