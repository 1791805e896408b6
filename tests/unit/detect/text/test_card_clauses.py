"""A card in the same clause outranks what it was for; a thing's own number stays no card's."""

from __future__ import annotations

import pytest

from agentguard.detect.lexicon.words import words
from tests.unit.detect.files.extracted import counts

NUMBER = "4539 1488 0343 6467"
THINGS = sorted(
    words(
        "booking order ticket policy claim reservation invoice account contract subscription"
        " delivery parcel shipment membership refund case complaint customer hotel flight rental"
        " voucher quote"
    )
)
SAID = (
    "Card number for the {}: {n}",
    "The card number for the {} is {n}",
    "card no. used for {} 88123: {n}",
    "visa for the {}: {n}",
    "Kartennummer f\xfcr {}: {n}",
    "tarjeta para {}: {n}",
)
NO_CARD = (
    "card paid, order number {n}",
    "paid by card for order {n}",
    "card ending 1234 for order {n}",
    "card on file, tracking: {n}",
    "Card for the booking. Order number: {n}",
    "card payment for order number: {n}",
    "card for the order no: {n}",
    "card for booking ref 77: {n}",
    "card reader serial: {n}",
    "the gift card for order number {n}",
)


@pytest.mark.parametrize("said", SAID)
@pytest.mark.parametrize("number", [NUMBER, NUMBER.replace(" ", ""), NUMBER.replace(" ", "-")])
def test_a_card_for_any_thing_is_a_card(said: str, number: str) -> None:
    missed = [t for t in THINGS if not counts(said.format(t, n=number).encode()).get("PAN")]
    assert missed == []


@pytest.mark.parametrize("thing", THINGS)
def test_its_code_is_found_with_it(thing: str) -> None:
    told = counts(f"Card number for the {thing}: {NUMBER}, cvv 123".encode())
    assert told == {"PAN": 1, "CVV": 1}


@pytest.mark.parametrize("said", NO_CARD)
def test_a_number_of_its_own_is_no_card(said: str) -> None:
    assert counts(said.format(n=NUMBER.replace(" ", "")).encode()) == {}


@pytest.mark.parametrize(
    "said",
    [
        "please bill it to {n}",
        "<a><PrimaryAccountNumber>{n}</PrimaryAccountNumber></a>",
        "<PrimaryAccountNumber>{n}</PrimaryAccountNumber>",
        "primary_account_number={n}",
    ],
)
def test_what_else_is_said_of_a_card(said: str) -> None:
    assert counts(said.format(n=NUMBER.replace(" ", "")).encode()) == {"PAN": 1}


@pytest.mark.parametrize(
    "said",
    [
        "Zahlungsnummer: {n}",
        "betalingsnummer {n}",
        "num\xe9ro de paiement : {n}",
        "identifiant de paiement : {n}",
        "paiement n\xb0 {n}",
        "n\xfamero de pago: {n}",
        "pago n\xfam. {n}",
        "n\xfamero do pagamento: {n}",
        "pagamento n. {n}",
        "bhugtan sankhya {n}",
        "payment ka number {n}",
        "numero ng bayad: {n}",
        "payment number niya {n}",
        "payment no. {n}",
    ],
)
def test_the_number_of_a_payment_is_no_cards_in_any_language(said: str) -> None:
    assert counts(said.format(n=NUMBER.replace(" ", "")).encode()) == {}
    assert counts(f"payment card number {NUMBER}".encode()) == {"PAN": 1}
