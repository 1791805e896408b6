"""Words by language: those that name another number, and those that speak a digit.

Small letters; accents of Latin-1 stay, other letters are written as `fold` writes them.
"""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """Give the words of a list written as one text."""
    return frozenset(text.split())


FOREIGN = {
    "en": words(
        "account app asin asn asset awb barcode batch booking bug build call case checksum "
        "claim code commit consignment contract conv conversation customer despatch device "
        "dispatch docket ean epoch event fingerprint folio follow grn guid hash iccid id "
        "identifier imei imsi invoice ip isbn issue item job key lot loyalty membership memo "
        "meter model ms order pallet parcel part pid po port postcode pr product purchase qty "
        "quote receipt ref reference reg registration request reservation seq sequence serial "
        "session shipment shipping sim sku span stock terminal ticket timestamp trace tracking "
        "trans transaction ts txn upc us uuid version voucher waybill"
    ),
    "de": words(
        "aktenzeichen artikelnummer auftrag auftragsnr auftragsnummer beleg belegnummer bestellnr "
        "bestellnummer bestellung buchung buchungsnummer chargennummer fallnummer "
        "ger\xe4tenummer kundennr kundennummer lieferschein paket policennummer rechnung "
        "rechnungsnr rechnungsnummer referenz referenznummer reservierung sendung "
        "sendungsnummer seriennr seriennummer ticketnummer vertrag vertragsnummer vorgang "
        "vorgangsnummer z\xe4hlernummer z\xe4hlerstand"
    ),
    "fr": words(
        "billet colis commande compteur contrat devis dossier facture r\xe9f r\xe9f\xe9rence "
        "r\xe9servation suivi s\xe9rie"
    ),
    "es": words(
        "albar\xe1n contador contrato env\xedo expediente factura pedido p\xf3liza referencia "
        "reserva seguimiento serie"
    ),
    "it": words(
        "bolletta contatore contratto fattura ordine pacco polizza pratica prenotazione "
        "riferimento spedizione tracciamento"
    ),
    "nl": words(
        "bestelling bestelnummer boeking boekingsnummer dossiernummer factuur factuurnummer "
        "klantnummer ordernummer pakket referentie serienummer volgnummer zaaknummer zending"
    ),
    "pl": words(
        "bilet faktura faktury licznik paczka paczki polisa polisy przesylce przesylka "
        "przesylki rezerwacja rezerwacji seryjny sprawa sprawy umowa umowy zam\xf3wienia "
        "zam\xf3wienie zgloszenia zgloszenie zlecenia zlecenie"
    ),
    "pt": words(
        "ap\xf3lice contrato encomenda fatura pedido processo rastreio refer\xeancia reserva "
        "s\xe9rie"
    ),
}
"""Words that name another number: the nearest word decides whose number it is."""

NATIONAL = words(
    "aadhaar assurance ausweis bsn burgerservicenummer cadastro cnp codice contribuinte "
    "contribuyente cpf cpr cprnr dni documento fiscal fiscale henkil\xf6tunnus hetu iban "
    "identiteit identity idnr idnummer insz medicare nationaal nhs nif nino nir niss "
    "pasaporte paspoort passaporto passeport passport paszport pcn personbeteckning personnr "
    "personnummer pesel pessoa philsys pnr pps ppsn psn register registre reisepass "
    "rijksregister rijksregisternummer rrn rvnr s\xe9cu samordningsnummer secu sociale "
    "sozialversicherungsnummer ssn sss steuer steuerid steueridentifikationsnummer svnr tfn "
    "tin versicherungsnummer"
)
"""Words that name a state's number of a person: another's to a kind that does not own them."""

WEAK = words("id code customer account us ms call key identifier")
"""Words of `FOREIGN` that also stand between a label and its own value ("card id: ...")."""

PLEASE = words(
    "please bitte pla\xeet favor favore cortesia alstublieft graag prosze vriendelijk merci danke"
)
"""Words that end a question without its mark."""

DIGITS = {
    "en": "zero|oh one two three four five six seven eight nine",
    "de": "null eins zwei|zwo drei vier f\xfcnf|fuenf sechs sieben acht neun",
    "fr": "z\xe9ro un|une deux trois quatre cinq six sept huit neuf",
    "es": "cero uno dos tres cuatro cinco seis siete ocho nueve",
    "it": "zero uno due tre quattro cinque sei sette otto nove",
    "nl": "nul een twee drie vier vijf zes zeven acht negen",
    "pl": "zero jeden dwa trzy cztery piec szesc siedem osiem dziewiec",
    "pt": "zero um dois tr\xeas quatro cinco seis|meia sete oito nove",
}
"""The digits as they are spoken, from nought to nine; `|` between two words for one digit."""

TIMES = {"double": 2, "triple": 3, "treble": 3}
"""Words that say how often the next digit stands."""
