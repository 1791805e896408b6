"""Numbers of travel documents: how states write them, and how people write them down."""

from __future__ import annotations

from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.lexicon.words import words

# Shapes of the number as printed (PRADO, the EU Council's register of documents, and ICAO
# 9303-4, field "document number"); letters and digits alone, in capitals.
_COUNTRIES = {
    "GB": r"[0-9]{9}",
    "US": r"[0-9]{9}|[A-Z][0-9]{8}",
    "IN": r"[A-PR-Z][0-9]{7}",
    "DE": r"[CFGHJK][CFGHJKLMNPRTVWXYZ0-9]{8}",  # no vowels, so that no word comes about
    "FR": r"[0-9]{2}[A-Z]{2}[0-9]{5}",
    "ES": r"[A-Z]{3}[0-9]{6}",
    "IT": r"[A-Z]{2}[0-9]{7}",
    "PL": r"[A-Z]{2}[0-9]{7}",
    "NL": r"[A-NP-Z]{2}[A-NP-Z0-9]{6}[0-9]",
    "PT": r"[A-Z]{1,2}[0-9]{6}",
    "PH": r"P[0-9]{7}[A-Z]|[A-Z]{2}[0-9]{7}",
    "CA": r"[A-Z]{2}[0-9]{6}|[A-Z][0-9]{6}[A-Z]{2}",
    "AU": r"[A-Z]{1,2}[0-9]{7}",
    "ZA": r"[A-Z][0-9]{8}",
    "SE": r"[0-9]{8}",  # and Norway, the Czech Republic, Romania
}
_OF_STATES = {state: later(shape) for state, shape in _COUNTRIES.items()}
_ALPHA_2 = {
    "gbr": "GB",
    "usa": "US",
    "ind": "IN",
    "deu": "DE",
    "d": "DE",
    "fra": "FR",
    "esp": "ES",
    "ita": "IT",
    "pol": "PL",
    "nld": "NL",
    "prt": "PT",
    "phl": "PH",
    "can": "CA",
    "aus": "AU",
    "zaf": "ZA",
}
"""ISO 3166-1, and what ICAO 9303-3, 5 has for Germany."""

NUMBER = later("|".join(f"(?:{shape})" for shape in _COUNTRIES.values()))
GERMAN = later(_COUNTRIES["DE"])
_MONTH, _OF_MONTH = r"(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12][0-9]|3[01])"
DAY = later(rf"(?:19|20)[0-9]{{2}}{_MONTH}{_OF_MONTH}|{_OF_MONTH}{_MONTH}(?:19|20)[0-9]{{2}}")
_PART = later(r"[0-9A-Z]+")
_LONGEST, _MOST_PARTS = 40, 10
# ISO 3166-1, and what ICAO 9303-3, 5 adds; of two letters those that are met most.
_STATES = words(
    "afg alb dza and ago atg arg arm aus aut aze bhs bhr bgd brb blr bel blz ben btn bol bih"
    " bwa bra brn bgr bfa bdi cpv khm cmr can caf tcd chl chn col com cog cod cri civ hrv cub"
    " cyp cze dnk dji dma dom ecu egy slv gnq eri est swz eth fji fin fra gab gmb geo deu gha"
    " grc grd gtm gin gnb guy hti hnd hkg hun isl ind idn irn irq irl isr ita jam jpn jor kaz"
    " ken kir prk kor kwt kgz lao lva lbn lso lbr lby lie ltu lux mac mdg mwi mys mdv mli mlt"
    " mhl mrt mus mex fsm mda mco mng mne mar moz mmr nam nru npl nld nzl nic ner nga mkd nor"
    " omn pak plw pse pan png pry per phl pol prt qat rou rus rwa kna lca vct wsm smr stp sau"
    " sen srb syc sle sgp svk svn slb som zaf ssd esp lka sdn sur swe che syr twn tjk tza tha"
    " tls tgo ton tto tun tur tkm tuv uga ukr are gbr usa ury uzb vut ven vnm yem zmb zwe gbd"
    " gbn gbo gbs rks xom una uno uk gb us in ie ca au nz za ph de fr es it pl nl be pt ro cz sk"
    " hu gr se no dk fi is ch at bg hr rs lt lv ee tr ua pk bd lk np cn hk sg my id th vn kr jp"
    " eg ma ng gh ke br mx ar co pe cl jm il"
)
_GLUED_STATE = 3
"""Letters of a state's code that touches the number."""

_BEFORE = words("p no nr nbr num is passport dni nie id cni")
"""What lists and sentences write before the number, beside a state."""

_BETWEEN = words("NO NR NUMER NUMBER")
"""What stands between the letters of a series and its digits."""

_SERIES = 2  # parts behind its letters
_PLACE = 2  # digits of a place in a list
_GLUED = ("PP", "P")


def is_number(text: str) -> bool:
    """Check whether one of the states writes a passport's number so, and no day."""
    return NUMBER.fullmatch(text) is not None and DAY.fullmatch(text) is None


def fits(state: str, number: str) -> bool | None:
    """Return whether a state, by its code, writes its passports so.

    None for what is no state's code.

    >>> fits("GBR", "533104482"), fits("fr", "533104482"), fits("Leeds", "533104482")
    (True, False, None)
    """
    low = state.lower()
    if low not in _STATES and low not in _ALPHA_2:
        return None
    shape = _OF_STATES.get(_ALPHA_2.get(low, low.upper()))
    return is_number(number) if shape is None else shape.fullmatch(number) is not None


def number_in(cell: str) -> str:
    """Return the one number in a cell, bare; empty where there is none or more beside it.

    >>> number_in("GBR-53 310 4482"), number_in("PP533104482"), number_in("533104482 (2 pages)")
    ('533104482', '533104482', '')
    """
    parts = _PART.findall(cell.upper()) if len(cell) <= _LONGEST else []
    if not 0 < len(parts) <= _MOST_PARTS:
        return ""
    if len(parts) > _SERIES and parts[-_SERIES] in _BETWEEN and parts[-_SERIES - 1].isalpha():
        del parts[-_SERIES]
    firsts = [n for n in range(len(parts)) if all(map(_may_stand_before, parts[:n]))]
    lasts = [n for n in range(len(parts), 0, -1) if all(map(_may_stand_behind, parts[n:]))]
    ways = ("".join(parts[first:last]) for first in firsts for last in lasts if first < last)
    return next((number for way in ways if (number := _unglued(way))), "")


def _unglued(way: str) -> str:
    state = way[:_GLUED_STATE]
    heads = ("", *_GLUED, *((state,) if state.lower() in _STATES else ()))
    return next(filter(is_number, map(way.removeprefix, heads)), "")


def _may_stand_before(part: str) -> bool:
    is_place = part.isdigit() and len(part) <= _PLACE
    return is_place or part.lower() in _BEFORE or part.lower() in _STATES


def _may_stand_behind(part: str) -> bool:
    is_check = part.isdigit() and len(part) == 1
    return is_check or part.lower() in _STATES
