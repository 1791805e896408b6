"""What every record of a person holds: mail address, telephone number, day of birth."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from tests.corpus.dice import Dice, Value, groups

MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre"
    " noviembre diciembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre"
    " dicembre",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro"
    " dezembro",
    "pl": "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października"
    " listopada grudnia",
    "sv": "januari februari mars april maj juni juli augusti september oktober november december",
    "da": "januar februar marts april maj juni juli august september oktober november december",
    "nb": "januar februar mars april mai juni juli august september oktober november desember",
    "fi": "tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta"
    " syyskuuta lokakuuta marraskuuta joulukuuta",
    "cs": "ledna února března dubna května června července srpna září října listopadu prosince",
    "ro": "ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie"
    " noiembrie decembrie",
    "el": "Ιανουαρίου Φεβρουαρίου Μαρτίου Απριλίου Μαΐου Ιουνίου Ιουλίου Αυγούστου Σεπτεμβρίου"
    " Οκτωβρίου Νοεμβρίου Δεκεμβρίου",
    "sk": "januára februára marca apríla mája júna júla augusta septembra októbra novembra"
    " decembra",
}
_DATES = {
    "iso": "%Y-%m-%d",
    "slash": "%d/%m/%Y",
    "us": "%m/%d/%Y",
    "dot": "%d.%m.%Y",
    "dash": "%d-%m-%Y",
    "short": "%d.%m.%y",
    "ymd-dot": "%Y.%m.%d",
    "abbr": "%d %b %Y",
    "compact": "%Y%m%d",
    "stamp": "%Y-%m-%dT00:00:00Z",
    "slash-short": "%d/%m/%y",
    "dash-short": "%d-%m-%y",
    "abbr-dash": "%d-%b-%Y",
    "gaps": "%d %m %Y",
    "ymd-slash": "%Y/%m/%d",
    "eight": "%d%m%Y",
}
_LOOSE = {
    "loose": "{d}/{m}/{y}",
    "loose-dot": "{d}.{m}.{y}",
    "dot-gaps": "{d}. {m}. {y}",
    "slash-dash": "{d}/{m}-{y}",
}
"""Without leading zeros: the last two as Czech, Slovak, Danish and Norwegian hands write days."""
_SPELLED = {"es": "{d} de {m} de {y}", "pt": "{d} de {m} de {y}", "de": "{d}. {m} {y}"}
_SPELLED |= dict.fromkeys(("da", "nb", "fi", "cs", "sk"), "{d}. {m} {y}")

# Country code, then trunk, length of the subscriber's part after the head, heads, group sizes.
_PLANS = {
    "uk": ("44", "0", ("7400", "7508", "7740", "7818", "7911", "7956"), 6, (4, 6)),
    "uk-land": ("44", "0", ("1614960", "1214960", "2079460"), 3, (3, 3, 4)),
    "ie": ("353", "0", ("85", "86", "87"), 7, (2, 3, 4)),
    "de": ("49", "0", ("151", "160", "170", "171", "176"), 8, (3, 8)),
    "de-land": ("49", "0", ("30", "40", "89"), 7, (2, 7)),
    "fr": ("33", "0", ("6", "7"), 8, (1, 2, 2, 2, 2)),
    "nl": ("31", "0", ("6",), 8, (1, 8)),
    "be": ("32", "0", ("47", "48", "49"), 7, (3, 2, 2, 2)),
    "it": ("39", "", ("320", "333", "347", "391"), 7, (3, 3, 4)),
    "es": ("34", "", ("6", "71"), 0, (3, 3, 3)),
    "pt": ("351", "", ("91", "92", "93", "96"), 7, (3, 3, 3)),
    "pl": ("48", "", ("50", "51", "60", "66", "78"), 7, (3, 3, 3)),
    "se": ("46", "0", ("70", "72", "73", "76"), 7, (2, 3, 2, 2)),
    "ro": ("40", "0", ("72", "74", "75"), 7, (3, 3, 3)),
    "cz": ("420", "", ("60", "72", "77"), 7, (3, 3, 3)),
    "gr": ("30", "", ("69",), 8, (3, 3, 4)),
    "hu": ("36", "06", ("20", "30", "70"), 7, (2, 3, 4)),
    "in": ("91", "", ("98", "97", "88", "70", "63"), 8, (5, 5)),
    "au": ("61", "0", ("4",), 8, (3, 3, 3)),
    "br": ("55", "", ("119", "219", "319"), 8, (2, 5, 4)),
    "za": ("27", "0", ("71", "72", "82", "83"), 7, (2, 3, 4)),
    "ph": ("63", "0", ("917", "918", "927", "905"), 7, (3, 3, 4)),
    "at": ("43", "0", ("650", "660", "664", "676", "699"), 7, (3, 3, 4)),
    "ch": ("41", "0", ("76", "77", "78", "79"), 7, (2, 3, 2, 2)),
    "nz": ("64", "0", ("21", "22", "27"), 7, (2, 3, 4)),
    "au-land": ("61", "0", ("29", "39", "73", "88"), 7, (1, 4, 4)),
    "mx": ("52", "", ("55", "33", "81"), 8, (2, 4, 4)),
    "dk": ("45", "", ("20", "26", "31", "42", "53", "61"), 6, (2, 2, 2, 2)),
    "no": ("47", "", ("40", "46", "90", "91", "92", "95", "98"), 6, (3, 2, 3)),
    "fi": ("358", "0", ("40", "44", "45", "50"), 7, (2, 3, 4)),
    "sk": ("421", "0", ("902", "905", "911", "948"), 6, (3, 3, 3)),
    "ie-land": ("353", "0", ("1",), 7, (1, 3, 4)),
    "nl-land": ("31", "0", ("10", "20", "30", "70"), 7, (2, 7)),
    "be-land": ("32", "0", ("2", "3", "4", "9"), 7, (1, 3, 2, 2)),
    "gr-land": ("30", "", ("210", "231"), 7, (3, 3, 4)),
}
_DRESSES = {
    "00": "00{code} {area} {rest}",
    "0": "+{code} (0){area} {rest}",
    "dash": "{trunk}{area}-{rest}",
    "brackets": "({trunk}{area}) {rest}",
    "slash": "{trunk}{area}/{rest}",
}
"""How a number is dressed by hand; `dash-se` is 070-123 45 67, `00-cz` is 00420 602 123 456."""
_NANP = ("212", "312", "415", "617", "702", "416", "604")


def spelled(day: date, language: str) -> str:
    """Write a day with the month's name."""
    month = MONTHS[language].split()[day.month - 1]
    return _SPELLED.get(language, "{d} {m} {y}").format(d=day.day, m=month, y=day.year)


def birth(dice: Dice, form: str) -> Value:
    """Give a day of birth; the true value is its ISO form."""
    day = dice.day(1940, 2004)
    if form in MONTHS:
        return Value(spelled(day, form), day.isoformat())
    if form.endswith("-abbr") and form[:2] in MONTHS:
        month = spelled(day, form[:2]).split()[1][:3].replace("maa", "mrt")
        return Value(f"{day.day} {month} {day.year}", day.isoformat())
    if form == "us-long":
        return Value(f"{day:%B} {day.day}, {day.year}", day.isoformat())
    if form in _LOOSE:
        shown = _LOOSE[form].format(d=day.day, m=day.month, y=day.year)
        return Value(shown, day.isoformat())
    if form == "en-th":
        return Value(f"{day.day}{_ordinal(day.day)} {day:%B %Y}", day.isoformat())
    return Value(day.strftime(_DATES.get(form, "%Y-%m-%d")), day.isoformat())


def _ordinal(number: int) -> str:
    if number in {11, 12, 13}:
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def phone(dice: Dice, form: str) -> Value:
    """Give a telephone number of a country, national or international; `+de` has the code."""
    style, _, dressed = form.partition("-")
    if style in _DRESSES:
        return _dressed(dice, style, dressed)
    country = form.lstrip("+") or "uk"
    if country == "us":
        return _nanp(dice, abroad=form.startswith("+"))
    code, trunk, heads, more, sizes = _PLANS[country]
    head = dice.pick(heads)
    local = head + dice.digits(more or 9 - len(head))
    if form.startswith("+") or dice.chance(0.4):
        shown = dice.pick((f"+{code} {groups(local, sizes, ' ')}", f"+{code}{local}"))
    else:
        shown = _national(dice, trunk + local, (sizes[0] + len(trunk), *sizes[1:]), country)
    return Value(shown, re.sub(r"\D", "", shown))


def _dressed(dice: Dice, style: str, country: str) -> Value:
    code, trunk, heads, more, sizes = _PLANS[country]
    head = dice.pick(heads)
    parts = groups(head + dice.digits(more or 9 - len(head)), sizes, " ").split(" ")
    area, rest = parts[0], " ".join(parts[1:])
    shown = _DRESSES[style].format(code=code, trunk=trunk, area=area, rest=rest)
    return Value(shown, re.sub(r"\D", "", shown))


def _national(dice: Dice, local: str, sizes: tuple[int, ...], country: str) -> str:
    if country == "br":
        return f"({local[:2]}) {local[2:7]}-{local[7:]}"
    if country == "fr":
        return groups(local, sizes, dice.pick((" ", ".")))
    if country in {"de", "nl"}:
        return groups(local, sizes, dice.pick((" ", "-", "/") if country == "de" else ("-", "")))
    return groups(local, sizes, dice.pick((" ", "", " ")))


def _nanp(dice: Dice, *, abroad: bool) -> Value:
    area, line = dice.pick(_NANP), f"555{dice.number(100, 199):04d}"
    near, far = line[:3], line[3:]
    local = (f"({area}) {near}-{far}", f"{area}-{near}-{far}", f"{area}.{near}.{far}")
    shown = dice.pick((f"+1 {area} {near} {far}", f"+1-{area}-{near}-{far}") if abroad else local)
    return Value(shown, re.sub(r"\D", "", shown))


def plain(name: str) -> str:
    """Give a name in the letters of a mail address."""
    bare = name.replace("ł", "l").replace("Ł", "L").replace("ß", "ss").replace("ø", "o")
    return unicodedata.normalize("NFKD", bare).encode("ascii", "ignore").decode().lower()


MAKERS = {"DOB": birth, "PHONE": phone}
