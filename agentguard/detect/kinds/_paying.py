"""How people speak of cards, and how they say that something was paid with one."""

from __future__ import annotations

import re
from dataclasses import replace

from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.lexicon.multilingual_labels import CARD_WORDS
from agentguard.detect.lexicon.words import words
from agentguard.detect.recogniser import Candidate

OWN = words(
    "charge charged charging"
    " pan pans card cards cc ccn ccnum cardno cardnum cardnumber creditcard credit debit visa"
    " mastercard maestro amex discover diners jcb unionpay rupay cardholder payment pay paid"
    " kk kknr karte karten kartennr kartennummer kreditkarte kreditkarten kreditkartennummer"
    " zahlung carte cartes bancaire cb paiement tarjeta tarjetas cr\xe9dito d\xe9bito pago"
    " carta carte pagamento kaart kaartnummer creditcardnummer betaalkaart betaling"
    " karta karty karte kart\xf3w kart karcie kredytowa kredytowej debetowa debetowej platnicza"
    " platniczej cart\xe3o cartao cart\xf5es bankkarte girokarte eckarte kartenzahlung kaartnr"
    " betaalpas bankpas pinpas bancomat prepagata bancaria cr\xe9ditos plastic diners"
    " kort kortet kortnr kortnummer kreditkort kredittkort betalkort betalningskort betalingskort"
    " bankkort debetkort debitkort dankort kortti kortin luottokortti luottokortin maksukortti"
    " pankkikortti korttinumero kartou kreditn\xed k\xe1rtya k\xe1rty\xe1m k\xe1rtyasz\xe1m"
    f" bankk\xe1rtya hitelk\xe1rtya cardul {CARD_WORDS}"
)
PAYS = words(
    "charge charged charging pay paid payment payments paiement pago pagamento zahlung betaling"
    " credit debit cr\xe9dito d\xe9bito discover plastic"
)
"""What is said of payments by card, and of much else."""

COLUMN = later(
    r"card|kart|carte|carta|kaart|tarjeta|cart(?:\xe3|a)o|kort(?:n|t|\b)|kortti|k\xe1rtya|kapta",
    re.IGNORECASE,
)
# "security code for 4539 ...", "card on the mandate: 4539 ...", and ISO/IEC 7812's own name.
# These are looked for in small letters.
_OF_A_CARD = later(
    r"(?:\b(?:security|verification|cv[cv]2?|cv2|csc)(?: code| number| no| value)?"
    r" (?:for|of|on|to) (?:[a-z]{1,10} ){0,2}"
    r"|\bcard(?: [a-z]{2,10})? on (?:the |my |his |her |their |this )?[a-z]{3,16}\W{0,3}"
    r"|primary[ _\-]?account[ _\-]?n(?:umber|o)\W{0,4}(?:is |was )?"
    r"|\b(?:bill|charge|book|debit|put) (?:it|this|that|them|the [a-z]{3,10}) (?:to|on)\W{1,3})\Z"
)
_NEAR = 64  # characters: more than the longest of what is said of a card
_MAY_BE_OF_A_CARD = later(r" (?:for|of|on|to) |account[ _\-]?n")
_PAY = (
    r"\b(?:pa(?:id|y|ys|ying|yment)|charg\w*|guarantee\w*|debit\w*|refund\w*|bezahl\w*|(?:ab)?gebucht"
    r"|belast\w*|betaal\w*|pag(?:at|ad|o|ar|an|ou)\w*|pay(?:\xe9|e|er|\xe9e)s?|r\xe9gl\w*|(?:za|o)plac\w*"
    r"|betal\w*|maksettu|zaplacen\w*|fizet\w*|pl(?:a|\xe3)tit\w*)\b"
)
_WITH = (
    r"\b(?:with|by|using|via|mit|met|con|com|avec|par|per|med|cu|s|z)"
    r"(?: (?:the|my|a|der|die|la|le|el|il|een|de|o))?[:\W]{1,6}\Z"
)
_PAID_WITH = later(rf"{_PAY}[^\n]{{0,60}}{_WITH}")
_WITH_BEFORE = later(_WITH)
_NEXT_TO = 24  # characters: more than the longest of what joins a card to a payment
_PAID_BEHIND = later(rf"[^\n0-9]{{0,24}}{_PAY}", re.IGNORECASE)
_PAYMENT = r"(?:pago|pagamento|paiement|payment|zahlung|betaling|bayad|platnosci)\w*\W{0,4}\Z"
_AT_A_PAYMENT = later(_PAYMENT)
# "referencia de pago": the payment's own number, not what it was made with.
_OF_A_PAYMENT = later(
    r"(?:ref(?:\.|s?\b|eren\w*|\xe9r\w*)|\br\xe9f\w*|\b(?:id|code|c(?:o|\xf3)digo|codice|num\w*|n\xfam\w*|n\S)"
    r"|ident\w*|kennung|nummer)"
    r"[ _.\-]?(?:de|del|du|di|do|da|of|van|der|ng)?[ _.\-]?(?:la |le |el |il )?" + _PAYMENT
)
# "payment number: 4...": the same, unless an object's key is meant.
_NUMBERED_PAYMENT = later(
    r"\b(?:payment|zahlungs?|betaal|betalings?|paiement|pago|pagamento|bayad|bhugtan)"
    r"[ _.\-]?(?:k[aie] )?"
    r"(?:ref(?:\.|er[e\xea]n(?:ce|z|cia))?|sankhya|n(?:[ou.\xb0\xba]|r|[u\xfa]m(?:\.|ber|mer|ero)?|um\xe9ro))"
    r"(?: (?:ko|n[iy]?ya))?[.:#]{0,2}\s{0,2}\Z"
)
_LABEL_GLUED = later(r"(?:card|visa|amex|no|nr|num|number|pan|cc)\.?\Z", re.IGNORECASE)
_SIGN_GLUED = later(r"(?:exp|valid|cv[cv2]|csc|thru|bis|val)\b", re.IGNORECASE)


def is_paid_with(candidate: Candidate) -> bool:
    """Check whether words around a number say that something was paid with it, or is its code."""
    before = candidate.before.lower()
    near = before[-_NEAR:]
    if _MAY_BE_OF_A_CARD.search(near) and _OF_A_CARD.search(near):
        return True
    if not _WITH_BEFORE.search(before[-_NEXT_TO:]):
        return False
    return bool(_PAID_WITH.search(before) or _PAID_BEHIND.match(candidate.after))


def is_of_a_payment(before: str) -> bool:
    """Check whether the words before a number name it as a payment's own: "payment number"."""
    low = before[-_NEAR:].lower()
    if _NUMBERED_PAYMENT.search(low):
        return True
    return bool(_AT_A_PAYMENT.search(low) and _OF_A_PAYMENT.search(low))


def is_glued(candidate: Candidate) -> bool:
    """Check whether only a label's end, or the next part's name, touches a labelled card."""
    before = _LABEL_GLUED.sub("", candidate.before)
    after = "" if _SIGN_GLUED.match(candidate.after) else candidate.after
    return replace(candidate, before=before, after=after).alone
