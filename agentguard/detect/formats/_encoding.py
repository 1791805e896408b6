"""Which encoding text is in, told by its bytes alone: marks and headers are known to lie."""

from __future__ import annotations

import codecs
import unicodedata
from functools import lru_cache

from agentguard.detect.formats._codepages import page_of
from agentguard.detect.lexicon.lazy_pattern import later

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROLS = bytes(byte for byte in range(32) if byte not in b"\t\n\r\f\x1b")
_SHARE_OF_ZEROS = 5
_SHARE_OF_CONTROLS = 20
_LOPSIDED = 10
_NARROW = later(rb"[\x20-\x7e]{32}")
_SAMPLE = 4096
_UNIT = 4

# Digits of full width in the code pages of East Asia: in Shift-JIS, and in the EUC family
# (EUC-JP, EUC-KR, GB 2312 and GB 18030 place them alike: row 3 of JIS X 0208, KS X 1001, GB 2312).
_SHIFT_JIS = later(rb"(?:\x82[\x4f-\x58]){3}")
_EUC = later(rb"(?:\xa3[\xb0-\xb9]){3}")
_NO_TEXT = frozenset(("Cc", "Cn", "Co", "Cs"))
_PLAIN = frozenset("\t\n\r\f\x1b")


@lru_cache(maxsize=4)  # each format that may be there asks for the same head
def encoding_of(head: bytes) -> str:
    """Tell the encoding; empty for bytes that are no text."""
    for bom, name in _BOMS:
        if head.startswith(bom):
            return _behind(bom, name, head)
    return _without_mark(head)


def unmarked(name: str, head: bytes) -> str:
    """Return the encoding of a later part of a text, which has no mark of its own."""
    if name not in {"utf-16", "utf-32"}:
        return name
    return f"{name}-{'le' if head.startswith(codecs.BOM_UTF16_LE) else 'be'}"


def _behind(bom: bytes, name: str, head: bytes) -> str:
    """Trust a mark unless what follows is plainly something else."""
    rest = head[len(bom) : len(bom) + _SAMPLE]
    if not rest:
        return name
    has_zeros = 0 in rest
    if name == "utf-8-sig":
        return "" if rest.count(0) * _SHARE_OF_ZEROS > len(rest) else name
    wide = has_zeros or not rest.isascii()
    return name if wide else "utf-8"


def _without_mark(head: bytes) -> str:
    if 0 in head:
        return _with_zeros(head)
    if head.isascii() or not _by_controls(head):
        return _by_controls(head)
    return _eight_bits(head)


def _with_zeros(head: bytes) -> str:
    """Tell wide characters by where the zeros stand, in Western text and in any other."""
    if _NARROW.search(head):  # wide letters were added to a narrow text
        return _by_controls(head)
    even, odd = head[::2].count(0), head[1::2].count(0)
    is_western = (even + odd) * _SHARE_OF_ZEROS > len(head)
    if is_western and (wide := _utf_32(head)):
        return wide
    for name, few, many in (("utf-16-le", even, odd), ("utf-16-be", odd, even)):
        if many > _LOPSIDED * few and (is_western or _is_text(head, name)):
            return name
    return "" if is_western else _by_controls(head)


def _utf_32(head: bytes) -> str:
    """Tell four bytes to a character, of which the two highest are zero in nearly any text."""
    whole = head[: len(head) & ~3]
    for name, high, low in (("utf-32-le", (3, 2), (1, 0)), ("utf-32-be", (0, 1), (2, 3))):
        zeros = sum(whole[place::_UNIT].count(0) for place in high)
        others = 2 * whole[low[1] :: _UNIT].count(0)
        if 2 * zeros == len(whole) > 2 * others:
            return name
    return ""


def _by_controls(head: bytes) -> str:
    controls = len(head) - len(head.translate(None, _CONTROLS))
    return "" if controls * _SHARE_OF_CONTROLS > len(head) else "utf-8"


def _is_text(head: bytes, name: str) -> bool:
    """Check whether nearly all decoded characters are assigned and none controls."""
    sample = head[: min(len(head), _SAMPLE) & ~1]
    text = sample.decode(name, "replace")
    odd = sum(
        unicodedata.category(letter) in _NO_TEXT or letter == "\ufffd"
        for letter in text
        if letter not in _PLAIN
    )
    return odd * _SHARE_OF_CONTROLS <= len(text)


def _eight_bits(head: bytes) -> str:
    """Tell code pages; of those of East Asia only the full-width digits matter here."""
    if _is_utf_8(head):
        return "utf-8"
    if _SHIFT_JIS.search(head) and _decodes(head, "cp932"):
        return "cp932"
    return "gb18030" if _EUC.search(head) and _decodes(head, "gb18030") else page_of(head)


def _is_utf_8(head: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def _decodes(head: bytes, name: str) -> bool:
    text = codecs.getincrementaldecoder(name)("replace").decode(head)
    return text.count("\ufffd") * _SHARE_OF_CONTROLS <= len(text)


def _as_cp1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return "".join(_CP1252[byte] for byte in wrong), error.end


_CP1252 = tuple(bytes([byte]).decode("cp1252", "replace") for byte in range(256))
_HANDLER = "agentguard-cp1252"
codecs.register_error(_HANDLER, _as_cp1252)


def decoder_of(name: str) -> codecs.IncrementalDecoder:
    """Return a decoder that never fails; bytes that are no UTF-8 are read as Windows-1252."""
    errors = _HANDLER if name.startswith("utf-8") else "replace"
    return codecs.getincrementaldecoder(name)(errors)
