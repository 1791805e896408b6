"""The vendor register as CSV: one line for a vendor, read whole or not at all.

The columns take their names from the EU's register of information (DORA, regulation 2024/2956)
where it has one. Every text survives the way out and in; what a spreadsheet would run gets an
apostrophe, which is taken away again.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Any, cast
from unicodedata import normalize

from agentguard.model.messages import Message, Param, say
from agentguard.model.vendors import Clause, ProgramClass, Vendor

COLUMNS: Mapping[str, str] = {
    "provider_name": "name",
    "approved": "approved",
    "provider_lei": "lei",
    "provider_country": "country",
    "contract_reference": "contract",
    "contract_start": "contract_from",
    "contract_end": "contract_until",
    "last_audit": "assessed",
    "next_review": "review_by",
    "classes": "classes",
    "data_shared": "data",
    "clauses": "clauses",
    "publishers": "publishers",
    "products": "products",
    "signers": "signers",
    "processes": "processes",
    "package_managers": "sources",
    "network_names": "network",
    "owner": "owner",
    "contact": "contact",
    "documents": "documents",
}
"""What a column is called, and the field of a vendor that it fills."""
BOM = "\ufeff"
DELIMITERS = (",", ";", "\t")
MOST = 1000
"""Vendors of a register, and entries of a list: what a policy holds as well."""
LONGEST = 1000
"""Characters of a text, as in a policy."""
LARGEST = 2_000_000
"""Bytes of a file."""
YES, NO = frozenset({"yes", "true", "1"}), frozenset({"no", "false", "0"})
_FORMULA = re.compile("'*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_KINDS: Mapping[str, type[StrEnum]] = {"classes": ProgramClass, "clauses": Clause}
_DATES = frozenset({"contract_from", "contract_until", "assessed", "review_by"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is wrong with a file: in which line and column (empty: the whole line), and why."""

    line: int
    column: str
    why: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """What a file says: the vendors, or every problem and no vendor."""

    vendors: tuple[Vendor, ...] = ()
    problems: tuple[Problem, ...] = ()


def read(raw: bytes) -> Register:
    """Read a file: UTF-8 or UTF-16 with its mark, separated by commas, semicolons or tabs."""
    try:
        text = _decoded(raw)
        rows = _rows(text)
        begun = next(rows, None)
        if begun is None:
            return _refused(1, "", "empty")
        return _register(begun, rows)
    except UnicodeDecodeError as error:
        return _refused(raw[: error.start].count(b"\n") + 1, "", "not-utf8")
    except _Unreadable as error:
        return _refused(error.line, "", error.id_)


def write(vendors: Sequence[Vendor]) -> str:
    """Return the register as a file that every spreadsheet opens: quoted, with a mark for UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    writer.writerow(COLUMNS)
    writer.writerows([_shown(getattr(one, name)) for name in COLUMNS.values()] for one in vendors)
    return BOM + out.getvalue()


def vendor(given: Mapping[str, str], line: int = 1) -> tuple[Vendor | None, tuple[Problem, ...]]:
    """Return the vendor of a line, by column, or every problem that it has."""
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for column, name in COLUMNS.items():
        text = given.get(column, "")
        try:
            values[name] = _value(name, text)
        except _Wrong as wrong:
            problems.append(Problem(line=line, column=column, why=wrong.why))
    if not problems and values["contract_from"] > (values["contract_until"] or "9999"):
        why = say("vendor-sheet.ends-before", day=values["contract_from"])
        problems.append(Problem(line=line, column="contract_end", why=why))
    return (None, tuple(problems)) if problems else (Vendor(**values), ())


def cells(one: Vendor) -> dict[str, str]:
    """Return a vendor's line by column, without the apostrophes of a file."""
    return {column: _said(getattr(one, name)) for column, name in COLUMNS.items()}


def clean(text: str) -> str:
    """Return a text as a policy may hold it: NFC on one line, without signs that control."""
    plain = "".join(c if c.isprintable() or _joins(c) else " " for c in normalize("NFC", text))
    return " ".join(plain.split())


def listed(texts: Sequence[str]) -> str:
    """Return a list as it stands in a cell: by upright strokes, which a backslash escapes."""
    return "|".join(re.sub(r"([\\|])", r"\\\1", one) for one in texts)


def split(text: str) -> tuple[str, ...]:
    """Return the entries of a list that stands in a cell; empty ones are left out."""
    found = [""]
    signs = iter(text)
    for sign in signs:
        if sign == "\\":
            found[-1] += next(signs, "\\")
        elif sign == "|":
            found.append("")
        else:
            found[-1] += sign
    return tuple(one for one in map(clean, found) if one)


class _Wrong(Exception):
    def __init__(self, id_: str, /, **params: Param) -> None:
        super().__init__(id_)
        self.why = say(f"vendor-sheet.{id_}", **params)


class _Unreadable(Exception):
    def __init__(self, line: int, id_: str) -> None:
        super().__init__(id_)
        self.line, self.id_ = line, id_


def _joins(sign: str) -> bool:
    return sign in "\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}"


def _decoded(raw: bytes) -> str:
    if len(raw) > LARGEST:
        raise _Unreadable(1, "too-large")
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16")
    return raw.decode("utf-8-sig")


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each line's number with its cells, without empty ones and Excel's `sep=`."""
    first = text.lstrip("\r\n").split("\n", 1)[0].strip()
    skip = first.casefold().startswith("sep=")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells) and not skip:
                yield line, cells
            elif cells:
                skip = False
            line = reader.line_num + 1
    except csv.Error:
        raise _Unreadable(line, "broken-line") from None


def _delimiter(text: str) -> str:
    """Return the sign between cells: the one that makes most columns of the first line known."""
    lines = text.lstrip("\r\n").splitlines()[:2]
    if lines and (said := re.fullmatch(r"sep=([,;\t])", lines[0].strip(" "), re.IGNORECASE)):
        return said.group(1)
    first = lines[0] if lines else ""

    def known(sign: str) -> int:
        return sum(
            _column(cell) in COLUMNS for cell in next(csv.reader([first], delimiter=sign), [])
        )

    return max(DELIMITERS, key=known)


def _column(cell: str) -> str:
    return clean(cell).casefold().replace(" ", "_").strip("\"'")


def _register(begun: tuple[int, list[str]], rows: Iterator[tuple[int, list[str]]]) -> Register:
    at, head = begun[0], [_column(cell) for cell in begun[1]]
    problems = list(_head(at, head))
    if problems:
        return Register(problems=tuple(problems))
    found: list[Vendor] = []
    names: dict[str, int] = {}
    for line, cells in rows:
        one, wrong = _line(line, head, cells)
        problems += wrong
        if one is None:
            continue
        if (before := names.setdefault(one.name.casefold(), line)) != line:
            why = say("vendor-sheet.twice", line=before)
            problems.append(Problem(line=line, column="provider_name", why=why))
        found.append(one)
    if len(found) > MOST:
        problems.append(Problem(line=at, column="", why=say("vendor-sheet.too-many", most=MOST)))
    return Register(problems=tuple(problems)) if problems else Register(vendors=tuple(found))


def _head(line: int, head: Sequence[str]) -> Iterator[Problem]:
    for place, column in enumerate(head):
        if column not in COLUMNS:
            why = say("vendor-sheet.unknown-column", columns=", ".join(COLUMNS))
            yield Problem(line=line, column=column or str(place + 1), why=why)
        elif column in head[:place]:
            yield Problem(line=line, column=column, why=say("vendor-sheet.column-twice"))
    if "provider_name" not in head:
        yield Problem(line=line, column="provider_name", why=say("vendor-sheet.no-name-column"))


def _line(
    line: int, head: Sequence[str], cells: Sequence[str]
) -> tuple[Vendor | None, tuple[Problem, ...]]:
    if len(cells) > len(head) and any(cell.strip() for cell in cells[len(head) :]):
        why = say("vendor-sheet.too-many-cells", columns=len(head))
        return None, (Problem(line=line, column="", why=why),)
    plain = (_plain(cell) for cell in cells)
    return vendor(dict(zip(head, plain, strict=False)), line)


def _plain(cell: str) -> str:
    """Take away the apostrophe that keeps a spreadsheet from running the cell."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def _shown(value: object) -> str:
    text = _said(value)
    return f"'{text}" if _FORMULA.match(text) else text


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return listed([str(one) for one in value]) if isinstance(value, tuple) else str(value)


def _value(name: str, text: str) -> object:
    field = _FIELDS[name]
    default = () if field.default is MISSING else field.default
    if isinstance(default, bool):
        return _flag(text, empty=default)
    if name in _KINDS:
        return tuple(dict.fromkeys(_choice(_KINDS[name], one) for one in _bounded(split(text))))
    if isinstance(default, tuple) and name != "name":
        return tuple(_form(name, one) for one in _bounded(split(text)))
    return _form(name, clean(text))


def _flag(text: str, *, empty: bool) -> bool:
    """Return what a cell says; `empty` is what an empty one means."""
    word = clean(text).casefold()
    if word and word not in YES | NO:
        raise _Wrong("not-yes-or-no")
    return word in YES if word else empty


def _bounded(texts: tuple[str, ...]) -> tuple[str, ...]:
    if len(texts) > MOST:
        raise _Wrong("list-too-long", most=MOST)
    return texts


def _choice(kind: type[StrEnum], text: str) -> StrEnum:
    for one in kind:
        if one.value.casefold() == text.casefold():
            return one
    raise _Wrong("unknown-word", words=", ".join(kind))


def _form(name: str, text: str) -> str:
    if len(text) > LONGEST:
        raise _Wrong("too-long", most=LONGEST)
    metadata = _FIELDS[name].metadata
    text = text.upper() if name in {"country", "lei"} else text
    if not re.fullmatch(str(metadata.get("pattern", ".*")), text) or not _is_day(name, text):
        raise _Wrong("no-name") if name == "name" else _Wrong("wrong-form", doc=metadata["doc"])
    return text


def _is_day(name: str, text: str) -> bool:
    if name not in _DATES or not text:
        return True
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _refused(line: int, column: str, id_: str) -> Register:
    why = say(f"vendor-sheet.{id_}", **({"most": LARGEST} if id_ == "too-large" else {}))
    return Register(problems=(Problem(line=line, column=column, why=why),))


_FIELDS = {field.name: cast("Any", field) for field in fields(Vendor)}
