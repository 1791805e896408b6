"""Words by language: those that name another number, and those that speak a digit.

Small letters; accents of Latin-1 stay, other letters are written as `fold` writes them.
"""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """Return the words of a list written as one text."""
    return frozenset(text.split())


FOREIGN = {
    "en": words(
        "account acknowledgement airwaybill app appliance arn asin asn asset awb barcode basket "
        "cert certs crossing cruise placement sailing voyage "
        "appeal ballot bet betslip encounter enrolment proposal raffle wager "
        "batch bill bol booking booklet bordereau bug build call cart case certificate chassis "
        "checksum cheque claim code commit complaint compressor confirmation consignee "
        "consignment contract conv conversation correlation coupon crate crn customer deck "
        "despatch device dispatch dispenser docket ean enquiry epoch estimate eticket event "
        "file fingerprint folio follow gauge grn guid handset hash iccid icp id identifier imei "
        "imsi incident inquiry invoice ip isbn issue item itinerary job key kiosk lease letter "
        "licence license loan locker lot loyalty luggage mandate manifest membership memo "
        "merchant meter mid model modem mpan mprn mrn ms msgid ndc nmi operation order package "
        "packet pallet parcel part payroll permit pid plate po policies policy port postcode "
        "poster pr "
        "prescription product proforma promo pump purchase qty quotation quote receipt ref "
        "reference reg registration remittance rental request requisition reservation ride rma "
        "router rx scanner seat sensor seq sequence serial session shelf shipment shipping sim "
        "sku slip soa span spid stamp stan statement stock stub subscription tablet terminal "
        "ticket "
        "tid timestamp tote trace tracker tracking trailer trans transaction trip ts txid txn "
        "ubrn upc uprn uuid vat vehicle version vin voucher waiver warranty waybill workorder "
        "wristband"
    ),
    "de": words(
        "abholauftrag abo abonnement abrechnung abschlag aktennr aktenzeichen angebot "
        "antrag antragsnr antragsnummer wette wettschein "
        "angebotsnummer artikel artikelnr artikelnummer auftrag auftrags auftragsnr "
        "auftragsnummer ausleihe auszug barcode beleg belegnummer bescheid beschwerde bestell "
        "bestellnr bestellnummer bestellnummern bestellschein bestellung bon bonnummer brief "
        "buchung buchungs buchungsnr buchungsnummer chargennr chargennummer einkauf "
        "fahrgestellnummer fahrschein fahrt fall fallnr fallnummer filiale ger\xe4t "
        "ger\xe4tenummer gutschein gutscheincode gutschrift kassenbon kauf kaufvertrag "
        "kontoauszug kunden kundennr kundennummer liefernummer lieferschein lieferung lohnlauf "
        "mahnung mandat mandatsreferenz messstelle mietvertrag mitgliedsnr mitgliedsnummer paket "
        "paketnummer police policen policennr policennummer projekt projektnummer quittung "
        "rechnung rechnungsnr rechnungsnummer referenz referenznummer reklamation reservierung "
        "retoure rezept rezeptposition r\xfcckgabe schaden schadennr schadennummer "
        "schadensnummer sendung sendungs sendungsnummer serien seriennr seriennummer sitzplatz "
        "sitzung sitzungs spur ticketnummer transaktion transaktions transaktionsnummer vertrag "
        "vertrags vertragsnr vertragsnummer vorgang vorgangs vorgangsnr vorgangsnummer warenkorb "
        "wartung zeichen z\xe4hler z\xe4hlernr z\xe4hlernummer z\xe4hlerstand z\xe4hlpunkt"
    ),
    "fr": words(
        "abonnement achat achats ascenseur billet billets bon bordereau bulletin colis commande "
        "demande pari proposition "
        "compteur contrat cotisation courrier devis dossier d\xe9compte exp\xe9dition facture "
        "immatriculation incident livraison location lot mandat op\xe9ration ordonnance panier "
        "police pr\xeat quittance recommand\xe9 relev\xe9 re\xe7u r\xe9clamation r\xe9f "
        "r\xe9f\xe9rence r\xe9servation sinistre si\xe8ge suivi s\xe9rie ticket trajet "
        "transaction \xe9ch\xe9ance"
    ),
    "es": words(
        "albar\xe1n alquiler asiento boleto boletos carrito carro caso compra compras "
        "apuesta justificante propuesta resguardo "
        "comprobante contador contrato cotizaci\xf3n cup\xf3n env\xedo expediente extracto "
        "factura folio gesti\xf3n gu\xeda incidencia liquidaci\xf3n lote mandato matr\xedcula "
        "multa operaci\xf3n orden paquete pedido presupuesto pr\xe9stamo p\xf3liza receta recibo "
        "reclamaci\xf3n recogida referencia remesa reserva seguimiento serie sesi\xf3n siniestro "
        "solicitud suministro tiquete transacci\xf3n viaje vuelo"
    ),
    "it": words(
        "abbonamento acquisti acquisto avviso biglietto bolletta bollettino carrello cartella "
        "bolla proposta scommessa "
        "consegna contatore contratto estratto estrattoconto fattura lettera lotto mandato "
        "matricola multa noleggio operazione ordinativo ordine pacco polizza posto pratica "
        "prenotazione prescrizione prestito preventivo quietanza reclamo reso ricetta ricevuta "
        "riferimento ritiro scontrino segnalazione seriale sessione sinistro sollecito "
        "spedizione targa tracciamento transazione utenza viaggio volo"
    ),
    "nl": words(
        "aankoop aanmaning aanvraag bestelbon bestelformulier betalingskenmerk mededeling tekening "
        " abonnement afschrift bestel bestelling bestelnummer "
        "voorstel weddenschap "
        "bezorging boeking boekingsnummer bon brief dossier dossiernummer factuur factuurnummer "
        "huur kassabon kenteken klacht klantnr klantnummer lening levering machtiging meterstand "
        "nota offerte order ordernr ordernummer pakbon pakket pakketje polis polisnummer recept "
        "referentie reservering retour rit schade serie serienummer sessie stoel transactie "
        "volgnummer winkelmand winkelmandje winkelwagen zaak zaaknummer zending"
    ),
    "pl": words(
        "aukcja bilet bilety decyzja dostawa faktura faktury gwarancja koszyk koszyka kurs "
        "biletu biletow dostawy decyzji fakture gwarancji kursu legitymacji licznika najmu paczce "
        "pozyczki przejazdu przelew przelewu aukcji "
        "kupon kuponu legitymacja zaklad zakladu zaswiadczenie "
        "licznik listu mandat mandatu najem oferta oferty paczka paczki paragon paragonu polisa "
        "polisy pozyczka przejazd przesylce przesylka przesylki rachunek recepta recepty "
        "reklamacja reklamacji rezerwacja rezerwacji seryjny sesja sesji sprawa sprawy szkoda "
        "szkody transakcja transakcji umowa umowe umowy wniosek wniosku wyciag wyciagu zakup "
        "zakupu zamowienia zamowienie zam\xf3wienia zam\xf3wienie zgloszenia zgloszenie zlecenia "
        "zlecenie zwrot zwrotu"
    ),
    "pt": words(
        "aluguel aluguer ap\xf3lice assento aviso bilhete bilhetes boleto carrinho caso compra "
        "aposta atendimento cup\xe3o or\xe7amento proposta senha "
        "compras contrato cupom empr\xe9stimo encomenda extrato fatura guia incidente "
        "levantamento lote mandato matr\xedcula multa nota opera\xe7\xe3o ordem pacote pedido "
        "processo protocolo rastreio receita recibo reclama\xe7\xe3o recolha refer\xeancia "
        "remessa reserva sess\xe3o sinistro solicita\xe7\xe3o s\xe9rie transa\xe7\xe3o viagem "
        "voo"
    ),
    "sv": words(
        "betalningsreferens betalreferens dokument meddelande ocr "
        "abonnemang avtal avtalsnummer biljett biljetten bokning bokningen bokningsnr "
        "bokningsnummer brev faktura fakturanr fakturanummer f\xf6rs\xe4kring f\xf6rs\xe4ndelse "
        "hyra kolli kollinummer kontoutdrag kundvagn kvitto k\xf6p leverans l\xe5n m\xe4tare "
        "m\xe4tarnummer offert order ordernr ordernummer paket recept referens resa retur skada "
        "skadenummer skade\xe4rende sp\xe5rning sp\xe5rningsnummer transaktion varukorg "
        "\xe4rende \xe4rendenr \xe4rendenummer \xe4rendet"
    ),
    "da": words(
        "dokument girokort indbetalingskort "
        "abonnement aftale aftalenummer bestilling bestillingen bestillingsnummer billet brev "
        "faktura fakturanummer forsendelse forsendelsesnummer indk\xf8b kontoudtog kurv "
        "kvittering k\xf8b leje l\xe5n m\xe5ler m\xe5lernummer order ordre ordrenr ordrenummer "
        "pakke pakken pakkenummer recept rejse retur sagen sagsnr sagsnummer skade skadesnummer"
    ),
    "nb": words(
        "avtale avtalenummer bestilling bestillingsnummer billett brev dokument faktura "
        "fakturanummer "
        "forsendelse handlekurv kid kj\xf8p kontoutskrift kvittering leie l\xe5n m\xe5ler "
        "m\xe5lernummer ordre ordrenummer pakke polise polisenummer referanse reise resept "
        "reservasjon retur sak saksnr saksnummer skade skadenummer sporing sporingsnummer "
        "transaksjon"
    ),
    "fi": words(
        "kirje kuitti laina lainan lasku laskun laskunumero lippu l\xe4hetys l\xe4hetysnumero "
        "matka mittari ostos ostoskori ostoskorin paketti resepti sarjanumero seuranta "
        "seurantanumero seurantatunnus sopimus sopimusnumero tapahtuma tilauksen tilaus "
        "tilausnumero tiliote vahinko vakuutus varauksen varaus varausnumero viite viitenumero "
        "vuokra"
    ),
    "cs": words(
        "\xfactenka \xfactenky doklad dokladu dopis faktura faktury j\xedzda jizda jizdenka "
        "jizdenky kos\xedk kosik l\xedstek letenka letenky n\xe1kup nakup objedn\xe1vce "
        "objedn\xe1vka objedn\xe1vky objednavka pojistka pojistku pojistky poukaz pr\xedpad "
        "pr\xedpadu recept reklamace reklamaci rezervace rezervaci smlouva smlouvy symbol "
        "uctenka uver v\xfdpis vratka vypis z\xe1jezd z\xe1silce z\xe1silka z\xe1silky "
        "zak\xe1zka zak\xe1zky"
    ),
    "sk": words(
        "\xfactenka \xfaver \xfaveru bal\xedk doklad dokladu fakt\xfara fakt\xfare fakt\xfary "
        "l\xedstok letenka letenky objedn\xe1vka objedn\xe1vke objedn\xe1vky p\xf4zicka poistka "
        "poistke poistky poukaz pr\xedpad reklam\xe1cia reklam\xe1cie rezerv\xe1cia "
        "rezerv\xe1cie symbol v\xfdpis z\xe1jazd z\xe1sielka z\xe1sielky ziadost zmluva zmluvy"
    ),
    "hu": words(
        "bejelent\xe9s blokk csomag csomagsz\xe1m csomagsz\xe1ma foglal\xe1s foglal\xe1si hitel "
        "hivatkoz\xe1s hivatkoz\xe1si jegysz\xe1m kos\xe1r k\xf6tv\xe9ny k\xf6tv\xe9nysz\xe1m "
        "lev\xe9l nyomk\xf6vet\xe9s nyomk\xf6vet\xe9si nyugta recept reklam\xe1ci\xf3 "
        "rendel\xe9s rendel\xe9si rendel\xe9ssz\xe1m szerzod\xe9s szerzod\xe9ssz\xe1m "
        "sz\xe1ll\xedtm\xe1ny sz\xe1mla sz\xe1mlasz\xe1m tranzakci\xf3 utaz\xe1s vonalk\xf3d "
        "v\xe1s\xe1rl\xe1s \xfcgyf\xe9lsz\xe1m \xfcgyiratsz\xe1m \xfcgysz\xe1m"
    ),
    "ro": words(
        "aviz avizul bilet biletului bon bonul cererii chitanta colet colete coletului comanda "
        "comenzi comenzii contract contractului cosul cumparare dosar dosarul dosarului factura "
        "facturii imprumut polita politei reclamatie reclamatiei reteta rezervare rezervarii "
        "scrisoare sesizare sesizarii tichet tichetului tranzactie"
    ),
    "el": words(
        "aithma aithmatos anafopa anafopas apodeijh apodeijhs apostolh apostolhs dema dematos "
        "plhpwmhs pliromis eisithpio eisithpioy "
        "entolh entolhs kpathsh kpathshs logapiasmos logapiasmoy papaggelia "
        "papaggelias seipiakos symbash symbashs symbolaio symbolaioy synallagh synallaghs "
        "timologio timologioy ypoqesh ypoqeshs"
    ),
}
"""Words that name another number: the nearest word decides whose number it is."""

NATIONAL = words(
    "aadhaar ad\xf3azonos\xedt\xf3 afm amka assurance ausweis bsn burgerservicenummer "
    "cadastro cnp codice contribuinte contribuyente cpf cpr cprnr dni documento fiscal "
    "fiscale henkil\xf6tunnus hetu iban identiteit identity idnr idnummer insz medicare "
    "nationaal nhs nif nino nir niss pasaporte paspoort passaporto passeport passport "
    "passports passaporte paszport paszportu paszportem pcn "
    "personbeteckning personnr personnummer pesel pessoa philsys pnr pps ppsn "
    "psn cnpul peselu peselem hetun personnummret henkil\xf6tunnuksen register registre "
    "reisepass rijksregister rijksregisternummer rodn\xe9 rrn rvnr s\xe9cu samordningsnummer "
    "secu sociale sozialversicherungsnummer ssn sss steuer steuerid "
    "steueridentifikationsnummer svnr taj tfn tin versicherungsnummer"
)
"""Words that name a state's number of a person: another's to a kind that does not own them."""

WEAK = words("id code customer account ms call key identifier kunden po")
"""Words of `FOREIGN` that also stand between a label and its own value ("card id: ...")."""

STRONG = frozenset().union(*FOREIGN.values()) - WEAK
"""Words that name another number wherever they stand, also between a label and its value."""

OWNERS = words("letter letters customer account user member client kunden")
"""Words of `FOREIGN` that name a number only when a word of `NUMBERS` follows or nothing does."""

NUMBERS = words("no nr num number numbers id ids ref code key is was")

JOINTS = words(
    "a an the my your his her its our their this that is was are of for to on in at by with from as"
    " and or here it ist war der die das den dem mein meine ihre und f\xfcr le la les el il lo un"
    " una une de del della di do da du des d l est es era \xe8 \xe9 e y et mon ma mi mio mia sua"
    " s meu het een mijn jest to moj m\xf3j na jej jego \xe4r er mitt min den de je m\xe1 on om"
    " einai az \xba \xb0 n n\xba n\xb0 nummer numero n\xfamero num\xe9ro numer umero full whole"
    " complete long sixteen digit digits please pls so ok yes sure dd mm yyyy yy tt jj jjjj aaaa aa"
    " wurde wurden sie he she old new alt neu nos nou given now"
)
"""Words between a name and its number that say nothing of it."""

PLEASE = words(
    "please bitte pla\xeet favor favore cortesia alstublieft graag prosze vriendelijk merci danke "
    "pls plz prosim pros\xedm tack tak takk kiitos k\xe9rem rog multumesc papakalw "
    "obrigado obrigada dijiye dijie bataiye batayein batao boliye kripya pakibigay pakisabi "
    "d\xedgame ind\xedqueme diga indique nennen donnez dica"
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
