"""Names whose words are written as one: "claimantdob", "codeonbackofcard", "numeropasaporte".

A name is parted where words of labels and lists meet; what is in no list stays together.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.lexicon.words import FOREIGN, NATIONAL, NUMBERS, OWNERS, words
from agentguard.detect.matching.byte_folding import fold
from agentguard.detect.recognition.scanner import default_scanner

_LONGEST = 48
_FEWEST = 5
_SHORTEST_UNKNOWN, _LONG = 4, 10
_UNKNOWN, _KNOWN, _SHORT = 2.0, 1.0, 1.8
"""Costs: of a letter in no word, of a word, and of one of three letters or fewer."""

_SHORT_WORD = 3
_LONG_WORD = 8
_ACCENT = later(r"\\x([ef][0-9a-f])")
_SHORTEST_PREFIX, _TELLING_LETTERS = 2, 5
_PREFIX = 4.0
"""Cost of a letter in a short form, before a word of five letters or more: "nokphone"."""

_WITHIN = words(
    "do da de del di du des la le les dem den des das von vom van het en et und og och of"
)
"""Words that no name begins with."""

_TELLING = later(r"(.{2,16}?)(dob|ssn|cvv|cvc|iban|pesel|cpf)")
"""Words that no other word ends with."""

_CLASS = later(r"\[[^\]]*\]\??(?:\{[0-9,]*\})?|\\x[0-9a-f]{2}|\\.|\{[0-9,]*\}")
_ENDED = later(r"([a-z])\(\?:([a-z]+)(?:\|[^()]*)?\)(?:\?|(?=[^?*{]|\Z))")  # "ins(?:urance)?"
_LITERAL = later(r"(?<![\0a-z])[a-z]{4,}(?![\0a-z?*])")
_BRIEF = words(
    "dob doc nif nie dni nir ssn sss cvv cvc csc pan tel nhs bsn cpf pps tfn sin nas taj iban cpr"
    " afm gsm soc geb"
)
_JOINING = words(
    "of on the and for by to in with your my our his her their de del la le les du des di da do "
    "us uk ph ca au nz za pt nos nrs pax nok nat ins eid tlf thl kin sec am "
    "dos das der die das den dem des von vom van het een et und og och na no nr num tel id ids"
)
_COMMON = words(
    "account address agent back bank behind birth born branch caller card cards cell claimant code "
    "contact country customer data date day debit credit digits employee expiry fiscal front full "
    "guest home holder insurance issued last mail member mobile month name names national number "
    "numbers patient payment person phone policy primary resident security social sort state "
    "subscriber tax telephone text user valid value visitor work year passport passports "
    "passeport passaporte passaporto pasaporte paspoort reisepass paszport paszportu "
    "apellido apellidos cliente codigo contacto correo dato datos fecha movil nacimiento nombre "
    "numero pago seguridad tarjeta telefono titular vencimiento "
    "adresse carte client code compte date naissance nom numero paiement prenom securite telephone "
    "datum geburts geburtsdatum karte karten kontakt konto kunde kunden name nummer telefon "
    "carta cellulare codice conto data nascita nome numero scadenza telefono titolare "
    "bankverbindung verbindung "
    "bis gultig betaal geboorte geboortedatum kaart klant naam nummer rekening telefoon "
    "data karta karty klient klienta kod numer telefonu urodzenia "
    "cartao codigo conta data nascimento nome numero seguranca telefone validade "
    "email telefonico telefonica telefonique electronico eletronico elettronica elettronico "
    "fodelse fodelsedatum fodselsdato kort kortnummer kund kunde navn namn nummer telefon "
    "cislo datum jmeno karty narozeni telefonu zakaznik zakaznika telefonni pasu bezpecnostni "
    "rodne numar numarul data nasterii pasaport card cardului numeric personal securitate "
    "szuletesi szam szama utlevel kartya telefon ado azonosito jele biztonsagi lejarat "
    "syntyma aika puhelin numero kortin passin turvakoodi asiakas asiakkaan "
    "apiqmos hmepomhnia gennhshs kapta kaptas diabathpioy thlefwno thlefwnoy kinhto epikoinwnias "
    "kwdikos asfaleias lhjhs logapiasmoy pelath pelaths onoma "
    "arithmos imerominia gennisis karta kartas diavatiriou tilefono kinito kodikos asfaleias lixis "
    "pelati pelatis logariasmou "
    "tenant owner traveller traveler passenger student applicant spouse partner child parent "
    "huurder verhuurder reiziger bewoner ouder speler koper verkoper partner deelnemer "
    "locataire vendeur acheteur affilie voyageur "
    "resenar lantagare medlem hyresgast sokande lejer rejsende ansoger leietaker passasjer eier "
    "matkustaja omistaja vuokralainen jasen hakija potilas "
    "ucastnik ucastnika majitel majitele najemnik cestujici ucastnicky najomca klient klienta "
    "epibath epibaths agopasth agopasths asqenh "
    "representative comprador compradora vendedor vendedora inquilino propietario asegurado"
    " pasajero viajero solicitante beneficiario paciente locatario segurado passageiro hospede"
    " proprietario acquirente intestatario assicurato passeggero paziente beneficiario richiedente"
    " versicherter reisender fahrgast antragsteller karteninhaber kontoinhaber proprietaire"
    " titulaire demandeur beneficiaire ubezpieczony pacjent pacjenta pasazer wlasciciel kupujacy"
    " platnicza platnosci platebni platby platobna cestovni cestovny drzitel drzitele zadatel"
    " pojistenec poistenec kupujici objednatel prijemce vasarlo tulajdonos cumparator pacient"
    " asigurat betaling betalnings kopare kjoper "
)


@lru_cache(maxsize=1024)
def parted(name: str) -> str:
    """Return a name of letters alone with its words apart.

    The same for a label, or nothing to part.

    >>> parted("claimantdob"), parted("holderbankaccountno"), parted("codeonbackofcard")
    ('claimant dob', 'holder bank account no', 'codeonbackofcard')
    """
    if not _FEWEST <= len(name) <= _LONGEST or not name.isalpha():
        return name
    if not (name.islower() or name.isupper()):
        return name
    if default_scanner().knows(name):
        return name
    if name[0] in "nN" and default_scanner().knows(name[1:]):  # number of it: "ncellulare"
        return f"{name[0]} {name[1:]}"
    borders = _borders(_plain(name))
    pairs = zip([0, *borders], [*borders, len(name)], strict=True)
    return " ".join(name[start:end] for start, end in pairs)


def _cost(name: str, start: int, end: int) -> float | None:
    """Return what a part of a name costs as one word; None where it can be none."""
    known, size = _vocabulary(), end - start
    if name[start:end] in known:
        if not start and name[:end] in _WITHIN:
            return _PREFIX
        return _SHORT if size <= _SHORT_WORD else _KNOWN
    if size >= _SHORTEST_UNKNOWN:
        return _UNKNOWN * size
    if not start and size >= _SHORTEST_PREFIX and _begins(known, name[end:]):
        return _PREFIX * size
    if size > 1 and end == len(name) and start >= _LONG:  # "geburtsdatumvn"
        return _UNKNOWN * (size + 1)
    return None


def _begins(known: frozenset[str], rest: str) -> bool:
    """Check whether a word that says something begins a name's rest."""
    return any(rest[:size] in known for size in range(_TELLING_LETTERS, len(rest) + 1))


@lru_cache(maxsize=1024)
def mended(word: str) -> str:
    """Return the word of labels that a long word is but for one slip of the fingers.

    A letter is left out, written twice, or has changed places with the next; what is a label or
    made of words is no slip.

    >>> mended("passsport"), mended("Telehpone"), mended("passages"), mended("ninumber")
    ('passport', 'telephone', 'passages', 'ninumber')
    """
    plain = _plain(word)
    known = _vocabulary()
    if len(plain) < _LONG_WORD - 1 or plain in known:
        return word
    twice = (
        plain[:place] + plain[place + 1 :]
        for place in range(1, len(plain))
        if plain[place] == plain[place - 1]
    )
    shorter = next((one for one in twice if one in known and len(one) >= _LONG_WORD), "")
    meant = shorter or _slips().get(plain, "")
    if not meant:
        return word
    return word if default_scanner().knows(word) or _are_words(plain) else meant


def _are_words(name: str) -> bool:
    """Check whether a name is words alone that were written as one."""
    borders = _borders(name)
    pairs = zip([0, *borders], [*borders, len(name)], strict=True)
    return bool(borders) and all(name[start:end] in _vocabulary() for start, end in pairs)


@cache
def _slips() -> dict[str, str]:
    """Return the long words of labels by what becomes of them through one slip."""
    slips: dict[str, str] = {}
    for word in sorted(_vocabulary()):
        if len(word) < _LONG_WORD:
            continue
        for place in range(1, len(word) - 1):
            head, here, following, tail = word[:place], *word[place : place + 2], word[place + 2 :]
            slips[f"{head}{following}{tail}"] = slips[f"{head}{following}{here}{tail}"] = word
    return slips


def _plain(name: str) -> str:
    """Return the small letters of a name without their accents."""
    folded = fold(name.lower()).decode("latin-1")
    return "".join(unicodedata.normalize("NFD", letter)[0] for letter in folded)


def _borders(name: str) -> list[int]:
    """Return where words end: the cheapest way to read the whole name."""
    known = _vocabulary()
    if (told := _TELLING.fullmatch(name)) is not None and name not in known:
        return [*_borders(told[1]), len(told[1])]
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(name) + 1):
        costs = ((start, _cost(name, start, end)) for start in range(end))
        ways = ((best[start][0] + cost, start) for start, cost in costs if cost is not None)
        best.append(min(ways, default=(float("inf"), 0)))
    borders, end, tells = list[int](), len(name), False
    while end:
        start = best[end][1]
        tells |= (name[start:end] in known and end - start > _SHORT_WORD) or name[
            start:end
        ] in _BRIEF
        borders.append(start)
        end = start
    return borders[-2::-1] if tells else []


@cache
def _vocabulary() -> frozenset[str]:
    listed = frozenset().union(
        *FOREIGN.values(), NATIONAL, NUMBERS, OWNERS, _BRIEF, _JOINING, _COMMON
    )
    labels = (label for one in default_scanner().recognisers for label in one.labels)

    def ended(found: re.Match[str]) -> str:
        """Join what ends a word, and leave apart what is one itself: "card(?:number)?"."""
        return found[1] + ("\0" if found[2] in listed else "") + found[2]

    plain = (_ENDED.sub(ended, _bare(label)) for label in labels)
    told = frozenset(word for label in plain for word in _LITERAL.findall(label))
    return frozenset(word for word in listed if word.isascii()) | told


def _bare(label: str) -> str:
    """Return a label with its letters without accents, and a sign for what is no letter."""
    plain = _ACCENT.sub(
        lambda found: unicodedata.normalize("NFD", chr(int(found[1], 16)))[0], label
    )
    return _CLASS.sub("\0", plain)
