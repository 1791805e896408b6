"""What stands in a PDF beside its pages' text: fields, notes, links, the document's info, files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pypdfium2
from pypdfium2 import raw

from agentguard.detect.extractor import Work
from agentguard.detect.limits import MIB

_TOLD = ("Title", "Author", "Subject", "Keywords")
_MOST_NOTES = 20_000
_MOST_FILES = 1000
_LONGEST = 1 << 20
_WIDE = "utf-16-le"


def info(document: Any) -> Iterator[str]:
    """Yield what the document says of itself."""
    for key in _TOLD:
        value = document.get_metadata_value(key)
        if value.strip():
            yield f"{key}: {value}\n"


def begin(document: Any, work: Work) -> None:
    """Make the values of form fields known, before a page is opened."""
    try:
        document.init_forms()
    except pypdfium2.PdfiumError:
        work.note("reason.corrupt-part")


def page(document: Any, number: int, work: Work) -> Any:
    """Open a page; None with a note when it is damaged."""
    try:
        return document[number]
    except pypdfium2.PdfiumError:
        work.note("reason.corrupt-part")
        return None


def notes(document: Any, leaf: Any, work: Work) -> Iterator[str]:
    """Yield a page's form fields, notes and links."""
    count = raw.FPDFPage_GetAnnotCount(leaf)
    if count > _MOST_NOTES:
        work.note("reason.partial")
    for number in range(min(count, _MOST_NOTES)):
        note = raw.FPDFPage_GetAnnot(leaf, number)
        if note:
            yield from _note(document, note)
            raw.FPDFPage_CloseAnnot(note)


def _note(document: Any, note: Any) -> Iterator[str]:
    kind = raw.FPDFAnnot_GetSubtype(note)
    if kind == raw.FPDF_ANNOT_WIDGET and document.formenv is not None:
        form = document.formenv
        name = _text(lambda data, size: raw.FPDFAnnot_GetFormFieldName(form, note, data, size))
        value = _text(lambda data, size: raw.FPDFAnnot_GetFormFieldValue(form, note, data, size))
        if value.strip():
            yield f"{name.rpartition('.')[2]}: {value}\n"
    elif kind == raw.FPDF_ANNOT_LINK:
        action = raw.FPDFLink_GetAction(raw.FPDFAnnot_GetLink(note))
        size = raw.FPDFAction_GetURIPath(document, action, None, 0) if action else 0
        if 0 < size < _LONGEST:
            data = (raw.FPDF_WCHAR * (size // 2 + 1))()
            raw.FPDFAction_GetURIPath(document, action, data, size)
            yield bytes(data)[:size].rstrip(b"\0").decode("utf-8", "replace") + "\n"
    else:
        said = _text(lambda data, size: raw.FPDFAnnot_GetStringValue(note, b"Contents", data, size))
        if said.strip():
            yield f"{said}\n"


def _text(give: Callable[[Any, int], int]) -> str:
    """Read a text of PDFium: first how long it is in bytes, then it."""
    size = give(None, 0)
    if not 2 < size < _LONGEST:  # noqa: PLR2004 - the end mark of an empty one
        return ""
    data = (raw.FPDF_WCHAR * (size // 2 + 1))()
    give(data, size)
    return bytes(data)[:size].decode(_WIDE, "replace").rstrip("\0")


def files(document: Any, work: Work) -> Iterator[str]:
    """Yield the text of the files that are attached."""
    count = document.count_attachments()
    if count > _MOST_FILES:
        work.note("reason.partial")
    for number in range(min(count, _MOST_FILES)):
        try:
            data = bytes(document.get_attachment(number).get_data())
        except pypdfium2.PdfiumError:
            work.note("reason.corrupt-part")
            continue
        if len(data) > work.limits.part_mib * MIB:
            work.note("reason.too-large-part")
            continue
        work.spend(len(data))
        yield from work.within(data)
        yield "\n"
