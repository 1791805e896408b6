"""Words by language: those that name another number, and those that speak a digit.

Small letters; accents of Latin-1 stay, other letters are written as `fold` writes them.
"""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """Give the words of a list written as one text."""
    return frozenset(text.split())


FOREIGN = {
    "en": words(
        "account acknowledgement app appliance arn asin asn asset awb barcode basket batch "
        "booking bug build call case certificate checksum claim code commit complaint "
        "confirmation consignment contract conv conversation correlation crn customer despatch "
        "device dispatch docket ean enquiry epoch event fingerprint folio follow grn guid hash "
        "iccid id identifier imei imsi incident inquiry invoice ip isbn issue item job key "
        "licence license lot loyalty mandate manifest membership memo merchant meter mid model "
        "mpan mprn ms msgid operation order package packet pallet parcel part permit pid plate "
        "po port postcode pr product promo purchase qty quotation quote receipt ref reference "
        "reg registration request reservation rma sensor seq sequence serial session shipment "
        "shipping sim sku span stamp stock subscription terminal ticket tid timestamp trace "
        "tracking trans transaction ts txid txn upc uuid vat vehicle version vin voucher "
        "warranty waybill workorder"
    ),
    "de": words(
        "abo abonnement aktennr aktenzeichen angebot angebotsnummer artikel artikelnr "
        "artikelnummer auftrag auftrags auftragsnr auftragsnummer barcode beleg belegnummer "
        "beschwerde bestell bestellnr bestellnummer bestellnummern bestellung bon bonnummer "
        "buchung buchungs buchungsnr buchungsnummer chargennr chargennummer fahrgestellnummer fall "
        "fallnr fallnummer ger\xe4t ger\xe4tenummer gutschein gutscheincode kassenbon kunden "
        "kundennr kundennummer liefernummer lieferschein lieferung mandat mandatsreferenz "
        "mitgliedsnr mitgliedsnummer paket paketnummer police policen policennr policennummer "
        "projekt projektnummer rechnung rechnungsnr rechnungsnummer referenz referenznummer "
        "reklamation reservierung schaden schadennr schadennummer schadensnummer sendung "
        "sendungs sendungsnummer serien seriennr seriennummer sitzung sitzungs ticketnummer "
        "transaktion transaktions transaktionsnummer vertrag vertrags vertragsnr vertragsnummer "
        "vorgang vorgangs vorgangsnr vorgangsnummer z\xe4hler z\xe4hlernr z\xe4hlernummer "
        "z\xe4hlerstand"
    ),
    "fr": words(
        "abonnement billet bordereau colis commande compteur contrat cotisation devis dossier "
        "exp\xe9dition facture immatriculation incident lot mandat op\xe9ration panier police "
        "r\xe9clamation r\xe9f r\xe9f\xe9rence r\xe9servation sinistre suivi s\xe9rie ticket "
        "transaction"
    ),
    "es": words(
        "albar\xe1n caso contador contrato cup\xf3n env\xedo expediente factura gu\xeda "
        "incidencia lote mandato matr\xedcula operaci\xf3n orden paquete pedido presupuesto "
        "p\xf3liza recibo reclamaci\xf3n referencia reserva seguimiento serie sesi\xf3n "
        "siniestro solicitud suministro transacci\xf3n"
    ),
    "it": words(
        "abbonamento bolletta consegna contatore contratto fattura lotto mandato matricola "
        "operazione ordine pacco polizza pratica prenotazione preventivo reclamo ricevuta "
        "riferimento scontrino segnalazione seriale sessione sinistro spedizione targa "
        "tracciamento transazione utenza"
    ),
    "nl": words(
        "aanvraag abonnement bestel bestelling bestelnummer boeking boekingsnummer dossier "
        "dossiernummer factuur factuurnummer kenteken klacht klantnr klantnummer levering "
        "machtiging meterstand offerte ordernr ordernummer pakket pakketje polis polisnummer "
        "referentie schade serie serienummer sessie transactie volgnummer zaak zaaknummer "
        "zending"
    ),
    "pl": words(
        "bilet dostawa faktura faktury licznik mandat oferta paczka paczki paragon paragonu "
        "polisa polisy przesylce przesylka przesylki reklamacja reklamacji rezerwacja "
        "rezerwacji seryjny sesja sesji sprawa sprawy szkoda szkody transakcja transakcji umowa "
        "umowe umowy zamowienia zamowienie zam\xf3wienia zam\xf3wienie zgloszenia zgloszenie "
        "zlecenia zlecenie"
    ),
    "pt": words(
        "ap\xf3lice bilhete caso contrato cupom encomenda fatura incidente lote mandato "
        "matr\xedcula opera\xe7\xe3o ordem pacote pedido processo protocolo rastreio recibo "
        "reclama\xe7\xe3o refer\xeancia reserva sess\xe3o sinistro solicita\xe7\xe3o s\xe9rie "
        "transa\xe7\xe3o"
    ),
    "sv": words(
        "abonnemang avtal avtalsnummer biljett bokning bokningen bokningsnr bokningsnummer "
        "f\xf6rs\xe4ndelse faktura fakturanr fakturanummer kolli kollinummer kvitto leverans "
        "m\xe4tare m\xe4tarnummer offert ordernr ordernummer \xe4rende \xe4rendet \xe4rendenr "
        "\xe4rendenummer referens skada skade\xe4rende skadenummer sp\xe5rning "
        "sp\xe5rningsnummer transaktion"
    ),
    "da": words(
        "abonnement aftale aftalenummer bestilling bestillingen bestillingsnummer billet "
        "faktura fakturanummer forsendelse forsendelsesnummer kvittering m\xe5ler "
        "m\xe5lernummer ordre ordrenr ordrenummer pakke pakkenummer sagen sagsnr sagsnummer "
        "skade skadesnummer"
    ),
    "nb": words(
        "avtale avtalenummer bestilling bestillingsnummer billett faktura fakturanummer "
        "forsendelse kvittering m\xe5ler m\xe5lernummer ordre ordrenummer pakke polise "
        "polisenummer referanse reservasjon sak saksnr saksnummer skade skadenummer sporing "
        "sporingsnummer transaksjon"
    ),
    "fi": words(
        "kuitti lasku laskun laskunumero l\xe4hetys l\xe4hetysnumero lippu mittari paketti "
        "sarjanumero seuranta seurantanumero seurantatunnus sopimus sopimusnumero tapahtuma "
        "tilaus tilauksen tilausnumero vahinko varaus varauksen varausnumero viite viitenumero"
    ),
    "cs": words(
        "doklad dokladu faktura faktury jizdenka jizdenky l\xedstek objedn\xe1vce objedn\xe1vka "
        "objedn\xe1vky pojistka pojistku pojistky pr\xedpad pr\xedpadu reklamace reklamaci "
        "rezervace rezervaci smlouva smlouvy symbol zak\xe1zka zak\xe1zky z\xe1silce z\xe1silka "
        "z\xe1silky \xfactenka \xfactenky"
    ),
    "hu": words(
        "bejelent\xe9s csomag csomagsz\xe1m csomagsz\xe1ma foglal\xe1s foglal\xe1si "
        "hivatkoz\xe1s hivatkoz\xe1si jegysz\xe1m k\xf6tv\xe9ny k\xf6tv\xe9nysz\xe1m "
        "nyomk\xf6vet\xe9s nyomk\xf6vet\xe9si nyugta reklam\xe1ci\xf3 rendel\xe9s rendel\xe9si "
        "rendel\xe9ssz\xe1m szerzod\xe9s szerzod\xe9ssz\xe1m sz\xe1ll\xedtm\xe1ny sz\xe1mla "
        "sz\xe1mlasz\xe1m tranzakci\xf3 vonalk\xf3d \xfcgyf\xe9lsz\xe1m \xfcgyiratsz\xe1m "
        "\xfcgysz\xe1m"
    ),
    "ro": words(
        "avizul bilet biletului bon bonul cererii colet colete coletului comanda comenzi "
        "comenzii contract contractului dosar dosarul dosarului factura facturii polita politei "
        "reclamatie reclamatiei rezervare rezervarii sesizare sesizarii tichet tichetului "
        "tranzactie"
    ),
    "el": words(
        "aithma aithmatos anafopa anafopas apodeijh apodeijhs apostolh apostolhs dema "
        "dematos eisithpio eisithpioy entolh entolhs kpathsh kpathshs logapiasmos logapiasmoy "
        "papaggelia papaggelias seipiakos symbash symbashs symbolaio symbolaioy synallagh "
        "synallaghs timologio timologioy ypoqesh ypoqeshs"
    ),
}
"""Words that name another number: the nearest word decides whose number it is."""

NATIONAL = words(
    "aadhaar ad\xf3azonos\xedt\xf3 afm amka assurance ausweis bsn burgerservicenummer "
    "cadastro cnp codice contribuinte contribuyente cpf cpr cprnr dni documento fiscal "
    "fiscale henkil\xf6tunnus hetu iban identiteit identity idnr idnummer insz medicare "
    "nationaal nhs nif nino nir niss pasaporte paspoort passaporto passeport passport "
    "paszport pcn personbeteckning personnr personnummer pesel pessoa philsys pnr pps ppsn "
    "psn cnpul peselu peselem hetun personnummret henkil\xf6tunnuksen register registre "
    "reisepass rijksregister rijksregisternummer rodn\xe9 rrn rvnr s\xe9cu samordningsnummer "
    "secu sociale sozialversicherungsnummer ssn sss steuer steuerid "
    "steueridentifikationsnummer svnr taj tfn tin versicherungsnummer"
)
"""Words that name a state's number of a person: another's to a kind that does not own them."""

WEAK = words("id code customer account ms call key identifier kunden")
"""Words of `FOREIGN` that also stand between a label and its own value ("card id: ...")."""

OWNERS = words("customer account user member client kunden")
"""Words of `FOREIGN` that name a number only when a word of `NUMBERS` follows or nothing does."""

NUMBERS = words("no nr num number numbers id ids ref code key is was")

PLEASE = words(
    "please bitte pla\xeet favor favore cortesia alstublieft graag prosze vriendelijk merci danke "
    "pls plz"
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
