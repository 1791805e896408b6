"""The shape of a recogniser, and what it is shown of the text around a candidate."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

MOST = 1000
"""Distinct values of a kind that are counted in one text; 1000 means 1000 or more."""

BEFORE = 160
"""Characters before a candidate that a recogniser may look at."""

AFTER = 48
"""Characters after a candidate that a recogniser may look at."""

SEPARATOR = r"(?:[ .\-+]|%20|&nbsp;|&#160;|\\u00a0|\\u202f|\\~)"
"""RE2: one separator inside a number, as written in text, addresses, HTML, JSON and RTF."""

FENCE = "\x1e"
"""Ends a cell of a table: what stands before it says nothing of what follows."""

GAP = r"[^0-9\n\x1e]{0,32}?\n?[^0-9\n\x1e]{0,8}?"
"""RE2: what may stand between a label and its value; at most one line break."""


def words(text: str) -> frozenset[str]:
    """Give the words of a list written as one text."""
    return frozenset(text.split())


FOREIGN = words(
    "account app asin asn asset awb barcode batch booking bug build call case checksum "
    "claim code commit consignment contract conv conversation customer despatch device "
    "dispatch docket ean epoch event fingerprint folio follow grn guid hash iccid id "
    "identifier imei imsi invoice ip isbn issue item job key lot loyalty membership memo "
    "meter model ms order pallet parcel part pid po port postcode pr product purchase qty "
    "quote receipt ref reference reg registration request reservation seq sequence serial "
    "session shipment shipping sim sku span stock terminal ticket timestamp trace tracking "
    "trans transaction ts txn upc us uuid version voucher waybill"
)
"""Words that name another number: the nearest word decides whose number it is."""

ABROAD = words(
    "aktenzeichen artikelnummer auftrag auftragsnummer beleg belegnummer bestellnr bestellnummer "
    "bestellung buchung buchungsnummer chargennummer ger\xe4tenummer kundennr kundennummer "
    "lieferschein paket rechnung rechnungsnr rechnungsnummer referenz referenznummer sendung "
    "sendungsnummer seriennr seriennummer vertrag vertragsnummer vorgang vorgangsnummer "
    "z\xe4hlernummer z\xe4hlerstand "
    "colis commande compteur contrat dossier facture r\xe9f r\xe9f\xe9rence suivi s\xe9rie "
    "albar\xe1n contador contrato env\xedo expediente factura pedido referencia seguimiento serie "
    "bolletta contatore contratto fattura ordine pacco pratica riferimento spedizione tracciamento "
    "bestelling bestelnummer factuur factuurnummer klantnummer ordernummer pakket referentie "
    "serienummer volgnummer zaaknummer zending "
    "faktura faktury licznik przesy seryjny umowa umowy zam\xf3wienia zam\xf3wienie zlecenia "
    "zlecenie oszenie encomenda fatura processo rastreio refer\xeancia s\xe9rie"
)
"""The same in German, French, Spanish, Italian, Dutch, Polish and Portuguese."""

NATIONAL = words(
    "ausweis bsn burgerservicenummer cnp codice contribuinte contribuyente cpf cpr dni fiscal "
    "fiscale hetu identiteit identity idnr idnummer insz medicare nif nir niss pcn personnr "
    "personnummer pesel philsys pps ppsn psn register registre rijksregister rijksregisternummer "
    "rrn rvnr samordningsnummer ssn sss steuer steuerid steueridentifikationsnummer svnr tfn tin"
)
"""Words that name a state's number of a person: another's to a kind that does not own them."""

_OUTSIDE = re.compile(r"[^0-9A-Za-z]+")
_WORDS = re.compile(
    r"[A-Z\xc0-\xd6\xd8-\xde]+(?![a-z\xdf-\xf6\xf8-\xff])"
    r"|[A-Z\xc0-\xd6\xd8-\xde]?[a-z\xdf-\xf6\xf8-\xff]+"
)
_LONG_SEPARATOR = re.compile(r"%20|&nbsp;|&#160;|\\u00a0|\\u202f|\\~")
_SHORT_LINE = 60
_LINES = 4


class Belief(Enum):
    """How far a candidate is believed."""

    SURE = "sure"
    MAYBE = "maybe"  # counts only when most such candidates of the text hold
    MISS = "miss"  # the right shape with a wrong check: counts against the MAYBEs
    NO = "no"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a recogniser says of a candidate.

    `value` is the canonical form, by which repeats are told; `why` names the rule that decided.
    """

    belief: Belief
    value: str = ""
    why: str = ""


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
        return _LONG_SEPARATOR.sub(" ", self.text)

    @property
    def separators(self) -> tuple[str, ...]:
        """The separators between the groups, in order."""
        return tuple(_OUTSIDE.findall(self.plain))

    @property
    def origin(self) -> str:
        """The name of the column that it stands in; empty outside tables."""
        _, fence, cell = self.before.rpartition(FENCE)
        return cell.partition(": ")[0] if fence else ""

    @property
    def alone(self) -> bool:
        """Tell whether no letter, digit, decimal or further group touches the candidate."""
        head, tail = self.before[-5:], self.after[:5]
        return not (_TOUCHES_BEFORE.search(head) or _TOUCHES_AFTER.match(tail))

    def names(self, own: frozenset[str]) -> bool | None:
        """Tell whose number it is by the nearest telling word: True own, False another's."""
        if self.labelled:
            return True
        cell = self.before.rpartition(FENCE)[2]
        this, *above = reversed(cell.split("\n")[-_LINES:])
        told = self._told_on(this, own)
        if told is not None or _WORDS.search(this):
            return told
        for line in above:
            if len(line) > _SHORT_LINE:
                return None
            told = self._told_on(line, own)
            if told is not None:
                return told
        return None

    def _told_on(self, line: str, own: frozenset[str]) -> bool | None:
        word, told = _nearest(line, own)
        self.told = word
        return told


_TOUCHES_BEFORE = re.compile(
    r"[0-9A-Za-z_*#]\Z|[0-9]\.\Z|(?<![0-9])0,\Z|[0-9A-Fa-f]{4}-\Z|\*[ -]\Z"
)
_TOUCHES_AFTER = re.compile(r"[0-9A-Za-z_*#]|\.[0-9]|-[0-9A-Fa-f]{4}")


def _nearest(line: str, own: frozenset[str]) -> tuple[str, bool | None]:
    for word in reversed(_WORDS.findall(line)):
        low = word.lower()
        if low in own:
            return low, True
        if low in _OTHERS or low.removesuffix("s") in FOREIGN:
            return low, False
    return "", None


def speaks_of_another(gap: str) -> bool:
    """Tell whether the words between a label and a value name another number."""
    return any(word.lower() in _STRONG for word in _WORDS.findall(gap))


_WEAK = words("id code customer account us ms call key identifier")
_STRONG = (FOREIGN - _WEAK) | ABROAD
_OTHERS = FOREIGN | ABROAD | NATIONAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Recogniser:
    """One kind of personal data.

    `shapes` are RE2 patterns that are told by themselves; they hold no group and match no line
    break. `labels` are RE2 patterns of words, a space standing for any joint; `near` is the shape
    of a value after a label, with the value as its one group. `judge` validates a candidate.
    `shown` is how many last characters a mask keeps, at most 4; 0 for short kinds. `beside` names
    a kind without which this one does not count (a CVV stands beside a card). `crowded` kinds
    have candidates everywhere in logs and are searched by a pattern set of their own.
    """

    kind: str
    judge: Callable[[Candidate], Answer]
    shapes: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    near: str = ""
    shown: int = 4
    beside: str = ""
    crowded: bool = False


def sure(value: str, why: str = "") -> Answer:
    """Believe it."""
    return Answer(belief=Belief.SURE, value=value, why=why)


def maybe(value: str, why: str = "") -> Answer:
    """Believe it if most of its like in the text hold."""
    return Answer(belief=Belief.MAYBE, value=value, why=why)


def miss(why: str) -> Answer:
    """Refuse it for its check, which also speaks against its unlabelled like."""
    return Answer(belief=Belief.MISS, why=why)


def no(why: str) -> Answer:
    """Refuse it."""
    return Answer(belief=Belief.NO, why=why)
