"""Pictures: told as what they are; what is written in them is read where OCR is switched on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from agentguard.detect.extractor import HEAD, Extractor, Source, Work
from agentguard.detect.formats.text import decoded
from agentguard.detect.limits import MIB

_MAGICS = (
    b"\xff\xd8\xff",
    b"\x89PNG\r\n\x1a\n",
    b"GIF87a",
    b"GIF89a",
    b"II*\0",
    b"MM\0*",
    b"BM",
)
_BITMAP_ZEROS = slice(6, 10)
_WEBP, _WEBP_AT = b"WEBP", 8
_HEIF_AT, _HEIF = 4, (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypavif")
_MOST_PIXELS = 40_000_000
_LEAST_SIDE = 24  # of pixels; a line of text does not fit into less
_LARGEST_LOGO = 32 << 10  # of what stands in mails and documents
_OF_DEADLINE = 0.5
_SCALE = 2.0  # of a page's points, which gives 144 pixels an inch
_NOT_READ = "reason.image"


def sniff(source: Source) -> bool:
    """Tell a picture by its first bytes."""
    head = source.head
    if head.startswith(b"RIFF"):
        return head.startswith(_WEBP, _WEBP_AT)
    if head.startswith(b"BM"):
        return not any(head[_BITMAP_ZEROS]) and len(head) > len(b"BM") + 12
    return head.startswith(_MAGICS) or head.startswith(_HEIF, _HEIF_AT)


def extract(source: Source, work: Work) -> Iterator[str]:
    """Yield what is told beside the picture, at its head and end; and its text where wanted."""
    yield decoded(source.head)
    if source.size > HEAD:
        source.file.seek(max(HEAD, source.size - HEAD))
        yield decoded(source.file.read(HEAD))
    yield "\n"
    if not work.limits.ocr or source.size > work.limits.part_mib * MIB:
        if not work.depth or source.size > _LARGEST_LOGO:
            work.note(_NOT_READ)
        return
    yield from _recognised(source, work)


def of_page(page: Any, work: Work) -> Iterator[str]:
    """Read a page of a PDF that has no text, as scanners make them; an empty page is nothing."""
    if not any(True for _ in page.get_objects(filter=(3,), max_depth=2)):
        return
    if not work.limits.ocr:
        work.note(_NOT_READ)
        return
    width, height = page.get_size()
    if width * height * _SCALE**2 > _MOST_PIXELS:
        work.note(_NOT_READ)
        return
    yield from _text(page.render(scale=_SCALE).to_pil(), work)


def _recognised(source: Source, work: Work) -> Iterator[str]:
    try:
        from PIL import Image  # noqa: PLC0415 - dear, and an extra
    except ImportError:
        work.note(_NOT_READ)
        return
    try:
        source.file.seek(0)
        with Image.open(source.file) as picture:
            width, height = picture.size
            if min(width, height) < _LEAST_SIDE:
                return
            if width * height > _MOST_PIXELS:
                work.note("reason.too-large-part")
                return
            work.spend(width * height)
            yield from _text(picture.convert("L"), work)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        work.note("reason.corrupt-part")


def _text(picture: Any, work: Work) -> Iterator[str]:
    """Recognise text within a part of the deadline."""
    from agentguard.detect.formats import _ocr  # noqa: PLC0415 - dear, and switched on by few

    said = _ocr.text_of(picture, work.limits.seconds * _OF_DEADLINE)
    if said is None:
        work.note(_NOT_READ)
    else:
        yield f"{said}\n"


EXTRACTOR = Extractor(name="image", sniff=sniff, extract=extract)
